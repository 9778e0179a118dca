"""``corner-host generate``."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from corner_host.cli.errors import CommandError
from corner_host.cli.generating import KINDS, Deployment, generated, label
from corner_host.cli.invocation import invocation_of

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def generate(
    context: typer.Context,
    kind: Annotated[str, typer.Argument(metavar="KIND", help=f"One of {', '.join(KINDS)}.")],
    port: Annotated[
        int | None,
        typer.Option(
            "--port",
            metavar="PORT",
            min=1,
            max=65535,
            help="Where a web application listens; else what its settings file says.",
        ),
    ] = None,
    budget: Annotated[
        int, typer.Option("--budget", metavar="SECONDS", min=0, help="Seconds that the host's stop may take.")
    ] = 30,
    python: Annotated[str, typer.Option("--python", metavar="VERSION", help="Version of Python in the image.")] = (
        f"{sys.version_info.major}.{sys.version_info.minor}"
    ),
    folder: Annotated[
        str | None, typer.Option("--folder", metavar="FOLDER", help="Where it is installed, for systemd and Windows.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Instead of standard output.")
    ] = None,
) -> None:
    """Print a file for Docker, Compose, Kubernetes, systemd or Windows, with comments; the application is not loaded."""
    from corner_host.cli.listening import SECTION, listening
    from corner_host.cli.target import find_target

    if kind not in KINDS:
        raise CommandError(f"There is nothing to generate for {kind!r}.\nThere are: {', '.join(KINDS)}.")
    target = find_target(invocation_of(context))
    name = label(target.project.name or target.package)
    root = folder or (f"C:\\{name}" if kind == "windows" else f"/opt/{name}")
    where = f"{target.module}:{target.attribute or 'create_builder'}"
    server = listening(target)
    if port is None and server is not None:
        port = server.port
    section = SECTION if server is None else server.section
    text = generated(kind, Deployment(name, where, python, budget, port, root, section))
    if output is None:
        typer.echo(text, nl=False)
        return
    if output.exists():
        raise CommandError(f"{output} is there already.\nTo fix: remove it, or take another name.")
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise CommandError(f"{output} cannot be written: {error.strerror}") from None
    typer.echo(f"Written to {output}")
