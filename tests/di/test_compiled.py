"""The first resolve and the later ones are made in different ways, and must not be told apart."""

from collections.abc import Iterator
from typing import Any

import anyio
import pytest

from corner_host.di import CircularDependencyError, ServiceCollection, ServiceLifetime, ServiceProvider
from tests.di.toys import LIFETIMES, Branch, Closable, Journal, Leaf, add, journalled

OFTEN = 5
NOT_SHARED_BY_ALL = [ServiceLifetime.SCOPED, ServiceLifetime.TRANSIENT]


class Accessor:
    """Knows the current scope, as web frameworks do."""

    scope: ServiceProvider


class Inner:
    pass


class Asks:
    def __init__(self, accessor: Accessor) -> None:
        self.inner = accessor.scope.get_required_service(Inner)


class InnerFirst:
    def __init__(self, inner: Inner, asks: Asks) -> None:
        self.inner, self.asks = inner, asks


class AsksFirst:
    def __init__(self, asks: Asks, inner: Inner) -> None:
        self.inner, self.asks = inner, asks


@pytest.mark.parametrize("lifetime", [ServiceLifetime.SCOPED, ServiceLifetime.TRANSIENT])
@pytest.mark.parametrize("kind", [InnerFirst, AsksFirst])
def test_a_scope_that_is_asked_behind_its_back_has_one_object_all_the_same(
    kind: Any, lifetime: ServiceLifetime
) -> None:
    """LIF-05, LIF-08: a constructor that reaches the scope by another way sees what is made already, each time."""
    services = ServiceCollection().add_singleton(Accessor).add_scoped(Inner).add_scoped(Asks)
    add(services, lifetime, kind)
    provider = services.build_service_provider()
    accessor = provider.get_required_service(Accessor)

    for _ in range(OFTEN):
        accessor.scope = provider.create_scope().service_provider
        top = accessor.scope.get_required_service(kind)

        assert top.inner is top.asks.inner is accessor.scope.get_service(Inner)


class TakesTheScope:
    def __init__(self, provider: ServiceProvider) -> None:
        self.inner = provider.get_required_service(Inner)


class InnerThenScope:
    def __init__(self, inner: Inner, taker: TakesTheScope) -> None:
        self.inner, self.taker = inner, taker


@pytest.mark.parametrize("lifetime", [ServiceLifetime.SCOPED, ServiceLifetime.TRANSIENT])
@pytest.mark.parametrize("taker", [ServiceLifetime.SCOPED, ServiceLifetime.TRANSIENT])
def test_a_constructor_that_takes_the_scope_sees_what_was_made_before(
    lifetime: ServiceLifetime, taker: ServiceLifetime
) -> None:
    """LIF-05, SCO-05: each time, and what it makes is the scope's."""
    services = ServiceCollection().add_scoped(Inner)
    add(services, taker, TakesTheScope)
    add(services, lifetime, InnerThenScope)
    provider = services.build_service_provider()

    for _ in range(OFTEN):
        inside = provider.create_scope().service_provider
        top = inside.get_required_service(InnerThenScope)

        assert top.inner is top.taker.inner is inside.get_service(Inner)


class Scoped(Closable):
    pass


class Fleeting(Closable):
    pass


@pytest.mark.parametrize("lifetime", [ServiceLifetime.SCOPED, ServiceLifetime.TRANSIENT])
def test_what_was_made_before_a_failure_stays_the_scopes_each_time(lifetime: ServiceLifetime) -> None:
    """DIS-20, LIF-15: the scoped object is kept and found again, the transient is closed, the failure can be mended."""
    services, journal = journalled()
    fails: list[bool] = []

    class Flaky:
        def __init__(self) -> None:
            if fails.pop():
                raise ConnectionError

    class Top:
        def __init__(self, scoped: Scoped, fleeting: Fleeting, flaky: Flaky) -> None:
            self.scoped = scoped

    services.add_scoped(Scoped).add_transient(Fleeting).add_transient(Flaky)
    add(services, lifetime, Top)
    provider = services.build_service_provider()

    for turn in range(OFTEN + 1):
        journal.lines.clear()
        fails[:] = [False, True] if turn % 2 else [False]
        with provider.create_scope() as scope:
            inside = scope.service_provider
            if turn % 2:
                with pytest.raises(ConnectionError):
                    inside.get_service(Top)
            top = inside.get_required_service(Top)
            assert top.scoped is inside.get_service(Scoped)

        assert journal.lines == ["Fleeting closed"] * (turn % 2 + 1) + ["Scoped closed"]


class Session:
    pass


class Unit:
    def __init__(self, session: Session, journal: Journal) -> None:
        self.session = session
        journal.write("unit made")


class Handler:
    def __init__(self, session: Session, unit: Unit) -> None:
        self.session, self.unit = session, unit


def open_unit(session: Session, journal: Journal) -> Iterator[Unit]:
    yield Unit(session, journal)
    journal.write("unit finished")


