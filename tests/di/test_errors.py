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
    ServiceCollection,
    ServiceError,
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


class Session: ...


class Keeper:
    def __init__(self, *, session: Session) -> None: ...


class Hen:
    def __init__(self, egg: "Egg") -> None: ...


class Egg:
    def __init__(self, hen: Hen) -> None: ...


@pytest.mark.parametrize(
    ("services", "asked", "parameter", "implementation"),
    [
        (ServiceCollection().add_singleton(Keeper), Keeper, "session", Keeper),
        (ServiceCollection().add_singleton(Keeper).add_scoped(Session), Keeper, "session", Keeper),
        (ServiceCollection().add_transient(Keeper).add_scoped(Session), Keeper, "session", Keeper),
        (ServiceCollection().add_scoped(Session), Session, None, None),
        (ServiceCollection().add_singleton(Hen).add_singleton(Egg), Hen, "hen", Egg),
    ],
)
def test_an_error_names_the_parameter_that_leads_to_the_culprit(
    services: ServiceCollection, asked: type, parameter: str | None, implementation: type | None
) -> None:
    """ERR-03: missing, scoped or circular; where the service itself was asked for there is none."""
    with pytest.raises(ServiceError) as caught:
        services.build_service_provider(validate_scopes=True).get_required_service(asked)

    assert (caught.value.parameter, caught.value.implementation) == (parameter, implementation)
