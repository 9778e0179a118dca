"""``corner-host report``."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from corner_host.cli.errors import CommandError
from corner_host.cli.finding import Pid, Socket, connect
from corner_host.cli.words import moment_of

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def report(
    context: typer.Context,
    begin: Annotated[str, typer.Option("--from", metavar="TIME", help="Such as 03:00, or 1h ago.")] = "1h",
    end: Annotated[str | None, typer.Option("--to", metavar="TIME", help="As --from; now by default.")] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help="Where to write it.")] = None,
    pid: Pid = None,
    socket: Socket = None,
) -> None:
    """Write the report of an incident in Markdown: what changed when, what failed, who did what, which settings were in force."""
    from corner_host.cli.screens.report import incident_report

    now = datetime.now(UTC).astimezone()
    since = moment_of(begin, now)
    until = now.isoformat() if end is None else moment_of(end, now)
    if since >= until:
        raise CommandError(
            f"The report would end before it begins: {since} to {until}.\nTo fix: --from 03:00 --to 04:00"
        )
    host = connect(context, pid, socket)
    text = incident_report(
        since,
        until,
        status=host.get("/status"),
        about=host.get("/about"),
        runs=host.get("/runs", limit=100),
        audit=host.get("/audit", since=since, until=until, limit=1000)["items"],
        failures=host.get("/failures", since=since, until=until, limit=50),
        records=host.get("/logs", since=since, until=until, level="Warning", limit=1000)["items"],
        marks=host.get("/series", names=["depth"], seconds=7 * 86_400)["marks"],
        configuration=host.get("/configuration"),
    )
    path = output or Path(f"incident-{now:%Y%m%d-%H%M%S}.md")
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror}") from None
    typer.echo(f"Written to {path}")
