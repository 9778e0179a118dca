"""Python's own signatures: every kind of parameter and every kind of class."""

import functools
from collections import namedtuple
from collections.abc import Callable
from dataclasses import InitVar, dataclass, field
from typing import Any, ClassVar, NamedTuple

import pytest
from pydantic import BaseModel, ConfigDict, Field

from corner_host.di import ServiceCollection, UnresolvableDependencyError
from tests.di.toys import Branch, Leaf, MemoryStore, Store, Tree, provider_with

DEFAULT = Leaf()


def made(kind: Any, *others: Any) -> Any:
    """Build *kind* in a provider that has a leaf."""
    return provider_with(Leaf, kind, *others).get_required_service(kind)


def test_a_class_without_a_constructor_needs_nothing() -> None:
    """CTR-20: no own __init__, no dependencies; an inherited one counts."""

    class Oak(Tree):
        pass

    assert isinstance(made(Leaf), Leaf)
    assert isinstance(made(Oak, Branch).branch.leaf, Leaf)


@dataclass
class Data:
    leaf: Leaf
    notes: list[str] = field(default_factory=lambda: ["fresh"])
    shared: ClassVar[Store]
    hidden: Store = field(init=False)
    hint: InitVar[Leaf | None] = None

    def __post_init__(self, hint: Leaf | None) -> None:
        self.seen = hint


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenData:
    leaf: Leaf


def test_a_dataclass_is_built_by_its_generated_signature() -> None:
    """CTR-29: default_factory is a default, InitVar is its type, ClassVar and init=False are no parameters."""
    data = made(Data)

    assert isinstance(data.leaf, Leaf)
    assert data.notes == ["fresh"]
    assert data.seen is data.leaf
    assert isinstance(made(FrozenData).leaf, Leaf)


def test_a_default_factory_gives_way_to_a_registration() -> None:
    """CTR-03, CTR-29: a registered list[str] fills the field."""
    services = ServiceCollection().add_singleton(Leaf).add_singleton(Data).add_singleton(list[str], instance=["given"])

    assert services.build_service_provider().get_required_service(Data).notes == ["given"]


class Model(BaseModel):
    model_config = ConfigDict(arbitrary_types_allowed=True)

    leaf: Leaf
    notes: list[str] = Field(default_factory=lambda: ["fresh"])
    size: int = 3


def test_a_pydantic_model_is_built_by_its_generated_signature() -> None:
    """CTR-29: required fields are injected, defaulted ones left alone."""
    model = made(Model)

    assert isinstance(model.leaf, Leaf)
    assert (model.notes, model.size) == (["fresh"], 3)


class Point(NamedTuple):
    leaf: Leaf
    x: int = 4


def test_a_class_with_only_new_is_built_by_it() -> None:
    """CTR-38: NamedTuples and hand-written __new__."""

    class ByNew:
        leaf: Leaf

        def __new__(cls, leaf: Leaf) -> "ByNew":
            self = super().__new__(cls)
            self.leaf = leaf
            return self

    assert isinstance(made(Point).leaf, Leaf)
    assert made(Point).x == 4
    assert isinstance(made(ByNew).leaf, Leaf)


def test_an_untyped_named_tuple_names_the_parameter_without_a_hint() -> None:
    """CTR-33, CTR-38: collections.namedtuple has no hints to go by."""
    Untyped = namedtuple("Untyped", ["leaf"])

    with pytest.raises(UnresolvableDependencyError, match="'leaf'"):
        made(Untyped)


def test_variadic_parameters_are_skipped_by_kind() -> None:
    """CTR-34, behaviour 10: whatever their names."""

    class Variadic:
        def __init__(self, leaf: Leaf, *leaves: Leaf, **more: Leaf) -> None:
            self.leaf, self.rest = leaf, (leaves, more)

    assert made(Variadic).rest == ((), {})


def test_parameters_called_args_and_kwargs_are_injected() -> None:
    """CTR-34, behaviour 10: the name is no reason."""

    class Named:
        def __init__(self, args: Leaf, kwargs: Leaf, self_: Leaf) -> None:
            self.all = args, kwargs, self_

    assert all(isinstance(leaf, Leaf) for leaf in made(Named).all)


