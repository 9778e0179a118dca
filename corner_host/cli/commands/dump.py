"""``corner-host dump``."""

import typer

from corner_host.cli.answering import answer
from corner_host.cli.finding import Pid, Socket, connect
from corner_host.cli.invocation import invocation_of

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def dump(context: typer.Context, pid: Pid = None, socket: Socket = None) -> None:
    """Show every task and thread with its stack; SIGUSR1 has the host write the same to its log."""
    found = connect(context, pid, socket).get("/dump")
    answer(invocation_of(context), found, lambda: [found["text"].rstrip()])
