"""Errors: data in fields, the way to the culprit, near matches, and pickling."""

import pickle
from collections.abc import Callable

import pytest

from corner_host.di import (
    AsyncDisposalError,
    AsyncFactoryError,
    CircularDependencyError,
    CollectionReadOnlyError,
    RegistrationError,
    ScopeValidationError,
    ServiceNotRegisteredError,
    ServiceProviderDisposedError,
    ServiceValidationError,
    UnresolvableDependencyError,
)
from corner_host.primitives import CornerHostError
from tests.di.failures import FAILURES, caught_from

BUILTINS: list[tuple[type[Exception], type[Exception]]] = [
    (ServiceNotRegisteredError, LookupError),
    (UnresolvableDependencyError, RuntimeError),
    (CircularDependencyError, RuntimeError),
    (ScopeValidationError, RuntimeError),
    (ServiceProviderDisposedError, RuntimeError),
    (RegistrationError, ValueError),
    (AsyncFactoryError, RuntimeError),
    (AsyncDisposalError, RuntimeError),
    (CollectionReadOnlyError, RuntimeError),
    (ServiceValidationError, ExceptionGroup),
]


@pytest.mark.parametrize(("error", "builtin"), BUILTINS)
def test_each_error_is_a_corner_host_error_and_a_builtin(error: type[Exception], builtin: type[Exception]) -> None:
    """ERR-03: both ways of catching work."""
    assert issubclass(error, CornerHostError)
    assert issubclass(error, builtin)


@pytest.mark.parametrize("fail", FAILURES)
def test_every_error_survives_pickling(fail: Callable[[], None]) -> None:
    """ERR-03: with its text and its fields."""
    error = caught_from(fail)

    copy = pickle.loads(pickle.dumps(error))

    assert type(copy) is type(error)
    assert str(copy) == str(error)
    for field in ("service_type", "key", "path", "parameter", "implementation"):
        assert getattr(copy, field, None) == getattr(error, field, None)
    if isinstance(error, ExceptionGroup):
        assert [str(member) for member in copy.exceptions] == [str(member) for member in error.exceptions]


@pytest.mark.parametrize("fail", FAILURES)
def test_every_error_says_the_same_each_time(fail: Callable[[], None]) -> None:
    """ERR-02: nothing in the text depends on the run."""
    assert str(caught_from(fail)) == str(caught_from(fail))
