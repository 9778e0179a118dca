"""The provider: where services are asked for. The root and every scope are one."""

from _thread import RLock  # threading.RLock is a Python function around it, and scopes are made often
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AbstractContextManager
from typing import Any, Self, TypeVar, cast, final

from typing_extensions import TypeForm

import corner_host.di as door

from .descriptors import ABSENT, ServiceDescriptor
from .disposal import Endings
from .engine import Engine, engine_of, sequence_type
from .engine.context import CLOSED, Context, Plan, Plans
from .engine.keeping import disposed
from .keys import service_key
from .lifetimes import ServiceLifetime
from .registry import Decoration, Late, Registry
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

    __slots__ = ()

    @classmethod
    def build(
        cls,
        descriptors: Sequence[ServiceDescriptor],
        decorations: Sequence[Decoration] = (),
        late: Sequence[Late] = (),
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
        registry = Registry(descriptors, decorations, late)
        engine = Engine(root, registry, built_in, validate_scopes=validate_scopes)
        engine.check(whole_graph=validate_on_build)
        root.engine_ = engine
        tables = engine.of_scopes
        root.scope_tables_ = (tables.services, tables.sequences, tables.asynchronous)
        root.plans_ = engine.of_root.services
        root.sequences_ = engine.of_root.sequences
        root.async_plans_ = engine.of_root.asynchronous
        root.held_ids_ = registry.instance_ids  # given, not made: never closed
        root.endings_ = Endings()
        root.made_ = {}
        root.held_ = []
        root.lock_ = RLock()
        root.watcher_ = root.being_made_ = None
        return root

    # --- asking -------------------------------------------------------------------------------------------------------

    # ``key`` is to be given by name. It is not keyword-only, since CPython calls functions that have such parameters in a slow
    # way: a quarter more for a singleton. The first line of each method is the quickest way there is: one look-up, one call.
    # What follows runs once a service, outside of the ``except``, so that a constructor's error has no look-up for its context.

    def get_service(self, service_type: TypeForm[T], key: object = None) -> T | None:
        """Return the service, or None if nothing is registered for it.

        Raises:
            UnresolvableDependencyError: It is registered, but something that it needs is missing.
            ServiceProviderDisposedError: The provider or scope is closed.
        """
        try:
            return self.plans_[service_type if key is None else (service_type, type(key), key)](self)  # type: ignore[no-any-return] # a cast would cost a call
        except (KeyError, TypeError):
            if _is_planned(self.plans_, service_type, key):
                raise
        except door.ServiceNotRegisteredError as error:
            if not _is_none_of(error, service_type, key):
                raise
            return None
        found: T | None = self._first(service_type, key)
        return found

    def get_required_service(self, service_type: TypeForm[T], key: object = None) -> T:
        """Return the service.

        Raises:
            ServiceNotRegisteredError: Nothing is registered for it; the message has near matches.
            UnresolvableDependencyError: It is registered, but something that it needs is missing.
            AsyncFactoryError: It, or what it needs, is made asynchronously: use `get_required_service_async`.
            ServiceProviderDisposedError: The provider or scope is closed.
        """
        try:
            return self.plans_[service_type if key is None else (service_type, type(key), key)](self)  # type: ignore[no-any-return] # a cast would cost a call
        except (KeyError, TypeError):
            if _is_planned(self.plans_, service_type, key):
                raise
        return cast("T", self._plan(service_type, key)(self))

    def get_services(self, service_type: TypeForm[T], key: object = None) -> Sequence[T]:
        """Return all services registered for *service_type*, in the order of registration; empty if there are none."""
        try:
            return self.sequences_[service_type if key is None else (service_type, type(key), key)](self)  # type: ignore[no-any-return] # a cast would cost a call
        except (KeyError, TypeError):
            if _is_planned(self.sequences_, service_type, key):
                raise
        return cast("Sequence[T]", engine_of(self).sequence_plan(self, service_type, key)(self))

    async def get_service_async(self, service_type: TypeForm[T], key: object = None) -> T | None:
        """Return the service, or None if nothing is registered for it; awaits asynchronous factories on the way."""
        try:
            plan = self.async_plans_[service_type if key is None else (service_type, type(key), key)]
        except (KeyError, TypeError):
            first = engine_of(self).async_plan(self, service_type, key)
            if first is None:
                return None
            plan = first
        try:
            return cast("T", await plan(self))
        except door.ServiceNotRegisteredError as error:
            if not _is_none_of(error, service_type, key):
                raise
            return None

    def get_required_service_async(self, service_type: TypeForm[T], key: object = None) -> Coroutine[Any, Any, T]:
        """Return the service; awaits asynchronous factories on the way. Errors as for `get_required_service`.

        Use it as ``await provider.get_required_service_async(Service)``. It is no ``async def``, since a coroutine
        around the plan's own would take longer than most plans.
        """
        try:
            return self.async_plans_[service_type if key is None else (service_type, type(key), key)](self)  # type: ignore[no-any-return] # a cast would cost a call
        except (KeyError, TypeError):
            return self._first_async(service_type, key)

    async def get_services_async(self, service_type: TypeForm[T], *, key: object = None) -> Sequence[T]:
        """Return all services registered for *service_type*; awaits asynchronous factories on the way."""
        everything: Any = sequence_type(service_key(service_type))
        return cast("Sequence[T]", await self.get_required_service_async(everything, key=key))

    def is_service(self, service_type: TypeForm[Any], *, key: object = None) -> bool:
        """Tell whether *service_type* is registered; not whether everything that it needs is."""
        return engine_of(self).is_service(service_type, key)

    def _plan(self, service_type: Any, key: object) -> Plan:
        plan = engine_of(self).plan(self, service_type, key)
        if plan is None:
            raise door.problems.not_registered(engine_of(self).registry, service_key(service_type), key)
        return plan

    def _first(self, service_type: Any, key: object) -> Any:
        plan = engine_of(self).plan(self, service_type, key)
        if plan is None:
            return None
        try:
            return plan(self)
        except door.ServiceNotRegisteredError as error:
            if not _is_none_of(error, service_type, key):
                raise
            return None

    async def _first_async(self, service_type: Any, key: object) -> Any:
        plan = engine_of(self).async_plan(self, service_type, key)
        if plan is None:
            raise door.problems.not_registered(engine_of(self).registry, service_key(service_type), key)
        return await plan(self)

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
        root = self.root_
        if self.plans_ is CLOSED or root.plans_ is CLOSED:
            raise disposed(self)
        scope = ServiceScope()
        scope.root_ = root
        scope.plans_, scope.sequences_, scope.async_plans_ = root.scope_tables_
        scope.made_ = None
        scope.held_ = []
        scope.lock_ = RLock()
        scope.watcher_ = scope.being_made_ = None
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
        slot = engine_of(self).registry.one(service, key)
        lifetime = ServiceLifetime.SINGLETON if slot is None or instance is not ABSENT else slot.lifetime
        descriptor = ServiceDescriptor(service, lifetime=lifetime, factory=factory, instance=instance, key=key)
        if factory is None and instance is ABSENT:
            message = "override() takes an instance or a factory."
            raise TypeError(message)
        return engine_of(self).overridden(descriptor)

    # --- closing ------------------------------------------------------------------------------------------------------

    def close(self) -> None:
        """Close what was made here, the last first. A second call does nothing, also while the first is under way.

        Raises:
            AsyncDisposalError: Something only closes asynchronously; the rest is closed.
            ExceptionGroup: Several objects failed; a single failure is raised as it is.
        """
        self.__exit__(None, None, None)

    async def aclose(self) -> None:
        """Close what was made here, the last first, asynchronously where an object can.

        A second call does nothing, also while the first is under way: it does not wait for it.

        When it is cancelled, the closing that is under way is cut short; the others are closed nevertheless, for up to
        30 seconds.
        """
        await self.__aexit__(None, None, None)

    def __enter__(self) -> Self:
        return self

    async def __aenter__(self) -> Self:
        return self

    def __repr__(self) -> str:
        state = "closed" if self.closed_ else "open"
        return f"<{'ServiceProvider' if self.root_ is self else 'ServiceScope'}, {state}>"


def _is_planned(plans: Plans, service_type: Any, key: object) -> bool:
    """Tell whether a failed look-up was none: the error comes from what the plan calls."""
    try:
        return (service_type if key is None else (service_type, type(key), key)) in plans
    except TypeError:
        return False


def _is_none_of(error: "door.ServiceNotRegisteredError", service_type: Any, key: object) -> bool:
    """Tell whether *error* only says that the factory of the very service that was asked for gave None."""
    return error.is_made_none and error.service_type == service_key(service_type) and error.key == key


@final
class ServiceScope(ServiceProvider):
    """A scope: its scoped services are made once, and end with it. Scopes are flat; none ends another.

    It is itself the provider that resolves from it; `service_provider` says so by name.
    """

    __slots__ = ()

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
