"""What holds for every configuration."""

import json
from collections.abc import Mapping
from functools import cmp_to_key
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from corner_host.configuration import ConfigurationBuilder
from corner_host.configuration.keys import fold, fold_all, path_sort_key, sort_key, squeeze
from corner_host.configuration.sources.command_line import CommandLineSource
from corner_host.configuration.sources.environment import EnvironmentSource
from corner_host.configuration.sources.json import parse_json
from corner_host.configuration.sources.json_places import locate
from corner_host.configuration.text import FormatError, Place

from .helpers import loaded, names, root_of, values

SEGMENTS = st.text("aAbBß1029 _.-", max_size=4)
KEYS = st.text("aAbB1::", max_size=6)
TEXTS = st.none() | st.text(max_size=5)


def distinct(layer: Mapping[str, str | None]) -> dict[str, str | None]:
    by_folded = {fold(key): (key, value) for key, value in layer.items()}
    return dict(by_folded.values())


LAYERS = st.lists(st.dictionaries(KEYS, TEXTS, max_size=8).map(distinct), max_size=4)


@given(LAYERS)
def test_the_last_layer_that_has_a_key_wins(layers: list[dict[str, str | None]]) -> None:
    """P-01, P-02, P-03, P-06, P-07: for every key in every layer, whatever its value; explanations agree."""
    configuration = root_of(*layers)
    expected = {fold(key): value for layer in layers for key, value in layer.items()}

    for layer in layers:
        for key in layer:
            assert configuration[key] == configuration[key.swapcase()] == expected[fold(key)]
            winner = configuration.explain(key).winner
            assert winner is not None
            assert len(configuration.explain(key).layers) == sum(fold(key) in map(fold, other) for other in layers)


@given(LAYERS)
def test_enumeration_is_complete_sorted_and_distinct(layers: list[dict[str, str | None]]) -> None:
    """S-07, S-10, S-12, S-13, P-10: every key once, parents first; feeding it back gives the same."""
    configuration = root_of(*layers)
    pairs = list(configuration.as_enumerable())

    keys = [fold(key) for key, _ in pairs]
    assert len(keys) == len(set(keys))
    assert {fold(key) for layer in layers for key in layer} <= set(keys)
    assert all(key.rpartition(":")[0] in keys[:index] for index, key in enumerate(keys) if ":" in key)
    assert list(root_of(dict(pairs)).as_enumerable()) == pairs


@given(LAYERS)
def test_children_join_to_the_whole(layers: list[dict[str, str | None]]) -> None:
    """S-02, S-05, S-07, K-05, K-06: walking the sections reaches every key with a value."""
    configuration = root_of(*layers)
    found: dict[str, str | None] = {}
    waiting = list(configuration.get_children())
    while waiting:
        section = waiting.pop()
        assert section.exists() == (section.value is not None or bool(section.get_children()))
        if section.value is not None:
            found[section.path] = section.value
        waiting.extend(section.get_children())

    assert found == values(configuration)


@given(st.text(), st.text())
def test_folding_is_ordinal(one: str, other: str) -> None:
    """K-01: it keeps the length, is done once for all, and goes character by character."""
    assert len(fold(one)) == len(one)
    assert fold(fold(one)) == fold(one)
    assert fold(one + other) == fold(one) + fold(other)
    assert list(fold_all([one, other])) == [fold(one), fold(other)]
    assert "_" not in squeeze(one)


def compare(one: str, other: str) -> int:
    """The comparer of .NET, written down from its statements."""
    number_one, number_other = _integer(one), _integer(other)
    if not one or not other:
        return bool(one) - bool(other)
    if number_one is not None and number_other is not None:
        return (number_one > number_other) - (number_one < number_other)
    if number_one is not None or number_other is not None:
        return -1 if number_one is not None else 1
    return (fold(one) > fold(other)) - (fold(one) < fold(other))


def _integer(text: str) -> int | None:
    digits = text.strip(" \t\n\v\f\r").removeprefix("+").removeprefix("-")
    if not digits or not all(character in "0123456789" for character in digits):
        return None
    number = int(text)
    return number if -(2**31) <= number < 2**31 else None


NUMBERS = st.integers(-(2**33), 2**33).map(str) | st.sampled_from(["+1", " 1", "1 ", "001", "1_0", "٣", "1a", ""])


@given(st.lists(SEGMENTS | NUMBERS | st.text(max_size=3), max_size=8))
def test_segments_sort_as_in_dotnet(segments: list[str]) -> None:
    """K-09, K-10, K-11, K-12, K-14, K-15: stably, by the comparer alone."""
    assert sorted(segments, key=sort_key) == sorted(segments, key=cmp_to_key(compare))


@given(st.lists(KEYS, max_size=8))
def test_paths_sort_by_their_segments(paths: list[str]) -> None:
    """K-13: the shorter of two with a common head comes first."""
    ordered = sorted(paths, key=path_sort_key)

    for one, other in pairwise(ordered):
        assert not one.startswith(f"{other}:")


MEMBERS = st.text("abcd", min_size=1, max_size=3)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(MEMBERS, inner, max_size=3),
    max_leaves=12,
)
OBJECTS = st.dictionaries(MEMBERS, JSON, max_size=4)


