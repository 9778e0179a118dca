"""``corner-host logs``."""

import json
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from corner_host.cli.errors import NoHostError
from corner_host.cli.finding import Pid, Socket, connect
from corner_host.cli.invocation import Invocation, invocation_of
from corner_host.cli.screens.lists import log_line
from corner_host.cli.words import harmless, moment_of

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def logs(
    context: typer.Context,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on with what is logged from now on.")] = False,
    job: Annotated[str | None, typer.Option("--job", metavar="ID", help="Of this job.")] = None,
    logger: Annotated[
        str | None, typer.Option("--logger", metavar="NAME", help="This logger, and those below it.")
    ] = None,
    level: Annotated[
        str | None, typer.Option("--level", metavar="LEVEL", help="This level or above, such as Warning.")
    ] = None,
    text: Annotated[str | None, typer.Option("--text", metavar="TEXT", help="Part of the message.")] = None,
    since: Annotated[str | None, typer.Option("--since", metavar="TIME", help="Such as 03:00, or 10m ago.")] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", metavar="N", min=1, max=1000, help="How many.")] = 50,
    pid: Pid = None,
    socket: Socket = None,
) -> None:
    """Show the latest log lines that the host keeps in memory."""
    invocation = invocation_of(context)
    begin = None if since is None else moment_of(since, datetime.now(UTC).astimezone())
    chosen = {
        "job_id": job,
        "logger": logger,
        "level": level.capitalize() if level else None,
        "text": text,
        "since": begin,
    }
    host = connect(context, pid, socket)
    page = host.get("/logs", limit=limit, **chosen)
    _write(page["items"][::-1], invocation)
    last = page["last_id"]
    while follow:
        try:
            page = host.get("/logs/follow", after=last, wait=10.0, limit=1000, **chosen)
        except NoHostError as ended:
            invocation.note(str(ended))
            return
        _write(sorted(page["items"], key=lambda each: int(each["id"])), invocation)
        last = max([last, *(each["id"] for each in page["items"])])


def _write(records: list[dict[str, Any]], invocation: Invocation) -> None:
    for each in records:
        typer.echo(json.dumps(each, ensure_ascii=False) if invocation.json else harmless(log_line(each)))
