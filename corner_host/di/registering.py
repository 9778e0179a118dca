"""The add calls: one registration a line.

Type checkers see which arguments go together. That an implementation has nothing to do with its service they cannot see
(a type variable simply grows to hold both), so that is refused when it is added.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, Self, TypeVar, overload

from typing_extensions import TypeForm

import corner_host.di as door

from .descriptors import ABSENT, ServiceDescriptor
from .extensions import ServiceExtensions
from .lifetimes import ServiceLifetime
from .provider import ServiceProvider

T = TypeVar("T")

Factory = Callable[..., Any]
FromProvider = Callable[[ServiceProvider], Any]
"""What a lambda with one parameter is, so that checkers know what the parameter is."""


class Registering(ServiceExtensions, ABC):
    """What can take registrations."""

    keeps_sources = False
    """Whether descriptors say in which line they were added; a host turns it on in Development."""

    @abstractmethod
    def add(self, descriptor: ServiceDescriptor) -> Self:
        """Append *descriptor*."""

    @abstractmethod
    def try_add(self, *descriptors: ServiceDescriptor) -> None:
        """Append each of *descriptors* whose service has no registration under its key yet."""

    def _describe(
        self,
        service: Any,
        implementation: Any,
        lifetime: ServiceLifetime,
        factory: Factory | None,
        *,
        instance: Any = ABSENT,
        key: object = None,
    ) -> ServiceDescriptor:
        source = door.provenance.calling_line() if self.keeps_sources else None
        return ServiceDescriptor(
            service, implementation, lifetime=lifetime, factory=factory, instance=instance, key=key, source=source
        )

    @overload
    def add_singleton(
        self, service: TypeForm[T], implementation: TypeForm[T] | None = None, /, *, key: object = None
    ) -> Self: ...
    @overload
    def add_singleton(
        self,
        service: TypeForm[T],
        implementation: TypeForm[T] | None = None,
        /,
        *,
        factory: FromProvider,
        key: object = None,
    ) -> Self: ...
    @overload
    def add_singleton(
        self,
        service: TypeForm[T],
        implementation: TypeForm[T] | None = None,
        /,
        *,
        factory: Factory,
        key: object = None,
    ) -> Self: ...
    @overload
    def add_singleton(self, service: TypeForm[T], /, *, instance: T, key: object = None) -> Self: ...
    def add_singleton(
        self,
        service: Any,
        implementation: Any = None,
        /,
        *,
        factory: Factory | None = None,
        instance: Any = ABSENT,
        key: object = None,
    ) -> Self:
        """Register a service of which there is one for the provider, or a ready *instance*.

        Args:
            service: What is asked for: a class, protocol, ABC, alias such as ``Repository[User]``, or a generic class.
            implementation: The class that is built; the service itself if nothing is given. Beside a *factory*, the type
                that the factory is said to make.
            factory: Any callable that makes it; its parameters are injected. It may be ``async def``, or a generator or
                async generator that yields once; what follows the ``yield`` is the disposal.
            instance: The object itself; it is never closed by the container.
            key: What tells it from other registrations of the service.

        Raises:
            RegistrationError: It can never work; the message says why.
        """
        descriptor = self._describe(
            service, implementation, ServiceLifetime.SINGLETON, factory, instance=instance, key=key
        )
        return self.add(descriptor)

    @overload
    def add_scoped(
        self, service: TypeForm[T], implementation: TypeForm[T] | None = None, /, *, key: object = None
    ) -> Self: ...
    @overload
    def add_scoped(
        self,
        service: TypeForm[T],
        implementation: TypeForm[T] | None = None,
        /,
        *,
        factory: FromProvider,
        key: object = None,
    ) -> Self: ...
    @overload
    def add_scoped(
        self,
        service: TypeForm[T],
        implementation: TypeForm[T] | None = None,
        /,
        *,
        factory: Factory,
        key: object = None,
    ) -> Self: ...
    def add_scoped(
        self,
        service: Any,
        implementation: Any = None,
        /,
        *,
        factory: Factory | None = None,
        key: object = None,
    ) -> Self:
        """Register a service of which there is one for each scope. Arguments as for `add_singleton`."""
        descriptor = self._describe(service, implementation, ServiceLifetime.SCOPED, factory, key=key)
        return self.add(descriptor)

    @overload
    def add_transient(
        self, service: TypeForm[T], implementation: TypeForm[T] | None = None, /, *, key: object = None
    ) -> Self: ...
    @overload
    def add_transient(
        self,
        service: TypeForm[T],
        implementation: TypeForm[T] | None = None,
        /,
        *,
        factory: FromProvider,
        key: object = None,
    ) -> Self: ...
    @overload
    def add_transient(
        self,
        service: TypeForm[T],
        implementation: TypeForm[T] | None = None,
        /,
        *,
        factory: Factory,
        key: object = None,
    ) -> Self: ...
    def add_transient(
        self,
        service: Any,
        implementation: Any = None,
        /,
        *,
        factory: Factory | None = None,
        key: object = None,
    ) -> Self:
        """Register a service that is made each time. Arguments as for `add_singleton`."""
        descriptor = self._describe(service, implementation, ServiceLifetime.TRANSIENT, factory, key=key)
        return self.add(descriptor)

    @overload
    def try_add_singleton(
        self, service: TypeForm[T], implementation: TypeForm[T] | None = None, /, *, key: object = None
    ) -> None: ...
    @overload
    def try_add_singleton(
        self,
        service: TypeForm[T],
        implementation: TypeForm[T] | None = None,
        /,
        *,
        factory: FromProvider,
        key: object = None,
    ) -> None: ...
    @overload
    def try_add_singleton(
        self,
        service: TypeForm[T],
        implementation: TypeForm[T] | None = None,
        /,
        *,
        factory: Factory,
        key: object = None,
    ) -> None: ...
    @overload
    def try_add_singleton(self, service: TypeForm[T], /, *, instance: T, key: object = None) -> None: ...
    def try_add_singleton(
        self,
        service: Any,
        implementation: Any = None,
        /,
        *,
        factory: Factory | None = None,
        instance: Any = ABSENT,
        key: object = None,
    ) -> None:
        """Do as `add_singleton`, unless the service has a registration under that key."""
        descriptor = self._describe(
            service, implementation, ServiceLifetime.SINGLETON, factory, instance=instance, key=key
        )
        self.try_add(descriptor)

    @overload
    def try_add_scoped(
        self, service: TypeForm[T], implementation: TypeForm[T] | None = None, /, *, key: object = None
    ) -> None: ...
    @overload
    def try_add_scoped(
        self,
        service: TypeForm[T],
        implementation: TypeForm[T] | None = None,
        /,
        *,
        factory: FromProvider,
        key: object = None,
    ) -> None: ...
    @overload
    def try_add_scoped(
        self,
        service: TypeForm[T],
        implementation: TypeForm[T] | None = None,
        /,
        *,
        factory: Factory,
        key: object = None,
    ) -> None: ...
    def try_add_scoped(
        self,
        service: Any,
        implementation: Any = None,
        /,
        *,
        factory: Factory | None = None,
        key: object = None,
    ) -> None:
        """Do as `add_scoped`, unless the service has a registration under that key."""
        descriptor = self._describe(service, implementation, ServiceLifetime.SCOPED, factory, key=key)
        self.try_add(descriptor)

    @overload
    def try_add_transient(
        self, service: TypeForm[T], implementation: TypeForm[T] | None = None, /, *, key: object = None
    ) -> None: ...
    @overload
    def try_add_transient(
        self,
        service: TypeForm[T],
        implementation: TypeForm[T] | None = None,
        /,
        *,
        factory: FromProvider,
        key: object = None,
    ) -> None: ...
    @overload
    def try_add_transient(
        self,
        service: TypeForm[T],
        implementation: TypeForm[T] | None = None,
        /,
        *,
        factory: Factory,
        key: object = None,
    ) -> None: ...
    def try_add_transient(
        self,
        service: Any,
        implementation: Any = None,
        /,
        *,
        factory: Factory | None = None,
        key: object = None,
    ) -> None:
        """Do as `add_transient`, unless the service has a registration under that key."""
        descriptor = self._describe(service, implementation, ServiceLifetime.TRANSIENT, factory, key=key)
        self.try_add(descriptor)
