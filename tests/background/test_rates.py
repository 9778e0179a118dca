"""Rates out of counts that are looked at now and then."""

from hypothesis import given
from hypothesis import strategies as st

from corner_host.background.rates import SPAN, STEP, Counts, Rates


def test_a_rate_is_over_all_that_is_known_at_first() -> None:
    """Since the beginning, while that is less than a minute ago."""
    rates = Rates(0.0)

    assert rates.per_second(0.0, Counts(0, 0, 0)) == (0, 0, 0)
    assert rates.per_second(10.0, Counts(50, 20, 10)) == (5, 2, 1)


@given(st.integers(1, 100), st.integers(70, 500))
def test_a_steady_rate_is_found(rate: int, seconds: int) -> None:
    """Whenever one asks, if somebody has looked now and then."""
    rates = Rates(0.0)
    for second in range(seconds):
        rates.note(float(second), Counts(second * rate, 0, 0))

    assert rates.per_second(float(seconds), Counts(seconds * rate, 0, 0))[0] == rate


def test_what_was_long_ago_does_not_count() -> None:
    """The base is the last look before the minute."""
    rates = Rates(0.0)
    for second in range(0, 600, int(STEP)):
        rates.note(float(second), Counts(min(second, 300), 0, 0))

    assert rates.per_second(600.0, Counts(300, 0, 0))[0] == 0
    assert rates.per_second(600.0, Counts(300 + int(SPAN), 0, 0))[0] == 1


def test_samples_are_not_taken_more_often_than_needed() -> None:
    """One each few seconds."""
    rates = Rates(0.0)
    rates.note(STEP - 1, Counts(1000, 0, 0))

    assert not rates.is_due(STEP - 1)
    assert rates.is_due(STEP)
    assert rates.per_second(10.0, Counts(1000, 0, 0))[0] == 100
