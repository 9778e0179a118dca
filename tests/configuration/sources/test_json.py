"""JSON."""

import io
import json

import pytest

from corner_host.configuration import (
    ConfigurationBuilder,
    ConfigurationFileError,
    ConfigurationStateError,
    DuplicateKeyError,
)
from corner_host.configuration.sources.json_comments import blank
from corner_host.configuration.sources.json_places import locate
from tests.configuration.helpers import json_of, values


def test_objects_are_paths() -> None:
    """J-01: a name with dots stays whole."""
    configuration = json_of('{"firstname": "x", "test.last.name": "y", "residential": {"zip": {"code": "1"}}}')

    assert values(configuration) == {"firstname": "x", "residential:zip:code": "1", "test.last.name": "y"}


def test_colons_in_names_nest() -> None:
    """J-02: as everywhere."""
    assert json_of('{"A:B": {"C:D": "1"}}').get_section("A:B:C")["D"] == "1"


def test_comments_are_skipped() -> None:
    """J-03: of both kinds, everywhere but in texts."""
    text = """/* head */ { // line
      "a" /* between */ : "http://x /* no */", // behind
      /* many
         lines */ "b": [1 /* in */, 2] } // end"""

    assert values(json_of(text)) == {"a": "http://x /* no */", "b:0": "1", "b:1": "2"}


def test_trailing_commas_are_accepted() -> None:
    """J-04: in objects and arrays, also before a comment."""
    assert values(json_of('{"a": [1, 2,], "b": {"c": 3, /* x */ },}')) == {"a:0": "1", "a:1": "2", "b:c": "3"}


@pytest.mark.parametrize(
    ("text", "kind"), [("[]", "an array"), ('"x"', "a single value"), ("1", "a single value"), ("null", "null")]
)
def test_the_root_is_an_object(text: str, kind: str) -> None:
    """J-05: the error names what was found."""
    with pytest.raises(ConfigurationFileError, match=f"must be an object, but is {kind}"):
        json_of(text)


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("", 1, 1),
        ("  \n ", 2, 2),
        ("{", 1, 2),
        ('{\n  "a": 1', 2, 9),
        ('{\n  "a"', 2, 6),
        ("{'a': 1}", 1, 2),
        ('{"a": 1 "b": 2}', 1, 9),
        ('{"a": 1,, "b": 2}', 1, 9),
        ('{"a": [1 2]}', 1, 10),
        ('{"a": [,]}', 1, 8),
        ('{,}', 1, 2),
        ('{"a": 01}', 1, 8),
        ('{"a": .5}', 1, 7),
        ('{"a": NaN}', 1, 7),
        ('{"a": -Infinity}', 1, 7),
        ('{"a": True}', 1, 7),
        ('{"a": tru}', 1, 7),
        ('{"a": "x\ny"}', 1, 9),
        ('{"a": "\\x"}', 1, 8),
        ('{"a": "\\u12"}', 1, 9),
        ('{"a": "open', 1, 7),
        ('{"a": 1} // c\nx', 2, 1),
        ('{"a": 1}}', 1, 9),
        ('{"a": 1]', 1, 8),
        ('{"a": /* open', 1, 7),
        ('{"a": 1 / 2}', 1, 9),
        ('{/**/\n/*\n*/ "ä": "ö", oops}', 3, 14),
        ('{1: 2}', 1, 2),
        ('{"a" 1}', 1, 6),
    ],
)  # fmt: skip
def test_an_error_has_its_place(text: str, line: int, column: int) -> None:
    """J-06, J-12: line and column count from 1, also behind comments; the parser's own error does not come along."""
    with pytest.raises(ConfigurationFileError) as caught:
        json_of(text)

    assert (caught.value.line, caught.value.column) == (line, column)
    assert f"line {line}, column {column}" in str(caught.value)
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)


@pytest.mark.parametrize("number", ["3.14", "1.0", "1e2", "-0", "1E+400", "9" * 5000, "0.1000"])
def test_a_number_keeps_its_text(number: str) -> None:
    """J-07: nothing is computed."""
    assert json_of(f'{{"a": {number}, /* slow way */ "b": {number}}}')["b"] == number
    assert json_of(f'{{"a": {number}}}')["a"] == number


def test_booleans_are_capitalized() -> None:
    """J-08: as .NET does it; the binder reads them without case."""
    configuration = json_of('{"a": true, "b": false}')

    assert values(configuration) == {"a": "True", "b": "False"}
    assert configuration.get_value("a", bool) is True


