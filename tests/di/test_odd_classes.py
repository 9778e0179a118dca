"""Classes and callables off the beaten track, as real code bases have them."""

import collections
import functools
import io
import queue
import threading
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import InitVar, dataclass, field
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Literal, Optional, TypedDict

import anyio
import pytest

from corner_host.di import FromKeyedServices, ServiceCollection, UnresolvableDependencyError
from tests.di.toys import Branch, Journal, Leaf, provider_with


def made(kind: Any, *others: Any) -> Any:
    return provider_with(Leaf, kind, *others).get_required_service(kind)


@pytest.mark.parametrize(
    "kind",
    [
        dict,
        list,
        set,
        int,
        str,
        object,
        Decimal,
        io.StringIO,
        threading.Event,
        queue.Queue,
        collections.OrderedDict,
        collections.Counter,
        ValueError,
    ],
)
def test_classes_of_the_standard_library_can_be_registered(kind: type) -> None:
    """CTR-02, CTR-34, CTR-38: also those that are written in C and have no readable signature."""
    assert isinstance(provider_with(kind).get_service(kind), kind)


def test_a_class_whose_new_answers_another_type_is_fine() -> None:
    """CTR-38: what the call returns is the service."""

    class Adapter:
        pass

    class Facade:
        def __new__(cls, leaf: Leaf) -> Any:
            assert isinstance(leaf, Leaf)
            return Adapter()

    assert isinstance(made(Facade), Adapter)


async def test_an_event_of_anyio_can_be_a_service() -> None:
    """CTR-38: its class chooses an implementation by back end."""
    assert isinstance(provider_with(anyio.Event).get_service(anyio.Event), anyio.Event)


class Nested:
    def __init__(
        self, leaves: list["Leaf"], maybe: Optional["Leaf"], keyed: Annotated["Leaf", FromKeyedServices("k")]
    ) -> None:
        self.leaves, self.maybe, self.keyed = leaves, maybe, keyed


def test_hints_may_be_quoted_in_part() -> None:
    """CTR-30: inside of generics, unions and Annotated."""
    provider = ServiceCollection().add_singleton(Leaf).add_singleton(Leaf, key="k").add_singleton(Nested)
    nested = provider.build_service_provider().get_required_service(Nested)

    assert nested.leaves == [nested.maybe]
    assert isinstance(nested.keyed, Leaf)
    assert nested.keyed is not nested.maybe


@dataclass
class Base:
    leaf: Leaf
    size: int = 3
    later: InitVar[Leaf] = field(kw_only=True)

    def __post_init__(self, later: Leaf) -> None:
        self.seen = later


@dataclass
class Derived(Base):
    notes: list[str] = field(default_factory=list, kw_only=True)


def test_a_derived_dataclass_with_keyword_only_fields_is_built() -> None:
    """CTR-29: fields of both, InitVar among them."""
    derived = made(Derived)

    assert derived.leaf is derived.seen
    assert (derived.size, derived.notes) == (3, [])


def test_an_attrs_class_is_built_by_its_generated_signature() -> None:
    """CTR-29: private fields by their public names, factories left alone."""
    attrs = pytest.importorskip("attrs")

    @attrs.define
    class Modern:
        _leaf: Leaf
        notes: list[str] = attrs.field(factory=lambda: ["fresh"])
        hidden: int = attrs.field(init=False, default=3)

    modern = made(Modern)

    assert isinstance(modern._leaf, Leaf)
    assert modern.notes == ["fresh"]


def test_mixins_that_pass_everything_on_do_not_hide_the_constructor() -> None:
    """CTR-20, CTR-34: cooperative inheritance with *args and **kwargs."""

    class Mixin:
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            self.mixed = True
            super().__init__(*args, **kwargs)

    class Plain:
        def __init__(self) -> None:
            self.plain = True

    class Both(Mixin, Plain):
        pass

    both = made(Both)

    assert both.mixed
    assert both.plain


class Colour(Enum):
    RED = 1


class Row(TypedDict):
    name: str


@pytest.mark.parametrize(
    "hint", [Literal["a", "b"], Row, Colour, tuple[int, str], Callable[[int], str], "int | Undefined"]
)
@pytest.mark.parametrize("defaulted", [False, True])
def test_hints_that_nobody_registers_take_the_default_or_are_explained(hint: Any, defaulted: bool) -> None:
    """CTR-21, CTR-22, CTR-36: never a TypeError or a KeyError from within."""

    class Strict:
        def __init__(self, thing: hint) -> None:
            raise AssertionError("not reached")

    class Relaxed:
        def __init__(self, thing: hint = 7) -> None:
            self.thing = thing

    if defaulted:
        assert made(Relaxed).thing == 7
    else:
        with pytest.raises(UnresolvableDependencyError, match="'thing'"):
            made(Strict)