@pytest.mark.parametrize("unit", NOT_SHARED_BY_ALL)
@pytest.mark.parametrize("handler", NOT_SHARED_BY_ALL)
@pytest.mark.parametrize("asked", [Unit, Handler])
async def test_a_generator_amid_scoped_services_runs_once_each_time(
    unit: ServiceLifetime, handler: ServiceLifetime, asked: Any
) -> None:
    """FAC-15, LIF-08: what it needs is shared with the others of its scope, by both doors."""
    services, journal = journalled()
    services.add_scoped(Session)
    add(services, unit, Unit, factory=open_unit)
    add(services, handler, Handler)
    provider = services.build_service_provider()

    for turn in range(2 * OFTEN):
        journal.lines.clear()
        async with provider.create_scope() as scope:
            inside = scope.service_provider
            made: Any = inside.get_service(asked) if turn % 2 else await inside.get_service_async(asked)

            assert made.session is inside.get_service(Session)
            assert asked is Unit or made.unit.session is made.session
        assert journal.lines == ["unit made", "unit finished"]


@pytest.mark.parametrize("lifetime", LIFETIMES)
async def test_a_loop_that_shows_up_late_is_a_loop_all_the_same(lifetime: ServiceLifetime) -> None:
    """CIR-14, D9: a factory that begins to ask for itself when it has long been compiled; by both doors."""
    loops: list[bool] = [False]

    def make(provider: ServiceProvider) -> Leaf:
        if loops[0]:
            provider.get_required_service(Branch)
        return Leaf()

    services = ServiceCollection()
    add(services, lifetime, Leaf, factory=make)
    add(services, lifetime, Branch)
    for _ in range(2):
        loops[0] = False
        provider = services.build_service_provider()
        for _ in range(OFTEN if lifetime is not ServiceLifetime.SINGLETON else 0):
            inside = provider.create_scope().service_provider
            assert inside.get_service(Branch)
            assert await inside.get_service_async(Branch)

        loops[0] = True
        for _ in range(2):
            inside = provider.create_scope().service_provider
            with pytest.raises(CircularDependencyError):
                inside.get_service(Branch)
            with pytest.raises(CircularDependencyError):
                await inside.get_service_async(Branch)


async def test_a_factory_may_change_its_mind_about_what_it_makes() -> None:
    """FAC-07, FAC-14, DIS-27: closable or not, None or not, to be awaited or not, call by call."""
    services, journal = journalled()
    products: list[Any] = []

    async def later() -> Leaf:
        await anyio.sleep(0)
        return Leaf()

    makers: dict[str, Any] = {"leaf": Leaf, "closable": lambda: Closable(journal), "none": lambda: None, "later": later}
    services.add_transient(object, factory=lambda: makers[products.pop(0)]())  # noqa: PLW0108 - chosen anew at each call
    order = ["leaf", "leaf", "leaf", "closable", "none", "leaf", "later", "closable", "none", "later", "leaf"]
    products[:] = order

    async with services.build_service_provider().create_scope() as scope:
        made = [await scope.service_provider.get_service_async(object) for _ in order]

    names = {"leaf": Leaf, "closable": Closable, "none": type(None), "later": Leaf}
    assert [type(one) for one in made] == [names[kind] for kind in order]
    assert journal.lines == ["Closable closed"] * 2


class AwkwardNames:
    def __init__(
        self, *, context: Leaf, k0: Leaf, v0: Leaf, d: Leaf, c: Leaf, lock: Leaf, self_: Leaf, size_: Leaf
    ) -> None:
        self.all = [context, k0, v0, d, c, lock, self_, size_]


@pytest.mark.parametrize("lifetime", LIFETIMES)
def test_the_names_of_parameters_do_not_matter(lifetime: ServiceLifetime) -> None:
    """CTR-35: whatever text a plan is written in."""
    services = ServiceCollection().add_scoped(Leaf)
    add(services, lifetime, AwkwardNames)
    provider = services.build_service_provider()

    for _ in range(OFTEN):
        inside = provider.create_scope().service_provider
        awkward = inside.get_required_service(AwkwardNames)

        assert len({id(leaf) for leaf in awkward.all}) == 1


def test_a_provider_that_is_closed_in_the_middle_loses_nothing_each_time() -> None:
    """DIS-19: also when everything has been compiled."""
    services, journal = journalled()
    doomed: list[Any] = []

    class Killer:
        def __init__(self) -> None:
            for scope in doomed:
                scope.close()

    class Top(Closable):
        def __init__(self, journal: Journal, scoped: Scoped, killer: Killer) -> None:
            super().__init__(journal)

    services.add_scoped(Scoped).add_transient(Killer).add_scoped(Top)
    provider = services.build_service_provider()
    for _ in range(OFTEN):
        provider.create_scope().service_provider.get_service(Top)
    doomed.append(provider.create_scope())

    with pytest.raises(RuntimeError, match="closed"):
        doomed[0].service_provider.get_service(Top)

    assert sorted(journal.lines) == ["Scoped closed", "Top closed"]
