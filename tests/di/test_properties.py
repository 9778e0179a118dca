"""Random programs against simple models."""

import inspect
from collections.abc import Sequence
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from corner_host.di import ANY_KEY, ServiceCollection, ServiceDescriptor, ServiceLifetime
from tests.di.toys import LIFETIMES, add

SERVICES = [type(f"Service{number}", (), {}) for number in range(3)]
IMPLEMENTATIONS = {
    service: [type(f"{service.__name__}Kind{n}", (service,), {}) for n in range(3)] for service in SERVICES
}
KEYS = [None, "a", 1, True]

Step = tuple[str, type, int, ServiceLifetime, Any]

steps = st.lists(
    st.tuples(
        st.sampled_from(["add", "try_add", "try_add_enumerable", "replace", "remove_all"]),
        st.sampled_from(SERVICES),
        st.integers(0, 2),
        st.sampled_from(LIFETIMES),
        st.sampled_from(KEYS),
    ),
    max_size=15,
)


def same(key: Any, other: Any) -> bool:
    return type(key) is type(other) and key == other


class Model:
    """The collection as a list of (service, implementation, lifetime, key)."""

    def __init__(self) -> None:
        self.rows: list[tuple[type, type, ServiceLifetime, Any]] = []

    def of(self, service: type, key: Any) -> list[tuple[type, type, ServiceLifetime, Any]]:
        return [row for row in self.rows if row[0] is service and same(row[3], key)]

    def take(self, step: Step) -> None:
        what, service, number, lifetime, key = step
        row = (service, IMPLEMENTATIONS[service][number], lifetime, key)
        present = self.of(service, key)
        if what == "remove_all":
            self.rows = [old for old in self.rows if not (old[0] is service and same(old[3], key))]
        elif what == "replace":
            if present:
                del self.rows[next(index for index, old in enumerate(self.rows) if old is present[0])]
            self.rows.append(row)
        elif (
            what == "add"
            or (what == "try_add" and not present)
            or (what == "try_add_enumerable" and not any(old[1] is row[1] for old in present))
        ):
            self.rows.append(row)


def take(services: ServiceCollection, step: Step) -> None:
    what, service, number, lifetime, key = step
    implementation = IMPLEMENTATIONS[service][number]
    if what == "add":
        add(services, lifetime, service, implementation, key=key)
    elif what == "remove_all":
        services.remove_all(service, key=key)
    else:
        getattr(services, what)(ServiceDescriptor(service, implementation, lifetime=lifetime, key=key))


@given(steps)
def test_a_collection_is_what_its_history_made_it(history: list[Step]) -> None:
    """REG-05, TRY-01, TRY-02, TRY-03, TRY-06, TRY-10, TRY-12, KEY-35: the same rows as a plain list."""
    services, model = ServiceCollection(), Model()

    for step in history:
        take(services, step)
        model.take(step)

    rows = [(row.service_type, row.implementation_type, row.lifetime, row.key) for row in services]
    assert len(rows) == len(model.rows)
    assert all(row[:3] == old[:3] and same(row[3], old[3]) for row, old in zip(rows, model.rows, strict=True))


@given(steps)
def test_the_last_answers_and_all_come_in_order(history: list[Step]) -> None:
    """RES-03, RES-04, RES-06, LIF-16, KEY-01, KEY-03, KEY-04: whatever was registered, for each service and key."""
    services, model = ServiceCollection(), Model()
    for step in history:
        take(services, step)
        model.take(step)
    inside = services.build_service_provider(validate_on_build=True).create_scope().service_provider

    for service in SERVICES:
        for key in KEYS:
            expected = [row[1] for row in model.of(service, key)]
            one: Any = inside.get_service(service, key=key)
            everything: Any = inside.get_services(service, key=key)

            assert [type(item) for item in everything] == expected
            assert (type(one) if one is not None else None) == (expected[-1] if expected else None)
            if expected and model.of(service, key)[-1][2] is not ServiceLifetime.TRANSIENT:
                assert one is everything[-1]


