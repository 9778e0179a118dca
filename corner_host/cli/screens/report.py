"""The report of an incident, in Markdown. Pure."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from corner_host.cli.words import clock, duration, moment

Data: TypeAlias = Mapping[str, Any]


def incident_report(
    since: str,
    until: str,
    *,
    status: Data,
    about: Data,
    runs: Sequence[Data],
    audit: Sequence[Data],
    failures: Sequence[Data],
    records: Sequence[Data],
    marks: Sequence[Data],
    configuration: Data,
) -> str:
    """Return the report.

    Args:
        since: Its begin, in RFC 3339; all times are shown in this machine's zone.
        until: Its end.
        status: Of the host, now.
        about: Versions.
        runs: Lives of the host, newest first.
        audit: Who did what in this time.
        failures: What failed in this time, grouped.
        records: Log records of this time, from Warning.
        marks: Starts, deploys, pauses.
        configuration: Settings, and where they come from.
    """
    lived = [each for each in runs if _overlaps(each, since, until)]
    lines = [
        f"# Incident: {status['application']}, {_long(since)} to {_long(until)}",
        "",
        " · ".join(
            [
                f"{about['application']} {about['version']}".rstrip(),
                about["environment"],
                f"corner_host {about['corner_host']}",
                f"Python {about['python']}",
                about["platform"],
            ]
        ),
        "",
        "## What happened, in order",
        "",
        *(_table(("when", "what"), _timeline(since, until, lived, audit, records, marks)) or ["Nothing is on record."]),
        "",
        "## What failed",
        "",
        *(_table(("count", "job", "error", "place", "first", "last"), _failures(failures)) or ["Nothing has failed."]),
        "",
        "## Who did what",
        "",
        *(_table(("when", "who", "did", "to", "why", "what came of it"), _audit(audit)) or ["Nobody did anything."]),
        "",
        "## Runs",
        "",
        *(
            _table(("run", "started", "ended", "outcome", "stop took", "left behind"), _runs(lived))
            or ["None is on record."]
        ),
        "",
        "## Settings that override another",
        "",
        *(_table(("key", "value", "from", "instead of"), _overrides(configuration)) or ["None."]),
        "",
        _now(status),
    ]
    return "\n".join(lines) + "\n"


def _now(status: Data) -> str:
    state = "ready" if status["is_ready"] else f"not ready: {status['reason']}"
    return f"The host now: {state}, up {duration(status['uptime'])}. Written by corner-host report."


def _timeline(
    since: str,
    until: str,
    runs: Iterable[Data],
    audit: Iterable[Data],
    records: Iterable[Data],
    marks: Iterable[Data],
) -> list[tuple[str, ...]]:
    events: list[tuple[str, str]] = []
    for run in runs:
        events.append((run["started_at"], f"started: {run['version'] or run['application']} (pid {run['pid']})"))
        if run["ended_at"]:
            events.append((run["ended_at"], f"{run['outcome']} (pid {run['pid']}) {run['error']}".rstrip()))
    events += [
        (each["at"], f"{each['actor']}: {each['action']} {each['target']} {each['detail']}".rstrip()) for each in audit
    ]
    events += [(each["at"], f"{each['kind']}: {each['label']}") for each in marks]
    events += [(at, text) for at, text in _condensed(records)]
    begin, end = moment(since), moment(until)
    inside = [(found, text) for at, text in events if (found := moment(at)) and begin and end and begin <= found <= end]
    return [(f"{at:%H:%M:%S}", text) for at, text in sorted(inside)]


def _condensed(records: Iterable[Data]) -> Iterator[tuple[str, str]]:
    """Yield the first of each kind of log record, and how many there were."""
    first: dict[tuple[str, str], Data] = {}
    count: dict[tuple[str, str], int] = {}
    for each in records:  # newest first
        kind = (each["logger"], each["exception"].partition(":")[0] or each["message"][:40])
        first[kind] = each
        count[kind] = count.get(kind, 0) + 1
    for kind, each in first.items():
        more = f" (and {count[kind] - 1:,} more like it)" if count[kind] > 1 else ""
        yield each["at"], f"{each['level']} {each['logger']}: {each['message']}{more}"


def _failures(groups: Iterable[Data]) -> list[tuple[str, ...]]:
    return [
        (
            f"{each['count']:,}",
            each["name"],
            f"{each['error_type']}: {each['message']}",
            each["place"],
            clock(each["first_at"]),
            clock(each["last_at"]),
        )
        for each in groups
    ]


def _audit(entries: Sequence[Data]) -> list[tuple[str, ...]]:
    return [
        (
            clock(each["at"]),
            each["actor"],
            each["action"],
            each["target"],
            each["reason"],
            each["detail"] or each["outcome"],
        )
        for each in reversed(entries)
    ]


def _runs(runs: Sequence[Data]) -> list[tuple[str, ...]]:
    return [
        (
            each["id"],
            clock(each["started_at"]),
            clock(each["ended_at"]) if each["ended_at"] else "runs",
            each["outcome"],
            duration(each["stop_seconds"]),
            "; ".join(each["abandoned"]) or "nothing",
        )
        for each in reversed(runs)
    ]


def _overrides(configuration: Data) -> list[tuple[str, ...]]:
    """Return the settings whose value hides another one: the first place to look when one host is unlike the others."""
    found: list[tuple[str, ...]] = []
    for each in configuration["settings"]:
        values = [layer for layer in each["layers"] if layer["value"] is not None]
        if len(values) > 1 and values[0]["value"] != values[1]["value"]:
            found.append(
                (each["key"], str(each["value"]), values[0]["origin"], f"{values[1]['value']} ({values[1]['origin']})")
            )
    return found


def _overlaps(run: Data, since: str, until: str) -> bool:
    begin, end = moment(since), moment(until)
    started, ended = moment(run["started_at"]), moment(run["ended_at"])
    return bool(begin and end and started and started <= end and (ended is None or ended >= begin))


def _long(text: str) -> str:
    found = moment(text)
    return "" if found is None else f"{found:%Y-%m-%d %H:%M:%S %Z}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    if not rows:
        return []
    lines = [head, ["---"] * len(head), *rows]
    return ["| " + " | ".join(map(_as_text, line)) + " |" for line in lines]


def _as_text(cell: str) -> str:
    """Return what Markdown shows as it is: no column more, no tag, no link or picture from elsewhere."""
    return re.sub(r"[\\|<\[]", r"\\\g<0>", " ".join(cell.splitlines()))
