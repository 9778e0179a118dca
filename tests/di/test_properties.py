"""Random programs against simple models."""

import inspect
from collections.abc import Sequence
from dataclasses import dataclass
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


@dataclass
class Node:
    """One service of a random graph."""

    needs: list[int]
    lifetime: ServiceLifetime
    closable: bool
    by_factory: bool


class Plan:
    """A random graph: each node needs some of those before it."""

    def __init__(self, nodes: list[Node]) -> None:
        self.made: list[Any] = []
        self.closed: list[Any] = []
        self.kinds: list[type] = []
        self.services = ServiceCollection()
        for number, node in enumerate(nodes):
            kind = self.kind(number, [self.kinds[parent] for parent in node.needs], closable=node.closable)
            self.kinds.append(kind)
            add(self.services, node.lifetime, kind, **({"factory": kind} if node.by_factory else {}))

    def kind(self, number: int, needed: Sequence[type], *, closable: bool) -> type:
        plan = self

        def __init__(self: Any, **parts: Any) -> None:
            self.parts = parts
            plan.made.append(self)

        def close(self: Any) -> None:
            plan.closed.append(self)

        sign(__init__, needed)
        return type(f"Node{number}", (), {"__init__": __init__, "close": close} if closable else {"__init__": __init__})


def sign(function: Any, hints: Sequence[type]) -> None:
    """Give the function keyword-only parameters with these hints."""
    parameters = [inspect.Parameter("self", inspect.Parameter.POSITIONAL_OR_KEYWORD)]
    names = [f"part{position}" for position in range(len(hints))]
    kind = inspect.Parameter.KEYWORD_ONLY
    parameters += [inspect.Parameter(name, kind, annotation=hint) for name, hint in zip(names, hints, strict=True)]
    function.__signature__ = inspect.Signature(parameters)
    function.__annotations__ = dict(zip(names, hints, strict=True))


@st.composite
def graphs(draw: st.DrawFn) -> list[Node]:
    size = draw(st.integers(1, 8))
    return [
        Node(
            needs=draw(st.lists(st.integers(0, number - 1), max_size=3)) if number else [],
            lifetime=draw(st.sampled_from(LIFETIMES)),
            closable=draw(st.booleans()),
            by_factory=draw(st.booleans()),
        )
        for number in range(size)
    ]


questions = st.lists(st.integers(0, 7), min_size=1, max_size=6)


def indices(objects: Sequence[Any]) -> list[int]:
    return [id(one) for one in objects]


@settings(max_examples=150, deadline=None)
@given(graphs(), questions)
def test_any_graph_is_closed_in_the_reverse_order_of_its_creation(nodes: list[Node], asked: list[int]) -> None:
    """DIS-01, DIS-02, DIS-03, LIF-03, LIF-05, LIF-10: each object once, at its owner's end, last made first; each time."""
    plan = Plan(nodes)
    provider = plan.services.build_service_provider()
    of_root: list[Any] = []

    for _ in range(4):
        plan.made.clear()
        plan.closed.clear()
        with provider.create_scope() as scope:
            for number in asked:
                scope.service_provider.get_service(plan.kinds[number % len(nodes)])
        closable = [one for one in plan.made if hasattr(one, "close")]
        of_scope = [one for one in closable if any(one is other for other in plan.closed)]
        of_root += [one for one in closable if all(one is not other for other in plan.closed)]

        assert indices(plan.closed) == indices(of_scope[::-1])
    plan.closed.clear()
    provider.close()

    assert indices(plan.closed) == indices(of_root[::-1])


@settings(max_examples=150, deadline=None)
@given(graphs(), questions)
def test_any_graph_is_made_in_the_same_order_each_time(nodes: list[Node], asked: list[int]) -> None:
    """DIS-03, RES-17: the first resolve and the compiled ones call the same constructors in the same order."""
    plan = Plan(nodes)
    provider = plan.services.build_service_provider()
    orders: list[list[type]] = []
    for kind, node in zip(plan.kinds, nodes, strict=True):
        if node.lifetime is ServiceLifetime.SINGLETON:
            provider.get_service(kind)

    for _ in range(5):
        plan.made.clear()
        inside = provider.create_scope().service_provider
        for number in asked:
            inside.get_service(plan.kinds[number % len(nodes)])
        orders.append([type(one) for one in plan.made])

    assert orders == [orders[0]] * 5


@settings(max_examples=100, deadline=None)
@given(graphs(), questions)
def test_any_graph_is_shared_as_its_lifetimes_say(nodes: list[Node], asked: list[int]) -> None:
    """LIF-01, LIF-03, LIF-05, LIF-07, LIF-08: the first resolve and the compiled ones agree."""
    plan = Plan(nodes)
    provider = plan.services.build_service_provider()
    here, there = provider.create_scope().service_provider, provider.create_scope().service_provider

    for number in asked * 2:
        kind, lifetime = plan.kinds[number % len(nodes)], nodes[number % len(nodes)].lifetime
        one, again, other = here.get_service(kind), here.get_service(kind), there.get_service(kind)

        assert (one is again) == (lifetime is not ServiceLifetime.TRANSIENT)
        assert (one is other) == (lifetime is ServiceLifetime.SINGLETON)


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
