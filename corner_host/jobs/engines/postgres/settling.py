"""What became of claimed jobs, written down, if they are still the worker's."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any, final
from uuid import UUID

from corner_host.jobs.contracts import Again, Cancelled, Dead, Done, Failure, Outcome, Released

from .putting import free_children
from .statements import Statements

_LONGEST_DELAY = 31_536_000_000.0


@final
@dataclass(frozen=True, slots=True)
class Settlement:
    """What became of a claimed job; *number* is pgqueuer's id."""

    number: int
    id: str
    attempt: int
    outcome: Outcome


async def settle(
    connection: Any, statements: Statements, worker: UUID, name: str, settlements: Sequence[Settlement]
) -> Sequence[Settlement]:
    """Write down what became of claimed jobs, in a transaction for those that ended and one for those that go on.

    Returns those that are no longer *worker*'s, since its lease ran out meanwhile: they stay as whoever has them left them.
    """
    ended = [done for done in settlements if isinstance(done.outcome, Done | Dead | Cancelled)]
    going = [done for done in settlements if isinstance(done.outcome, Again | Released)]
    kept: set[tuple[int, int]] = set()
    if ended:
        rows = await connection.fetch(
            statements.end, worker, [done.number for done in ended], [done.attempt for done in ended],
            [_state(done.outcome) for done in ended], [_result(done.outcome) for done in ended],
            [_failure(done.outcome) for done in ended], name,
        )  # fmt: skip
        kept.update((row["id"], row["attempts"]) for row in rows)
        if rows and rows[0]["children"]:
            await free_children(connection.fetch, statements, None)
    if going:
        rows = await connection.fetch(
            statements.again, worker, [done.number for done in going], [done.attempt for done in going],
            [_delay(done.outcome) for done in going], [_failure(done.outcome) for done in going],
            [isinstance(done.outcome, Released) for done in going], [_detail(done.outcome) for done in going], name,
        )  # fmt: skip
        kept.update((row["id"], row["attempts"]) for row in rows)
    return [done for done in settlements if (done.number, done.attempt) not in kept]


def _state(outcome: Outcome) -> str:
    if isinstance(outcome, Done):
        return "SUCCEEDED"
    return "DEAD" if isinstance(outcome, Dead) else "CANCELLED"


def _result(outcome: Outcome) -> bytes | None:
    return outcome.result if isinstance(outcome, Done) else None


def _failure(outcome: Outcome) -> str | None:
    failure = outcome.failure if isinstance(outcome, Again | Dead) else None
    return None if failure is None else _as_json(failure)


def _as_json(failure: Failure) -> str:
    """Return it as JSON; PostgreSQL's text has no place for the character NUL."""
    return json.dumps({name: text.replace("\0", "\ufffd") for name, text in asdict(failure).items()})


def _delay(outcome: Outcome) -> timedelta:
    return timedelta(seconds=min(outcome.delay, _LONGEST_DELAY)) if isinstance(outcome, Again) else timedelta(0)


def _detail(outcome: Outcome) -> str:
    return f"again in {outcome.delay:.1f} s" if isinstance(outcome, Again) else ""
