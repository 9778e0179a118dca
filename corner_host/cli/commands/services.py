"""``corner-host services``."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from corner_host.cli.answering import answer
from corner_host.cli.client import quoted
from corner_host.cli.errors import CommandError
from corner_host.cli.finding import Pid, Socket, connect
from corner_host.cli.invocation import invocation_of
from corner_host.cli.words import table
from corner_host.operations.choices import POLICIES, Policy

app = typer.Typer(
    rich_markup_mode=None,
    add_completion=False,
    no_args_is_help=True,
    help="List what is registered and hosted; stop, start and restart one of a running host.",
)

Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, for the audit.")]
OnFailure = Annotated[
    Policy | None, typer.Option("--on-failure", metavar="|".join(POLICIES), help="What follows when it fails.")
]
OnReturn = Annotated[
    Policy | None, typer.Option("--on-return", metavar="|".join(POLICIES), help="What follows when it returns.")
]


@app.command("list")
def list_services(
    context: typer.Context,
    graph: Annotated[
        str | None, typer.Option("--graph", metavar="mermaid|dot", help="Draw who needs whom instead.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Also what every host has.")] = False,
    unused: Annotated[bool, typer.Option("--unused", help="Only what nothing needs.")] = False,
) -> None:
    """List the registrations: lifetime, what they are made by, where they were added, whether anything needs them."""
    from corner_host.cli.building import built, required_host
    from corner_host.cli.registrations import dot, mermaid, registrations

    if graph not in {None, "mermaid", "dot"}:
        raise CommandError(f"{graph!r} is no kind of graph; there are mermaid and dot.")
    invocation = invocation_of(context)
    with built(invocation) as application:
        required_host(application)
        found = registrations(application.builder.services, with_own=everything)
    if graph is not None:
        typer.echo(dot(found) if graph == "dot" else mermaid(found))
        return
    shown = [each for each in found if each.is_unused or not unused]
    data: list[dict[str, Any]] = [each.as_json() for each in shown]
    rows = [(each.name, each.lifetime, each.made_by, each.place, "unused" if each.is_unused else "") for each in shown]
    answer(invocation, data, lambda: table(rows, head=("service", "lifetime", "made by", "added at", "")))
    broken = [each for each in found if each.problem]
    for each in broken:
        invocation.note(f"{each.name}: {each.problem}")
    if broken:
        invocation.note(f"See {invocation.program} check.")


@app.command()
def hosted(context: typer.Context) -> None:
    """List the hosted services in the order in which they start; they stop in reverse."""
    from corner_host.cli.building import built, required_host
    from corner_host.cli.registrations import hosted_services

    invocation = invocation_of(context)
    with built(invocation) as application:
        required_host(application)
        found = hosted_services(application.builder.services)
    if invocation.json:
        typer.echo(json.dumps([{"name": name, "added_at": place} for name, place in found], indent=2))
        return
    for line in table([(str(number), name, place) for number, (name, place) in enumerate(found, 1)]):
        typer.echo(line)
    if not found:
        typer.echo(f"There are no hosted services in {Path.cwd()}.")


@app.command()
def stop(context: typer.Context, name: str, reason: Reason = "", pid: Pid = None, socket: Socket = None) -> None:
    """Stop one background service of a running host, which goes on without it."""
    _change(context, name, "stop", pid, socket, reason=reason)


@app.command()
def start(context: typer.Context, name: str, reason: Reason = "", pid: Pid = None, socket: Socket = None) -> None:
    """Start one background service again that was stopped, or has ended."""
    _change(context, name, "start", pid, socket, reason=reason)


@app.command()
def restart(context: typer.Context, name: str, reason: Reason = "", pid: Pid = None, socket: Socket = None) -> None:
    """Stop one background service of a running host, and run it again."""
    _change(context, name, "restart", pid, socket, reason=reason)


@app.command()
def policy(
    context: typer.Context,
    name: str,
    on_failure: OnFailure = None,
    on_return: OnReturn = None,
    reason: Reason = "",
    pid: Pid = None,
    socket: Socket = None,
) -> None:
    """Decide what follows when one background service fails or returns, until its host ends."""
    if on_failure is None and on_return is None:
        raise CommandError("What shall follow?\nTo fix: say --on-failure restart, or --on-return ignore, or both.")
    _change(context, name, "policy", pid, socket, on_failure=on_failure, on_return=on_return, reason=reason)


def _change(context: typer.Context, name: str, verb: str, pid: int | None, socket: Path | None, **body: Any) -> None:
    result = connect(context, pid, socket).post(f"/services/{quoted(name)}/{verb}", **body)
    answer(invocation_of(context), result, lambda: [result["message"]])