def flat(value: object, path: str = "") -> dict[str, str | None]:
    """The keys of a JSON value, written down from the statements."""
    if isinstance(value, dict | list) and value:
        members = value.items() if isinstance(value, dict) else enumerate(value)
        return {key: text for name, inner in members for key, text in flat(inner, f"{path}:{name}").items()}
    if isinstance(value, bool):
        return {path: str(value)}
    if value is None or value == {}:
        return {path: None}
    return {path: "" if value == [] else value if isinstance(value, str) else json.dumps(value)}


@given(OBJECTS, st.sampled_from([None, 2]), st.booleans())
def test_json_becomes_keys(data: dict[str, object], indent: int | None, comments: bool) -> None:
    """J-01 to J-09, N-03 to N-05, A-01: with and without comments and trailing commas; every value has a place."""
    text = json.dumps(data, indent=indent, ensure_ascii=False)
    if comments:
        text = f"// head \u2028 \n/* */{text[:-1]}{',' if data else ''} /* \n */}}"

    parsed = parse_json(text)

    expected = {key[1:]: value for key, value in flat(data).items() if key}
    assert dict(zip(parsed.keys, parsed.values, strict=True)) == expected
    assert {fold(key) for key in parsed.keys} <= set(parsed.places())
    lines = text.split("\n")
    for line, column in parsed.places().values():
        assert line is not None
        assert column is not None
        assert lines[line - 1][column - 1] in '{["-0123456789tfn'


@given(OBJECTS)
def test_json_comes_back_from_keys(data: dict[str, object]) -> None:
    """A-01, B-12: texts, arrays and objects that are not empty have the same shape again."""
    texts = _only_texts(data)
    configuration = ConfigurationBuilder().add_json_stream(json.dumps(texts)).build()

    assert (configuration.get(object) or {}) == texts


def _only_texts(value: object) -> object:
    if isinstance(value, dict):
        # a digit would make an array of an object, which keys cannot tell apart
        return {name: inner for name, part in value.items() if (inner := _only_texts(part)) not in ({}, [])}
    if isinstance(value, list):
        return [inner for part in value if (inner := _only_texts(part)) not in ({}, [])]
    return f"text {value}"


@given(st.text(max_size=12) | st.text('{}[]:,"/*\n a1\\', max_size=20))
def test_any_text_is_json_or_has_a_wrong_place(text: str) -> None:
    """J-06, J-12: the parser and the walk agree on every text, and the place is in it."""
    wrong: Place | None = None
    try:
        parsed = parse_json(text)
    except FormatError as error:
        wrong = error.place

    if wrong is None:
        assert {fold(key) for key in parsed.keys} <= set(locate(text))
    else:
        assert wrong.line is not None
        assert wrong.column is not None
        assert 1 <= wrong.line <= text.count("\n") + 1
        assert 1 <= wrong.column <= len(text.split("\n")[wrong.line - 1]) + 1


NAMES = st.text("aB_1", min_size=1, max_size=8)


@given(st.dictionaries(NAMES, st.text(max_size=4), max_size=5), st.sampled_from(["", "a", "A_", "b__", "B:"]))
def test_variables_become_keys(variables: dict[str, str], prefix: str) -> None:
    """E-02, E-03, E-04, E-12, E-13: a key for each name with the prefix; of equal ones the last by name."""
    start = fold(prefix.replace("__", ":"))
    expected: dict[str, str] = {}
    for name in sorted(variables):
        key = fold(name.replace("__", ":"))
        if key.startswith(start):
            expected[key[len(start) :]] = variables[name]

    provider = loaded(EnvironmentSource(prefix, variables)).providers[0]

    assert dict(provider.data) == expected


ARGUMENTS = st.sampled_from(["--", "/", ""]).flatmap(
    lambda lead: st.tuples(st.just(lead), st.text("aB:1", min_size=1, max_size=3), st.text(max_size=3))
)


@given(st.lists(ARGUMENTS, max_size=6))
def test_arguments_become_keys(arguments: list[tuple[str, str, str]]) -> None:
    """C-01, C-03, C-12, C-13: in one token or in two; the last of equal ones wins."""
    expected = {fold(key): value for _, key, value in arguments}

    joined = loaded(CommandLineSource([f"{lead}{key}={value}" for lead, key, value in arguments]))
    apart = loaded(
        CommandLineSource([part for lead, key, value in arguments for part in (f"{lead or '--'}{key}", value)])
    )

    assert dict(joined.providers[0].data) == dict(apart.providers[0].data) == expected


@given(st.lists(st.lists(st.text(min_size=1, max_size=3), max_size=5), min_size=1, max_size=4))
def test_arrays_merge_index_by_index(arrays: list[list[str]]) -> None:
    """A-02, A-07, A-09: the longest counts; an empty one clears nothing; the same again changes nothing."""
    expected: list[str] = []
    for array in arrays:
        expected[: len(array)] = array
    builder = ConfigurationBuilder()
    for array in [*arrays, arrays[-1]]:
        builder.add_json_stream(json.dumps({"L": array}))

    section = builder.build().get_section("L")

    assert section.get(list[str]) == expected
    assert names(section) == [str(index) for index in range(len(expected))]
