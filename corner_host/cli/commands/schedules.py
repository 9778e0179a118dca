"""``corner-host schedules``."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from corner_host.cli.answering import answer
from corner_host.cli.finding import Pid, Socket, host_or_none
from corner_host.cli.invocation import invocation_of
from corner_host.cli.screens.schedules import schedule_rows
from corner_host.cli.words import table

app = typer.Typer(
    rich_markup_mode=None,
    add_completion=False,
    no_args_is_help=True,
    help="List recurring jobs, and when they run next.",
)


@app.command("list")
def list_schedules(context: typer.Context, pid: Pid = None, socket: Socket = None) -> None:
    """List the recurring jobs of the application, with their next time; where its host runs, also how they went."""
    running = host_or_none(context, pid, socket)
    if running is not None:
        found = running[0].get("/schedules")
        now = datetime.now(UTC)
        answer(invocation_of(context), found, lambda: schedule_rows(found, now) if found else ["There are none."])
        return
    _list_of_application(context)


def _list_of_application(context: typer.Context) -> None:
    from corner_host.cli.building import built, required_host
    from corner_host.cli.recurring import schedules, upcoming

    invocation = invocation_of(context)
    now = datetime.now(UTC)
    with built(invocation) as application:
        found = schedules(required_host(application))
    nexts = {each.id: next(upcoming(each.times, now, None), None) for each in found}
    data = [
        {"id": e.id, "job": e.job, "times": str(e.times), "misfire": e.misfire, "next": n and n.at.isoformat()}
        for e in found
        for n in (nexts[e.id],)
    ]
    rows = [
        (e.id, e.job, str(e.times), f"misfire {e.misfire}", "never" if n is None else n.local)
        for e in found
        for n in (nexts[e.id],)
    ]
    answer(
        invocation,
        data,
        lambda: table(rows, head=("schedule", "job", "times", "", "next")) if rows else ["There are none."],
    )


@app.command("next")
def next_times(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(help="Which; may be left out if there is one.")] = None,
    count: Annotated[int, typer.Option("-n", "--count", metavar="N", min=1, max=1000, help="How many times.")] = 10,
    zone: Annotated[
        str | None, typer.Option("--tz", metavar="ZONE", help="Show them in this zone, such as Europe/Madrid.")
    ] = None,
) -> None:
    """Show when a recurring job runs next, and what a change of clocks does to it."""
    from itertools import islice

    from corner_host.cli.building import built, required_host
    from corner_host.cli.recurring import chosen, schedules, upcoming

    invocation = invocation_of(context)
    with built(invocation) as application:
        schedule = chosen(schedules(required_host(application)), name)
    times = list(islice(upcoming(schedule.times, datetime.now(UTC), zone), count))
    data = [{"at": each.at.isoformat(), "local": each.local, "note": each.note} for each in times]
    answer(invocation, data, lambda: [f"{each.local}  {each.note}".rstrip() for each in times])
