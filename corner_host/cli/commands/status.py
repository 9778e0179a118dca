"""``corner-host status``."""

import sys

import typer

from corner_host.cli.answering import answer, colored
from corner_host.cli.finding import Pid, Socket, connect
from corner_host.cli.invocation import invocation_of
from corner_host.cli.screens.status import plain, status_lines

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def status(context: typer.Context, pid: Pid = None, socket: Socket = None) -> None:
    """Show where it hurts, on one screen: services, queues, health, what fails now."""
    invocation = invocation_of(context)
    found = connect(context, pid, socket).get("/status")
    paint = colored if invocation.has_color(sys.stdout) else plain
    answer(invocation, found, lambda: status_lines(found, paint=paint))
