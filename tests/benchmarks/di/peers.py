"""Other containers, for the scenarios that they know. They are in the dependency group ``bench``."""

from collections.abc import Callable, Iterator
from typing import Any

from . import services as kinds
from .measure import Statement
from .scenarios import run
from .services import (
    RULES,
    SCOPED,
    TRANSIENT,
    Clock,
    Graph,
    Leaf,
    Left,
    Pair,
    Repository,
    Request,
    Right,
    Session,
    Twins,
    UnitOfWork,
    connect,
)

Scenarios = dict[str, Statement]


def session(clock: Clock) -> Iterator[Session]:
    """Give a session and close it."""
    made = Session(clock)
    yield made
    made.close()


def work(session: Session) -> Iterator[UnitOfWork]:
    """Give a unit of work and close it."""
    made = UnitOfWork(session)
    yield made
    made.close()


def dishka() -> Scenarios:
    """dishka; a generator is its way to close something."""
    import dishka as library  # noqa: PLC0415 - may not be installed

    def filled() -> library.Provider:
        source = library.Provider(scope=library.Scope.APP)
        source.provide(Clock)
        for kind in TRANSIENT:
            source.provide(kind, cache=False)
        source.provide(connect, cache=False)
        source.provide(Repository, cache=False)
        for kind in (session, work, *(one for one in SCOPED if one not in {Session, UnitOfWork})):
            source.provide(kind, scope=library.Scope.REQUEST)
        return source

    container, async_container = library.make_container(filled()), library.make_async_container(filled())

    def scope() -> Any:
        with container() as one:
            return one.get(Request)

    async def async_scope() -> Any:
        async with async_container() as one:
            return await one.get(Request)

    names = {
        **vars(kinds),
        "run": run,
        "get": container.get,
        "aget": async_container.get,
        "scope": scope,
        "async_scope": async_scope,
    }
    return {
        "transient graph": Statement("get(Graph)", names),
        "transient leaf": Statement("get(Leaf)", names),
        "scope": Statement("scope()", names),
        "async scope": Statement("run(async_scope())", names),
        "singleton": Statement("get(Clock)", names),
        "async factory": Statement("run(aget(Repository))", names),
    }


def wireup() -> Scenarios:
    """wireup; a generator is its way to close something."""
    import wireup as library  # noqa: PLC0415 - may not be installed

    def marked(kind: Any, lifetime: str) -> Any:
        return library.injectable(lifetime=lifetime)(kind)

    plain = [marked(Clock, "singleton"), *(marked(kind, "transient") for kind in TRANSIENT)]
    scoped = [marked(kind, "scoped") for kind in (session, work, *SCOPED) if kind not in {Session, UnitOfWork}]
    asynchronous = [marked(connect, "transient"), marked(Repository, "transient")]
    container = library.create_sync_container(injectables=[*plain, *scoped])
    async_container = library.create_async_container(injectables=[*plain, *scoped, *asynchronous])

    def scope() -> Any:
        with container.enter_scope() as one:
            return one.get(Request)

    async def async_scope() -> Any:
        async with async_container.enter_scope() as one:
            return await one.get(Request)

    entered = container.enter_scope().__enter__()
    names = {
        **vars(kinds),
        "run": run,
        "get": container.get,
        "inside": entered.get,
        "scope": scope,
        "async_scope": async_scope,
    }
    return {
        "transient graph": Statement("inside(Graph)", names),
        "transient leaf": Statement("inside(Leaf)", names),
        "scope": Statement("scope()", names),
        "async scope": Statement("run(async_scope())", names),
        "singleton": Statement("get(Clock)", names),
    }


def dependency_injector() -> Scenarios:
    """dependency-injector by itself: providers wired by hand, no types."""
    from dependency_injector import providers  # noqa: PLC0415 - heavy

    clock = providers.ThreadSafeSingleton(Clock)
    leaf = providers.Factory(Leaf)

    graph = providers.Factory(
        Graph,
        providers.Factory(Pair, providers.Factory(Left, leaf), providers.Factory(Right, leaf, clock)),
        providers.Factory(Twins, leaf, leaf),
        leaf,
    )
    names = {
        "graph": graph,
        "leaf": leaf,
        "clock": clock,
        "rules": providers.List(*(providers.Factory(r) for r in RULES)),
    }
    return {
        "transient graph": Statement("graph()", names),
        "transient leaf": Statement("leaf()", names),
        "sequence of ten": Statement("rules()", names),
        "singleton": Statement("clock()", names),
    }


PEERS: dict[str, Callable[[], Scenarios]] = {
    "dishka": dishka,
    "wireup": wireup,
    "dependency-injector": dependency_injector,
}
