"""Models, dataclasses and their like are filled from keys."""

from __future__ import annotations

import dataclasses
from abc import ABC
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Generic, NamedTuple, TypeVar

import pytest
from pydantic import AliasChoices, AliasPath, BaseModel, ConfigDict, Field, RootModel
from pydantic.dataclasses import dataclass as pydantic_dataclass
from typing_extensions import TypedDict

from corner_host.configuration import Configuration, ConfigurationBindingError, ConfigurationSection
from tests.configuration.helpers import json_of, root_of

T = TypeVar("T")


class Base(BaseModel):
    virtual: str = "base"
    integer: int = 0


class Nested(Base):
    virtual: str = "derived"
    boolean: bool = False


class Options(BaseModel):
    model_config = ConfigDict(protected_namespaces=())

    static: ClassVar[str] = "class"
    nested: Nested = Nested()
    interval_minutes: int = 30
    _private: str = "own"

    @property
    def read_only(self) -> str:
        return "fixed"


def test_nested_models_are_filled() -> None:
    """B-01, B-02: inherited and overridden fields too."""
    bound = root_of({"Nested:Integer": "11", "Nested:Virtual": "x", "nested:BOOLEAN": "true"}).get(Options)

    assert bound == Options(nested=Nested(integer=11, virtual="x", boolean=True))


@pytest.mark.parametrize("key", ["IntervalMinutes", "interval_minutes", "INTERVALMINUTES", "Interval_Minutes"])
def test_case_and_underscores_do_not_count(key: str) -> None:
    """B-03, C6: a field is found in the spelling of files, of variables and of Python."""
    bound = root_of({key: "5"}).get(Options)

    assert bound is not None
    assert bound.interval_minutes == 5


class Colliding(BaseModel):
    max_items: int = 1
    maxitems: int = 2


def test_two_fields_that_are_one_are_an_error() -> None:
    """B-03, C6: the error names both."""
    with pytest.raises(ConfigurationBindingError, match="max_items and maxitems"):
        root_of({"MaxItems": "5"}).get(Colliding)


class Aliased(BaseModel):
    named: str = Field("", alias="NamedProperty")
    chosen: str = Field("", validation_alias=AliasChoices("first", "second"))
    deep: str = Field("", validation_alias=AliasPath("path", 1, "name"))
    both: Annotated[str, Field(alias="other", default="")] = ""


def test_aliases_are_keys() -> None:
    """B-04: all of them, and the field's own name."""
    bound = root_of({"namedProperty": "a", "Second": "b", "Path:0": "x", "Path:1:name": "c", "Other": "d"}).get(Aliased)
    by_name = root_of({"Named": "a", "Chosen": "b"}).get(Aliased)

    assert bound is not None
    assert by_name is not None
    assert (bound.named, bound.chosen, bound.deep, bound.both) == ("a", "b", "c", "d")
    assert (by_name.named, by_name.chosen) == ("a", "b")


class ByName(BaseModel):
    model_config = ConfigDict(populate_by_name=True)
    named: str = Field("", alias="alias")


def test_errors_find_aliased_fields() -> None:
    """B-04, B-10: whatever pydantic calls the field."""

    class Strict(BaseModel):
        count: int = Field(alias="theCount")

    for target, key in ((Strict, "THECOUNT"), (Strict, "Count")):
        with pytest.raises(ConfigurationBindingError) as caught:
            root_of({key: "x"}).get(target)
        assert caught.value.errors[0].key == key
    assert root_of({"Alias": "x"}).get(ByName) == ByName.model_validate({"named": "x"})


class WithSection(BaseModel):
    model_config = ConfigDict(arbitrary_types_allowed=True)
    section: ConfigurationSection
    anything: object = None
    tree: Any = None


def test_a_section_can_be_a_field() -> None:
    """B-12, B-13: the live section itself; an object is the raw text, or the tree."""
    configuration = root_of({"S:Section:A": "1", "S:Anything": "007", "S:Tree:0:a": "1", "S:Tree:1": "2"})

    bound = configuration.get_section("S").get(WithSection)
    configuration["S:Section:A"] = "2"

    assert bound is not None
    assert (bound.section.path, bound.section["A"]) == ("S:Section", "2")
    assert (bound.anything, bound.tree) == ("007", [{"a": "1"}, "2"])


