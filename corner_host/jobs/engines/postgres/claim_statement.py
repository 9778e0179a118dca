"""pgqueuer's statement that claims jobs, said so that it is quick whatever the planner believes of the queue.

pgqueuer walks down the order of priorities, which passes over each job that is due later. Where many are, and few are due,
those that are due are sorted instead.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final, final

from pgqueuer.adapters.persistence.qb import QueryQueueBuilder
from pgqueuer.domain.settings import DBSettings
from pgqueuer.domain.types import QueueEntrypoint, QueueManagerId

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
        by_number = {
            "WHERE id IN (SELECT id FROM eligible)": "WHERE id = ANY(ARRAY(SELECT id FROM eligible))",
            "WHERE job.id = eligible.id": "WHERE job.id = ANY(ARRAY(SELECT id FROM eligible)) AND job.id = eligible.id",
        }
        sorting = {
            "candidate.entrypoint = available.entrypoint": f"candidate.id = ANY(ARRAY({due}))",
            # the same as before, in words that no index answers
            "candidate.status = 'queued'": "candidate.status < 'picked'",
            "candidate.execute_after < NOW()": "candidate.execute_after + interval '0' < NOW()",
            "ORDER BY candidate.priority DESC": "ORDER BY candidate.priority + 0 DESC",
        }
        self._said_otherwise = {False: by_number, True: by_number | sorting}
        self._made: dict[tuple[str, bool], str] = {}

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
            statement = query.sql
            for pgqueuers, ours in self._said_otherwise[few_are_due].items():
                statement = statement.replace(pgqueuers, ours)
            self._made[query.sql, few_are_due] = statement
        return statement, query.args
