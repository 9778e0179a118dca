"""``corner-host log-level``."""

from typing import Annotated

import typer

from corner_host.cli.answering import answer
from corner_host.cli.errors import CommandError
from corner_host.cli.finding import Pid, Socket, connect
from corner_host.cli.invocation import invocation_of
from corner_host.cli.screens.lists import level_rows
from corner_host.cli.words import seconds_of

app = typer.Typer(rich_markup_mode=None, add_completion=False)

_LEVELS = {
    each.casefold(): each for each in ("Trace", "Debug", "Information", "Warning", "Error", "Critical", "None")
} | {"info": "Information", "warn": "Warning"}


@app.command()
def log_level(
    context: typer.Context,
    logger: Annotated[str | None, typer.Argument(help="Such as orders.payment; Default is every logger.")] = None,
    level: Annotated[
        str | None, typer.Argument(help="Trace, Debug, Information, Warning, Error, Critical, None.")
    ] = None,
    duration: Annotated[str, typer.Option("--for", metavar="DURATION", help="Then it is as before.")] = "10m",
    reset: Annotated[bool, typer.Option("--reset", help="Take the change back.")] = False,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, for the audit.")] = "",
    pid: Pid = None,
    socket: Socket = None,
) -> None:
    """Read the log levels, or change one for a while."""
    invocation = invocation_of(context)
    chosen = None if level is None else _LEVELS.get(level.casefold())
    if level is not None and chosen is None:
        raise CommandError(
            f"{level!r} is no level.\nThere are: Trace, Debug, Information, Warning, Error, Critical, None."
        )
    seconds = seconds_of(duration)
    host = connect(context, pid, socket)
    if logger is None or (chosen is None and not reset):
        found = [each for each in host.get("/logs/levels") if logger is None or each["logger"] == logger]
        answer(invocation, found, lambda: level_rows(found))
        return
    if reset:
        result = host.post("/logs/levels/reset", logger=logger, reason=reason)
    else:
        result = host.post("/logs/levels", logger=logger, level=chosen, seconds=seconds, reason=reason)
    answer(invocation, result, lambda: [result["message"]])
