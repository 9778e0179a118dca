"""Lists and details of jobs, failures, logs, runs and the audit. Pure."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

from corner_host.cli.words import clock, duration, short_names, table

Data: TypeAlias = Mapping[str, Any]

_SHORT: Final = {"Trace": "trace", "Debug": "debug", "Information": "info", "Warning": "warn", "Error": "error"}


def running_lines(items: Sequence[Data]) -> list[str]:
    """Return what runs, and at which line each waits; many at one place are counted."""
    rows: list[tuple[str, ...]] = []
    shown: dict[tuple[str, str], int] = {}
    hidden: dict[tuple[str, str], int] = {}
    names = short_names(str(each["name"]) for each in items)
    for each in items:
        waits = each["waiting_at"]
        place = "in another process" if waits is None else f"{waits['file']}:{waits['line']}"
        same = (each["name"], place)
        shown[same] = shown.get(same, 0) + 1
        if shown[same] > 2 and waits is not None:
            hidden[same] = hidden.get(same, 0) + 1
            continue
        code = "" if waits is None or shown[same] > 1 else f"  {waits['code']}"
        attempt = f"{each['attempt']}/{each['max_attempts']}" if each["max_attempts"] else str(each["attempt"])
        rows.append((each["id"][:12], names[each["name"]], attempt, duration(each["seconds"]), (place + code).rstrip()))
    lines = table(rows, head=("id", "job", "attempt", "running", "waiting at"))
    for (name, place), count in hidden.items():
        where = "the same place" if len(hidden) == 1 else f"{place} ({names[name]})"
        lines.append(f"…{count} more at {where}")
    return lines


def job_rows(jobs: Sequence[Data]) -> list[str]:
    """Return a list of jobs."""
    return table(
        [
            (
                each["id"],
                each["name"],
                each["state"],
                f"{each['attempt']}/{each['max_attempts']}" if each["max_attempts"] else str(each["attempt"]),
                clock(each["enqueued_at"]),
                f"{each['error_type']}: {each['error']}  {each['error_place']}".strip()
                if each["error_type"]
                else each["key"],
            )
            for each in jobs
        ],
        head=("id", "job", "state", "attempt", "enqueued", "error or key"),
    )


def job_lines(detail: Data) -> list[str]:
    """Return all about one job."""
    job = detail["job"]
    lines = [
        f"{job['id']}  {job['name']}  {job['state']}",
        "",
        *table(
            [
                ("queue", job["queue"]),
                ("key", job["key"] or "-"),
                ("attempt", f"{job['attempt']}" + (f" of {job['max_attempts']}" if job["max_attempts"] else "")),
                ("enqueued", clock(job["enqueued_at"]) + _by(detail)),
                ("started", clock(job["started_at"])),
                ("finished", clock(job["finished_at"])),
                ("ran", duration(job["run_seconds"])),
                ("handler", detail["handler"] or "-"),
                ("worker", job["worker"] or "-"),
                ("payload", json.dumps(detail["payload"], ensure_ascii=False)),
                ("result", json.dumps(detail["result"], ensure_ascii=False)),
            ]
        ),
    ]
    waits = detail["waiting_at"]
    if waits is not None:
        lines.append(f"waits at  {waits['file']}:{waits['line']}  {waits['code']}")
    if detail["history"]:
        lines += ["", "history"]
        lines += [f"  {line}" for line in table([_event(each) for each in detail["history"]])]
    if detail["traceback"]:
        lines += ["", "traceback", *(f"  {line}" for line in detail["traceback"].rstrip().splitlines())]
    if detail["logs"]:
        lines += ["", "log", *(f"  {log_line(each)}" for each in detail["logs"])]
    return lines


def _by(detail: Data) -> str:
    """Return who put a job, and in which trace."""
    by = f" by {detail['enqueued_by']}" if detail["enqueued_by"] else ""
    return by + (f"  trace {detail['trace_id']}" if detail["trace_id"] else "")


def _event(event: Data) -> tuple[str, ...]:
    error = f"{event['error_type']}: {event['error']}  {event['error_place']}".strip() if event["error_type"] else ""
    attempt = f"attempt {event['attempt']}" if event["attempt"] else ""
    return clock(event["at"]), event["event"], attempt, " ".join(filter(None, [error, event["detail"]]))


def failure_lines(groups: Sequence[Data]) -> list[str]:
    """Return failures, each kind once."""
    return table(
        [
            (
                f"{each['count']:,}",
                each["name"],
                f"{each['error_type']}: {each['message']}",
                each["place"],
                clock(each["last_at"]),
                each["id"],
            )
            for each in groups
        ],
        head=("count", "job", "error", "place", "last", "group"),
    )


def log_line(record: Data) -> str:
    """Return a log record as the console writes it."""
    level = _SHORT.get(record["level"], "crit")
    line = f"{clock(record['at'])} {level:5} {record['logger']:22} {record['message']}"
    if record["job_id"]:
        line += f"   job={record['job_id']}"
    if more := record["traceback"].rstrip() or record["exception"]:
        line += f"\n{more}"
    return "\n      ".join(line.splitlines())  # so that nobody can forge the start of a record


def run_rows(runs: Sequence[Data]) -> list[str]:
    """Return the lives of the host."""
    return table(
        [
            (
                each["id"],
                clock(each["started_at"]),
                clock(each["ended_at"]) if each["ended_at"] else "-",
                each["outcome"],
                "-" if each["exit_status"] is None else str(each["exit_status"]),
                each["version"] or "-",
                each["error"]
                or (f"{lost:,} abandoned" if (lost := len(each["abandoned"]) + each["abandoned_jobs"]) else ""),
            )
            for each in runs
        ],
        head=("run", "started", "ended", "outcome", "status", "version", ""),
    )


def left_behind(run: Data) -> list[str]:
    """Return what the stop has cancelled or given up.

    Example:
        >>> left_behind({"abandoned": ["Worker at orders/worker.py:15"], "abandoned_jobs": 2})
        ['Worker at orders/worker.py:15', '2 jobs that waited']
    """
    jobs = run["abandoned_jobs"]
    return [*run["abandoned"], *([f"{jobs:,} job{'' if jobs == 1 else 's'} that waited"] if jobs else [])]


def run_lines(run: Data) -> list[str]:
    """Return one life of the host: how it started, and how it stopped."""
    lines = [
        f"{run['application']} {run['version']}".rstrip()
        + f" · {run['environment']} · pid {run['pid']} · Python {run['python']} · {run['backend']}",
        f"{run['outcome']}" + ("" if run["exit_status"] is None else f" with status {run['exit_status']}"),
        "",
        *table(
            [
                ("started", clock(run["started_at"]), duration(run["start_seconds"])),
                ("ended", clock(run["ended_at"]), duration(run["stop_seconds"])),
            ]
        ),
    ]
    for title, phases in (("start", run["start_phases"]), ("stop", run["stop_phases"])):
        if phases:
            names = short_names(str(p["name"]) for p in phases)
            lines += ["", title]
            lines += [
                f"  {line}"
                for line in table([(names[p["name"]], duration(p["seconds"]), p["outcome"]) for p in phases])
            ]
    if lost := left_behind(run):
        lines += ["", "abandoned", *(f"  {each}" for each in lost)]
    if run["error"]:
        lines += ["", run["error"]]
    return lines


def audit_rows(entries: Sequence[Data]) -> list[str]:
    """Return who did what."""
    return table(
        [
            (
                clock(each["at"]),
                each["actor"],
                each["action"],
                each["target"],
                each["outcome"],
                " ".join(filter(None, [each["detail"], f'"{each["reason"]}"' if each["reason"] else ""])),
            )
            for each in entries
        ],
        head=("when", "who", "did", "to", "outcome", ""),
    )


def queue_rows(queues: Sequence[Data]) -> list[str]:
    """Return the queues."""
    return table(
        [
            (
                each["name"],
                each["kind"],
                f"{each['depth']:,}" + (f"/{each['capacity']:,}" if each["capacity"] else ""),
                f"{each['running']}" + (f"/{each['concurrency']}" if each["concurrency"] else ""),
                f"{each['completed']:,}",
                f"{each['failed']:,}",
                f"{each['rejected']:,}",
                _queue_state(each),
            )
            for each in queues
        ],
        head=("queue", "kind", "waiting", "running", "completed", "failed", "rejected", "state"),
    )


def waiting_rows(items: Sequence[Data]) -> list[str]:
    """Return what waits in a queue in memory, the next first."""
    names = short_names(str(each["name"]) for each in items)
    return table(
        [
            (each["id"], names[each["name"]], clock(each["enqueued_at"]), each["arguments"] or "-", each["trace_id"])
            for each in items
        ],
        head=("id", "work", "enqueued", "arguments", "trace"),
    )


def _queue_state(queue: Data) -> str:
    if queue["is_closed"]:
        return "closed"
    if queue["is_paused"]:
        return f"paused: {queue['pause_reason']}".rstrip(": ")
    return draining(queue) or "open"


def draining(queue: Data) -> str:
    """Return how far a drain is; empty where there is none.

    Example:
        >>> [draining({"drain": each}) for each in ({"left": 3, "total": 12}, {"left": 0, "total": 12}, None)]
        ['draining: 3 of 12 left', 'drained', '']
    """
    drain = queue["drain"]
    if drain is None:
        return ""
    return f"draining: {drain['left']:,} of {drain['total']:,} left" if drain["left"] else "drained"


def level_rows(levels: Sequence[Data]) -> list[str]:
    """Return the levels of loggers."""
    return table(
        [
            (
                each["logger"],
                each["level"],
                f"instead of {each['configured']}" + (f" until {clock(each['until'])}" if each["until"] else "")
                if each["is_changed"]
                else "",
            )
            for each in levels
        ],
        head=("logger", "level", ""),
    )
