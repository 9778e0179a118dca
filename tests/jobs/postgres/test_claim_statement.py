"""An upgrade of pgqueuer cannot make claims slow in silence: what is said otherwise must be found in its statement."""

from typing import Any

import pytest
from pgqueuer.adapters.persistence.qb import QueryQueueBuilder

from corner_host.jobs import JobEngineError
from corner_host.jobs.engines.postgres import PostgresEngine
from corner_host.jobs.engines.postgres.claim_statement import ClaimStatement
from corner_host.jobs.engines.postgres.names import pgqueuer_settings

BUILD = QueryQueueBuilder.build_dequeue_query


def test_each_form_of_the_statement_is_made() -> None:
    """With limits and without, few jobs due or many."""
    ClaimStatement(pgqueuer_settings("jobs")).check()


@pytest.mark.parametrize(
    "words",
    [
        "WHERE id IN (SELECT id FROM eligible)",
        "WHERE job.id = eligible.id",
        "candidate.entrypoint = available.entrypoint",
        "candidate.status = 'queued'",
        "candidate.execute_after < NOW()",
        "ORDER BY candidate.priority DESC",
    ],
)
@pytest.mark.parametrize("times", [1, -1])
async def test_a_pgqueuer_that_says_it_otherwise_is_refused_at_the_start(
    monkeypatch: pytest.MonkeyPatch, words: str, times: int
) -> None:
    """Before any server is asked, with its version; also where it only says it otherwise in one of two places."""

    def build(self: QueryQueueBuilder, **wanted: Any) -> Any:
        query = BUILD(self, **wanted)
        return type(query)(sql=query.sql.replace(words, words.replace(" ", "  ", 1), times), args=query.args)

    monkeypatch.setattr(QueryQueueBuilder, "build_dequeue_query", build)
    with pytest.raises(JobEngineError, match=r"(?s)pgqueuer \d.*To fix: install") as refused:
        async with PostgresEngine("postgresql://127.0.0.1:1/jobs").opened():
            raise AssertionError("it must not open")

    assert words in str(refused.value)


async def test_a_pgqueuer_that_builds_it_otherwise_is_refused_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its builder is no public promise of pgqueuer's."""

    def build(self: QueryQueueBuilder, *, batch: int) -> Any:
        del self, batch

    monkeypatch.setattr(QueryQueueBuilder, "build_dequeue_query", build)
    with pytest.raises(JobEngineError, match="unexpected keyword argument"):
        async with PostgresEngine("postgresql://127.0.0.1:1/jobs").opened():
            raise AssertionError("it must not open")
