"""Lists, sets, dictionaries."""

from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, BeforeValidator, Field

from corner_host.configuration import AppendToDefault, ConfigurationBindingError
from tests.configuration.helpers import json_of, root_of


class Item(BaseModel):
    name: str
    size: int = 1


@pytest.mark.parametrize(
    ("text", "target", "value"),
    [
        ('["a", "b"]', list[str], ["a", "b"]),
        ('["1", "2"]', list[int], [1, 2]),
        ('["1", "2"]', tuple[int, ...], (1, 2)),
        ('["1", "a"]', tuple[int, str], (1, "a")),
        ('["1", "1"]', set[int], {1}),
        ('["1", "2"]', frozenset[int], frozenset({1, 2})),
        ('["1", "2"]', Sequence[int], [1, 2]),
        ('[["1"], ["2", "3"]]', list[list[int]], [[1], [2, 3]]),
        ('[{"Name": "a"}, {"Name": "b", "Size": 2}]', list[Item], [Item(name="a"), Item(name="b", size=2)]),
        ('["a"]', list, ["a"]),
        ('["a"]', Any, ["a"]),
        ('{"x": {"Name": "a"}}', dict[str, Item], {"x": Item(name="a")}),
        ('{"x": {"y": 1}}', Mapping[str, Mapping[str, int]], {"x": {"y": 1}}),
        ('{"1": "a", "-2": "b"}', dict[int, str], {1: "a", -2: "b"}),
        ('{"x": ["1"]}', dict[str, list[int]], {"x": [1]}),
        ('{"x": "1"}', dict, {"x": "1"}),
        ('{"x": null}', dict[str, int | None], {"x": None}),
        ('["a", null]', list[str | None], ["a", None]),
    ],
)
def test_children_become_collections(text: str, target: Any, value: Any) -> None:
    """B-23, B-26, B-29: in the order of keys; a null element is None."""
    converted = json_of(f'{{"Value": {text}}}').get_section("Value").get(target)

    assert converted == value


def test_items_come_in_the_order_of_keys() -> None:
    """B-23: 10 after 9."""
    configuration = root_of({f"L:{index}": str(index) for index in reversed(range(12))})

    assert configuration.get_section("L").get(list[int]) == list(range(12))


class Defaults(BaseModel):
    names: list[str] = ["default"]
    more: Annotated[list[str], AppendToDefault] = ["default"]
    unique: Annotated[set[int], AppendToDefault] = Field(default_factory=lambda: {1})
    by_name: dict[str, int] = {"a": 1, "b": 2}
    nested: dict[str, dict[str, int]] = {"x": {"a": 1}}
    items: dict[str, Item] = {"x": Item(name="x", size=5)}
    lists: dict[str, list[int]] = {"x": [1]}
    either: list[int] | str = [1]


def test_a_configured_list_replaces_the_default() -> None:
    """B-24, C1: unless the annotation asks for appending; the default itself never changes."""
    configuration = json_of('{"Names": ["a"], "More": ["b"], "Unique": [2]}')

    for _ in range(2):
        bound = configuration.get(Defaults)
        assert bound is not None
        assert (bound.names, bound.more, bound.unique) == (["a"], ["default", "b"], {1, 2})
    assert Defaults().more == ["default"]


@pytest.mark.parametrize("binds", [True, False])
def test_a_list_is_replaced_wherever_it_stands(binds: bool) -> None:
    """C1: in a default dictionary, in a union, and in an instance that is bound again."""
    configuration = json_of('{"Names": ["a"], "More": ["b"], "Lists": {"x": [7], "y": [8]}, "Either": [9]}')
    bound = Defaults()

    if binds:
        configuration.bind(bound)
    else:
        bound = configuration.get(Defaults) or bound

    assert bound.lists == {"x": [7], "y": [8]}
    assert (bound.names, bound.more, bound.either) == (["a"], ["default", "b"], [9])


def test_an_error_behind_a_default_is_found() -> None:
    """B-24: the index that pydantic tells counts the default's items."""
    with pytest.raises(ConfigurationBindingError) as caught:
        json_of('{"Unique": ["5", "x"]}').get(Defaults)

    assert [(error.key, error.value) for error in caught.value.errors] == [("Unique:1", "x")]


def test_dictionaries_merge_with_their_default() -> None:
    """B-25, B-37: by key, also below; the default itself never changes."""
    configuration = json_of(
        '{"ByName": {"b": 3, "c": 4}, "Nested": {"x": {"b": 2}, "y": {"c": 3}}, "Items": {"x": {"Name": "y"}}}'
    )

    bound = configuration.get(Defaults)

    assert bound is not None
    assert bound.by_name == {"a": 1, "b": 3, "c": 4}
    assert bound.nested == {"x": {"a": 1, "b": 2}, "y": {"c": 3}}
    assert bound.items == {"x": Item(name="y", size=5)}
    assert Defaults().nested == {"x": {"a": 1}}