class Plan:
    """A random graph: each node needs some of those before it."""

    def __init__(self, needs: list[list[int]], lifetimes: list[ServiceLifetime]) -> None:
        self.made: list[Any] = []
        self.closed: list[Any] = []
        self.kinds: list[type] = []
        self.services = ServiceCollection()
        for number, parents in enumerate(needs):
            kind = self.node(number, [self.kinds[parent] for parent in parents])
            self.kinds.append(kind)
            add(self.services, lifetimes[number], kind)

    def node(self, number: int, needed: Sequence[type]) -> type:
        plan = self

        def __init__(self: Any, **parts: Any) -> None:
            self.parts = parts
            plan.made.append(self)

        def close(self: Any) -> None:
            plan.closed.append(self)

        names = [f"part{position}" for position in range(len(needed))]
        exec_signature(__init__, names, needed)
        return type(f"Node{number}", (), {"__init__": __init__, "close": close})


def exec_signature(function: Any, names: Sequence[str], hints: Sequence[type]) -> None:
    """Give the function keyword-only parameters of these names and hints."""
    parameters = [inspect.Parameter("self", inspect.Parameter.POSITIONAL_OR_KEYWORD)]
    parameters += [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=hint)
        for name, hint in zip(names, hints, strict=True)
    ]
    function.__signature__ = inspect.Signature(parameters)
    function.__annotations__ = dict(zip(names, hints, strict=True))


@st.composite
def graphs(draw: st.DrawFn) -> tuple[list[list[int]], list[ServiceLifetime], list[int]]:
    size = draw(st.integers(1, 8))
    needs = [draw(st.lists(st.integers(0, node - 1), max_size=3)) if node else [] for node in range(size)]
    lifetimes = draw(st.lists(st.sampled_from(LIFETIMES), min_size=size, max_size=size))
    asked = draw(st.lists(st.integers(0, size - 1), min_size=1, max_size=6))
    return needs, lifetimes, asked


@settings(max_examples=150)
@given(graphs())
def test_any_graph_is_closed_in_the_reverse_order_of_its_creation(graph: tuple[Any, Any, list[int]]) -> None:
    """DIS-01, DIS-02, DIS-03, LIF-03, LIF-05, LIF-10: each object once, at its owner's end, last made first."""
    needs, lifetimes, asked = graph
    plan = Plan(needs, lifetimes)
    provider = plan.services.build_service_provider()

    with provider.create_scope() as scope:
        for number in asked:
            scope.service_provider.get_service(plan.kinds[number])
    of_scope, of_root = list(plan.closed), [one for one in plan.made if all(one is not other for other in plan.closed)]
    provider.close()

    in_order = [one for one in plan.made if any(one is other for other in of_scope)]
    assert [id(one) for one in of_scope] == [id(one) for one in reversed(in_order)]
    assert [id(one) for one in plan.closed[len(of_scope) :]] == [id(one) for one in reversed(of_root)]
    singletons = [type(one) for one in plan.made if lifetimes[plan.kinds.index(type(one))] is ServiceLifetime.SINGLETON]
    assert len(singletons) == len(set(singletons))


@settings(max_examples=100)
@given(graphs())
def test_any_graph_is_shared_as_its_lifetimes_say(graph: tuple[Any, Any, list[int]]) -> None:
    """LIF-01, LIF-03, LIF-05, LIF-07, LIF-08: the first resolve and the compiled ones agree."""
    needs, lifetimes, asked = graph
    plan = Plan(needs, lifetimes)
    provider = plan.services.build_service_provider()
    here, there = provider.create_scope().service_provider, provider.create_scope().service_provider

    for number in asked * 2:
        kind = plan.kinds[number]
        one, again, other = here.get_service(kind), here.get_service(kind), there.get_service(kind)

        assert (one is again) == (lifetimes[number] is not ServiceLifetime.TRANSIENT)
        assert (one is other) == (lifetimes[number] is ServiceLifetime.SINGLETON)


@given(st.lists(st.sampled_from(["a", "b", "c", "d"]), min_size=1, max_size=6))
def test_duplicate_keys_are_one_slot_each(keys: list[str]) -> None:
    """KEY-03, KEY-07, KEY-30, KEY-31: all of every key are the registrations in their order."""
    services = ServiceCollection()
    for key in keys:
        services.add_singleton(SERVICES[0], key=key)
    provider = services.build_service_provider()

    everything: Any = provider.get_services(SERVICES[0], key=ANY_KEY)

    assert len({id(one) for one in everything}) == len(keys)
    for key in set(keys):
        assert provider.get_service(SERVICES[0], key=key) is everything[len(keys) - 1 - keys[::-1].index(key)]
