"""How an item calls its work: arguments, token, services, time."""

import contextvars
import inspect
import logging
import threading
from collections.abc import Sequence
from datetime import timedelta
from functools import partial, wraps
from typing import Annotated, Any

import anyio
import pytest

from corner_host.background import BackgroundTaskQueue, MetricsService, WorkItemTimeoutError
from corner_host.di import FromKeyedServices, ServiceCollection, ServiceNotRegisteredError, ServiceProvider
from corner_host.primitives import CancellationToken, CancellationTokenSource


class Database:
    def __init__(self) -> None:
        self.closed = False

    async def aclose(self) -> None:
        self.closed = True


class Mailer:
    pass


async def run(work: Any, /, *args: Any, provider: ServiceProvider | None = None, **kwargs: Any) -> Any:
    """Queue, take and run one item; returns what it returned."""
    queue = BackgroundTaskQueue()
    await queue.queue_background_work_item(work, *args, **kwargs)
    return await (await queue.dequeue()).run(provider, TOKEN)


TOKEN = CancellationTokenSource().token


async def nothing() -> str:
    return "done"


async def annotated(stopping: CancellationToken) -> Any:
    return stopping


async def named(token) -> Any:  # type: ignore[no-untyped-def] # that is the point
    return token


async def sole(whatever) -> Any:  # type: ignore[no-untyped-def] # that is the point
    return whatever


async def first(token, order) -> Any:  # type: ignore[no-untyped-def] # that is the point
    return token, order


async def last(order: int, *, token: CancellationToken) -> Any:
    return token, order


async def in_the_middle(order: int, token: CancellationToken, times: int = 1) -> Any:
    return token, order, times


async def anything(*args: Any, **kwargs: Any) -> Any:
    return args, kwargs


class Shop:
    async def process(self, order: int) -> Any:
        return self, order

    async def __call__(self, order: int) -> Any:
        return order


@pytest.mark.parametrize(
    ("work", "args", "kwargs", "result"),
    [
        (nothing, (), {}, "done"),
        (annotated, (), {}, TOKEN),
        (named, (), {}, TOKEN),
        (sole, (), {}, TOKEN),
        (sole, (7,), {}, 7),
        (first, (7,), {}, (TOKEN, 7)),
        (first, (), {"order": 7}, (TOKEN, 7)),
        (last, (7,), {}, (TOKEN, 7)),
        (in_the_middle, (7,), {}, (TOKEN, 7, 1)),
        (in_the_middle, (7, 2), {}, (TOKEN, 7, 2)),
        (in_the_middle, (7,), {"times": 3}, (TOKEN, 7, 3)),
        (anything, (1, 2), {"a": 3}, ((1, 2), {"a": 3})),
        (partial(first, order=7), (), {}, (TOKEN, 7)),
        (partial(anything, 1), (2,), {}, ((1, 2), {})),
        (Shop(), (7,), {}, 7),
        (lambda number: first(TOKEN, number), (7,), {}, (TOKEN, 7)),
        (max, (1, 2), {}, 2),
    ],
)
async def test_given_arguments_fill_what_is_not_the_token(work: Any, args: Any, kwargs: Any, result: Any) -> None:
    """In order, by name, or both; the token goes where it is annotated, named, or the only thing taken."""
    assert await run(work, *args, **kwargs) == result


async def test_a_bound_method_is_work_too() -> None:
    """And knows its object."""
    shop = Shop()

    assert await run(shop.process, 7) == (shop, 7)


@pytest.mark.parametrize(
    ("work", "args", "message"),
    [(nothing, (1,), "1 positional argument"), (first, (), "'order'"), (first, (1, 2), "1 positional argument")],
)
async def test_what_does_not_fit_is_a_failure_that_says_so(work: Any, args: Any, message: str) -> None:
    """The function is named, and what is wrong with the call."""
    with pytest.raises(TypeError, match=message):
        await run(work, *args)