def test_children_count_where_a_model_is_expected() -> None:
    """B-14: the node's own value is ignored."""
    assert root_of({"Nested": "text", "Nested:Integer": "1"}).get(Options) == Options(nested=Nested(integer=1))


def test_what_is_no_field_is_not_bound() -> None:
    """B-15, B-16: neither private nor class attributes, nor properties."""
    bound = root_of({"_Private": "x", "Private": "x", "Static": "x", "ReadOnly": "x", "IntervalMinutes": "1"}).get(
        Options
    )

    assert bound is not None
    assert (bound._private, Options.static, bound.read_only) == ("own", "class", "fixed")


def test_unknown_keys_are_ignored_unless_forbidden() -> None:
    """B-17: then all of them are told, of every level, with a near match; what begins with $ is for editors."""
    memory = {"$schema": "x", "Nested:Intger": "1", "IntervalMinuts": "1", "Nested:Boolean": "true"}
    configuration = root_of(memory)

    assert configuration.get(Options) == Options(nested=Nested(boolean=True))
    with pytest.raises(ConfigurationBindingError) as caught:
        configuration.get(Options, forbid_unknown=True)
    assert {(error.key, error.message) for error in caught.value.errors} == {
        ("Nested:Intger", "fills no field of Nested. Did you mean Integer?"),
        ("IntervalMinuts", "fills no field of Options. Did you mean IntervalMinutes?"),
    }


class Forbidding(BaseModel):
    model_config = ConfigDict(extra="forbid")
    known: int = 1


class Allowing(BaseModel):
    model_config = ConfigDict(extra="allow")
    known: int = 1


def test_the_model_has_the_last_word_on_unknown_keys() -> None:
    """B-17: extra="forbid" and extra="allow" are kept."""
    configuration = root_of({"Known": "2", "Other": "x", "$schema": "y"})

    with pytest.raises(ConfigurationBindingError) as caught:
        configuration.get(Forbidding)
    assert [error.key for error in caught.value.errors] == ["Other"]
    assert configuration.get(Allowing) == Allowing(known=2, Other="x")  # type: ignore[call-arg]


def test_nothing_is_none() -> None:
    """B-18: a section without value and children is no model."""
    configuration = root_of({"Null": None, "Other": "1"})

    assert configuration.get_section("Absent").get(Options) is None
    assert configuration.get_section("Null").get(Options) is None
    assert root_of({}).get(Options) is None


class Abstract(ABC):
    value: int


class Plain:
    def __init__(self, value: int) -> None: ...


class Holder(BaseModel):
    model_config = ConfigDict(arbitrary_types_allowed=True)
    part: Abstract


@pytest.mark.parametrize(("target", "name"), [(Abstract, "Abstract"), (Plain, "Plain"), (Holder, "Abstract")])
def test_what_pydantic_cannot_make_is_an_error(target: Any, name: str) -> None:
    """B-19, B-20: it names the type."""
    with pytest.raises(ConfigurationBindingError, match=name):
        root_of({"Value": "1", "Part:Value": "1"}).get(target)


@dataclass(frozen=True)
class Point:
    x: int
    y: int = 7
    label: Annotated[str, Field(max_length=3)] = "p"
    tags: list[str] = field(default_factory=lambda: ["default"])
    derived: int = field(default=0, init=False)


@pydantic_dataclass
class Checked:
    x: int
    y: int = Field(7, alias="why")


class Pair(NamedTuple):
    x: int
    y: int = 7


class Typed(TypedDict, total=False):
    x: int
    y_value: int


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)
    x: int


class Box(BaseModel, Generic[T]):
    content: T


class Numbers(RootModel[list[int]]): ...


