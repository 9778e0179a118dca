"""``corner-host dashboard``: the dashboard of a store alone."""

from pathlib import Path
from typing import Annotated

import typer

from corner_host.cli.errors import CommandError
from corner_host.cli.invocation import invocation_of

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def dashboard(
    context: typer.Context,
    store: Annotated[
        str, typer.Option("--store", metavar="STORE", help="A SQLite file, or a URL of PostgreSQL or NATS.")
    ],
    port: Annotated[
        int,
        typer.Option(
            "--port", metavar="PORT", min=0, max=65535, help="Where it listens, on this machine alone; 0: any."
        ),
    ] = 5080,
    act: Annotated[bool, typer.Option("--act", help="Let jobs be requeued, cancelled and deleted.")] = False,
) -> None:
    """Show the dashboard of a store of jobs, without running any. The log has the link that signs in."""
    from corner_host.cli.running import run_host
    from corner_host.cli.store_dashboard import store_builder

    engine = (
        "postgres"
        if store.startswith(("postgres:", "postgresql:"))
        else "nats"
        if store.startswith("nats:")
        else "sqlite"
    )
    if engine == "sqlite" and not Path(store.removeprefix("sqlite:///")).is_file():
        raise CommandError(
            f"There is no store {store}.\nTo fix: give the file that Jobs:ConnectionString names, or a URL."
        )
    raise typer.Exit(run_host(store_builder(engine, store, port, may_act=act), invocation_of(context)))
