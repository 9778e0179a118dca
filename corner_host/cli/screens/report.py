"""The report of an incident. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias

from corner_host.cli.screens.lists import left_behind
from corner_host.cli.words import clock, duration, moment

from .document import Document, Section

Data: TypeAlias = Mapping[str, Any]
_TITLES: Final = {
    "jobs_per_second": "jobs and work items that ended",
    "failed_per_second": "of these failed",
    "queued_per_second": "put into",
    "ended_per_second": "ended in",
    "depth": "waiting",
    "running": "running",
    "loop_lag": "lag of the event loop",
    "memory_bytes": "memory",
    "threads": "threads",
}
"""Of the series that are told; the others say the same."""


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
    services: Sequence[Data] = (),
    checks: Sequence[Data] = (),
    series: Sequence[Data] = (),
) -> Document:
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
        services: The hosted services in detail, with the states that they have been in.
        checks: The health checks, with their last answers.
        series: Numbers over time.
    """
    lived = [each for each in runs if _overlaps(each, since, until)]
    changes = [*_service_changes(services), *_check_changes(checks)]
    facts = [
        f"{about['application']} {about['version']}".rstrip(),
        about["environment"],
        f"corner_host {about['corner_host']}",
        f"Python {about['python']}",
        about["platform"],
    ]
    return Document(
        f"Incident: {status['application']}, {_long(since)} to {_long(until)}",
        " · ".join(facts),
        (
            Section(
                "What happened, in order",
                ("when", "what"),
                _timeline(since, until, lived, audit, records, marks, changes),
                "Nothing is on record.",
            ),
            Section(
                "In numbers",
                ("what", "in all", "mean", "highest", "at"),
                _numbers(since, until, series),
                "No numbers of this time are kept.",
            ),
            Section(
                "What failed",
                ("count", "job", "error", "place", "first", "last"),
                _failures(failures),
                "Nothing has failed.",
            ),
            Section(
                "Who did what",
                ("when", "who", "did", "to", "why", "what came of it"),
                _audit(audit),
                "Nobody did anything.",
            ),
            Section(
                "Runs",
                ("run", "started", "ended", "outcome", "stop took", "left behind"),
                _runs(lived),
                "None is on record.",
            ),
            Section(
                "Settings that override another",
                ("key", "value", "from", "instead of"),
                _overrides(configuration),
                "None.",
            ),
        ),
        _now(status),
    )


def _service_changes(services: Iterable[Data]) -> Iterator[tuple[str, str]]:
    for each in services:
        if each["status"]["is_plumbing"]:
            continue
        name = each["status"]["name"].rpartition(".")[2]
        for change in each["history"]:
            yield change["at"], f"{name}: {change['state']} {change['detail']}".rstrip()


def _check_changes(checks: Iterable[Data]) -> Iterator[tuple[str, str]]:
    for each in checks:
        before = ""
        for sample in each["history"]:
            if before and sample["status"] != before:
                yield sample["at"], f"health of {each['name']}: {before} → {sample['status']}"
            before = sample["status"]


def _numbers(since: str, until: str, series: Iterable[Data]) -> list[tuple[str, ...]]:
    """Return what each series came to within the time: the sum of what is counted a second, mean and highest value."""
    begin, end = moment(since), moment(until)
    rows: list[tuple[str, ...]] = []
    for each in series:
        name, _, queue = each["name"].partition(":")
        title = _TITLES.get(name)
        if title is None or begin is None or end is None:
            continue
        values = [
            (at, value)
            for index, value in enumerate(each["values"])
            if value is not None
            and begin.timestamp() <= (at := each["start"] + index * each["step"]) <= end.timestamp()
        ]
        if not values:
            continue
        at, highest = max(values, key=lambda pair: pair[1])
        total = sum(value for _, value in values)
        counted = f"{round(total * each['step']):,}" if each["unit"] == "1/s" else ""
        mean = _amount(total / len(values), each["unit"])
        when = datetime.fromtimestamp(at, UTC).isoformat()
        rows.append((f"{title} {queue}".rstrip(), counted, mean, _amount(highest, each["unit"]), clock(when)))
    return rows


def _amount(value: float, unit: str) -> str:
    if unit == "s":
        return duration(value)
    if unit == "B":
        return f"{value / 2**20:,.0f} MB"
    return f"{value:,.1f}/s" if unit == "1/s" else f"{value:,.0f}"


def _now(status: Data) -> str:
    state = "ready" if status["is_ready"] else f"not ready: {status['reason']}"
    return f"The host now: {state}, up {duration(status['uptime'])}. Written by corner-host report."


def _timeline(
    since: str,
    until: str,
    runs: Sequence[Data],
    audit: Iterable[Data],
    records: Iterable[Data],
    marks: Iterable[Data],
    changes: Iterable[tuple[str, str]],
) -> list[tuple[str, ...]]:
    events: list[tuple[str, str]] = list(changes)
    for run in runs:
        events.append((run["started_at"], f"started: {run['version'] or run['application']} (pid {run['pid']})"))
        if run["ended_at"]:
            events.append((run["ended_at"], f"{run['outcome']} (pid {run['pid']}) {run['error']}".rstrip()))
    events += [(each["at"], f"{each['actor']}: {_done(each)}") for each in audit]
    known = {moment for run in runs for moment in (run["started_at"], run["ended_at"])}
    events += [(each["at"], f"{each['kind']}: {each['label']}") for each in marks if each["at"] not in known]
    events += [(at, text) for at, text in _condensed(records)]
    begin, end = moment(since), moment(until)
    inside = [(found, text) for at, text in events if (found := moment(at)) and begin and end and begin <= found <= end]
    return [(f"{at:%H:%M:%S}", text) for at, text in sorted(inside)]


def _done(entry: Data) -> str:
    """Return what somebody did, why, and what came of it, in one line."""
    said = entry["detail"] or entry["outcome"]
    target = entry["target"]
    did = said if target and said.startswith(target) else f"{entry['action']} {target}: {said}"
    return did + (f' "{entry["reason"]}"' if entry["reason"] else "")


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
            "; ".join(left_behind(each)) or "nothing",
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
