"""Durations: float seconds or a timedelta in, float seconds out."""

from datetime import timedelta
from typing import Any

import pytest

from corner_host.primitives import seconds


@pytest.mark.parametrize(
    ("given", "expected"), [(2, 2.0), (0.25, 0.25), (timedelta(minutes=1), 60.0), (float("inf"), float("inf"))]
)
def test_a_duration_becomes_float_seconds(given: Any, expected: float) -> None:
    """Every public duration may be given either way."""
    assert seconds(given, "timeout") == expected


@pytest.mark.parametrize("given", [-1, timedelta(seconds=-1), float("nan")])
def test_a_duration_out_of_range_is_named(given: Any) -> None:
    """The message names the argument."""
    with pytest.raises(ValueError, match="timeout"):
        seconds(given, "timeout")


@pytest.mark.parametrize("given", ["5", True, None])
def test_something_else_is_no_duration(given: Any) -> None:
    """Text is not guessed at, and True is not one second."""
    with pytest.raises(TypeError, match="timeout"):
        seconds(given, "timeout")


def test_zero_can_be_excluded() -> None:
    """An interval of zero would never let go."""
    with pytest.raises(ValueError, match="interval must be above 0 seconds"):
        seconds(0, "interval", above=0.0)
