"""What an engine cannot do is refused where it is asked for, by name and with the way out; nothing is left out in silence."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Any, Final

import pytest

from corner_host import Host, HostBuilder, JobClient
from corner_host.jobs import (
    Capabilities,
    Duplicate,
    Enqueued,
    EnqueueMiddleware,
    JobEngine,
    JobRegistrationError,
    NewJob,
    NotSupportedByEngineError,
    RateLimit,
)
from corner_host.jobs.engines.nats import NatsEngine
from corner_host.jobs.engines.postgres import PostgresEngine
from corner_host.jobs.engines.sqlite import SqliteEngine
from corner_host.jobs.outbox import OutboxEngine
from tests.jobs.hosted import Receipt

NATS: Final = NatsEngine("nats://127.0.0.1:1")
ENGINES: Final[dict[str, JobEngine]] = {
    "memory": SqliteEngine(":memory:"),
    "sqlite": SqliteEngine("jobs.db"),
    "postgres": PostgresEngine("postgresql://127.0.0.1:1/jobs"),
    "nats": NATS,
    "nats with an outbox": OutboxEngine(NATS, "jobs.db"),
}
CANNOT: Final = {
    "memory": {"durable", "transactions"},
    "sqlite": set[str](),
    "postgres": set[str](),
    "nats": {
        "priority", "concurrency_limit", "rate_limit", "listing", "failures", "children", "transactions",
    },
    "nats with an outbox": {"priority", "concurrency_limit", "rate_limit", "listing", "failures", "children"},
}  # fmt: skip
"""The table of the documentation, held to what the engines say."""
AT_BUILD: Final[dict[str, Callable[[HostBuilder], object]]] = {
    "concurrency_limit": lambda builder: builder.services.add_job_handler(Receipt, send, max_concurrency=1),
    "rate_limit": lambda builder: builder.services.add_job_handler(Receipt, send, rate_limit=RateLimit(1)),
    "recurring": lambda builder: builder.services.add_job_handler(Receipt, send).add_recurring_job(
        "nightly", Receipt(order=1), every=60
    ),
}
AT_THE_CALL: Final[dict[str, Callable[[JobClient], Awaitable[object]]]] = {
    "delay": lambda client: client.enqueue(Receipt(order=1), delay=1),
    "priority": lambda client: client.enqueue_many([Receipt(order=1)], priority=1),
    "unique_key": lambda client: client.enqueue(Receipt(order=1), key="a"),
    "children": lambda client: client.enqueue(Receipt(order=1), after="1"),
}
BY_THE_ENGINE: Final = {
    "listing", "dead_letters", "failures", "history", "results", "progress", "pausing", "transactions",
}  # fmt: skip
"""What the engine itself refuses or leaves out of its answers: `JobEngineConformance` asks each for these."""


async def send(job: Receipt) -> None: ...


class Tin:
    """An engine that is only asked what it can do, and hands back the names of what it was given."""

    def __init__(self, **can: Any) -> None:
        self.capabilities = replace(Capabilities(engine="tin"), **can)


def host_on(engine: Any, configure: Callable[[HostBuilder], object]) -> Host:
    builder = Host.create_builder(["--Logging:LogLevel:Default=None"])
    builder.services.add_singleton(JobEngine, instance=engine).add_jobs(builder.configuration)
    configure(builder)
    return builder.build()


@pytest.mark.parametrize("name", list(ENGINES))
def test_the_engines_cannot_do_what_is_documented_and_no_more(name: str) -> None:
    """A line of the table for each engine."""
    can = ENGINES[name].capabilities

    assert {each.name for each in fields(can) if each.name != "store" and not getattr(can, each.name)} == CANNOT[name]


def test_for_everything_that_an_engine_may_lack_there_is_a_place_where_it_is_refused() -> None:
    """A capability that is added must say where."""
    names = {each.name for each in fields(Capabilities)} - {"engine", "store", "durable"}

    assert names == {*AT_BUILD, *AT_THE_CALL, *BY_THE_ENGINE}


@pytest.mark.parametrize("lacking", list(AT_BUILD))
def test_a_registration_that_the_engine_cannot_keep_is_refused_at_build(lacking: str) -> None:
    """Not when the first job comes; what it can do, it is let do."""
    with pytest.raises(JobRegistrationError, match=r"the engine tin cannot .*\nTo fix: "):
        host_on(Tin(**{lacking: False}), AT_BUILD[lacking])
    host_on(Tin(), AT_BUILD[lacking])


async def test_an_engine_that_is_made_late_is_asked_at_the_start() -> None:
    """A factory makes it when it is needed, so that the build cannot know it."""
    builder = Host.create_builder(["--Logging:LogLevel:Default=None"])
    builder.services.add_singleton(JobEngine, factory=lambda: Tin(rate_limit=False)).add_jobs(builder.configuration)
    AT_BUILD["rate_limit"](builder)

    with pytest.raises(JobRegistrationError, match="rate_limit"):
        await builder.build().start()


@pytest.mark.parametrize("lacking", list(AT_THE_CALL))
async def test_a_job_that_the_engine_would_take_for_another_is_refused_at_the_call(lacking: str) -> None:
    """Nothing reaches the engine: it has no method to put a job."""
    host = host_on(Tin(**{lacking: False}), lambda builder: builder.services.add_job_handler(Receipt, send))
    client = host.services.get_required_service(JobClient)

    with pytest.raises(NotSupportedByEngineError, match=r"the engine tin cannot .*\nTo fix: "):
        await AT_THE_CALL[lacking](client)
    with pytest.raises(AttributeError, match="put"):
        await client.enqueue(Receipt(order=1))


async def test_what_middleware_asks_for_is_refused_too() -> None:
    """It may change jobs on the way, when nobody looks any more."""

    class Later:
        async def enqueue(self, jobs: Sequence[NewJob], next: Any) -> Sequence[Enqueued | Duplicate]:  # noqa: A002
            return await next([replace(job, run_at=datetime.now(UTC).timestamp() + 60) for job in jobs])  # type: ignore[no-any-return]

    def configure(builder: HostBuilder) -> object:
        builder.services.add_singleton(EnqueueMiddleware, Later)
        return builder.services.add_job_handler(Receipt, send)

    client = host_on(Tin(delay=False), configure).services.get_required_service(JobClient)

    with pytest.raises(NotSupportedByEngineError, match="cannot delay a job"):
        await client.enqueue(Receipt(order=1))
