"""Backoff: a bound that doubles, a wait drawn below it."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corner_host.primitives import Backoff


def test_the_bound_doubles_with_each_failure_up_to_the_ceiling() -> None:
    """The longest possible wait is predictable."""
    backoff = Backoff(first=1.0, ceiling=5.0)

    assert [backoff.longest(failures=n) for n in (1, 2, 3, 4, 10_000)] == [1.0, 2.0, 4.0, 5.0, 5.0]


@given(failures=st.integers(1, 10**9), drawn=st.floats(0, 1, exclude_max=True))
def test_a_wait_is_never_negative_nor_above_its_bound(failures: int, drawn: float) -> None:
    """Full jitter draws between zero and the bound."""
    backoff = Backoff(first=0.5, ceiling=60.0)

    assert 0.0 <= backoff.delay(failures=failures, draw=lambda: drawn) <= backoff.longest(failures=failures)


@pytest.mark.parametrize(
    ("first", "ceiling", "named"), [(0.0, 1.0, "first"), (2.0, 1.0, "ceiling"), (float("nan"), 1.0, "first")]
)
def test_an_argument_out_of_range_is_named(first: float, ceiling: float, named: str) -> None:
    """The message says which argument is wrong."""
    with pytest.raises(ValueError, match=f"Backoff.{named}"):
        Backoff(first=first, ceiling=ceiling)


def test_no_failures_have_no_wait() -> None:
    """Asking for the wait after nothing failed is a mistake of the caller."""
    with pytest.raises(ValueError, match="failures"):
        Backoff().longest(failures=0)


def test_the_bounds_may_be_timedeltas() -> None:
    """Durations are float seconds or a timedelta wherever one is taken; they are kept in seconds."""
    backoff = Backoff(first=timedelta(seconds=2), ceiling=timedelta(minutes=1))

    assert backoff == Backoff(first=2.0, ceiling=60.0)
    assert backoff.longest(failures=2) == 4.0
