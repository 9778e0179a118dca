"""The shop on a terminal: a panel that redraws ten times a second, and the accounts at the end."""

import logging
from collections import deque
from collections.abc import Sequence
from itertools import pairwise
from typing import Protocol

from rich.align import Align
from rich.bar import Bar
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.logging import RichHandler
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from corner_host import BackgroundService, BackgroundTaskQueue, CancellationToken, Clock, HostBuilder

from .ledger import Ledger

FRAME_SECONDS = 0.1
SPARKS = " ▁▂▃▄▅▆▇█"


def use_live_display(builder: HostBuilder) -> None:
    """Show the panel instead of log lines; errors still appear, above it."""
    console = Console()
    errors = RichHandler(logging.ERROR, console, show_path=False)
    builder.logging.clear_providers().add_handler(errors)
    builder.services.add_singleton(Console, instance=console)
    builder.add_hosted_service(LiveDisplay)


class LiveDisplay(BackgroundService):
    """Draws until everything else has stopped: it is registered first, so it stops last."""

    def __init__(self, ledger: Ledger, queue: BackgroundTaskQueue, clock: Clock, console: Console) -> None:
        self._ledger = ledger
        self._queue = queue
        self._clock = clock
        self._console = console

    async def execute(self, stopping: CancellationToken) -> None:
        """Redraw the panel until the host stops; leave the accounts on the screen."""
        pace = Pace(self._clock)
        with Live(console=self._console, auto_refresh=False) as live:
            try:
                async for _ in stopping.every(FRAME_SECONDS, immediately=True):
                    pace.note(self._ledger.done)
                    live.update(screen(self._ledger, self._queue, pace), refresh=True)
            finally:
                # Drawn when the display ends; a start that failed has no accounts to show.
                live.update(closing(self._ledger) if self._ledger.is_open else "")


class Stopwatch(Protocol):
    """The part of a `Clock` that measures."""

    def monotonic(self) -> float: ...


class Pace:
    """How many orders a second: now, and over the last while."""

    def __init__(self, clock: Stopwatch, *, frames: int = 30) -> None:
        self._clock = clock
        self._notes = deque[tuple[float, int]](maxlen=frames + 1)

    def note(self, done: int) -> None:
        """Remember how many are done at this moment."""
        self._notes.append((self._clock.monotonic(), done))

    @property
    def history(self) -> list[float]:
        """Orders a second from each note to the next."""
        return [
            (done - before) / (moment - earlier) if moment > earlier else 0.0
            for (earlier, before), (moment, done) in pairwise(self._notes)
        ]

    @property
    def now(self) -> float:
        """Orders a second over the last ten notes."""
        recent = self.history[-10:]
        return sum(recent) / len(recent) if recent else 0.0


def screen(ledger: Ledger, queue: BackgroundTaskQueue, pace: Pace) -> RenderableType:
    """Return the panel as it looks at this moment."""
    total = max(ledger.orders_in, 1)
    gauges = Table.grid(padding=(0, 2))
    gauges.add_column(style="dim", min_width=10)
    gauges.add_column(width=32)
    gauges.add_column(min_width=24)
    gauges.add_row(
        "progress",
        ProgressBar(total, ledger.done, width=32, complete_style="cyan", finished_style="green"),
        f"[b]{ledger.done}[/b] of {ledger.orders_in} orders",
    )
    gauges.add_row(
        "queue",
        ProgressBar(queue.capacity, len(queue), width=32, complete_style="yellow", finished_style="red"),
        f"[b]{len(queue)}[/b] of {queue.capacity} places taken",
    )
    gauges.add_row("throughput", Text(sparkline(pace.history), style="magenta"), f"[b]{pace.now:.0f}[/b] orders/s")
    gauges.add_row("takings", Text(f"{ledger.takings:,.2f} EUR", style="green"), "")

    counts = Text.assemble(
        (f"{ledger.processed}", "bold green"), " processed    ",
        (f"{ledger.refused.total()}", "bold yellow"), " refused    ",
        (f"{ledger.failed}", "bold red" if ledger.failed else "bold"), " failed",
    )  # fmt: skip
    latest = Text("\n".join(ledger.latest), style="dim", overflow="ellipsis", no_wrap=True)
    body = Group(gauges, Text(), counts, refusals(ledger), Text(), latest)
    return Panel(
        body, title="[b]The corner shop[/b]", subtitle="[dim]Ctrl+C stops[/dim]", border_style="cyan", padding=(1, 2)
    )


def refusals(ledger: Ledger) -> RenderableType:
    """Return a bar for each reason, the most frequent first."""
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", min_width=16)
    table.add_column(justify="right", min_width=3)
    table.add_column(width=28)
    most = max(ledger.refused.values(), default=1)
    for reason, count in ledger.refused.most_common():
        table.add_row(str(reason), str(count), Bar(most, 0, count, width=28, color="yellow"))
    return table


def closing(ledger: Ledger) -> RenderableType:
    """Return the accounts, as they stay on the screen."""
    styles = {"processed": "green", "refused": "yellow", "failed": "red", "not processed": "magenta"}
    table = Table.grid(padding=(0, 2))
    table.add_column(min_width=14)
    table.add_column(justify="right", style="bold", min_width=4)
    table.add_column(style="dim")
    for name, count, remark in ledger.accounts():
        table.add_row(name, str(count), remark, style=styles.get(name, "") if count else "dim")
    verdict = Text(ledger.verdict(), style="bold green" if ledger.agrees else "bold red")
    body = Group(
        table, Text(), Align.left(verdict), Text(f"Takings of this run: {ledger.takings:,.2f} EUR", style="dim")
    )
    return Panel(body, title="[b]The corner shop is closed[/b]", border_style="green", padding=(1, 2))


def sparkline(values: Sequence[float]) -> str:
    """Draw *values* as a line of small bars.

    Example:
        >>> sparkline([0, 4, 8])
        ' ▄█'
    """
    most = max(values, default=0)
    return "".join(SPARKS[round(value / most * (len(SPARKS) - 1))] if most else SPARKS[0] for value in values)