def test_an_empty_text_is_empty() -> None:
    """J-09: not null."""
    assert json_of('{"a": ""}')["a"] == ""


@pytest.mark.parametrize(
    ("text", "first", "second"),
    [
        ('{"a": {"b": 1, "b": 2}}', "a:b", "a:b"),
        ('{"a": {"b": 1}, "A": {"B": 2}}', "a:b", "A:B"),
        ('{"A:B": 1, "A": {"b": 2}}', "A:B", "A:b"),
        ('{"a": [1], "a:0": 2}', "a:0", "a:0"),
    ],
)
def test_two_values_for_one_key_are_refused(text: str, first: str, second: str) -> None:
    """J-10, J-11: the error names the full key in both spellings."""
    with pytest.raises(ConfigurationFileError) as caught:
        json_of(text)

    assert f"key {first} " in str(caught.value)
    assert second in str(caught.value)


def test_an_object_in_two_parts_is_merged() -> None:
    """J-11: only values can be duplicates."""
    assert values(json_of('{"A": {"x": 1}, "a": {"y": 2}}')) == {"A:x": "1", "A:y": "2"}


@pytest.mark.parametrize(
    "stream", ['{"a": 1}', b'{"a": 1}', io.StringIO('{"a": 1}'), io.BytesIO(b'\xef\xbb\xbf{"a": 1}')]
)
def test_a_stream_is_read_once(stream: io.StringIO) -> None:
    """J-14: reloading is refused, and the values stay."""
    configuration = ConfigurationBuilder().add_json_stream(stream).build()

    with pytest.raises(ConfigurationStateError, match="only once"):
        configuration.reload()
    assert configuration["a"] == "1"


def test_a_byte_order_mark_is_skipped() -> None:
    """J-15: in text and in bytes."""
    assert json_of('\ufeff{"a": 1}')["a"] == "1"


def test_every_value_has_its_place() -> None:
    """The line and column of the value, through comments, nesting, escapes and trailing commas."""
    text = """{ // comment
  "Queue": { "Capacity": 100,
    /* two
       lines */ "Names": ["a",
      "b", {"\\u0043:d": null}, [], ],
  },
}"""

    places = locate(text)

    assert {key: tuple(place) for key, place in places.items()} == {
        "QUEUE": (2, 12),
        "QUEUE:CAPACITY": (2, 26),
        "QUEUE:NAMES": (4, 26),
        "QUEUE:NAMES:0": (4, 27),
        "QUEUE:NAMES:1": (5, 7),
        "QUEUE:NAMES:2": (5, 12),
        "QUEUE:NAMES:2:C:D": (5, 25),
        "QUEUE:NAMES:3": (5, 32),
    }


@pytest.mark.parametrize("text", ['{"a": "/* NaN"} NaN', '// NaN\n{"b": "NaN", "a": NaN}', '{"a": [-Infinity]}'])
def test_the_place_of_a_constant_is_that_outside_of_texts(text: str) -> None:
    """J-06: what Python's parser takes and JSON does not have."""
    with pytest.raises(ConfigurationFileError) as caught:
        json_of(text)

    assert (
        caught.value.column
        == max(text.rsplit("\n", maxsplit=1)[-1].rfind("NaN"), text.rsplit("\n", maxsplit=1)[-1].rfind("-I")) + 1
    )


@pytest.mark.parametrize(
    "text", ['{"a": 1/**/2}', '{"a": tr/**/ue}', '{"a": "x"/**/"y"}', '{"a": [1,/**/,]}', "{/**/,}"]
)
def test_a_comment_joins_nothing(text: str) -> None:
    """J-03, J-04: it is as good as a blank."""
    with pytest.raises(ConfigurationFileError):
        json_of(text)


def test_blanking_keeps_every_place() -> None:
    """J-12: the length and the lines stay, so that places are those of the text."""
    text = '{ // c\r\n"a": [1, /* x\ny */ ], "b": "// , ]", /**/ } // end'

    blanked = blank(text)

    assert len(blanked) == len(text)
    assert [len(line) for line in blanked.split("\n")] == [len(line) for line in text.split("\n")]
    assert json.loads(blanked) == {"a": [1], "b": "// , ]"}


def test_a_duplicate_key_is_an_error_of_its_own_in_memory() -> None:
    """M-01: two keys that differ only in case."""
    with pytest.raises(DuplicateKeyError, match="Key1") as caught:
        ConfigurationBuilder().add_in_memory_collection({"Key1": "1", "KEY1": "2"}).build()

    assert (caught.value.first, caught.value.second) == ("Key1", "KEY1")
