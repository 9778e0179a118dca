"""What services have not finished when their host stops: counted when the stop begins, named when its time is up."""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

import corner_host.hosting as door
from corner_host.primitives import name_of

from . import log

CANCELLED: Final = "cancelled"
ABANDONED: Final = "abandoned"
MOST: Final = 20
"""How many are told one by one; nobody reads more."""


class WorkInFlight(NamedTuple):
    """Work that a hosted service has taken on and not finished.

    A service that has such work tells it by a method ``work_in_flight()``, which returns a sequence of these. It is called
    in the event loop's thread.

    Args:
        kind: What a person calls it, in the singular: ``job``, ``request``.
        name: Which of that kind: ``process_order``, ``GET /orders``.
        id: Its id, if it has one.
        seconds: For how long it has run; None while it waits for its turn.
        place: Where it waits, if that is known.
        number: How many this stands for, which wait alike.
        arguments: What it was called with, as a short hash; empty without any.
        trace: The id of the trace that it belongs to, if it does.

    Example:
        >>> counted([WorkInFlight("request", "GET /"), WorkInFlight("job", "pay"), WorkInFlight("job", "mail", number=2)])
        '1 request and 3 jobs'
    """

    kind: str
    name: str
    id: str = ""
    seconds: float | None = None
    place: "door.Place | None" = None
    number: int = 1
    arguments: str = ""
    trace: str = ""


class Loss(NamedTuple):
    """What is lost by a stop that is cut: ``cancelled`` or ``abandoned``, what it is, and how far it had come."""

    outcome: str
    work: WorkInFlight
    how: str


def work_of(service: object) -> Sequence[WorkInFlight]:
    """Return what *service* has in flight; nothing, if it does not tell. What it raises instead must not stop the stop."""
    try:
        tell = getattr(service, "work_in_flight", None)
        return () if tell is None else tuple(tell())
    except Exception:  # noqa: BLE001 - the application's own, and logged
        log.STORY.exception("%s failed to tell what it has in flight", name_of(type(service)))
        return ()


def loss_of(work: WorkInFlight) -> Loss:
    """Return what becomes of *work*: what runs is cancelled, what waits is abandoned."""
    if work.seconds is None:
        return Loss(ABANDONED, work, "never started")
    return Loss(CANCELLED, work, f"running {work.seconds:.1f} s")


def counted(work: Iterable[WorkInFlight]) -> str:
    """Say how much there is of each kind; empty for nothing."""
    numbers: dict[str, int] = {}
    for each in work:
        numbers[each.kind] = numbers.get(each.kind, 0) + each.number
    return " and ".join(f"{number:,} {kind}{'' if number == 1 else 's'}" for kind, number in numbers.items())


def told(losses: Sequence[Loss]) -> str:
    """Say what is lost: how much in the first line, and which below, in columns.

    Each has a line, but for those that cannot be told apart, and, if that were too many lines, those of a name that never
    started.

    Example:
        >>> pay = WorkInFlight("job", "pay", id="01J9", seconds=24.8, place=door.Place("orders/payment.py", 41))
        >>> mail = WorkInFlight("job", "mail", id="01JA", trace="9f2c")
        >>> print(told([loss_of(pay), loss_of(mail)]))
        1 job cancelled, 1 job abandoned
          cancelled  pay   01J9  running 24.8 s  at orders/payment.py:41
          abandoned  mail  01JA  never started                            trace=9f2c
        >>> print(told([loss_of(pay), *(loss_of(mail._replace(id=f"01J{number}")) for number in range(50))]))
        1 job cancelled, 50 jobs abandoned
          cancelled  pay        01J9  running 24.8 s  at orders/payment.py:41
          abandoned  mail (50)        never started
    """
    counts = [
        f"{counted(each.work for each in losses if each.outcome == outcome)} {outcome}"
        for outcome in (CANCELLED, ABANDONED)
        if any(each.outcome == outcome for each in losses)
    ]
    losses = _united(losses)
    if len(losses) > MOST:
        losses = _united(each if each.outcome == CANCELLED else _unnamed(each) for each in losses)
    rows = [_row(each) for each in losses[:MOST]]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))] if rows else []
    used = [column for column, width in enumerate(widths) if width]
    lines = ["  ".join(f"{row[column]:{widths[column]}}" for column in used).rstrip() for row in rows]
    if len(losses) > MOST:
        lines.append(f"and {len(losses) - MOST:,} more")
    return "\n".join([", ".join(counts) or "nothing was lost", *(f"  {line}" for line in lines)])


def fields_of(losses: Sequence[Loss]) -> list[dict[str, object]]:
    """Return what is lost as programs read it, no more than are told one by one; what is not known is left out.

    Example:
        >>> fields_of([loss_of(WorkInFlight("job", "mail", id="01JA", arguments="11f6ca66", trace="9f2c"))])
        [{'outcome': 'abandoned', 'kind': 'job', 'name': 'mail', 'id': '01JA', 'arguments': '11f6ca66', 'trace_id': '9f2c'}]
    """
    return [{name: value for name, value in _fields(each).items() if value} for each in losses[:MOST]]


def _fields(loss: Loss) -> dict[str, object]:
    work = loss.work
    return {
        "outcome": loss.outcome,
        "kind": work.kind,
        "name": work.name,
        "id": work.id,
        "arguments": work.arguments,
        "trace_id": work.trace,
        "seconds": None if work.seconds is None else round(work.seconds, 3),
        "at": "" if work.place is None else work.place.near,
        "number": work.number if work.number > 1 else None,
    }


def _unnamed(loss: Loss) -> Loss:
    return loss._replace(work=loss.work._replace(id="", arguments="", trace=""))


def _united(losses: Iterable[Loss]) -> list[Loss]:
    """Make one of those that cannot be told apart."""
    found: dict[Loss, int] = {}
    for each in losses:
        alike = each._replace(work=each.work._replace(number=1))
        found[alike] = found.get(alike, 0) + each.work.number
    return [each._replace(work=each.work._replace(number=number)) for each, number in found.items()]


def _row(loss: Loss) -> tuple[str, ...]:
    work = loss.work
    name = work.name if work.number == 1 else f"{work.name} ({work.number:,})"
    place = "" if work.place is None else work.place.near
    return loss.outcome, name, work.id, loss.how, place and f"at {place}", work.trace and f"trace={work.trace}"
