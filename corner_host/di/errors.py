"""What the container raises.

CornerHostError
├── RegistrationError (ValueError)              a registration that can never work
├── CollectionReadOnlyError (RuntimeError)      the collection was changed after it was frozen
├── ServiceNotRegisteredError (LookupError)     nothing is registered for what was required
├── UnresolvableDependencyError (RuntimeError)  a parameter cannot be filled
├── CircularDependencyError (RuntimeError)      a service needs itself
├── ScopeValidationError (RuntimeError)         a scoped service outside a scope
├── AsyncFactoryError (RuntimeError)            only the asynchronous calls can make it
├── AsyncDisposalError (RuntimeError)           only the asynchronous closing can end it
├── ServiceProviderDisposedError (RuntimeError) the provider or scope is closed
└── ServiceValidationError (ExceptionGroup)     every broken registration, found at build
"""

from collections.abc import Sequence
from typing import Any, Self

from corner_host.primitives import CornerHostError


class ServiceError(CornerHostError):
    """Root of the container's errors, with the facts in fields, as far as they apply.

    Args:
        message: What happened, where, why, and how to fix it.
        service_type: The service that is missing, scoped, repeated or wrong.
        key: Its key; None for a service without one.
        path: The services from the one that was asked for to the one at fault.
        parameter: The name of the parameter that cannot be filled.
        implementation: The class or factory that was to be called.
    """

    def __init__(
        self,
        message: str,
        *,
        service_type: Any = None,
        key: object = None,
        path: tuple[Any, ...] = (),
        parameter: str | None = None,
        implementation: Any = None,
    ) -> None:
        super().__init__(message)
        self.service_type = service_type
        self.key = key
        self.path = path
        self.parameter = parameter
        self.implementation = implementation

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""


class RegistrationError(ServiceError, ValueError):
    """A registration that can never work; raised when it is added, where that is certain, else at build."""


class CollectionReadOnlyError(ServiceError, RuntimeError):
    """The collection is read-only: a host froze it when it was built."""


class ServiceNotRegisteredError(ServiceError, LookupError):
    """Nothing is registered for the service that was required."""

    is_made_none = False
    """Whether it is registered, but its factory returned None."""


class UnresolvableDependencyError(ServiceError, RuntimeError):
    """A registered service cannot be made, because one of its parameters cannot be filled."""


class CircularDependencyError(ServiceError, RuntimeError):
    """A service needs itself, directly or through others."""


class ScopeValidationError(ServiceError, RuntimeError):
    """A scoped service was asked for outside a scope, or a singleton would keep one."""


class AsyncFactoryError(ServiceError, RuntimeError):
    """A service that is made asynchronously was asked for by a plain call."""


class AsyncDisposalError(ServiceError, RuntimeError):
    """An object that only closes asynchronously was in a scope that was closed by a plain call."""


class ServiceProviderDisposedError(ServiceError, RuntimeError):
    """The provider or scope is closed."""


class ServiceValidationError(CornerHostError, ExceptionGroup[Exception]):
    """Every broken registration, found when the provider was built; begins with the distinct root causes.

    It has one member for each broken descriptor, in the order of registration.
    """

    def __new__(cls, message: str, exceptions: Sequence[Exception], /) -> Self:
        """Make the group; Python makes groups here, not in ``__init__``."""
        return super().__new__(cls, message, exceptions)

    def __str__(self) -> str:
        return self.message

    def derive(self, excs: Sequence[Exception], /) -> "ServiceValidationError":  # type: ignore[override]
        """Return a group of the same kind with other members, for ``split`` and ``except*``."""
        return ServiceValidationError(self.message, excs)
