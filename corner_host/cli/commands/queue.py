"""``corner-host queue``."""

import sys
import time
from typing import Annotated

import typer

from corner_host.cli.answering import answer
from corner_host.cli.client import HostClient, quoted
from corner_host.cli.errors import CommandError, FailedError
from corner_host.cli.finding import Pid, Socket, connect, only_queue
from corner_host.cli.invocation import invocation_of
from corner_host.cli.screens.lists import queue_rows
from corner_host.cli.words import duration, seconds_of

app = typer.Typer(
    rich_markup_mode=None,
    add_completion=False,
    no_args_is_help=True,
    help="List, pause, resume, drain and purge queues.",
)

Name = Annotated[str | None, typer.Argument(help="Which queue; may be left out if there is one.")]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, for the audit.")]


@app.command("list")
def list_queues(context: typer.Context, pid: Pid = None, socket: Socket = None) -> None:
    """List the queues with what waits, runs and failed."""
    found = connect(context, pid, socket).get("/queues")
    answer(invocation_of(context), found, lambda: queue_rows(found) if found else ["There are no queues."])


@app.command()
def pause(
    context: typer.Context,
    name: Name = None,
    duration_: Annotated[
        str | None, typer.Option("--for", metavar="DURATION", help="Such as 15m; else until resumed.")
    ] = None,
    reason: Reason = "",
    pid: Pid = None,
    socket: Socket = None,
) -> None:
    """Begin nothing new; what runs finishes, and work is still taken in until the queue is full."""
    seconds = None if duration_ is None else seconds_of(duration_)
    host = connect(context, pid, socket)
    result = host.post(f"/queues/{quoted(only_queue(host, name))}/pause", seconds=seconds, reason=reason)
    answer(invocation_of(context), result, lambda: [result["message"]])


@app.command()
def resume(
    context: typer.Context, name: Name = None, reason: Reason = "", pid: Pid = None, socket: Socket = None
) -> None:
    """Let a paused queue go on."""
    host = connect(context, pid, socket)
    result = host.post(f"/queues/{quoted(only_queue(host, name))}/resume", reason=reason)
    answer(invocation_of(context), result, lambda: [result["message"]])


@app.command()
def drain(
    context: typer.Context,
    name: Name = None,
    timeout: Annotated[str | None, typer.Option("--timeout", metavar="DURATION", help="Give up after so long.")] = None,
    pid: Pid = None,
    socket: Socket = None,
) -> None:
    """Wait until nothing waits or runs any more. The exit status is 1 if that was not so in time."""
    invocation = invocation_of(context)
    limit = None if timeout is None else seconds_of(timeout)
    host = connect(context, pid, socket)
    queue = only_queue(host, name)
    began = time.monotonic()
    while True:
        found = host.get(f"/queues/{quoted(queue)}")
        if not found["depth"] and not found["running"]:
            break
        if found["is_paused"]:
            raise FailedError(
                f"{queue} is paused and has {found['depth']} waiting.\nTo fix: corner-host queue resume {queue}"
            )
        if limit is not None and time.monotonic() - began > limit:
            raise FailedError(
                f"{queue} still has {found['depth']} waiting and {found['running']} running after {duration(limit)}."
            )
        invocation.note(f"{queue}: {found['depth']} waiting, {found['running']} running")
        time.sleep(1.0)
    answer(invocation, found, lambda: [f"{queue} is empty"])


@app.command()
def purge(
    context: typer.Context,
    name: Name = None,
    reason: Reason = "",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    pid: Pid = None,
    socket: Socket = None,
) -> None:
    """Throw away what waits. It is gone."""
    host = connect(context, pid, socket)
    queue = only_queue(host, name)
    if not yes:
        _confirm(host, queue)
    result = host.post(f"/queues/{quoted(queue)}/purge", reason=reason)
    answer(invocation_of(context), result, lambda: [result["message"]])


def _confirm(host: HostClient, queue: str) -> None:
    count = host.get(f"/queues/{quoted(queue)}")["depth"]
    if not sys.stdin.isatty():
        raise CommandError(f"{count:,} waiting items of {queue} would be lost.\nTo fix: say --yes.")
    typer.confirm(f"Throw away {count:,} waiting items of {queue}?", abort=True, err=True)
