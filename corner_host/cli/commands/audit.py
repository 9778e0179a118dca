"""``corner-host audit``."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from corner_host.cli.answering import answer
from corner_host.cli.finding import Pid, Socket, connect
from corner_host.cli.invocation import invocation_of
from corner_host.cli.screens.lists import audit_rows
from corner_host.cli.words import moment_of

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def audit(
    context: typer.Context,
    action: Annotated[str | None, typer.Option("--action", metavar="ACTION", help="Such as queue.pause.")] = None,
    actor: Annotated[str | None, typer.Option("--actor", metavar="NAME", help="Who.")] = None,
    text: Annotated[
        str | None, typer.Option("--text", metavar="TEXT", help="Part of actor, action, target or reason.")
    ] = None,
    since: Annotated[str | None, typer.Option("--since", metavar="TIME", help="Such as 03:00, or 10m ago.")] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", metavar="N", min=1, max=1000, help="How many.")] = 50,
    pid: Pid = None,
    socket: Socket = None,
) -> None:
    """Show who did what, when, why, and what came of it, newest first."""
    begin = None if since is None else moment_of(since, datetime.now(UTC).astimezone())
    host = connect(context, pid, socket)
    found = host.get("/audit", action=action, actor=actor, text=text, since=begin, limit=limit)
    answer(
        invocation_of(context),
        found,
        lambda: audit_rows(found["items"]) if found["items"] else ["Nobody did anything."],
    )
