"""``corner-host top``."""

import signal
import sys
import threading
from datetime import UTC, datetime
from types import FrameType
from typing import Annotated

import typer

from corner_host.cli.answering import colored
from corner_host.cli.errors import CommandError
from corner_host.cli.finding import Pid, Socket, connect
from corner_host.cli.invocation import invocation_of
from corner_host.cli.screens.lists import running_lines
from corner_host.cli.screens.status import plain, status_lines
from corner_host.cli.words import harmless

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def top(
    context: typer.Context,
    seconds: Annotated[
        float, typer.Option("--interval", "-n", metavar="SECONDS", min=0.2, help="Seconds between two pictures.")
    ] = 1.0,
    pid: Pid = None,
    socket: Socket = None,
) -> None:
    """Show the status and what runs, live, until Ctrl+C or the end of the host. Only on a terminal."""
    invocation = invocation_of(context)
    if not sys.stdout.isatty():
        raise CommandError("top draws on a terminal, and this is none.\nTo fix: take status, or status --json.")
    host = connect(context, pid, socket)
    has_color = invocation.has_color(sys.stdout)

    def screen() -> list[str]:
        now = datetime.now(UTC)
        status, running = host.get("/status"), host.get("/jobs/running")
        lines = status_lines(status, paint=colored if has_color else plain, now=now)
        lines += ["", "running now", *(f"  {line}" for line in running_lines(running))] if running else []
        return [*map(harmless, lines), "", f"{now.astimezone():%H:%M:%S}   Ctrl+C ends this; the host goes on"]

    from corner_host.console.live import show_live

    ended = threading.Event()

    def end(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the shape of handlers
        ended.set()

    before = signal.signal(signal.SIGINT, end)
    try:
        show_live(screen, sys.stdout, seconds=seconds, ended=ended, no_color=not has_color)
    finally:
        signal.signal(signal.SIGINT, before)
