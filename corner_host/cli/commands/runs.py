"""``corner-host runs``."""

from typing import Annotated

import typer

from corner_host.cli.answering import answer
from corner_host.cli.client import quoted
from corner_host.cli.finding import Pid, Socket, connect
from corner_host.cli.invocation import invocation_of
from corner_host.cli.screens.lists import run_lines, run_rows

app = typer.Typer(
    rich_markup_mode=None,
    add_completion=False,
    no_args_is_help=True,
    help="Show how this and earlier runs started and ended.",
)


@app.command("list")
def list_runs(
    context: typer.Context,
    limit: Annotated[int, typer.Option("--limit", "-n", metavar="N", min=1, max=1000, help="How many.")] = 20,
    pid: Pid = None,
    socket: Socket = None,
) -> None:
    """List the runs, newest first."""
    found = connect(context, pid, socket).get("/runs", limit=limit)
    answer(invocation_of(context), found, lambda: run_rows(found))


@app.command(context_settings={"ignore_unknown_options": True})
def show(
    context: typer.Context,
    run: Annotated[str, typer.Argument(help="An id, current, or -1 for the one before.")] = "current",
    pid: Pid = None,
    socket: Socket = None,
) -> None:
    """Show one run: its start and stop step by step, and what was left behind."""
    if run.startswith("-") and not run[1:].isdecimal():  # -1 is no option, and all others are none, either
        raise typer.BadParameter(f"No such option: {run}")
    found = connect(context, pid, socket).get(f"/runs/{quoted(run)}")
    answer(invocation_of(context), found, lambda: run_lines(found))
