"""``corner-host failures``."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from corner_host.cli.answering import answer
from corner_host.cli.finding import Pid, Socket, connect
from corner_host.cli.invocation import invocation_of
from corner_host.cli.screens.lists import failure_lines
from corner_host.cli.words import moment_of

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def failures(
    context: typer.Context,
    since: Annotated[str, typer.Option("--since", metavar="TIME", help="Such as 03:00, or 10m ago.")] = "24h",
    until: Annotated[str | None, typer.Option("--until", metavar="TIME", help="As --since.")] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", metavar="N", min=1, max=500, help="How many kinds.")] = 50,
    pid: Pid = None,
    socket: Socket = None,
) -> None:
    """Show errors, grouped by job, type and place: is it one error or many?"""
    now = datetime.now(UTC).astimezone()
    begin, end = moment_of(since, now), None if until is None else moment_of(until, now)
    found = connect(context, pid, socket).get("/failures", since=begin, until=end, limit=limit)
    answer(invocation_of(context), found, lambda: failure_lines(found) if found else ["Nothing has failed."])