class Hue(Enum):
    RED = 1


def test_dictionary_keys_keep_their_spelling() -> None:
    """B-26: of the source that wins; underscores count there."""
    configuration = root_of({"D:max_items": "1", "D:MaxItems": "2"}, {"D:MAXITEMS": "3"})

    assert configuration.get_section("D").get(dict[str, int]) == {"max_items": 1, "MAXITEMS": 3}


def test_other_dictionary_keys_are_up_to_pydantic() -> None:
    """B-26: what does not convert is an error with its key."""
    with pytest.raises(ConfigurationBindingError) as caught:
        root_of({"D:x": "1"}).get_section("D").get(dict[int, int])

    assert [error.key for error in caught.value.errors] == ["D:x"]


@pytest.mark.parametrize("target", [list[int], dict[str, list[int]], list[list[int]]])
def test_a_bad_element_is_an_error(target: Any) -> None:
    """B-27, B-28, C2: with its full key; nothing is dropped."""
    memory = {"V:0": "1", "V:1": "x"} if target == list[int] else {"V:0:0": "1", "V:0:1": "x"}

    with pytest.raises(ConfigurationBindingError) as caught:
        root_of(memory).get_section("V").get(target)

    assert [(error.key, error.value) for error in caught.value.errors] == [(list(memory)[1], "x")]


@pytest.mark.parametrize(
    ("target", "value"),
    [(list[int], []), (tuple[int, ...], ()), (set[int], set()), (dict[str, int], {}), (list[int] | None, [])],
)
def test_an_empty_text_is_an_empty_collection(target: Any, value: Any) -> None:
    """B-31: it is how an empty array is written down."""

    class Holder(BaseModel):
        value: target = "default"

    bound = root_of({"Value": ""}).get(Holder)

    assert bound is not None
    assert bound.value == value


def test_an_empty_array_is_an_empty_list() -> None:
    """B-31: also over a default; but it does not clear lower sources."""
    assert json_of('{"Names": []}').get(Defaults) == Defaults(names=[])
    assert json_of('{"Names": ["a"]}', '{"Names": []}').get(Defaults) == Defaults(names=["a"])


def test_an_empty_object_is_an_empty_model_or_dictionary() -> None:
    """N-04: although it is written down as null."""

    class Inner(BaseModel):
        size: int = 1

    class Outer(BaseModel):
        inner: Inner
        by_name: dict[str, int]
        default: dict[str, int] = {"a": 1}

    bound = json_of('{"Inner": {}, "ByName": {}, "Default": {}}').get(Outer)

    assert bound == Outer(inner=Inner(), by_name={}, default={"a": 1})


@pytest.mark.parametrize("target", [list[int], dict[str, int], Item, tuple[int, int]])
def test_text_in_place_of_children_is_an_error(target: Any) -> None:
    """B-32: pydantic says what it wants."""
    with pytest.raises(ConfigurationBindingError) as caught:
        root_of({"A:V": "text"}).get_section("A:V").get(target)

    assert [(error.key, error.value) for error in caught.value.errors] == [("A:V", "text")]


def test_children_in_place_of_text_are_an_error() -> None:
    """B-32: the other way round."""
    with pytest.raises(ConfigurationBindingError) as caught:
        root_of({"Name:0": "x"}).get(Item)

    assert [error.key for error in caught.value.errors] == ["Name"]


def split(value: object) -> object:
    return value.split(",") if isinstance(value, str) else value


def test_a_validator_may_split_text() -> None:
    """The text reaches it, so one variable can hold a list."""

    class Model(BaseModel):
        names: Annotated[list[str], BeforeValidator(split)] = []

    assert root_of({"Names": "a,b"}).get(Model) == Model(names=["a", "b"])
    assert root_of({"Names:0": "a,b"}).get(Model) == Model(names=["a,b"])


def test_what_is_bound_belongs_to_the_caller() -> None:
    """Binding twice gives two values; changing one changes nothing else."""
    configuration = json_of('{"L": [{"a": ["x"]}]}')

    first: Any = configuration.get_section("L").get(Any)
    first[0]["a"].append("y")
    second: Any = configuration.get_section("L").get(Any)

    assert second == [{"a": ["x"]}]


def test_an_iterable_is_filled() -> None:
    """B-23: as a list."""
    bound = root_of({"L:0": "1"}).get_section("L").get(Iterable[int])

    assert list(bound) == [1]
