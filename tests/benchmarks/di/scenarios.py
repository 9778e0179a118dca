"""Code written by hand, and ours for the same."""

from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from corner_host.di import ServiceCollection, ServiceProvider

from . import services as graph
from .measure import Statement
from .services import (
    RULES,
    SCOPED,
    TRANSIENT,
    Checkout,
    Clock,
    Connection,
    Customers,
    Orders,
    Repository,
    Request,
    Rule,
    Session,
    UnitOfWork,
    connect,
)

CLOCK = Clock()


def provider() -> ServiceProvider:
    """Return a provider of everything that is measured."""
    services = ServiceCollection().add_singleton(Clock).add_transient(Repository)
    services.add_transient(Connection, factory=connect)
    for service in TRANSIENT:
        services.add_transient(service)
    for service in SCOPED:
        services.add_scoped(service)
    for rule in RULES:
        services.add_transient(Rule, rule)
    return services.build_service_provider()


class Table:
    """The least that an answer by type can cost: a dict of lambdas behind one method."""

    def __init__(self) -> None:
        self.makers: dict[Any, Callable[[Table], Any]] = {Clock: lambda _: CLOCK}

    def get(self, service: Any) -> Any:
        """Return what answers for *service*."""
        return self.makers[service](self)


def run(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine that never suspends, without the cost of an event loop."""
    try:
        coroutine.send(None)
    except StopIteration as stop:
        return stop.value
    raise AssertionError("it suspended")


def scope_by_hand() -> Request:
    """Make a request's services and close them."""
    session = Session(CLOCK)
    try:
        work = UnitOfWork(session)
        try:
            return Request(Checkout(Orders(session), Customers(session), work), work)
        finally:
            work.close()
    finally:
        session.close()


async def async_scope_by_hand() -> Request:
    """Do the same in a coroutine."""
    session = Session(CLOCK)
    try:
        work = UnitOfWork(session)
        try:
            return Request(Checkout(Orders(session), Customers(session), work), work)
        finally:
            work.close()
    finally:
        session.close()


async def repository_by_hand() -> Repository:
    """Await the connection."""
    return Repository(await connect(), CLOCK)


def ours(root: ServiceProvider) -> dict[str, Statement]:
    """Return our statement of every scenario."""

    def scope() -> Request:
        with root.create_scope() as one:
            return one.service_provider.get_required_service(Request)

    async def async_scope() -> Request:
        async with root.create_scope() as one:
            return await one.service_provider.get_required_service_async(Request)

    names: Mapping[str, Any] = {
        **vars(graph),
        "run": run,
        "get": root.get_required_service,
        "get_all": root.get_services,
        "get_async": root.get_required_service_async,
        "scope": scope,
        "async_scope": async_scope,
    }
    return {
        "transient graph": Statement("get(Graph)", names),
        "transient leaf": Statement("get(Leaf)", names),
        "scope": Statement("scope()", names),
        "async scope": Statement("run(async_scope())", names),
        "sequence of ten": Statement("get_all(Rule)", names),
        "singleton": Statement("get(Clock)", names),
        "async factory": Statement("run(get_async(Repository))", names),
    }


def by_hand() -> dict[str, Statement]:
    """Return the statement by hand of every scenario."""
    names: dict[str, Any] = {
        **vars(graph),
        "CLOCK": CLOCK,
        "run": run,
        "table": Table().get,
        "scope_by_hand": scope_by_hand,
        "async_scope_by_hand": async_scope_by_hand,
        "repository_by_hand": repository_by_hand,
    }
    names.update({rule.__name__: rule for rule in RULES})
    nested = "Graph(Pair(Left(Leaf()), Right(Leaf(), CLOCK)), Twins(Leaf(), Leaf()), Leaf())"
    return {
        "transient graph": Statement(nested, names),
        "transient leaf": Statement("Leaf()", names),
        "scope": Statement("scope_by_hand()", names),
        "async scope": Statement("run(async_scope_by_hand())", names),
        "sequence of ten": Statement(f"({', '.join(f'{rule.__name__}()' for rule in RULES)})", names),
        "singleton": Statement("table(Clock)", names),
        "async factory": Statement("run(repository_by_hand())", names),
    }
