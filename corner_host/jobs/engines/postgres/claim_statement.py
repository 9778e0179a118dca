"""pgqueuer's statement that claims jobs, said so that it is quick whatever the planner believes of the queue.

pgqueuer walks down the order of priorities, which passes over each job that is due later. Where many are, and few are due,
those that are due are sorted instead.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from importlib.metadata import version
from typing import Any, Final, final
from uuid import UUID

from pgqueuer.adapters.persistence.qb import QueryQueueBuilder
from pgqueuer.domain.settings import DBSettings
from pgqueuer.domain.types import QueueEntrypoint, QueueManagerId

from corner_host.jobs.errors import JobEngineError

_KNOWN: Final = "1.6.*"
MANY: Final = 1000
"""So many jobs are better not all looked at for each claim."""


@final
class ClaimStatement:
    """Makes the statement for the jobs of one queue table."""

    def __init__(self, settings: DBSettings) -> None:
        self._build = QueryQueueBuilder(settings).build_dequeue_query
        due = (
            f"SELECT due.id FROM {settings.qualified.queue_table} due WHERE due.entrypoint = available.entrypoint"
            f" AND due.status = 'queued' AND due.execute_after < NOW() ORDER BY due.execute_after LIMIT {MANY}"
        )
        self._by_number = {
            False: {"WHERE id IN (SELECT id FROM eligible)": "WHERE id = ANY(ARRAY(SELECT id FROM eligible))"},
            True: {
                "WHERE job.id = eligible.id": (
                    "WHERE job.id = ANY(ARRAY(SELECT id FROM eligible)) AND job.id = eligible.id"
                )
            },
        }
        self._sorting = {
            "candidate.entrypoint = available.entrypoint": f"candidate.id = ANY(ARRAY({due}))",
            # the same as before, in words that no index answers
            "candidate.status = 'queued'": "candidate.status < 'picked'",
            "candidate.execute_after < NOW()": "candidate.execute_after + interval '0' < NOW()",
            "ORDER BY candidate.priority DESC": "ORDER BY candidate.priority + 0 DESC",
        }
        self._made: dict[tuple[str, bool], str] = {}

    def check(self) -> None:
        """Make each form of the statement once.

        Raises:
            JobEngineError: This pgqueuer says it in other words than those that are known here.
        """
        nobody, second = QueueManagerId(UUID(int=0)), timedelta(seconds=1)
        for limit in (0, 1):
            for few_are_due in (False, True):
                try:
                    self(nobody, {"default:job": limit}, 1, second, few_are_due=few_are_due)
                except (TypeError, AttributeError) as error:  # the builder takes other arguments
                    raise _unknown_words(str(error)) from error

    def __call__(
        self, worker: QueueManagerId, limits: Mapping[str, int], slots: int, lease: timedelta, *, few_are_due: bool
    ) -> tuple[str, Sequence[Any]]:
        """Return the statement, and its values.

        Args:
            worker: Who claims.
            limits: The entrypoints, and how many of each may run on all workers; 0 for any number.
            slots: How many jobs at most.
            lease: How long a worker may be silent before its jobs are taken over.
            few_are_due: Whether few jobs are due and many are later.
        """
        query = self._build(
            batch_size=slots,
            entrypoints=[QueueEntrypoint(each) for each in limits],
            concurrency_limits=list(limits.values()),
            queue_manager_id=worker,
            global_concurrency_limit=None,
            heartbeat_timeout=lease,
        )
        statement = self._made.get((query.sql, few_are_due))
        if statement is None:
            has_limits = any(limits.values())
            statement = _said(query.sql, self._by_number[has_limits], times=1)
            if few_are_due:  # where there are limits, pgqueuer says it for those that have one and for the others
                statement = _said(statement, self._sorting, times=2 if has_limits else 1)
            self._made[query.sql, few_are_due] = statement
        return statement, query.args


def _said(statement: str, otherwise: Mapping[str, str], *, times: int) -> str:
    for pgqueuers, ours in otherwise.items():
        found = statement.count(pgqueuers)
        if found != times:
            raise _unknown_words(f"{pgqueuers!r} is in its statement {found} times and not {times}")
        statement = statement.replace(pgqueuers, ours)
    return statement


def _unknown_words(what: str) -> JobEngineError:
    return JobEngineError(
        f"pgqueuer {version('pgqueuer')} claims jobs in other words than this corner_host knows ({what}), and as it says"
        " it, a claim looks at all that waits.\n"
        f"To fix: install a newer corner_host, or the pgqueuer that this one knows: pip install 'pgqueuer=={_KNOWN}'."
    )