@pytest.mark.parametrize(
    ("target", "memory", "value"),
    [
        (Point, {"X": "1", "Derived": "5"}, Point(1)),
        (Point, {"X": "1", "Y": "2", "Tags:0": "a"}, Point(1, 2, "p", ["a"])),
        (Checked, {"X": "1", "Why": "2"}, Checked(1, why=2)),
        (Pair, {"X": "1"}, Pair(1)),
        (Typed, {"X": "1", "YValue": "2"}, {"x": 1, "y_value": 2}),
        (Frozen, {"X": "1"}, Frozen(x=1)),
        (Box[int], {"Content": "5"}, Box[int](content=5)),
        (Box[list[int]], {"Content:0": "5"}, Box[list[int]](content=[5])),
        (Numbers, {"0": "1", "1": "2"}, Numbers([1, 2])),
    ],
)  # fmt: skip
def test_anything_with_fields_is_filled(target: Any, memory: dict[str, str | None], value: Any) -> None:
    """B-21, B-36: dataclasses, named tuples, typed dictionaries, frozen and generic models."""
    assert root_of(memory).get(target) == value


@pytest.mark.parametrize("target", [Point, Checked, Frozen])
def test_what_is_required_must_be_there(target: Any) -> None:
    """B-21: the error names type, field and key."""
    with pytest.raises(ConfigurationBindingError) as caught:
        root_of({"S:Y": "1"}).get_section("S").get(target)

    (error,) = caught.value.errors
    assert (error.key, error.value, error.source) == ("S:X", None, None)
    assert "the field x is required" in error.message
    assert target.__name__ in str(caught.value)


class Tree(BaseModel):
    name: str
    children: list[Tree] = []
    parent: Tree | None = None


def test_a_model_may_hold_itself() -> None:
    """B-01: as deep as the keys go."""
    bound = json_of('{"Name": "a", "Children": [{"Name": "b", "Children": [{"Name": "c"}]}], "Parent": null}').get(Tree)

    assert bound == Tree(name="a", children=[Tree(name="b", children=[Tree(name="c")])])


class Cat(BaseModel):
    kind: str = Field(pattern="^cat$")
    lives: int = 9


class Circle(BaseModel):
    radius: float


class Square(BaseModel):
    side: float


class Shapes(BaseModel):
    shape: Circle | Square
    amount: int | Circle | None = None
    names: str | list[str] = ""


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"Shape": {"Side": 1}}', Shapes(shape=Square(side=1))),
        ('{"Shape": {"Radius": 1}, "Amount": 5}', Shapes(shape=Circle(radius=1), amount=5)),
        ('{"Shape": {"Radius": 1}, "Amount": {"Radius": 2}}', Shapes(shape=Circle(radius=1), amount=Circle(radius=2))),
        ('{"Shape": {"Radius": 1}, "Amount": null}', Shapes(shape=Circle(radius=1), amount=None)),
        ('{"Shape": {"Radius": 1}, "Names": ["a", "b"]}', Shapes(shape=Circle(radius=1), names=["a", "b"])),
        ('{"Shape": {"Radius": 1}, "Names": "a"}', Shapes(shape=Circle(radius=1), names="a")),
    ],
)
def test_a_union_takes_what_fits(text: str, value: Shapes) -> None:
    """Of several models the one whose fields are there; of several scalars pydantic's choice."""
    assert json_of(text).get(Shapes) == value


def test_defaults_of_nested_models_stay() -> None:
    """B-01, N-13: a nested default is filled, not replaced."""

    class Outer(BaseModel):
        nested: Nested = Nested(integer=5, virtual="kept")

    bound = root_of({"Nested:Boolean": "true"}).get(Outer)

    assert bound == Outer(nested=Nested(integer=5, virtual="kept", boolean=True))


def test_the_root_and_a_value_can_be_bound() -> None:
    """B-38: any place is bound in the same way."""
    configuration: Configuration = root_of({"A:Nested:Integer": "5"})

    at_once = configuration.get_section("A").get(Options)
    in_steps = configuration.get_section("A").get_section("Nested").get(Nested)

    assert at_once is not None
    assert at_once.nested == in_steps
    assert dataclasses.is_dataclass(Point)
