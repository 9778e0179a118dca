"""Failures that are not stored anywhere: those of services and of work items, taken from the log records that are kept."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, final

from corner_host.logging import KeptRecord
from corner_host.primitives import without_passwords

from .contracts import FailureGroup
from .places import is_application, relative
from .workplace import Workplace

PARTS: Final = 20
_MOST: Final = 200
_FRAME: Final = re.compile(r'^ +File "(.+)", line (\d+), in ', re.MULTILINE)
_SERVICE: Final = ("event_name", "BackgroundServiceFaulted")


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One failure, as a group is made of."""

    at: datetime
    source: str
    name: str
    queue: str
    error_type: str
    message: str
    place: str
    traceback: str


def service_failures(workplace: Workplace, since: datetime, until: datetime) -> list[FailureGroup]:
    """Return the faults of background services whose records are still there."""
    root = workplace.environment.content_root_path
    failures = (
        _of_record(record, "service", record.message.partition(": ")[2], "", root)
        for record in workplace.buffer.records()
        if _SERVICE in record.fields
    )
    return grouped(failures, since, until)


def memory_failures(workplace: Workplace, since: datetime, until: datetime) -> list[FailureGroup]:
    """Return the failures of work items; the queue keeps the last of them."""
    control = workplace.find("corner_host.background", "QueueControl")
    if control is None:
        return []
    name, root = control.status().name, workplace.environment.content_root_path
    failures = [
        Failure(
            at=each.failed_at,
            source="memory",
            name=each.job,
            queue=name,
            error_type=each.error_type,
            message=each.message,
            place=f"{relative(each.place.file, root)}:{each.place.line}" if each.place.file else "",
            traceback=each.traceback,
        )
        for each in control.failures(_MOST)
    ]
    return grouped(failures, since, until)


def _of_record(record: KeptRecord, source: str, name: str, queue: str, root: str) -> Failure:
    kind, _, message = record.exception.partition(": ")
    return Failure(
        at=datetime.fromtimestamp(record.created, UTC),
        source=source,
        name=name,
        queue=queue,
        error_type=kind,
        message=message,
        place=place_in(record.traceback, root),
        traceback=record.traceback,
    )


def place_in(traceback: str, content_root: str) -> str:
    """Return the innermost line of an application's code in a traceback; empty if there is none."""
    found = [(file, line) for file, line in _FRAME.findall(traceback) if is_application(file)]
    return f"{relative(found[-1][0], content_root)}:{found[-1][1]}" if found else ""


def grouped(failures: Iterable[Failure], since: datetime, until: datetime) -> list[FailureGroup]:
    """Return failures of a range grouped by source, name, error type and place; in no order."""
    groups: dict[tuple[str, str, str, str], list[Failure]] = {}
    for each in failures:
        if since <= each.at < until:
            groups.setdefault((each.source, each.name, each.error_type, each.place), []).append(each)
    return [_group(key, members, since, until) for key, members in groups.items()]


def _group(key: tuple[str, str, str, str], members: list[Failure], since: datetime, until: datetime) -> FailureGroup:
    source, name, error_type, place = key
    last = max(members, key=lambda each: each.at)
    part = (until - since) / PARTS
    counts = [0] * PARTS
    for each in members:
        counts[min(PARTS - 1, int((each.at - since) / part))] += 1
    return FailureGroup(
        id=group_id(*key),
        source=source,
        name=name,
        queue=last.queue,
        error_type=error_type,
        message=without_passwords(last.message.partition("\n")[0]),
        place=place,
        count=len(members),
        first_at=min(each.at for each in members),
        last_at=last.at,
        sparkline=tuple(counts),
        traceback=without_passwords(last.traceback),
    )


def group_id(*parts: str) -> str:
    """Return a short name for what is the same in all of *parts*; the same in every process."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]
