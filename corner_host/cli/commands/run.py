"""``corner-host run``."""

from typing import Annotated

import typer

from corner_host.cli.backends import Backend
from corner_host.cli.invocation import invocation_of

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def run(
    context: typer.Context,
    application: Annotated[str | None, typer.Argument(metavar="TARGET", help="As --target.")] = None,
    check: Annotated[bool, typer.Option("--check", help="Only build and validate.")] = False,
    backend: Backend = "asyncio",
) -> None:
    """Run the application until it is asked to stop; Production, unless something says otherwise.

    The exit status: 0 stopped when asked to, 1 a service failed, 3 the start failed, 4 work was cut off at the stop, 78
    wrong settings, 130 and 143 forced by a second signal.
    """
    from corner_host.cli.building import make_builder
    from corner_host.cli.running import run_host, serve_commands

    invocation = invocation_of(context)
    invocation.target = application or invocation.target
    if check:
        from .check import report_mistakes

        raise typer.Exit(report_mistakes(invocation))
    builder = serve_commands(make_builder(invocation)).use_systemd()  # does nothing elsewhere
    raise typer.Exit(run_host(builder, invocation, backend=backend))