class Meta(type):
    def __eq__(cls, other: object) -> bool:
        return cls is other

    def __hash__(cls) -> int:
        return 1

    def __instancecheck__(cls, instance: object) -> bool:
        raise AssertionError("asked for an instance")

    def __len__(cls) -> int:
        """Make the class false, as a registry of its empty list of instances would."""
        return 0


class Odd(metaclass=Meta):
    def __init__(self, leaf: Leaf) -> None:
        self.leaf = leaf


def test_a_class_with_an_odd_metaclass_is_a_service_like_any() -> None:
    """LIF-17: a class may be false, and its metaclass may not want to be asked about instances."""

    class Needs:
        def __init__(self, odd: Odd, more: list[Odd]) -> None:
            self.odd = odd

    provider = provider_with(Leaf, Odd, Needs, validate_on_build=True, validate_scopes=True)

    assert type(provider.get_service(Odd)) is Odd
    assert provider.get_required_service(Needs).odd is provider.get_service(Odd)


class AsyncCallable:
    async def __call__(self, leaf: Leaf) -> Branch:
        return Branch(leaf)

    async def method(self, leaf: Leaf) -> Branch:
        return Branch(leaf)


async def with_number(number: int, leaf: Leaf) -> Branch:
    return Branch(leaf)


@pytest.mark.parametrize("factory", [AsyncCallable(), AsyncCallable().method, functools.partial(with_number, 7)])
async def test_every_kind_of_asynchronous_callable_is_a_factory(factory: Callable[..., Awaitable[Branch]]) -> None:
    """D8, FAC-13: callable objects, methods and partials."""
    provider = ServiceCollection().add_singleton(Leaf).add_singleton(Branch, factory=factory).build_service_provider()

    assert (await provider.get_required_service_async(Branch)).leaf is provider.get_service(Leaf)


class GeneratorCallable:
    def __call__(self, journal: Journal) -> Iterator[Leaf]:
        yield Leaf()
        journal.write("finished")


def test_a_callable_object_may_be_a_generator_factory() -> None:
    """FAC-15, FAC-13: also through a partial."""
    for factory in (GeneratorCallable(), GeneratorCallable().__call__, functools.partial(GeneratorCallable())):
        journal = Journal()
        services = ServiceCollection().add_singleton(Journal, instance=journal).add_singleton(Leaf, factory=factory)

        with services.build_service_provider() as provider:
            assert isinstance(provider.get_service(Leaf), Leaf)

        assert journal.lines == ["finished"]


def test_a_cached_function_is_a_factory() -> None:
    """FAC-13: functools.lru_cache wraps; the wrapped signature counts."""

    @functools.lru_cache
    def make(leaf: Leaf) -> Branch:
        return Branch(leaf)

    provider = ServiceCollection().add_singleton(Leaf).add_transient(Branch, factory=make).build_service_provider()

    assert provider.get_service(Branch) is provider.get_service(Branch) is not None


def test_a_class_that_is_no_generic_but_subscriptable_is_a_service() -> None:
    """RES-20: __class_getitem__ may answer anything hashable."""

    class Subscriptable:
        def __class_getitem__(cls, item: object) -> Any:
            return cls

    alias: Any = Subscriptable

    assert isinstance(provider_with(Subscriptable).get_service(alias["anything"]), Subscriptable)


def test_a_constructor_with_three_hundred_parameters_is_called() -> None:
    """CTR-35: there is no limit."""
    names = [f"leaf{number}" for number in range(300)]
    namespace: dict[str, Any] = {"Leaf": Leaf}
    exec(
        f"def __init__(self, {', '.join(f'{name}: Leaf' for name in names)}): self.all = [{', '.join(names)}]",
        namespace,
    )
    Wide = type("Wide", (), {"__init__": namespace["__init__"]})

    assert len(made(Wide).all) == 300


def test_metadata_that_cannot_be_hashed_is_no_hindrance() -> None:
    """CTR-26, REG-25: at the door, in parameters, and inside of generics."""

    class Needs:
        def __init__(self, leaf: Annotated[Leaf, {"a": 1}], leaves: list[Annotated[Leaf, []]]) -> None:
            self.leaf, self.leaves = leaf, leaves

    provider = provider_with(Leaf, Needs)
    needs = provider.get_required_service(Needs)

    for _ in range(3):
        assert provider.get_service(Annotated[Leaf, {"a": 1}]) is needs.leaf
        assert list(provider.get_services(Annotated[Leaf, []])) == needs.leaves
        assert provider.is_service(Annotated[Leaf, []])
