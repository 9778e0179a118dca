"""What the shop shows on a terminal."""

import io
import os
import pty
import re
import subprocess
from decimal import Decimal
from pathlib import Path

import pytest
from rich.console import Console, RenderableType

from corner_host import BackgroundTaskQueue
from samples.console_host.checkout import Settlement
from samples.console_host.display import Pace, closing, screen, sparkline
from samples.console_host.ledger import Ledger
from samples.console_host.orders import Reason, RefusedError
from samples.console_host.summary import summary

from .shop import ROOT, command, environment
from .test_paperwork import receipt


class Stopwatch:
    """A clock that stands at the moment the test says."""

    def __init__(self) -> None:
        self.moment = 0.0

    def monotonic(self) -> float:
        return self.moment


def drawn(picture: RenderableType) -> str:
    """Return *picture* as text on a terminal of 100 columns."""
    console = Console(file=io.StringIO(), width=100, force_terminal=True, color_system=None)
    console.print(picture)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.fixture
def ledger() -> Ledger:
    """Of ten orders one is processed, two are refused, one failed, one is under way, five are unread."""
    ledger = Ledger()
    ledger.open(10)
    ledger.turn_away(3, RefusedError(Reason.MALFORMED, "no JSON"))
    for name in "abcd":
        ledger.take(name)
    ledger.settle("a", Settlement(receipt(), earlier=False))
    ledger.settle("b", Settlement(RefusedError(Reason.OUT_OF_STOCK, "none left"), earlier=False))
    ledger.fail("c", OSError("the disk is full"))
    return ledger


def test_the_accounts_agree_at_every_moment(ledger: Ledger) -> None:
    """Processed, refused, failed, under way and unread add up to what came in."""
    assert ledger.agrees
    assert [row[1] for row in ledger.accounts()] == [10, 1, 2, 1, 6]
    assert ledger.takings == Decimal("7.80")
    assert summary(ledger).endswith("The accounts agree: 10 = 1 + 2 + 1 + 6")


def test_accounts_that_do_not_agree_say_so(ledger: Ledger) -> None:
    """A lost order would be seen."""
    ledger.orders_in += 1
    ledger.read += 1

    assert "DO NOT AGREE" in summary(ledger)


async def test_the_screen_shows_progress_queue_pace_and_refusals(ledger: Ledger) -> None:
    """Everything a shopkeeper looks for, within the width of the terminal."""
    picture = drawn(screen(ledger, BackgroundTaskQueue(capacity=100), Pace(Stopwatch())))

    assert "4 of 10 orders" in picture
    assert "0 of 100 places taken" in picture
    assert re.search(r"1 processed +2 refused +1 failed", picture)
    assert "out of stock" in picture
    assert "c: failed, OSError('the disk is full')" in picture
    assert max(len(line) for line in picture.splitlines()) <= 100


def test_the_closing_screen_shows_the_accounts(ledger: Ledger) -> None:
    """What stays on the terminal is the same as in a log."""
    assert "The accounts agree: 10 = 1 + 2 + 1 + 6" in drawn(closing(ledger))


def test_pace_is_orders_a_second() -> None:
    """Five more orders in half a second are ten a second."""
    watch = Stopwatch()
    pace = Pace(watch)
    pace.note(0)
    watch.moment = 0.5
    pace.note(5)

    assert (pace.now, pace.history) == (10.0, [10.0])


@pytest.mark.parametrize(("values", "line"), [([], ""), ([0, 0], "  "), ([1, 2], "▄█")])
def test_a_sparkline_is_as_high_as_its_highest_value(values: list[float], line: str) -> None:
    """Nothing is drawn for nothing."""
    assert sparkline(values) == line


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_on_a_terminal_the_display_is_live_and_the_accounts_stay(tmp_path: Path, backend: str) -> None:
    """A real terminal: the panel redraws, the cursor comes back, and no log line runs through it."""
    shop_side, ours = pty.openpty()[::-1]
    slowly = command(tmp_path / "outbox", "--Shop:SecondsPerOrder=0.005", f"--Backend={backend}")
    with subprocess.Popen(
        slowly, cwd=ROOT, env=environment(TERM="xterm-256color"), stdin=subprocess.DEVNULL, stdout=shop_side,
        stderr=shop_side,
    ) as shop:  # fmt: skip
        os.close(shop_side)
        said = b""
        while chunk := _read(ours):
            said += chunk
    os.close(ours)
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", said.decode())

    assert shop.returncode == 0, text
    assert text.count("Ctrl+C stops") > 3
    assert text.count("The accounts agree") == 1
    assert said.rindex(b"\x1b[?25h") > said.rindex(b"\x1b[?25l"), "the cursor is shown again"
    assert "Application started" not in text


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65536)
    except OSError:  # Linux says so when the other side is closed
        return b""
