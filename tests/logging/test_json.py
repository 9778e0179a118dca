"""One JSON object a line."""

import datetime as dt
import decimal
import enum
import json
import logging
import math
import platform
import uuid
from importlib.metadata import version
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corner_host.logging import JsonFormatter

from .conftest import raised, record, utc


def members(**attributes: Any) -> dict[str, Any]:
    """Return the members of a record's line."""
    line = JsonFormatter(utc()).format(record(**attributes))
    assert "\n" not in line
    parsed: dict[str, Any] = json.loads(line)
    return parsed


def test_the_names_and_their_order() -> None:
    """L-77: own names first, then the host's, scopes, extra, and the exception."""
    formatter = JsonFormatter(utc(fields={"environment": "Production", "service": "pytest"}))
    line = formatter.format(
        record(
            level=logging.ERROR,
            trace_id="9f2c",
            span_id="01",
            log_scopes=({"job_id": "01J9"},),
            order=7,
            exc_info=raised(),
        )
    )

    assert list(json.loads(line)) == [
        "timestamp", "level", "logger", "message", "trace_id", "span_id", "environment", "service", "version", "host", "job_id",
        "order",
        "exception.type", "exception.message", "exception.stacktrace",
    ]  # fmt: skip
    assert line.startswith('{"timestamp":"2026-11-23T12:30:01.104Z","level":"error","logger":"test","message":"hello",')


def test_a_line_says_which_version_ran_where() -> None:
    """L-77: that of the installed distribution; what is not installed has none, and without a host there is neither."""
    pytest_s, nobody_s = (
        json.loads(JsonFormatter(utc(fields={"service": name})).format(record())) for name in ("PyTest", "nobody-s")
    )

    assert pytest_s["version"] == version("pytest")
    assert pytest_s["host"] == nobody_s["host"] == platform.node()
    assert "version" not in nobody_s
    assert members().keys() == {"timestamp", "level", "logger", "message"}


@pytest.mark.parametrize(
    ("level", "word"),
    [(5, "trace"), (10, "debug"), (20, "info"), (30, "warning"), (40, "error"), (50, "critical"), (35, "warning")],
)
def test_the_level_words(level: int, word: str) -> None:
    """L-77: the full word, in small letters."""
    assert members(level=level)["level"] == word


class Color(enum.Enum):
    RED = 1


class Odd:
    def __str__(self) -> str:
        raise RuntimeError("no text")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (True, True),
        (7, 7),
        (1.5, 1.5),
        (None, None),
        ("x", "x"),
        (math.nan, "nan"),
        (math.inf, "inf"),
        (decimal.Decimal("1.50"), "1.50"),
        (Color.RED, "Color.RED"),
        (dt.datetime(2026, 1, 2, 3, 4, tzinfo=dt.UTC), "2026-01-02T03:04:00+00:00"),
        (dt.date(2026, 1, 2), "2026-01-02"),
        (uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        ({"a": {1: {2}}}, {"a": {"1": [2]}}),
        ((1, [2]), [1, [2]]),
        (b"x", "b'x'"),
        (Odd(), "<Odd whose text fails with RuntimeError>"),
    ],
)
def test_values_keep_their_kind(value: object, expected: object) -> None:
    """L-82, L-83, L-44: literals stay, times are ISO, null is null, everything else is text."""
    assert members(value=value)["value"] == expected


def test_a_value_that_holds_itself_ends() -> None:
    """L-82: what is nested too deep is written as text."""
    loop: dict[str, Any] = {}
    loop["self"] = loop

    assert "{'self': {...}}" in json.dumps(members(value=loop))


def test_the_inner_scope_and_extra_win() -> None:
    """L-80, L-81: values are members of the line itself, so one of each name."""
    found = members(log_scopes=({"a": 1, "b": 1, "c": 1}, {"a": 2, "b": 2}), a=3)

    assert (found["a"], found["b"], found["c"]) == (3, 2, 1)


def test_scopes_can_be_left_out() -> None:
    """L-77: with ``IncludeScopes`` false; extra stays."""
    line = JsonFormatter(utc(include_scopes=False)).format(record(log_scopes=({"a": 1},), b=2))

    assert "a" not in json.loads(line)
    assert json.loads(line)["b"] == 2


def test_nobody_hides_the_records_own_members() -> None:
    """L-77: a scope called like one of them gets a mark."""
    found = members(log_scopes=({"level": "mine", "logger": "mine", "timestamp": "mine"},))

    assert (found["level"], found["level_"], found["logger"], found["timestamp_"]) == ("info", "mine", "test", "mine")


def test_the_exception_with_its_causes() -> None:
    """L-84: type, message, and the whole text with inner exceptions and line ends kept."""
    cause = KeyError("inner")
    found = members(exc_info=raised("outer", cause))

    assert found["exception.type"] == "ValueError"
    assert found["exception.message"] == "outer"
    assert found["exception.stacktrace"].startswith("KeyError: 'inner'\n\nThe above exception")
    assert found["exception.stacktrace"].endswith("\nValueError: outer")


def test_a_group_of_exceptions() -> None:
    """L-84: all members are in the text."""
    group = ExceptionGroup("several", [ValueError("a"), OSError("b")])
    found = members(exc_info=(type(group), group, None))

    assert "ValueError: a" in found["exception.stacktrace"]
    assert "OSError: b" in found["exception.stacktrace"]


def test_no_exception_at_hand_is_none() -> None:
    """``log.exception`` outside an ``except`` block adds nothing."""
    assert not [name for name in members(exc_info=(None, None, None)) if name.startswith("exception")]


def test_text_stays_readable() -> None:
    """L-85: no escapes beyond what JSON demands."""
    line = JsonFormatter(utc()).format(record("año <b>&'日本\u2028"))

    assert "año <b>&'日本" in line


def test_the_timestamp_can_be_formatted() -> None:
    """L-77: by ``TimestampFormat``; without one it is RFC 3339 in UTC."""
    line = JsonFormatter(utc(timestamp_format="%H:%M")).format(record())

    assert json.loads(line)["timestamp"] == "12:30"


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.datetimes(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(st.text(), st.dictionaries(st.text(), values, max_size=4))
def test_every_record_is_one_line_of_json(message: str, scope: dict[str, Any]) -> None:
    """L-77: whatever the message and the values are."""
    line = JsonFormatter(utc()).format(record(message, log_scopes=(scope,)))

    assert "\n" not in line
    assert "\r" not in line
    assert json.loads(line)["message"] == message
