"""The invoice and the message of a processed order."""

from datetime import UTC, datetime
from decimal import Decimal
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest

from samples.console_host.paperwork import Paperwork, invoice, notification
from samples.console_host.pricing import Customer, Receipt, ReceiptLine
from samples.console_host.settings import ShopSettings


def receipt(name: str = "Emil Berg", note: str = "") -> Receipt:
    """A receipt for two loaves."""
    return Receipt(
        order_id="2026-0007",
        issued_at=datetime(2026, 3, 2, 12, 30, tzinfo=UTC),
        customer=Customer(id="C-1", name=name, email="emil@example.org", points=21),
        lines=(ReceiptLine(name="Rye bread", quantity=2, price=Decimal("3.90"), amount=Decimal("7.80")),),
        total=Decimal("7.80"),
        vat={"7 %": Decimal("0.51")},
        points_earned=7,
        note=note,
    )


@pytest.fixture
def settings(tmp_path: Path) -> ShopSettings:
    """Settings with an outbox in the test's folder."""
    return ShopSettings.model_construct(outbox=tmp_path / "outbox")


def test_an_invoice_says_what_was_bought_and_for_how_much() -> None:
    """Every figure of the receipt is on the invoice."""
    text = invoice(receipt(note="please ring twice"))

    assert "   2 x Rye bread" in text
    assert text.splitlines()[8].split() == ["of", "which", "VAT", "7", "%", "0.51"]
    assert "Loyalty points: 7 earned, 21 in all." in text
    assert "Your note: please ring twice" in text


@pytest.mark.parametrize("name", ["Emil Berg", "Zoë Brückner", '"Big" Tony Russo', "O'Brien, Siobhán", "田中 春樹"])
def test_a_message_is_read_back_as_it_was_written(name: str) -> None:
    """RFC 5322: any mail program finds the same name, date, text and invoice."""
    data = notification(receipt(name)).as_bytes()
    read = message_from_bytes(data, policy=default)

    assert isinstance(read, EmailMessage)
    assert read.defects == []
    assert all(len(line) <= 998 for line in data.split(b"\r\n"))
    assert (read["To"].addresses[0].display_name, read["To"].addresses[0].addr_spec) == (name, "emil@example.org")
    assert read["Date"].datetime == datetime(2026, 3, 2, 12, 30, tzinfo=UTC)
    assert read["Message-ID"] == "<2026-0007@corner-shop.example>"
    (attachment,) = read.iter_attachments()
    assert isinstance(attachment, EmailMessage)
    assert attachment.get_content().replace("\r\n", "\n") == invoice(receipt(name))


def test_a_note_cannot_add_headers() -> None:
    """What a customer writes stays in the text."""
    read = message_from_bytes(notification(receipt(note="hi\r\nBcc: all@example.org")).as_bytes(), policy=default)

    assert read["Bcc"] is None


def test_what_a_crash_left_out_is_written_and_the_rest_is_left_alone(settings: ShopSettings) -> None:
    """Filing twice changes nothing; a lost paper comes back byte for byte."""
    papers = Paperwork(settings)
    papers.file(receipt())
    message = settings.outbox / "messages" / "2026-0007.eml"
    invoice_file = settings.outbox / "invoices" / "2026-0007.txt"
    first, before = message.read_bytes(), invoice_file.stat()
    message.unlink()

    papers.file(receipt())

    assert message.read_bytes() == first
    assert invoice_file.stat().st_mtime_ns == before.st_mtime_ns
    assert sorted(path.name for path in settings.outbox.rglob("*.*")) == ["2026-0007.eml", "2026-0007.txt"]
