"""``corner-host stop``."""

import time
from typing import Annotated

import typer

from corner_host.cli.answering import answer
from corner_host.cli.client import HostClient
from corner_host.cli.errors import FailedError, NoHostError
from corner_host.cli.finding import Pid, Socket, connect
from corner_host.cli.invocation import invocation_of
from corner_host.cli.words import duration, seconds_of

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def stop(
    context: typer.Context,
    timeout: Annotated[
        str | None, typer.Option("--timeout", metavar="DURATION", help="Shorten the budget of the stop.")
    ] = None,
    wait: Annotated[
        str, typer.Option("--wait", metavar="DURATION", help="How long to wait for its end; 0 not at all.")
    ] = "60s",
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, for the audit.")] = "",
    pid: Pid = None,
    socket: Socket = None,
) -> None:
    """Ask the host to stop as it does on SIGTERM, and wait for its end. The exit status is 1 if that took too long."""
    budget, patience = None if timeout is None else seconds_of(timeout), seconds_of(wait)
    host = connect(context, pid, socket)
    result = host.post("/stop", timeout=budget, reason=reason)
    answer(invocation_of(context), result, lambda: [result["message"]])
    began = time.monotonic()
    while patience and _answers(host):
        if time.monotonic() - began > patience:
            raise FailedError(f"{host.name} has not ended after {duration(patience)}.")
        time.sleep(0.1)


def _answers(host: HostClient) -> bool:
    try:
        host.get("/health")
    except NoHostError:
        return False
    return True