async def test_the_rest_comes_from_a_scope_of_the_items_own() -> None:
    """One scope an item, closed after it, also when it fails; nothing is shared but singletons."""
    provider = ServiceCollection().add_scoped(Database).add_singleton(Mailer).build_service_provider()
    seen: list[tuple[int, Database, bool, Mailer]] = []

    async def work(order: int, database: Database, mailer: Mailer) -> None:
        seen.append((order, database, database.closed, mailer))
        if order == 2:
            raise OSError("no connection")

    await run(work, 1, provider=provider)
    with pytest.raises(OSError, match="no connection"):
        await run(work, 2, provider=provider)

    (_, one, open_one, mailer), (_, other, open_other, same_mailer) = seen
    assert one is not other
    assert mailer is same_mailer
    assert (open_one, open_other) == (False, False)
    assert (one.closed, other.closed) == (True, True)


async def test_services_are_found_as_in_a_constructor() -> None:
    """Keyed services, collections, defaults, a logger, the provider of the scope itself."""
    services = ServiceCollection()
    services.add_singleton(Mailer, key="fast").add_singleton(str, instance="a").add_singleton(str, instance="b")
    provider = services.build_service_provider()

    async def work(
        order: int,
        mailer: Annotated[Mailer, FromKeyedServices("fast")],
        names: Sequence[str],
        logger: logging.Logger,
        scope: ServiceProvider,
        database: Database | None = None,
        number: int = 7,
    ) -> Any:
        return order, mailer, tuple(names), logger.name, scope, database, number

    order, mailer, names, logger, scope, database, number = await run(work, 1, provider=provider)

    assert (order, names, database, number) == (1, ("a", "b"), None, 7)
    assert mailer is provider.get_required_service(Mailer, key="fast")
    assert "work" in logger
    assert scope is not provider


async def test_asynchronous_factories_are_awaited() -> None:
    """A work item is asynchronous anyway."""

    async def open_database() -> Database:
        await anyio.lowlevel.checkpoint()
        return Database()

    provider = ServiceCollection().add_scoped(Database, factory=open_database).build_service_provider()

    async def work(database: Database) -> Any:
        return database

    database = await run(work, provider=provider)

    assert isinstance(database, Database)
    assert database.closed


async def test_a_missing_service_fails_the_item_by_name() -> None:
    """The error names the service."""

    async def work(database: Database) -> None:
        raise AssertionError

    with pytest.raises(ServiceNotRegisteredError, match="Database"):
        await run(work, provider=ServiceCollection().build_service_provider())
    with pytest.raises(TypeError, match=r"database.*without a service provider"):
        await run(work)


async def test_closures_of_one_function_are_told_apart_by_their_annotations() -> None:
    """Their code is the same, what they ask for is not."""
    provider = ServiceCollection().add_singleton(Database).add_singleton(Mailer).build_service_provider()

    def asking_for(service: Any) -> Any:
        async def work(found: service) -> Any:
            return type(found)

        return work

    results = [await run(asking_for(service), provider=provider) for service in (Database, Mailer, Database)]

    assert results == [Database, Mailer, Database]


async def test_a_plain_function_runs_in_a_thread() -> None:
    """It may block; it gets arguments and services as a coroutine function does."""
    provider = ServiceCollection().add_singleton(Mailer).build_service_provider()

    def work(order: int, mailer: Mailer) -> Any:
        return order, type(mailer), threading.get_ident()

    order, mailer, thread = await run(work, 7, provider=provider)

    assert (order, mailer) == (7, Mailer)
    assert thread != threading.get_ident()


@pytest.mark.parametrize("timeout", [0.01, timedelta(milliseconds=10)])
async def test_an_item_that_runs_out_of_time_is_cancelled_and_failed(timeout: Any) -> None:
    """The error is a TimeoutError that names the item; the token of the item is cancelled."""
    queue = BackgroundTaskQueue()
    tokens: list[CancellationToken] = []

    async def work(token: CancellationToken) -> None:
        tokens.append(token)
        await anyio.sleep_forever()

    await queue.queue_background_work_item(work, timeout=timeout, name="slow")
    with anyio.fail_after(10), pytest.raises(TimeoutError) as caught:
        await (await queue.dequeue()).run(None, TOKEN)

    assert isinstance(caught.value, WorkItemTimeoutError)
    assert (caught.value.name, caught.value.timeout) == ("slow", 0.01)
    assert tokens[0].is_cancellation_requested
    assert not TOKEN.is_cancellation_requested
    assert MetricsService(queue).failed == 1


