"""How an exception that comes with a record becomes text."""

import logging

import pytest

from corner_host.logging.records import trace_of


@pytest.mark.parametrize("in_a_group", [False, True])
def test_an_error_that_is_logged_without_its_traceback_goes_without_its_causes(*, in_a_group: bool) -> None:
    """It says all there is to know; members of a group are part of what it says."""
    error: Exception = ValueError("the port is taken")
    error.__cause__ = OSError("errno 98")
    if in_a_group:
        error = ExceptionGroup("two", [error])
        error.__cause__ = OSError("errno 99")
    record = logging.LogRecord("acme", logging.ERROR, __file__, 1, "did not start", None, (type(error), error, None))

    shown = trace_of(record)
    assert "the port is taken" in shown
    assert "errno 99" not in shown
    assert shown.count("errno 98") == int(in_a_group)
