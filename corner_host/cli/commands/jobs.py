"""``corner-host jobs``: durable jobs of a running host, and what runs in it."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from corner_host.cli.answering import answer
from corner_host.cli.client import HostClient, quoted
from corner_host.cli.errors import CommandError
from corner_host.cli.finding import Pid, Socket, connect
from corner_host.cli.invocation import invocation_of
from corner_host.cli.screens.lists import job_lines, job_rows, running_lines
from corner_host.cli.selecting import Selection, selecting
from corner_host.cli.words import clock, rate_of

app = typer.Typer(
    rich_markup_mode=None, add_completion=False, no_args_is_help=True, help="Find, run again, cancel and export jobs."
)

Ids = Annotated[list[str] | None, typer.Argument(metavar="ID", help="Exactly these.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, for the audit.")]
All = Annotated[bool, typer.Option("--all", help="Every job there is, if nothing narrows it down.")]


@app.command("list")
@selecting
def list_jobs(
    context: typer.Context,
    selection: Selection,
    sort: Annotated[
        str | None, typer.Option("--sort", metavar="COLUMN", help="ran, waited, attempt, ...; with a minus downwards.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", metavar="N", min=1, max=200, help="How many.")] = 50,
    pid: Pid = None,
    socket: Socket = None,
) -> None:
    """List jobs, newest first; in another order, the newest 1,000 that match."""
    page = connect(context, pid, socket).get("/jobs", limit=limit, sort=sort, **selection)
    invocation = invocation_of(context)
    answer(invocation, page, lambda: job_rows(page["items"]) if page["items"] else ["No job matches."])
    if page["next"] is not None and not invocation.json:
        more = "" if page["total"] is None else f" of {'' if page['is_total_exact'] else 'more than '}{page['total']:,}"
        first = "newest" if sort is None else "first"
        invocation.note(f"The {first} {len(page['items'])}{more}; narrow it down, or take --limit or export.")


@app.command()
def show(context: typer.Context, job: str, pid: Pid = None, socket: Socket = None) -> None:
    """Show all about one job: history, payload, traceback. The begin of its id is enough if no other has it."""
    host = connect(context, pid, socket)
    found = host.get(f"/jobs/{quoted(_whole_id(host, job))}")
    answer(invocation_of(context), found, lambda: job_lines(found))


@app.command()
def running(context: typer.Context, pid: Pid = None, socket: Socket = None) -> None:
    """Show what runs, and at which line each waits."""
    found = connect(context, pid, socket).get("/jobs/running")
    answer(invocation_of(context), found, lambda: running_lines(found) if found else ["Nothing runs."])


@app.command()
@selecting
def requeue(
    context: typer.Context,
    selection: Selection,
    ids: Ids = None,
    everything: All = False,
    rate: Annotated[str | None, typer.Option("--rate", metavar="RATE", help="Such as 20/s.")] = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    reason: Reason = "",
    pid: Pid = None,
    socket: Socket = None,
) -> None:
    """Let dead and cancelled jobs run again; what has succeeded since with the same key is skipped."""
    per_second = None if rate is None else rate_of(rate)
    chosen = {"ids": ids, "all": everything, **selection}
    host = connect(context, pid, socket)
    _act(context, host, "requeue", chosen, dry_run=dry_run, yes=yes, reason=reason, rate=per_second)


@app.command()
def again(
    context: typer.Context,
    job: Annotated[str, typer.Argument(metavar="ID", help="The begin of its id is enough if no other has it.")],
    arguments: Annotated[
        list[str] | None,
        typer.Option("--arg", metavar="FIELD=VALUE", help="Another argument; JSON, or text; repeatable."),
    ] = None,
    payload: Annotated[str | None, typer.Option("--payload", metavar="JSON", help="All arguments instead.")] = None,
    reason: Reason = "",
    pid: Pid = None,
    socket: Socket = None,
) -> None:
    """Put a new job with the arguments of one that has ended, or with others; the new one is linked to the old one.

    Other arguments than before are for Development, or where Operations:AllowEditedJobs is true.
    """
    wanted: Any = None
    if arguments or payload is not None:
        from corner_host.cli.single_job import payload_of

        wanted = json.loads(payload_of(arguments or [], payload))
    host = connect(context, pid, socket)
    chosen = _whole_id(host, job)
    if arguments:
        stored: dict[str, Any] = host.get(f"/jobs/{quoted(chosen)}")["payload"] or {}
        wanted = stored | wanted
    result = host.post(f"/jobs/{quoted(chosen)}/again", payload=wanted, reason=reason)
    answer(invocation_of(context), result, lambda: [result["message"]])


@app.command()
@selecting
def cancel(
    context: typer.Context,
    selection: Selection,
    ids: Ids = None,
    everything: All = False,
    dry_run: DryRun = False,
    yes: Yes = False,
    reason: Reason = "",
    pid: Pid = None,
    socket: Socket = None,
) -> None:
    """Cancel jobs that wait or run."""
    chosen = {"ids": ids, "all": everything, **selection}
    host = connect(context, pid, socket)
    _act(context, host, "cancel", chosen, dry_run=dry_run, yes=yes, reason=reason)


@app.command()
@selecting
def export(
    context: typer.Context,
    selection: Selection,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Instead of standard output.")
    ] = None,
    pid: Pid = None,
    socket: Socket = None,
) -> None:
    """Write jobs as JSON, one a line."""
    host = connect(context, pid, socket)
    if output is None:
        for job in _all(host, selection):
            typer.echo(json.dumps(job, ensure_ascii=False))
        return
    try:
        with output.open("w", encoding="utf-8") as file:
            count = sum(1 for job in _all(host, selection) if file.write(json.dumps(job, ensure_ascii=False) + "\n"))
    except OSError as failed:
        raise CommandError(f"{output} cannot be written: {failed.strerror}") from None
    typer.echo(f"Written {count:,} jobs to {output}")


def _all(host: HostClient, selection: Selection) -> Iterator[Any]:
    cursor: str | None = None
    while True:
        page = host.get("/jobs", limit=200, cursor=cursor, **selection)
        yield from page["items"]
        cursor = page["next"]
        if cursor is None:
            return


def _act(
    context: typer.Context,
    host: HostClient,
    action: str,
    chosen: dict[str, Any],
    *,
    dry_run: bool,
    yes: bool,
    **how: Any,
) -> None:
    chosen = {name: value for name, value in chosen.items() if value}
    if not chosen:
        raise CommandError(
            f"Which jobs? Give ids, or narrow them down; --all is every job.\nTo fix: see corner-host jobs {action} --help."
        )
    if "ids" in chosen:
        chosen["ids"] = [_whole_id(host, each) for each in chosen["ids"]]
    path = f"/jobs/{action}"
    if dry_run or not yes:
        tried = host.post(path, dry_run=True, **chosen, **how)
        if dry_run or not tried["count"]:
            answer(invocation_of(context), tried, lambda: [_told(tried)])
            return
        if not sys.stdin.isatty():
            raise CommandError(f"{_told(tried)}\nTo fix: say --yes to do it.")
        typer.echo(_told(tried), err=True)
        typer.confirm(f"{action.capitalize()} {tried['count']:,} jobs?", abort=True, err=True)
    result = host.post(path, dry_run=False, **chosen, **how)
    answer(invocation_of(context), result, lambda: [result["message"], *(f"  {each}" for each in result["errors"])])


def _told(tried: Any) -> str:
    """Return what a dry run found, with when the oldest and the newest of them were put."""
    head, semicolon, rest = str(tried["message"]).partition(";")
    if tried["oldest"] is not None:
        head += f" (oldest {clock(tried['oldest'])}, newest {clock(tried['newest'])})"
    return head + semicolon + rest


def _whole_id(host: HostClient, begin: str) -> str:
    """Return the id that begins so, if there is just one; else what was given, for the host to refuse."""
    found = [
        str(each["id"]) for each in host.get("/jobs", text=begin, limit=20)["items"] if each["id"].startswith(begin)
    ]
    if begin in found or not found:
        return begin
    if len(found) > 1:
        raise CommandError(f"Several jobs begin with {begin}: {', '.join(found[:5])}.")
    return found[0]