async def test_work_in_a_thread_runs_out_of_time_too() -> None:
    """anyio cannot cancel a thread: the item ends, and its token tells the thread."""
    ended = threading.Event()

    def work(token: CancellationToken) -> None:
        while not token.is_cancellation_requested:
            pass
        ended.set()

    with anyio.fail_after(10), pytest.raises(WorkItemTimeoutError):
        await run(work, timeout=0.2)  # enough for a thread to start

    assert await anyio.to_thread.run_sync(ended.wait, 10)


async def test_an_item_with_a_timeout_gets_the_token_of_its_caller_too() -> None:
    """A shutdown reaches it, whatever its timeout."""
    source = CancellationTokenSource()
    queue = BackgroundTaskQueue()

    async def work(token: CancellationToken) -> str:
        source.cancel()
        await token.wait()
        return "told"

    await queue.queue_background_work_item(work, timeout=60)
    with anyio.fail_after(10):
        assert await (await queue.dequeue()).run(None, source.token) == "told"


async def test_context_variables_come_along_only_when_listed() -> None:
    """A whitelist, since a request's context holds what must not outlive it."""
    tenant = contextvars.ContextVar("tenant", default="nobody")
    request = contextvars.ContextVar("request", default="none")
    unset: contextvars.ContextVar[str] = contextvars.ContextVar("unset")
    queue = BackgroundTaskQueue(carry=[tenant, unset])
    seen: list[tuple[str, str, str]] = []

    async def work() -> None:
        seen.append((tenant.get(), request.get(), unset.get("still unset")))

    async def caller() -> None:
        tenant.set("acme")
        request.set("GET /")
        await queue.queue_background_work_item(work)

    async with anyio.create_task_group() as group:
        group.start_soon(caller)
    await (await queue.dequeue()).run()

    assert seen == [("acme", "none", "still unset")]
    assert tenant.get() == "nobody"


async def test_cancelling_the_caller_counts_as_cancelled() -> None:
    """And the scope is closed nevertheless."""
    provider = ServiceCollection().add_scoped(Database).build_service_provider()
    queue = BackgroundTaskQueue()
    databases: list[Database] = []

    async def work(database: Database) -> None:
        databases.append(database)
        await anyio.sleep_forever()

    await queue.queue_background_work_item(work)
    with anyio.move_on_after(0.01) as scope:
        await (await queue.dequeue()).run(provider)

    assert scope.cancelled_caught
    assert databases[0].closed
    assert MetricsService(queue).cancelled == 1


async def test_what_a_decorator_has_made_is_called_as_what_it_decorates() -> None:
    """All that one decorator makes share its code; each is called in its own way nevertheless."""

    def logged(function: Any) -> Any:
        @wraps(function)
        async def logging_call(*args: Any, **kwargs: Any) -> Any:
            return await function(*args, **kwargs)

        return logging_call

    plain, with_token, with_argument = logged(nothing), logged(annotated), logged(first)

    for _ in range(2):
        assert await run(plain) == "done"
        assert await run(with_token) is TOKEN
        assert await run(with_argument, 7) == (TOKEN, 7)


async def test_closures_keep_their_own_defaults() -> None:
    """Which may come into a service's place."""
    provider = ServiceCollection().build_service_provider()

    def repeating(times: int) -> Any:
        async def work(times: int = times) -> int:
            return times

        return work

    assert [await run(repeating(times), provider=provider) for times in (1, 2, 3)] == [1, 2, 3]


async def test_one_function_may_be_queued_in_several_ways() -> None:
    """With arguments by position, by name, and with none."""
    for _ in range(2):
        assert await run(in_the_middle, 7) == (TOKEN, 7, 1)
        assert await run(in_the_middle, 7, 2) == (TOKEN, 7, 2)
        assert await run(in_the_middle, order=7, times=3) == (TOKEN, 7, 3)
        assert await run(in_the_middle, times=3, order=7) == (TOKEN, 7, 3)


@pytest.mark.parametrize("marked_first", [True, False])
async def test_a_marked_function_is_not_taken_for_an_unmarked_one(marked_first: bool) -> None:
    """What a decorator may have written on a function changes what it takes, although its code is the same."""

    def make(*, marked: bool) -> Any:
        async def call(*args: Any) -> Any:
            return args

        if marked:
            call.__dict__["__signature__"] = inspect.signature(annotated)
        return call

    order = [marked_first, not marked_first] * 2

    assert [await run(make(marked=marked)) for marked in order] == [(TOKEN,) if marked else () for marked in order]
