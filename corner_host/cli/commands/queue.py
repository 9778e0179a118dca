"""``corner-host queue``."""

import sys
import time
from typing import Annotated, Any

import typer

from corner_host.cli.answering import answer
from corner_host.cli.client import HostClient, quoted
from corner_host.cli.errors import CommandError, FailedError
from corner_host.cli.finding import Pid, Socket, connect, only_queue
from corner_host.cli.invocation import Invocation, invocation_of
from corner_host.cli.screens.lists import queue_rows, waiting_rows
from corner_host.cli.words import duration, seconds_of

app = typer.Typer(
    rich_markup_mode=None,
    add_completion=False,
    no_args_is_help=True,
    help="List, look into, pause, resume, drain and purge queues.",
)

Name = Annotated[str | None, typer.Argument(help="Which queue; may be left out if there is one.")]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, for the audit.")]


@app.command("list")
def list_queues(context: typer.Context, pid: Pid = None, socket: Socket = None) -> None:
    """List the queues with what waits, runs and failed."""
    found = connect(context, pid, socket).get("/queues")
    answer(invocation_of(context), found, lambda: queue_rows(found) if found else ["There are no queues."])


@app.command()
def waiting(
    context: typer.Context,
    name: Name = None,
    limit: Annotated[int, typer.Option("--limit", "-n", metavar="N", min=1, max=1000, help="How many.")] = 20,
    pid: Pid = None,
    socket: Socket = None,
) -> None:
    """List what is next in a queue in memory; of durable jobs, see jobs list --state WAITING."""
    host = connect(context, pid, socket)
    found = host.get(f"/queues/{quoted(only_queue(host, name))}/waiting", limit=limit)
    answer(invocation_of(context), found, lambda: waiting_rows(found) if found else ["Nothing waits."])


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
    timeout: Annotated[
        str | None, typer.Option("--timeout", metavar="DURATION", help="Wait no longer than that.")
    ] = None,
    reason: Reason = "",
    pid: Pid = None,
    socket: Socket = None,
) -> None:
    """Work off what is there, and wait for it; in memory, nothing new is taken in until the queue is resumed.

    The exit status is 1 if that was not so in time, or if somebody has paused or resumed it meanwhile.
    """
    invocation = invocation_of(context)
    limit = None if timeout is None else seconds_of(timeout)
    host = connect(context, pid, socket)
    queue = only_queue(host, name)
    resume = f"{invocation.program} queue resume {queue}"
    invocation.note(host.post(f"/queues/{quoted(queue)}/drain", reason=reason)["message"])
    try:
        found = _emptied(host, queue, invocation, limit, resume)
    except KeyboardInterrupt:
        invocation.note(f"{queue} is worked off all the same; to take that back: {resume}")
        raise
    stays = f"; it takes in nothing new until: {resume}" if found["kind"] == "memory" else ""
    answer(invocation, found, lambda: [f"{queue} is empty{stays}"])


def _emptied(host: HostClient, queue: str, invocation: Invocation, limit: float | None, resume: str) -> Any:
    """Return the status of *queue* once nothing is left of its drain."""
    began, told = time.monotonic(), None
    while (found := host.get(f"/queues/{quoted(queue)}"))["drain"] is None or found["drain"]["left"]:
        if found["drain"] is None:
            raise FailedError(f"{queue} was resumed before it was empty.")
        left = found["drain"]["left"]
        if found["is_paused"]:
            raise FailedError(f"{queue} is paused and has {left:,} left.\nTo fix: {resume}")
        if limit is not None and time.monotonic() - began > limit:
            raise FailedError(
                f"{queue} still has {left:,} left after {duration(limit)}; they are worked off all the same.\n"
                f"To take that back: {resume}"
            )
        if told != left:
            told = left
            invocation.note(f"{queue}: {left:,} of {found['drain']['total']:,} left")
        time.sleep(0.5)
    return found


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
