"""``corner-host job``."""

import json
import os
from typing import Annotated

import typer

from corner_host.cli.answering import answer
from corner_host.cli.backends import Backend
from corner_host.cli.invocation import invocation_of
from corner_host.cli.words import table

app = typer.Typer(
    rich_markup_mode=None,
    add_completion=False,
    no_args_is_help=True,
    help="List the kinds of jobs, or run one and wait for it.",
)


@app.command("list")
def list_kinds(context: typer.Context) -> None:
    """List the kinds of jobs that have a handler, with the fields of their payload."""
    from corner_host.cli.building import built, required_host
    from corner_host.cli.single_job import kinds

    invocation = invocation_of(context)
    with built(invocation) as application:
        found = kinds(required_host(application))
    data = [{"job": each.name, "queue": each.queue, "handler": each.handler, "fields": each.fields} for each in found]
    rows = [(each.name, each.queue, each.handler, ", ".join(each.fields)) for each in found]
    answer(
        invocation,
        data,
        lambda: table(rows, head=("job", "queue", "handler", "payload")) if rows else ["There are none."],
    )


@app.command()
def run(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The kind of job; see job list.")],
    arguments: Annotated[
        list[str] | None,
        typer.Option("--arg", metavar="FIELD=VALUE", help="A field of the payload; JSON, or text; repeatable."),
    ] = None,
    payload: Annotated[str | None, typer.Option("--payload", metavar="JSON", help="The whole payload instead.")] = None,
    timeout: Annotated[str | None, typer.Option("--timeout", metavar="DURATION", help="Give up after so long.")] = None,
    backend: Backend = "asyncio",
) -> None:
    """Put one job, run it in a full host with its services and settings, and end with its outcome.

    It is stored and tried again as any other. Other hosted services of the application run meanwhile; other jobs of the
    store, too. The exit status: 0 it succeeded, 1 it failed for good.
    """
    from corner_host.cli.building import aside, make_builder
    from corner_host.cli.single_job import payload_of, run_job
    from corner_host.cli.words import seconds_of

    invocation = invocation_of(context)
    if invocation.quiet:
        invocation.settings.insert(0, "Logging:LogLevel:Default=Warning")
    fields = payload_of(arguments or [], payload)
    limit = None if timeout is None else seconds_of(timeout)
    os.environ.setdefault(
        "LOGGING__CONSOLE__LOGTOSTANDARDERRORTHRESHOLD", "Trace"
    )  # the answer alone is on standard output
    with aside():
        outcome = run_job(make_builder(invocation), name, fields, limit, backend=backend)
    if invocation.json:
        typer.echo(
            json.dumps(
                {"id": outcome.id, "succeeded": outcome.error is None, "result": outcome.result, "error": outcome.error}
            )
        )
    elif outcome.error is None:
        shown = "" if outcome.result is None else f": {json.dumps(outcome.result, ensure_ascii=False)}"
        typer.echo(f"{name} {outcome.id} succeeded{shown}")
    else:
        typer.echo(f"{name} {outcome.id} failed: {outcome.error}", err=True)
        if outcome.is_dead:
            again = f"To run it again, while the application runs: {invocation.program} jobs requeue {outcome.id}"
            typer.echo(again, err=True)
    raise typer.Exit(0 if outcome.error is None else 1)
