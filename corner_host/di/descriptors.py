"""One registration."""

import types
import typing
from collections.abc import Callable
from typing import Any, Final, Never, final

from corner_host.primitives import name_of

from .checks import check
from .keys import shown_value
from .lifetimes import ServiceLifetime


@final
class _Absent:
    __slots__ = ()

    def __repr__(self) -> str:
        return "<not given>"

    def __bool__(self) -> bool:
        return False


ABSENT: Final[Any] = _Absent()


@final
class ServiceDescriptor:
    """One registration: a service, how it is made, and how long it lives.

    Two descriptors are equal only if they are the same object.

    Args:
        service_type: What is asked for: a class, protocol, ABC, alias such as ``Repository[User]``, or a generic class.
        implementation_type: The class that is built; beside a *factory*, the type the factory is said to make.
        lifetime: How long the made object is kept.
        factory: Any callable that makes the object; its parameters are injected.
        instance: The object itself.
        key: What tells this registration from others of the same service; None for none.
        source: File and line of the call that added it, if the collection keeps them.

    Example:
        >>> ServiceDescriptor(int, lifetime=ServiceLifetime.SINGLETON, instance=7)
        <ServiceDescriptor int, singleton, instance 7>
    """

    __slots__ = ("factory", "implementation_type", "instance", "key", "lifetime", "service_type", "source")

    service_type: Any
    implementation_type: Any
    lifetime: ServiceLifetime
    factory: Callable[..., Any] | None
    instance: Any
    key: Any
    source: str | None

    def __init__(
        self,
        service_type: Any,
        implementation_type: Any = None,
        *,
        lifetime: ServiceLifetime,
        factory: Callable[..., Any] | None = None,
        instance: Any = ABSENT,
        key: Any = None,
        source: str | None = None,
    ) -> None:
        keep = object.__setattr__
        if implementation_type is None and factory is None and instance is ABSENT:
            implementation_type = service_type
        keep(self, "service_type", service_type)
        keep(self, "implementation_type", implementation_type)
        keep(self, "lifetime", lifetime)
        keep(self, "factory", factory)
        keep(self, "instance", instance)
        keep(self, "key", key)
        keep(self, "source", source)
        check(self)

    def __setattr__(self, name: str, value: object) -> Never:
        raise AttributeError(
            f"{name} of a ServiceDescriptor cannot be changed.\nTo fix: services.replace(...) puts another one there."
        )

    def __delattr__(self, name: str) -> Never:
        raise AttributeError(f"{name} of a ServiceDescriptor cannot be taken away.")

    def __setstate__(self, state: tuple[None, dict[str, Any]]) -> None:
        for name, value in state[1].items():  # of a copy
            object.__setattr__(self, name, value)

    @property
    def is_keyed(self) -> bool:
        """Whether it is registered under a key."""
        return self.key is not None

    @property
    def has_instance(self) -> bool:
        """Whether it holds a ready object."""
        return self.instance is not ABSENT

    @property
    def maker(self) -> Any:
        """What is called to make the service: the factory, or the implementation."""
        return self.factory if self.factory is not None else self.implementation_type

    @property
    def declared_type(self) -> Any:
        """The type that it makes as far as is known: ``object`` if a factory does not say."""
        if self.has_instance:
            kind: type = self.instance.__class__
            return kind
        if self.implementation_type is not None:
            return self.implementation_type
        return declared_result(self.factory)

    def __repr__(self) -> str:
        parts = [name_of(self.service_type), str(self.lifetime)]
        if self.is_keyed:
            parts.append(f"key {shown_value(self.key)}")
        if self.has_instance:
            parts.append(f"instance {shown_value(self.instance)}")
        elif self.factory is not None:
            parts.append(f"factory {name_of(self.factory)}")
        else:
            parts.append(f"implementation {name_of(self.implementation_type)}")
        if self.source:
            parts.append(self.source)
        return f"<ServiceDescriptor {', '.join(parts)}>"


_YIELDING: Final = frozenset({"Iterator", "Iterable", "Generator", "AsyncIterator", "AsyncIterable", "AsyncGenerator"})


def declared_result(factory: Any) -> Any:
    """Return what *factory* says it makes, or ``object``; for a generator factory, what it yields."""
    if factory is None:
        return object
    if isinstance(factory, type):
        return factory
    is_function = isinstance(factory, types.FunctionType | types.MethodType)
    call: Any = factory if is_function else type(factory).__call__
    try:
        hint = typing.get_type_hints(getattr(call, "__func__", call)).get("return", object)
    except Exception:  # noqa: BLE001 - a hint may fail in any way; it then says nothing
        return object
    if getattr(typing.get_origin(hint), "__name__", "") in _YIELDING and typing.get_args(hint):
        return typing.get_args(hint)[0]
    return hint


@final
class ForeignProvider:
    """A factory that calls a provider of another container, which ``add_container`` took over.

    It calls it each time anew: what the provider keeps, and how it is overridden, is its own.
    """

    __slots__ = ("_provider",)

    def __init__(self, provider: Callable[[], Any]) -> None:
        self._provider = provider

    def __call__(self) -> Any:
        """Call the provider."""
        return self._provider()

    def __repr__(self) -> str:
        return repr(self._provider)
