"""The papers of a processed order: an invoice (text) and a message to the customer (RFC 5322, ready to send).

Both follow from the receipt alone. Writing them again gives the same bytes, so what a crash left out is simply written
at the next run.
"""

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from .pricing import Receipt
from .settings import ShopSettings

SHOP = Address("The Corner Shop", "orders", "corner-shop.example")
WIDTH = 64


def invoice(receipt: Receipt) -> str:
    """Return the invoice as text."""
    lines = [
        "THE CORNER SHOP".center(WIDTH).rstrip(),
        "",
        f"Invoice {receipt.order_id}".ljust(WIDTH - 10) + f"{receipt.issued_at:%Y-%m-%d}",
        receipt.customer.name,
        "-" * WIDTH,
        *(f"{line.quantity:>4} x {line.name:<36}{line.price:>9}{line.amount:>12}" for line in receipt.lines),
        "-" * WIDTH,
        "Total EUR".ljust(WIDTH - 12) + f"{receipt.total:>12}",
        *(f"  of which VAT {rate}".ljust(WIDTH - 12) + f"{amount:>12}" for rate, amount in receipt.vat.items()),
        "",
        f"Loyalty points: {receipt.points_earned} earned, {receipt.customer.points} in all.",
    ]
    if receipt.note:
        lines.append(f"Your note: {receipt.note}")
    return "\n".join(lines) + "\n"


def notification(receipt: Receipt) -> EmailMessage:
    """Return the message that tells the customer, with the invoice attached."""
    user, _, domain = receipt.customer.email.partition("@")
    message = EmailMessage(policy=SMTP)
    message["From"] = SHOP
    message["To"] = Address(receipt.customer.name, user, domain)
    message["Date"] = receipt.issued_at
    message["Message-ID"] = f"<{receipt.order_id}@{SHOP.domain}>"
    message["Subject"] = f"Your order {receipt.order_id} is ready"
    message.set_content(
        f"Hello {receipt.customer.name},\n\n"
        f"your order {receipt.order_id} is ready: {receipt.total} EUR.\n"
        f"It brought you {receipt.points_earned} loyalty points; you have {receipt.customer.points} now.\n\n"
        "See you at the corner!\n"
    )
    message.add_attachment(invoice(receipt), filename=f"invoice-{receipt.order_id}.txt")
    message.set_boundary(f"=_{receipt.order_id}")  # a random one would differ each time
    return message


class Paperwork:
    """Files the papers in the outbox: ``invoices/<order>.txt`` and ``messages/<order>.eml``."""

    def __init__(self, settings: ShopSettings) -> None:
        self._outbox = settings.outbox

    def file(self, receipt: Receipt) -> None:
        """Write what is not there yet. Blocks; call it in a worker thread."""
        papers = {
            self._outbox / "invoices" / f"{receipt.order_id}.txt": invoice(receipt).encode(),
            self._outbox / "messages" / f"{receipt.order_id}.eml": notification(receipt).as_bytes(),
        }
        for path, content in papers.items():
            if not path.exists():
                _write_whole(path, content)


def _write_whole(path: Path, content: bytes) -> None:
    """Write the file under another name first: a crash in between leaves no half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f".{path.name}.half")
    half.write_bytes(content)
    half.replace(path)
