"""The provider: where services are asked for. The root and every scope are one."""

from collections.abc import Callable, Coroutine, Sequence
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any, Self, TypeVar, cast, final

from typing_extensions import TypeForm

from . import problems
from .descriptors import ABSENT, ServiceDescriptor
from .disposal import aclose_all, close_all
from .engine import Engine
from .engine.context import Context
from .engine.keeping import disposed, without_repeats
from .keys import service_key
from .lifetimes import ServiceLifetime
from .registry import Decoration
from .sites import Constant, CurrentProvider

T = TypeVar("T")


class ServiceProvider(Context):
    """Makes and finds services. The root provider is one, and so is every scope.

    It closes what it made, in the reverse of the order in which it was made: `close`, `aclose`, ``with``, ``async with``.
    A class may take a ``ServiceProvider``: it gets the scope that it lives in.

    Example:
        >>> from corner_host.di import ServiceCollection
        >>> services = ServiceCollection().add_singleton(str, instance="hello")
        >>> with services.build_service_provider() as provider:
        ...     provider.get_required_service(str), provider.get_service(int)
        ('hello', None)
    """

    engine_: Engine

    @classmethod
    def build(
        cls,
        descriptors: Sequence[ServiceDescriptor],
        decorations: Sequence[Decoration] = (),
        *,
        validate_scopes: bool,
        validate_on_build: bool,
    ) -> "ServiceProvider":
        """Build the root provider; `ServiceCollection.build_service_provider` is the usual way."""
        root = cls.__new__(cls)
        root.root_ = root
        built_in = {
            ServiceProvider: CurrentProvider(ServiceProvider),
            ServiceScopeFactory: Constant(ServiceScopeFactory, None, ServiceScopeFactory(root)),
            ServiceInspector: Constant(ServiceInspector, None, ServiceInspector(root)),
        }
        engine = Engine(root, descriptors, decorations, built_in, validate_scopes=validate_scopes)
        engine.check(whole_graph=validate_on_build)
        root.engine_ = engine
        root.plans_ = engine.of_root.services
        root.sequences_ = engine.of_root.sequences
        root.async_plans_ = engine.of_root.asynchronous
        root.held_ids_ = set()
        root.fill_()
        return root

    def __init__(self) -> None:
        message = "A ServiceProvider is made by ServiceCollection.build_service_provider()."
        raise TypeError(message)

    # --- asking -------------------------------------------------------------------------------------------------------

    def get_service(self, service_type: TypeForm[T], *, key: object = None) -> T | None:
        """Return the service, or None if nothing is registered for it.

        Raises:
            UnresolvableDependencyError: It is registered, but something that it needs is missing.
            ServiceProviderDisposedError: The provider or scope is closed.
        """
        try:
            plan = self.plans_[service_type if key is None else (service_type, type(key), key)]
        except (KeyError, TypeError):
            first = self.engine_.plan(self, service_type, key)
            if first is None:
                return None
            plan = first
        value: T | None = plan(self)
        return value

    def get_required_service(self, service_type: TypeForm[T], *, key: object = None) -> T:
        """Return the service.

        Raises:
            ServiceNotRegisteredError: Nothing is registered for it; the message has near matches.
            UnresolvableDependencyError: It is registered, but something that it needs is missing.
            AsyncFactoryError: It, or what it needs, is made asynchronously: use `get_required_service_async`.
            ServiceProviderDisposedError: The provider or scope is closed.
        """
        try:
            plan = self.plans_[service_type if key is None else (service_type, type(key), key)]
        except (KeyError, TypeError):
            first = self.engine_.plan(self, service_type, key)
            if first is None:
                raise self._not_registered(service_type, key) from None
            plan = first
        value: T | None = plan(self)
        if value is None:
            raise self._made_none(service_type, key)
        return value

    def get_services(self, service_type: TypeForm[T], *, key: object = None) -> Sequence[T]:
        """Return all services registered for *service_type*, in the order of registration; empty if there are none."""
        try:
            plan = self.sequences_[service_type if key is None else (service_type, type(key), key)]
        except (KeyError, TypeError):
            plan = self.engine_.sequence_plan(self, service_type, key)
        found: Sequence[T] = plan(self)
        return found

    def get_service_async(self, service_type: TypeForm[T], *, key: object = None) -> Coroutine[Any, Any, T | None]:
        """Return the service, or None; awaits asynchronous factories on the way."""
        try:
            plan = self.async_plans_[service_type if key is None else (service_type, type(key), key)]
        except (KeyError, TypeError):
            return self._first_async(service_type, key)
        return plan(self)

    async def get_required_service_async(self, service_type: TypeForm[T], *, key: object = None) -> T:
        """Return the service; awaits asynchronous factories on the way. Errors as for `get_required_service`."""
        try:
            plan = self.async_plans_[service_type if key is None else (service_type, type(key), key)]
        except (KeyError, TypeError):
            first = self.engine_.async_plan(self, service_type, key)
            if first is None:
                raise self._not_registered(service_type, key) from None
            plan = first
        value: T | None = await plan(self)
        if value is None:
            raise self._made_none(service_type, key)
        return value

    async def get_services_async(self, service_type: TypeForm[T], *, key: object = None) -> Sequence[T]:
        """Return all services registered for *service_type*; awaits asynchronous factories on the way."""
        everything: Any = Sequence.__class_getitem__(service_key(service_type))
        return cast("Sequence[T]", await self.get_required_service_async(everything, key=key))

    async def _first_async(self, service_type: Any, key: object) -> Any:
        plan = self.engine_.async_plan(self, service_type, key)
        return None if plan is None else await plan(self)

    def is_service(self, service_type: TypeForm[Any], *, key: object = None) -> bool:
        """Tell whether *service_type* is registered; not whether everything that it needs is."""
        return self.engine_.is_service(service_type, key)

    def _not_registered(self, service_type: Any, key: object) -> Exception:
        return problems.not_registered(self.engine_.registry, service_key(service_type), key)

    def _made_none(self, service_type: Any, key: object) -> Exception:
        return problems.not_registered(self.engine_.registry, service_key(service_type), key, made_none=True)

    # --- scopes, overrides --------------------------------------------------------------------------------------------

    def create_scope(self) -> "ServiceScope":
        """Open a scope: scoped services are made once in it, and end with it.

        Example:
            >>> from corner_host.di import ServiceCollection
            >>> class Session: ...
            >>> provider = ServiceCollection().add_scoped(Session).build_service_provider()
            >>> with provider.create_scope() as scope:
            ...     session = scope.service_provider.get_required_service(Session)
            ...     session is scope.service_provider.get_required_service(Session)
            True
        """
        if self.closed_ or self.root_.closed_:
            raise disposed(self)
        engine = self.engine_
        scope = ServiceScope.__new__(ServiceScope)
        scope.engine_ = engine
        scope.root_ = self.root_
        scope.plans_ = engine.of_scopes.services
        scope.sequences_ = engine.of_scopes.sequences
        scope.async_plans_ = engine.of_scopes.asynchronous
        scope.fill_()
        return scope

    def override(
        self,
        service_type: TypeForm[T],
        instance: T = ABSENT,
        *,
        factory: Callable[..., Any] | None = None,
        key: object = None,
    ) -> AbstractContextManager[None]:
        """Let something else answer for *service_type*, in this provider and all its scopes, while the ``with`` lasts.

        For tests. All registrations of the service are covered, also if there are none. What stands in is not closed by
        the container; singletons that are made meanwhile are dropped afterwards.

        Example:
            >>> from corner_host.di import ServiceCollection
            >>> provider = ServiceCollection().add_singleton(str, instance="real").build_service_provider()
            >>> with provider.override(str, "fake"):
            ...     provider.get_required_service(str)
            'fake'
            >>> provider.get_required_service(str)
            'real'
        """
        service = service_key(service_type)
        slot = self.engine_.registry.one(service, key)
        lifetime = ServiceLifetime.SINGLETON if slot is None or instance is not ABSENT else slot.lifetime
        descriptor = ServiceDescriptor(service, lifetime=lifetime, factory=factory, instance=instance, key=key)
        if factory is None and instance is ABSENT:
            message = "override() takes an instance or a factory."
            raise TypeError(message)
        return self.engine_.overridden(descriptor)

    # --- closing ------------------------------------------------------------------------------------------------------

    def close(self) -> None:
        """Close what was made here, the last first. A second call does nothing.

        Raises:
            AsyncDisposalError: Something only closes asynchronously; the rest is closed.
            ExceptionGroup: Several objects failed; a single failure is raised as it is.
        """
        self._end()
        close_all(self.held_, self.name_)

    async def aclose(self) -> None:
        """Close what was made here, the last first, asynchronously where an object can. A second call does nothing."""
        self._end()
        await aclose_all(self.held_, self.name_)

    def _end(self) -> None:
        self.closed_ = True
        self.plans_ = self.sequences_ = {}
        self.async_plans_ = {}
        if self.is_root_:
            self.cache_ = {}
            self.engine_.forget()
        if self.may_repeat_:
            self.may_repeat_ = False
            self.held_[:] = without_repeats(self.held_)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()
        cancelled = error is not None and not isinstance(error, Exception)
        await aclose_all(self.held_, self.name_, cancelled=cancelled)

    def __repr__(self) -> str:
        state = "closed" if self.closed_ else "open"
        return f"<{'ServiceProvider' if self.is_root_ else 'ServiceScope'}, {state}>"


@final
class ServiceScope(ServiceProvider):
    """A scope: its scoped services are made once, and end with it. Scopes are flat; none ends another.

    It is itself the provider that resolves from it; `service_provider` says so by name.
    """

    @property
    def service_provider(self) -> ServiceProvider:
        """The provider that resolves from this scope."""
        return self


@final
class ServiceScopeFactory:
    """Opens scopes of the root provider: what a singleton takes to use scoped services. The same object everywhere."""

    __slots__ = ("_root",)

    def __init__(self, root: ServiceProvider) -> None:
        self._root = root

    def create_scope(self) -> ServiceScope:
        """Open a scope."""
        return self._root.create_scope()


@final
class ServiceInspector:
    """Tells what is registered, without offering to resolve it."""

    __slots__ = ("_root",)

    def __init__(self, root: ServiceProvider) -> None:
        self._root = root

    def is_service(self, service_type: TypeForm[Any], *, key: object = None) -> bool:
        """Tell whether *service_type* is registered under *key*."""
        return self._root.is_service(service_type, key=key)