def test_every_kind_of_parameter_is_passed_as_it_must_be() -> None:
    """CTR-35, behaviour 10: positional-only by position, keyword-only by keyword."""

    class Kinds:
        def __init__(self, first: Leaf, /, second: Leaf, *, third: Leaf, fourth: Leaf | None = None) -> None:
            self.all = first, second, third, fourth

    kinds = made(Kinds)

    assert len(set(map(id, kinds.all))) == 1
    assert isinstance(kinds.all[0], Leaf)


def test_a_defaulted_positional_only_parameter_may_be_passed_over() -> None:
    """CTR-02, CTR-35: a later one can be filled although an earlier one keeps its default."""
    marker = MemoryStore()

    class Gap:
        def __init__(
            self, store: Store = marker, leaf: Leaf = DEFAULT, other: Leaf = DEFAULT, /, size: int = 3, *, also: Leaf
        ) -> None:
            self.all = store, leaf, other, size, also

    store, leaf, other, size, also = made(Gap).all

    assert store is marker
    assert leaf is other is also is not DEFAULT
    assert size == 3


def test_class_annotations_are_not_injected() -> None:
    """CTR-37: no property injection."""

    class WithAnnotations:
        leaf: Leaf
        cache: dict[str, int]

        def __init__(self) -> None:
            pass

    assert not hasattr(made(WithAnnotations), "leaf")


def logged(function: Callable[..., None]) -> Callable[..., None]:
    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> None:
        function(*args, **kwargs)

    return wrapper


def test_a_decorated_constructor_counts_as_what_it_wraps() -> None:
    """CTR-38: __wrapped__ is followed."""

    class Decorated:
        @logged
        def __init__(self, leaf: Leaf) -> None:
            self.leaf = leaf

    assert isinstance(made(Decorated).leaf, Leaf)


class Meta(type):
    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        made = super().__call__(*args, **kwargs)
        made.by_meta = True
        return made


class SingletonMeta(type):
    instances: ClassVar[dict[type, object]] = {}

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        if cls not in cls.instances:
            cls.instances[cls] = super().__call__(*args, **kwargs)
        return cls.instances[cls]


@pytest.mark.parametrize("meta", [Meta, SingletonMeta])
def test_a_metaclass_that_takes_anything_is_looked_through(meta: type) -> None:
    """CTR-38: __init__ says what is needed, and the metaclass is still called."""

    class WithMeta(metaclass=meta):  # type: ignore[metaclass]
        def __init__(self, leaf: Leaf) -> None:
            self.leaf = leaf

    one = made(WithMeta)

    assert isinstance(one.leaf, Leaf)
    assert hasattr(one, "by_meta") == (meta is Meta)


def test_slots_and_new_beside_init_are_no_hindrance() -> None:
    """CTR-38: __new__ that passes everything on leaves __init__ to decide."""

    class Slotted:
        __slots__ = ("leaf",)

        def __new__(cls, *args: Any, **kwargs: Any) -> "Slotted":
            return super().__new__(cls)

        def __init__(self, leaf: Leaf) -> None:
            self.leaf = leaf

    assert isinstance(made(Slotted).leaf, Leaf)


class Method:
    def make(self, leaf: Leaf) -> Branch:
        return Branch(leaf)

    @classmethod
    def make_by_class(cls, leaf: Leaf) -> Branch:
        return Branch(leaf)

    @staticmethod
    def make_static(leaf: Leaf) -> Branch:
        return Branch(leaf)

    def __call__(self, *, leaf: Leaf) -> Branch:
        return Branch(leaf)


def make_with_more(number: int, leaf: Leaf, *, text: str) -> Branch:
    assert (number, text) == (1, "x")
    return Branch(leaf)


def make_by_position(number: int, leaf: Leaf, /, text: str = "x") -> Branch:
    assert (number, text) == (1, "x")
    return Branch(leaf)


@pytest.mark.parametrize(
    "factory",
    [
        Method().make,
        Method.make_by_class,
        Method.make_static,
        Method(),
        Branch,
        functools.partial(make_with_more, 1, text="x"),
        functools.partial(Branch),
        functools.partial(make_by_position, 1),
    ],
)
def test_every_kind_of_callable_is_a_factory(factory: Callable[..., Branch]) -> None:
    """FAC-13: methods, callable objects, classes and partials have their parameters injected."""
    provider = ServiceCollection().add_singleton(Leaf).add_singleton(Branch, factory=factory).build_service_provider()

    assert provider.get_required_service(Branch).leaf is provider.get_service(Leaf)
