"""The corner shop, started as a user starts it: to its end, twice, killed, broken, switched off."""

import json
import os
import shutil
import signal
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from samples.console_host.orders import Reason

from .shop import ROOT, State, accounts, command, environment, papers, run_shop

DATA = ROOT / "samples" / "console_host" / "data"


@pytest.fixture(scope="module")
def whole_day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The outbox of a run that nothing disturbed."""
    outbox = tmp_path_factory.mktemp("day") / "outbox"
    ended = run_shop(outbox)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return outbox


@pytest.fixture
def outbox(whole_day: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return shutil.copytree(whole_day, tmp_path / "outbox")


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_day_of_orders_is_processed_and_the_accounts_agree(tmp_path: Path, backend: str) -> None:
    """The program ends by itself, and every order is processed or refused, for every kind of reason."""
    ended = run_shop(tmp_path / "outbox", f"--Backend={backend}")
    counts = accounts(ended.stdout)

    assert (ended.returncode, ended.stderr) == (0, "")
    assert counts["processed"] > 150
    assert counts["failed"] == counts["not processed"] == 0
    assert all(f"{reason}" in ended.stdout for reason in Reason)
    assert "Traceback" not in ended.stdout


def test_stock_points_and_papers_are_those_of_the_processed_orders(whole_day: Path) -> None:
    """What left the shelf is what the processed orders asked for; each of them has its invoice and its message."""
    state = State.of(whole_day)
    sold: Counter[str] = Counter()
    seen: set[str] = set()
    for line in (DATA / "orders.jsonl").read_text(encoding="utf-8").splitlines():
        try:
            order = json.loads(line)
        except ValueError:
            continue
        if isinstance(order, dict) and order.get("id") in state.processed - seen:
            seen.add(order["id"])
            sold.update({asked["sku"]: 0 for asked in order["lines"]})
            for asked in order["lines"]:
                sold[asked["sku"]] += asked["quantity"]
    shelf = {product["sku"]: product["stock"] for product in json.loads((DATA / "products.json").read_bytes())}

    assert state.stock == {sku: stock - sold[sku] for sku, stock in shelf.items()}
    assert min(state.stock.values()) >= 0
    assert set(papers(whole_day)) == {
        name for order in state.processed for name in (f"invoices/{order}.txt", f"messages/{order}.eml")
    }


def test_a_second_run_changes_nothing(outbox: Path) -> None:
    """Same database, same files, byte for byte and untouched."""
    before = State.of(outbox), papers(outbox)

    ended = run_shop(outbox)

    assert ended.returncode == 0
    assert "0 now" in ended.stdout
    assert accounts(ended.stdout)["failed"] == 0
    assert (State.of(outbox), papers(outbox)) == before


def test_a_crash_between_transaction_and_papers_is_made_good(outbox: Path) -> None:
    """Papers that are missing for a committed order come back exactly as they would have been."""
    before = papers(outbox)
    for name in list(before)[::7]:
        (outbox / name).unlink()

    run_shop(outbox)

    assert {name: content for name, (content, _) in papers(outbox).items()} == {
        name: content for name, (content, _) in before.items()
    }


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_a_day_that_was_cut_short_goes_on_where_it_ended(
    tmp_path: Path, whole_day: Path, sent: signal.Signals, backend: str
) -> None:
    """Asked to stop, the shop says what was not processed; asked or killed, the next run ends at the same state."""
    outbox = tmp_path / "outbox"
    slowly = command(outbox, "--Shop:SecondsPerOrder=0.02", f"--Backend={backend}")
    with subprocess.Popen(
        slowly, cwd=ROOT, env=environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
    ) as shop:
        assert shop.stdout is not None
        said = ""
        for line in shop.stdout:
            said += line
            if "2026-0020 processed" in line:
                os.kill(shop.pid, sent)
        status = shop.wait()
    again = run_shop(outbox)

    if sent is signal.SIGKILL:
        assert status == -signal.SIGKILL
    else:
        assert status == 0
        assert accounts(said)["not processed"] > 100
        assert "not read" in said
    assert accounts(again.stdout)["not processed"] == 0
    assert State.of(outbox) == State.of(whole_day)
    assert set(papers(outbox)) == set(papers(whole_day))


def test_switched_off_background_jobs_are_said(tmp_path: Path) -> None:
    """Nothing drains the queue, so nothing is queued: the shop says so, counts what it left, and ends well."""
    ended = run_shop(tmp_path / "outbox", BackgroundJobs__EnableBackgroundJobs="false")
    counts = accounts(ended.stdout)

    assert ended.returncode == 0
    assert counts["not processed"] == sum(counts.values())
    assert "background jobs are switched off" in ended.stdout


def test_an_order_that_fails_is_counted_and_tried_again(tmp_path: Path) -> None:
    """A full disk in the paper drawer: status 1, the accounts still agree, and the next run makes it good."""
    outbox = tmp_path / "outbox"
    outbox.mkdir()
    (outbox / "invoices").write_text("a file where a folder should be")

    broken = run_shop(outbox)
    (outbox / "invoices").unlink()
    mended = run_shop(outbox)

    assert broken.returncode == 1
    assert accounts(broken.stdout)["failed"] > 150
    assert (mended.returncode, accounts(mended.stdout)["failed"]) == (0, 0)
    assert len(papers(outbox)) == 2 * len(State.of(outbox).processed)


def test_several_orders_at_a_time_never_sell_what_is_not_there(tmp_path: Path) -> None:
    """With four tills the accounts agree as well."""
    ended = run_shop(tmp_path / "outbox", BackgroundJobs__Queue__MaxConcurrency="4")

    assert ended.returncode == 0
    assert accounts(ended.stdout)["failed"] == 0
    assert min(State.of(tmp_path / "outbox").stock.values()) >= 0


@pytest.mark.parametrize(
    ("argument", "named"),
    [("--Shop:Orders=nowhere.jsonl", "Shop:Orders"), ("--Shop:SecondsPerOrder=-1", "Shop:SecondsPerOrder")],
)
def test_a_wrong_setting_is_one_message(tmp_path: Path, argument: str, named: str) -> None:
    """Nothing starts, the key is named, and the status is 1."""
    ended = run_shop(tmp_path / "outbox", argument)

    assert ended.returncode == 1
    assert named in ended.stderr
    assert "Traceback" not in ended.stderr
    assert "orders in" not in ended.stdout
    assert not (tmp_path / "outbox").exists()


def test_settings_come_from_the_layers_in_their_order(tmp_path: Path) -> None:
    """A variable wins over the file, an argument over the variable."""
    outbox = tmp_path / "argument"
    ended = run_shop(outbox, Shop__Outbox=str(tmp_path / "variable"), BackgroundJobs__EnableBackgroundJobs="false")

    assert ended.returncode == 0
    assert outbox.exists()
    assert not (tmp_path / "variable").exists()


def test_orders_that_are_not_text_are_refused(tmp_path: Path) -> None:
    """A file with other bytes in it, and one with nothing in it, are counted like any other."""
    orders = tmp_path / "orders.jsonl"
    orders.write_bytes(b"\xff\xfe\x00\x01\n\n\r\n" + b"{" * 100_000 + b"\n")
    ended = run_shop(tmp_path / "outbox", f"--Shop:Orders={orders}")
    orders.write_bytes(b"")
    empty = run_shop(tmp_path / "outbox", f"--Shop:Orders={orders}")

    assert ended.returncode == empty.returncode == 0
    assert accounts(ended.stdout) == {"processed": 0, "refused": 2, "failed": 0, "not processed": 0}
    assert sum(accounts(empty.stdout).values()) == 0
