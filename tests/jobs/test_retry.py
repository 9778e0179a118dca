"""Which failures are tried again (pure)."""

from datetime import timedelta
from typing import Any

import pytest

from corner_host.jobs import RetryLater, RetryPolicy


@pytest.mark.parametrize("kinds", [OSError, (OSError,), [OSError, KeyError]])
def test_kinds_of_error_may_be_given_in_any_form(kinds: Any) -> None:
    """One class, or several in whatever holds them."""
    policy = RetryPolicy(retry_on=kinds)

    assert policy.tries_again(OSError(), attempt=1)
    assert not policy.tries_again(ValueError(), attempt=1)


@pytest.mark.parametrize("wrong", [("OSError",), [3], (BaseException,)])
@pytest.mark.parametrize("name", ["retry_on", "give_up_on"])
def test_what_is_no_kind_of_error_is_refused(name: str, wrong: Any) -> None:
    """When the policy is made, not when a job fails."""
    with pytest.raises(TypeError, match=name):
        RetryPolicy(**{name: wrong})


def test_a_job_is_tried_at_least_once() -> None:
    """Fewer attempts than one are a mistake."""
    with pytest.raises(ValueError, match="max_attempts"):
        RetryPolicy(max_attempts=0)


@pytest.mark.parametrize("delay", [90, 90.0, timedelta(minutes=1.5)])
def test_a_delay_is_seconds_or_a_timedelta(delay: Any) -> None:
    """As everywhere."""
    assert RetryLater(seconds=delay).delay == RetryLater(delay, "busy").delay == 90.0
