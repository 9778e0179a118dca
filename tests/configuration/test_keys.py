"""How keys are compared, ordered and split."""

import sys

import pytest

from corner_host.configuration.keys import fold, fold_all, path_sort_key, sort_key

from .conftest import Make
from .helpers import names


@pytest.mark.parametrize("key", ["mem1:keyinmem1", "MEM1:KEYINMEM1", "Mem1:KeyInMem1"])
def test_case_does_not_count(make: Make, key: str) -> None:
    """K-01: a key is found in any case."""
    configuration = make({"Mem1:KeyInMem1": "value"})

    assert configuration[key] == "value"


def test_folding_never_makes_two_letters_of_one() -> None:
    """K-01: the fold is ordinal and keeps the length, so that the sharp s is not two letters s."""
    every = "".join(map(chr, range(sys.maxunicode + 1)))

    assert len(fold(every)) == len(every)
    assert fold(fold(every)) == fold(every)
    assert fold("straße") != fold("STRASSE")
    assert list(fold_all(["straße", "a"])) == [fold("straße"), "A"]


def test_an_absent_key_is_none(make: Make) -> None:
    """K-02: there is no exception for what is not there."""
    configuration = make({"A": "1"})

    assert configuration["B"] is None
    assert configuration["A:B"] is None


def test_a_path_is_only_joined_segments(make: Make) -> None:
    """K-03: a section takes the rest of the path as a key."""
    configuration = make({"Data:DB1:Connection1": "x"})

    assert configuration.get_section("Data")["DB1:Connection1"] == "x"


def test_sections_match_by_whole_segments(make: Make) -> None:
    """K-04: DataSource is no part of Data."""
    configuration = make({"Data:DB1": "1", "DataSource:DB2": "2"})

    assert names(configuration.get_section("Data")) == ["DB1"]
    assert configuration.get_section("Data")["Source:DB2"] is None


def test_a_leading_colon_is_a_segment_with_the_empty_name(make: Make) -> None:
    """K-05: the root has a child with the empty name."""
    configuration = make({":Key2": "value"})

    assert names(configuration) == [""]
    assert names(configuration.get_section("")) == ["Key2"]
    assert configuration.get_section("")["Key2"] == "value"


def test_a_double_colon_holds_a_segment_with_the_empty_name(make: Make) -> None:
    """K-06: no segment is dropped."""
    configuration = make({"Key1::Key3": "value"})

    assert names(configuration.get_section("Key1")) == [""]
    assert names(configuration.get_section("Key1:")) == ["Key3"]


def test_a_trailing_colon_is_a_segment_with_the_empty_name(make: Make) -> None:
    """K-07: the last segment may be empty."""
    configuration = make({"Key1:": "value"})

    assert names(configuration.get_section("Key1")) == [""]
    assert configuration["Key1:"] == "value"


def test_keys_are_not_trimmed(make: Make) -> None:
    """K-08: keys of blanks are all different, the empty one first."""
    configuration = make({" " * count: str(count) for count in reversed(range(1000))})

    assert names(configuration) == [" " * count for count in range(1000)]


def test_numbers_sort_as_numbers(make: Make) -> None:
    """K-09: also when they come from two sources."""
    configuration = make({"L:10": "a"}, {"L:2": "b"})

    assert names(configuration.get_section("L")) == ["2", "10"]


def test_numbers_sort_before_text() -> None:
    """K-10: whatever their size."""
    ordered = sorted(["a", "1000000", "B", "7"], key=sort_key)

    assert ordered == ["7", "1000000", "a", "B"]


def test_what_only_begins_with_digits_is_text() -> None:
    """K-11: it sorts behind the numbers, as text without case."""
    ordered = sorted(["a100", "100A", "1a", "100"], key=sort_key)

    assert ordered == ["100", "100A", "1a", "a100"]


@pytest.mark.parametrize(("one", "other"), [("001", "1"), ("000", "0"), ("aB", "Ab")])
def test_what_sorts_as_equal_may_be_two_keys(make: Make, one: str, other: str) -> None:
    """K-12, K-14: the order says equal; only case makes keys the same."""
    configuration = make({one: "first"}, {other: "second"})

    assert sort_key(one) == sort_key(other)
    assert len(names(configuration)) == (1 if one.lower() == other.lower() else 2)


def test_of_two_paths_with_a_common_head_the_shorter_comes_first() -> None:
    """K-13: an index inside a path compares as a number."""
    paths = ["ALL:b:10:x", "all:b", "ALL:B:2", "all:b:2:y", "all:a:z"]

    assert sorted(paths, key=path_sort_key) == ["all:a:z", "all:b", "ALL:B:2", "all:b:2:y", "ALL:b:10:x"]


def test_nothing_sorts_before_the_empty_name() -> None:
    """K-14: the empty name is lowest."""
    assert sorted(["0", "-1", ""], key=sort_key) == ["", "-1", "0"]


@pytest.mark.parametrize("segment", ["-1", "+1", " 1", "2147483647", "-2147483648"])
def test_a_signed_or_padded_integer_is_a_number(segment: str) -> None:
    """K-15: as .NET parses one of 32 bits."""
    assert sort_key(segment) < sort_key("!")


@pytest.mark.parametrize("segment", ["2147483648", "1_0", "٣", "0x1", "1.0", "9" * 10_000])
def test_what_is_no_32_bit_integer_is_text(segment: str) -> None:
    """K-15: Python's underscores, other digits and unlimited size do not count."""
    assert sort_key(segment)[0] == sort_key("text")[0]


def test_a_key_in_two_spellings_is_listed_once(make: Make) -> None:
    """K-16: in the spelling of the source that wins."""
    configuration = make({"Section:Key": "1"}, {"SECTION:KEY": "2"})

    assert names(configuration) == ["SECTION"]
    assert names(configuration.get_section("section")) == ["KEY"]


def test_a_section_keeps_the_spelling_it_was_asked_for_by(make: Make) -> None:
    """K-17: key and path are the caller's."""
    section = make({"Section1:A": "1"}).get_section("sEcTiOn1:a")

    assert (section.key, section.path, section.value) == ("a", "sEcTiOn1:a", "1")


def test_a_dot_is_nothing_special(make: Make) -> None:
    """K-18: only the colon separates."""
    configuration = make({"test.last.name": "x"})

    assert names(configuration) == ["test.last.name"]
