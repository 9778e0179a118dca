"""Text becomes values: the table "pydantic against .NET"."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum, Flag, IntEnum, IntFlag, StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from pydantic import AnyUrl, Base64Bytes, Field, SecretStr

from corner_host.configuration import ConfigurationBindingError
from tests.configuration.helpers import root_of


class Behavior(Enum):
    STOP_HOST = "stop"
    IGNORE = "ignore"


class Level(IntEnum):
    LOW = 1
    HIGH = 2


class Color(StrEnum):
    RED = "#f00"


class Days(Flag):
    MONDAY = 1
    TUESDAY = 2


class Bits(IntFlag):
    A = 1
    B = 2


def convert(text: str, target: Any) -> Any:
    return root_of({"Value": text}).get_value("value", target)


@pytest.mark.parametrize(
    ("text", "target", "value"),
    [
        ("x y ", str, "x y "),
        ("-5", int, -5),
        (" 5 ", int, 5),
        ("5.0", int, 5),
        ("1_000", int, 1000),
        ("0x1F", int, 31),
        ("0X1f", int, 31),
        ("&h1F", int, 31),
        ("#1F", int, 31),
        ("-0x10", int, -16),
        ("123456789012345678901234567890", int, 123456789012345678901234567890),
        ("1.5", float, 1.5),
        (" 1.5 ", float, 1.5),
        ("1e3", float, 1000.0),
        ("-0.5", Decimal, Decimal("-0.5")),
        ("TRUe", bool, True),
        (" false ", bool, False),
        ("yes", bool, True),
        ("on", bool, True),
        ("1", bool, True),
        ("t", bool, True),
        ("Off", bool, False),
        ("n", bool, False),
        ("99.22:22:22.1234567", timedelta, timedelta(99, 80542, 123456)),
        ("-1.02:03:04", timedelta, -timedelta(days=1, hours=2, minutes=3, seconds=4)),
        ("1.02:03", timedelta, timedelta(days=1, hours=2, minutes=3)),
        ("00:30", timedelta, timedelta(minutes=30)),
        ("00:00:05", timedelta, timedelta(seconds=5)),
        ("P1DT2H", timedelta, timedelta(days=1, hours=2)),
        ("2015-12-24T13:44:55+04:00", datetime, datetime(2015, 12, 24, 13, 44, 55, tzinfo=timezone(timedelta(hours=4)))),
        ("2015-12-24", date, date(2015, 12, 24)),
        ("13:44", time, time(13, 44)),
        ("ca761232-ed42-11ce-bacd-00aa0057b223", UUID, UUID("ca761232-ed42-11ce-bacd-00aa0057b223")),
        ("/tmp/x", Path, Path("/tmp/x")),
        ("https://example.com/", AnyUrl, AnyUrl("https://example.com/")),
        ("AQID", Base64Bytes, b"\1\2\3"),
        ("AQID", bytes, b"AQID"),
        ("stop_host", Behavior, Behavior.STOP_HOST),
        ("StopHost", Behavior, Behavior.STOP_HOST),
        (" Ignore ", Behavior, Behavior.IGNORE),
        ("stop", Behavior, Behavior.STOP_HOST),
        ("2", Level, Level.HIGH),
        ("high", Level, Level.HIGH),
        ("red", Color, Color.RED),
        ("#F00", Color, Color.RED),
        ("Monday, tuesday", Days, Days.MONDAY | Days.TUESDAY),
        ("3", Days, Days.MONDAY | Days.TUESDAY),
        ("a", Bits, Bits.A),
        ("FAST", Literal["fast", "slow"], "fast"),
        ("5", Literal[5, 6], 5),
        ("x", Any, "x"),
        ("x", object, "x"),
        ("", int | None, None),
        ("5", int | None, 5),
        ("5", int | str, "5"),
        ("auto", Literal["auto"] | int, "auto"),
        ("0x10", int | bool, 16),
        ("5", Annotated[int, Field(ge=5)], 5),
    ],
)  # fmt: skip
def test_text_becomes_a_value(text: str, target: Any, value: Any) -> None:
    """B-05, B-06, B-07, B-08, B-09, B-12, B-30: what .NET or pydantic takes is taken, without regard to the locale."""
    converted = convert(text, target)

    assert converted == value
    assert type(converted) is type(value)


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("abc", int),
        ("", int),
        ("5.5", int),
        ("0xG", int),
        ("2147483648", Annotated[int, Field(le=2**31 - 1)]),
        ("1,000.5", float),
        ("1,5", float),
        ("maybe", bool),
        ("1", timedelta | None),
        ("1.25:00:00", timedelta),
        ("12/24/2015 13:44:55 +4", datetime),
        ("nothing", Behavior),
        ("Monday, Sunday", Days),
        ("medium", Literal["fast", "slow"]),
        ("A Q", Base64Bytes),
    ],
)
def test_what_does_not_convert_is_an_error(text: str, target: Any) -> None:
    """B-10: it is a ValueError, and tells the full key, the type, the value and the source."""
    configuration = root_of({"A:Value": text})

    with pytest.raises(ConfigurationBindingError) as caught:
        configuration.get_section("A").get_value("Value", target)

    (error,) = caught.value.errors
    assert (error.key, error.value, error.source) == ("A:Value", text, "memory")
    assert error.key in str(caught.value)
    assert isinstance(caught.value, ValueError)
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)


def test_a_bare_number_is_no_duration() -> None:
    """B-09: it is a day in .NET and a second in pydantic, so it is refused as text, which no one can mean."""
    with pytest.raises(ConfigurationBindingError):
        convert("one", timedelta)


def test_get_bind_and_get_value_tell_the_same() -> None:
    """B-10: whichever way a value is converted."""
    configuration = root_of({"Value": "abc"})
    messages = []

    for attempt in (
        lambda: configuration.get_value("Value", int),
        lambda: configuration.get_section("Value").get(int),
        lambda: configuration.get_section("Value").get(Annotated[int, "unhashable", {}]),
    ):
        with pytest.raises(ConfigurationBindingError) as caught:
            attempt()
        messages.append(caught.value.errors)

    assert messages[0] == messages[1] == messages[2]


def test_a_secret_type_is_masked_in_errors() -> None:
    """B-10, C3: whatever the key is called."""
    configuration = root_of({"Phrase": "hunter2"})

    with pytest.raises(ConfigurationBindingError) as caught:
        configuration.get_value("Phrase", Annotated[SecretStr, Field(min_length=10)])

    assert "hunter2" not in f"{caught.value}{caught.value.errors}"


def test_the_commonest_types_need_no_pydantic() -> None:
    """Text, bool, int and float in their usual forms; what is unusual asks pydantic, with the same result."""
    found: Mapping[Any, Any] = {
        target: convert(text, target) for text, target in [("x", str), ("1", int), ("1.5", float)]
    }

    assert found == {str: "x", int: 1, float: 1.5}
