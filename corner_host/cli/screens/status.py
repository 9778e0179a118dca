"""The screen of ``status`` and ``top``: is it up, is it well, what hurts. Pure."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias

from corner_host.cli.screens.lists import draining
from corner_host.cli.screens.schedules import next_run
from corner_host.cli.words import bar, clock, duration, megabytes, moment, rate, roughly, short_names, table

Data: TypeAlias = Mapping[str, Any]
Paint: TypeAlias = Callable[[str, str], str]

_MARKS: Final = {"Healthy": "✓", "Degraded": "!", "Unhealthy": "✗"}
_COLORS: Final = {"Healthy": "green", "Degraded": "yellow", "Unhealthy": "red"}
_WELL: Final = frozenset({"running", "completed", "stopped", "created"})


def plain(text: str, color: str) -> str:  # noqa: ARG001 - the shape of a painter
    """Paint nothing."""
    return text


def status_lines(status: Data, *, paint: Paint = plain, now: datetime | None = None) -> list[str]:
    """Return the screen.

    Args:
        status: The answer of ``/status``.
        paint: Adds colour to a text.
        now: The time, to tell how long things have lasted.
    """
    at = now or datetime.now(UTC)
    return [
        _headline(status, paint),
        "",
        *_section("services", _services([each for each in status["services"] if _is_shown(each)], paint, at)),
        *_section("queues", _queues(status["queues"], paint, at)),
        *_section("health", _health(status["health"], paint)),
        *_section("failing now (last 10 min)", _failing(status["failing"])),
        *_section("next schedules", _schedules(status["schedules"], at)),
        _loop(status["loop"]),
    ]


def _is_shown(service: Data) -> bool:
    """Tell whether a service is the application's, or one of corner_host's own that is not as it should be."""
    return not service["is_plumbing"] or service["state"] not in _WELL or bool(service["last_error"])


def _headline(status: Data, paint: Paint) -> str:
    name = f"{status['application']} {status['version']}".strip()
    parts = [name, status["environment"], f"pid {status['pid']}", f"up {duration(status['uptime'])}"]
    if status["is_ready"]:
        parts.append(paint("ready", "green"))
    else:
        since = f" since {clock(status['ready_since'])}" if status["ready_since"] else ""
        parts.append(paint(f"NOT READY{since}", "red"))
        if status["reason"]:
            parts.append(status["reason"])
    return " · ".join(parts)


def _section(title: str, lines: list[str]) -> Iterator[str]:
    if lines:
        yield title
        yield from (f"  {line}" for line in lines)


def _services(services: list[Data], paint: Paint, now: datetime) -> list[str]:
    rows: list[tuple[str, ...]] = []
    names = short_names(str(each["name"]) for each in services)
    for each in services:
        since = moment(each["since"])
        lasted = roughly((now - since).total_seconds()) if since else ""
        detail = [each["detail"]] if each["detail"] else []
        if each["restarts"]:
            detail.append(f"restarts {each['restarts']}")
        if each["last_error"]:
            detail.append(each["last_error"])
        rows.append((f"{_dot(each['state'])} {names[each['name']]}", each["state"], lasted, "   ".join(detail)))
    lines = table(rows)
    return [
        paint(line[0], "green" if each["state"] in _WELL else "red") + line[1:]
        for line, each in zip(lines, services, strict=True)
    ]


def _dot(state: str) -> str:
    return "●" if state == "running" else "○" if state in _WELL else "✗"


def _queues(queues: list[Data], paint: Paint, now: datetime) -> list[str]:
    rows: list[tuple[str, ...]] = []
    for each in queues:
        capacity = each["capacity"]
        fill = each["depth"] / capacity if capacity else 0.0
        room = f"{each['depth']}/{capacity}" if capacity else f"{each['depth']:,} waiting"
        wait = "" if each["wait_p95"] is None else f"wait p95 {duration(each['wait_p95'])}"
        running = f"running {each['running']}" + (f"/{each['concurrency']}" if each["concurrency"] else "")
        last = f"dead {each['dead']:,}" if each["kind"] == "jobs" else f"rejected {each['rejected']:,}"
        rows.append(
            (
                each["name"],
                room,
                bar(fill),
                f"in {rate(each['in_rate'])}",
                f"out {rate(each['out_rate'])}",
                wait,
                running,
                last + _pause(each, paint) + _full(each, now),
            )
        )
    return table(rows)


def _pause(queue: Data, paint: Paint) -> str:
    if not queue["is_paused"]:
        drained = draining(queue)
        return "  " + paint(drained, "yellow") if drained else ""
    until = f" until {clock(queue['paused_until'])}" if queue["paused_until"] else ""
    reason = f" ({queue['pause_reason']})" if queue["pause_reason"] else ""
    return "  " + paint(f"PAUSED{until}{reason}", "yellow")


def _full(queue: Data, now: datetime) -> str:
    since = moment(queue["saturated_since"])
    return "" if since is None else f"  full for {duration((now - since).total_seconds())}"


def _health(checks: list[Data], paint: Paint) -> list[str]:
    order = {"Unhealthy": 0, "Degraded": 1}
    ordered = sorted(checks, key=lambda each: order.get(each["status"], 2))
    rows = [
        (
            f"{_MARKS.get(each['status'], '?')} {each['name']}",
            each["status"],
            each["error"] or each["description"] or duration(each["seconds"]),
        )
        for each in ordered
    ]
    return [
        paint(line[0], _COLORS.get(each["status"], "yellow")) + line[1:]
        for line, each in zip(table(rows), ordered, strict=True)
    ]


def _failing(groups: list[Data]) -> list[str]:
    names = short_names(str(each["name"]) for each in groups)
    return table(
        [
            (
                names[each["name"]],
                f"{each['count']:,} failed",
                f"{each['error_type']}: {each['message']}",
                each["place"],
            )
            for each in groups
        ],
        gap="   ",
    )


def _schedules(schedules: list[Data], now: datetime) -> list[str]:
    return table(
        [
            (
                each["id"],
                next_run(each, now),
                each["words"] or each["spec"],
            )
            for each in schedules
        ]
    )


def _loop(loop: Data) -> str:
    return (
        f"event loop lag p99 {duration(loop['lag_p99'])} · memory {megabytes(loop['memory_bytes'])} · "
        f"threads {loop['worker_threads']}/{loop['worker_thread_limit']}"
    )
