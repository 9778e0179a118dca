"""``corner-host diagnose``."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from corner_host.cli.errors import CommandError
from corner_host.cli.finding import Pid, Socket, connect

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def diagnose(
    context: typer.Context,
    output: Annotated[Path | None, typer.Option("--output", "-o", metavar="ZIP", help="Where to write it.")] = None,
    pid: Pid = None,
    socket: Socket = None,
) -> None:
    """Collect everything for support in one file: versions, masked settings, graph, tasks, logs, metrics."""
    content = connect(context, pid, socket).read("/diagnose.zip")
    path = output or Path(f"corner-host-{datetime.now(UTC).astimezone():%Y%m%d-%H%M%S}.zip")
    try:
        path.touch(mode=0o600)
        path.write_bytes(content)
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror}") from None
    typer.echo(f"Written to {path} ({len(content) / 1000:,.0f} kB); secrets are masked, but read it before you send it")
