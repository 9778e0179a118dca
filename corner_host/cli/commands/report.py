"""``corner-host report``."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from corner_host.cli.client import HostClient, quoted
from corner_host.cli.errors import CommandError
from corner_host.cli.finding import Pid, Socket, connect
from corner_host.cli.invocation import invocation_of
from corner_host.cli.words import moment_of

app = typer.Typer(rich_markup_mode=None, add_completion=False)

_FORMATS: Final = (".md", ".html", ".txt")
_MOST_SERVICES: Final = 100


@app.command()
def report(
    context: typer.Context,
    begin: Annotated[str, typer.Option("--from", metavar="TIME", help="Such as 03:00, or 1h ago.")] = "1h",
    end: Annotated[str | None, typer.Option("--to", metavar="TIME", help="As --from; now by default.")] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Where to write it; .html makes it a page.")
    ] = None,
    pid: Pid = None,
    socket: Socket = None,
) -> None:
    """Write the report of an incident: what changed when, what failed, who did what, which settings were in force.

    As Markdown, or as a page if the name ends in .html. With --json, what it is made of is printed instead.
    """
    from corner_host.cli.screens.document import as_html, as_markdown
    from corner_host.cli.screens.report import incident_report

    now = datetime.now(UTC).astimezone()
    since = moment_of(begin, now)
    until = now.isoformat() if end is None else moment_of(end, now)
    if since >= until:
        raise CommandError(
            f"The report would end before it begins: {since} to {until}.\nTo fix: --from 03:00 --to 04:00"
        )
    path = output or Path(f"incident-{now:%Y%m%d-%H%M%S}.md")
    if path.suffix.lower() not in _FORMATS:
        raise CommandError(f"{path} would be no report.\nTo fix: let the name end in {', '.join(_FORMATS)}.")
    facts = _facts(connect(context, pid, socket), since, until)
    invocation = invocation_of(context)
    if invocation.json and output is None:
        typer.echo(json.dumps({"since": since, "until": until, **facts}, indent=2, ensure_ascii=False))
        return
    found = incident_report(since, until, **facts)
    text = as_html(found) if path.suffix.lower() == ".html" else as_markdown(found)
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror}") from None
    typer.echo(f"Written to {path}")


def _facts(host: HostClient, since: str, until: str) -> dict[str, Any]:
    """Return what the report is made of."""
    numbers = host.get("/series", seconds=7 * 86_400)
    names = [each["name"] for each in host.get("/services")][:_MOST_SERVICES]
    return {
        "status": host.get("/status"),
        "about": {**host.get("/about"), "packages": []},
        "runs": host.get("/runs", limit=100),
        "audit": host.get("/audit", since=since, until=until, limit=1000)["items"],
        "failures": host.get("/failures", since=since, until=until, limit=50),
        "records": host.get("/logs", since=since, until=until, level="Warning", limit=1000)["items"],
        "marks": numbers["marks"],
        "configuration": host.get("/configuration"),
        "services": [{**host.get(f"/services/{quoted(name)}"), "logs": []} for name in names],
        "checks": host.get("/health")["checks"],
        "series": numbers["series"],
    }
