"""The list of registrations, from which a provider is built."""

from collections.abc import Callable, Iterable, Iterator, MutableSequence
from typing import Any, Self, TypeVar, overload

from typing_extensions import TypeForm

import corner_host.di as door
from corner_host.primitives import name_of

from . import engine
from .descriptors import ForeignProvider, ServiceDescriptor
from .keys import identity, normal, service_key, shown, shown_value
from .lifetimes import ServiceLifetime
from .provider import ServiceProvider
from .registering import Registering
from .registry import Late, concerned

T = TypeVar("T")


class ServiceCollection(Registering, MutableSequence[ServiceDescriptor]):
    """The registrations of an application: a list of `ServiceDescriptor` with methods to add to it.

    Registering a service again adds another one: the last answers for the service itself, all of them make up
    ``Sequence[Service]``. Later changes do not reach providers that are built already.

    Args:
        descriptors: What it holds from the start.

    Example:
        >>> class Mailer: ...
        >>> class Signup:
        ...     def __init__(self, mailer: Mailer) -> None:
        ...         self.mailer = mailer
        >>> services = ServiceCollection().add_singleton(Mailer).add_transient(Signup)
        >>> with services.build_service_provider() as provider:
        ...     signup = provider.get_required_service(Signup)
        ...     signup.mailer is provider.get_required_service(Mailer)
        True
    """

    def __init__(self, descriptors: Iterable[ServiceDescriptor] = ()) -> None:
        self._descriptors: list[ServiceDescriptor] = []
        self._decorations: list[tuple[Any, object, Callable[..., Any]]] = []
        self._late: list[Late] = []
        self._read_only = False
        self.extend(descriptors)

    # --- the list -----------------------------------------------------------------------------------------------------

    @overload
    def __getitem__(self, index: int) -> ServiceDescriptor: ...
    @overload
    def __getitem__(self, index: slice) -> list[ServiceDescriptor]: ...
    def __getitem__(self, index: int | slice) -> ServiceDescriptor | list[ServiceDescriptor]:
        self._make_late()
        return self._descriptors[index]

    @overload
    def __setitem__(self, index: int, value: ServiceDescriptor) -> None: ...
    @overload
    def __setitem__(self, index: slice, value: Iterable[ServiceDescriptor]) -> None: ...
    def __setitem__(self, index: int | slice, value: ServiceDescriptor | Iterable[ServiceDescriptor]) -> None:
        self._refuse_if_read_only()
        self._make_late()
        if isinstance(index, slice):
            checked = [_checked(descriptor) for descriptor in _many(value)]
            self._descriptors[index] = checked
        else:
            self._descriptors[index] = _checked(value)

    def __delitem__(self, index: int | slice) -> None:
        self._refuse_if_read_only()
        self._make_late()
        del self._descriptors[index]

    def __len__(self) -> int:
        self._make_late()
        return len(self._descriptors)

    def __iter__(self) -> Iterator[ServiceDescriptor]:
        self._make_late()
        return iter(self._descriptors)

    def insert(self, index: int, value: ServiceDescriptor) -> None:
        """Put *value* before position *index*."""
        self._refuse_if_read_only()
        self._make_late()
        self._descriptors.insert(index, _checked(value))

    def __copy__(self) -> "ServiceCollection":
        copied = ServiceCollection(self)
        copied._decorations = list(self._decorations)
        copied.keeps_sources = self.keeps_sources
        return copied

    def __repr__(self) -> str:
        return f"<ServiceCollection, {len(self)} registrations{', read-only' if self._read_only else ''}>"

    @property
    def is_read_only(self) -> bool:
        """Whether changes are refused."""
        return self._read_only

    def make_read_only(self) -> None:
        """Refuse every change from now on, as a host does once it is built."""
        self._read_only = True

    def _refuse_if_read_only(self) -> None:
        if self._read_only:
            message = (
                "The service collection is read-only since its host was built.\n"
                "To fix: register services before build()."
            )
            raise door.CollectionReadOnlyError(message)

    # --- adding -------------------------------------------------------------------------------------------------------

    def add(self, descriptor: ServiceDescriptor) -> Self:
        """Append *descriptor*."""
        self._refuse_if_read_only()
        self._make_late(_checked(descriptor).service_type)
        self._descriptors.append(descriptor)
        return self

    def add_late(self, area: str, register: Callable[["ServiceCollection"], object]) -> Self:
        """Have *register* add the services of an area when somebody first looks at them, or asks for one of them.

        A program that never does so never loads what they are made of. They stand at the place of this call.

        Args:
            area: The module or package in which all of these services are defined, so that who names one has loaded it.
            register: Adds them to the collection that it is given.

        Example:
            >>> import decimal
            >>> def register(services: ServiceCollection) -> None:
            ...     print("late")
            ...     services.add_singleton(decimal.Context)
            >>> services = ServiceCollection().add_late("decimal", register).add_singleton(str, instance="hello")
            >>> services[0].service_type
            late
            <class 'decimal.Context'>
        """
        self._refuse_if_read_only()

        def make(present: Iterable[ServiceDescriptor]) -> list[ServiceDescriptor]:
            services = ServiceCollection(present)
            before = len(services)
            register(services)
            return services[before:]

        self._late.append(Late(area, len(self._descriptors), make))
        return self

    def is_late(self, area: str) -> bool:
        """Tell whether nobody has looked at the services of *area*, or added one, since `add_late`."""
        return any(late.area == area for late in self._late)

    def _make_late(self, service_type: Any = None) -> None:
        """Make the late registrations before somebody looks at all of them, or at those of *service_type*."""
        if not concerned(self._late, service_type):
            return
        while self._late:
            late = self._late.pop()  # the last one first, so that the places of the others stay what they are
            self._descriptors[late.place : late.place] = late.make(self._descriptors[: late.place])

    def registrations_of(self, service: TypeForm[Any], *, key: object = None) -> list[ServiceDescriptor]:
        """Return the registrations of *service* under *key*, in order."""
        wanted = identity(service_key(service), key)
        self._make_late(wanted[0])
        return [each for each in self._descriptors if identity(normal(each.service_type), each.key) == wanted]

    def try_add(self, *descriptors: ServiceDescriptor) -> None:
        """Append each of *descriptors* whose service has no registration under its key yet."""
        for descriptor in descriptors:
            self._refuse_if_read_only()
            if not self.registrations_of(descriptor.service_type, key=descriptor.key):
                self.add(descriptor)

    def try_add_enumerable(self, *descriptors: ServiceDescriptor) -> None:
        """Append each of *descriptors*, unless the same service is there with the same implementation and key.

        Raises:
            RegistrationError: A factory does not say what it makes, so that it cannot be told from others.
        """
        for descriptor in descriptors:
            self._refuse_if_read_only()
            made = descriptor.declared_type
            if made is object or normal(made) == normal(descriptor.service_type):
                message = (
                    f"The registration makes {name_of(made)} for {name_of(descriptor.service_type)}: it cannot be told from"
                    " other registrations of that service.\n"
                    "To fix: annotate the factory's result with the class it makes, or state it as implementation_type."
                )
                raise door.RegistrationError(
                    message, service_type=descriptor.service_type, key=descriptor.key, implementation=descriptor.maker
                )
            present = self.registrations_of(descriptor.service_type, key=descriptor.key)
            if not any(each.declared_type == made for each in present):
                self.add(descriptor)

    # --- changing what is there ---------------------------------------------------------------------------------------

    def replace(self, descriptor: ServiceDescriptor) -> Self:
        """Remove the first registration of the same service and key, if any, and append *descriptor*."""
        _checked(descriptor)
        first = next((i for i, present in enumerate(self) if _same_service(present, descriptor)), None)
        if first is not None:
            del self[first]
        return self.add(descriptor)

    def remove_all(self, service: TypeForm[Any], *, key: object = None) -> Self:
        """Remove every registration of *service* under *key*; without one, the unkeyed registrations."""
        self._refuse_if_read_only()
        self._make_late()
        gone = identity(service_key(service), key)
        self._descriptors[:] = [d for d in self._descriptors if identity(normal(d.service_type), d.key) != gone]
        return self

    def decorate(self, service: TypeForm[T], decorator: Callable[..., Any], *, key: object = None) -> Self:
        """Wrap every registration of *service* that is present at build in *decorator*.

        A parameter of the decorator annotated with the service, or not at all, gets what is wrapped; others are injected.
        The wrapper lives as long as what it wraps. Decorating again wraps the wrapper.

        Example:
            >>> class Greeter:
            ...     def greet(self) -> str:
            ...         return "hello"
            >>> class Loud(Greeter):
            ...     def __init__(self, inner: Greeter) -> None:
            ...         self.inner = inner
            ...     def greet(self) -> str:
            ...         return self.inner.greet().upper()
            >>> services = ServiceCollection().add_singleton(Greeter).decorate(Greeter, Loud)
            >>> services.build_service_provider().get_required_service(Greeter).greet()
            'HELLO'
        """
        self._refuse_if_read_only()
        found = service_key(service)
        maker: object = decorator
        if not callable(maker):
            message = f"The decorator of {shown(found, key)} is {shown_value(maker)}, which cannot be called."
            raise door.RegistrationError(message, service_type=found, key=key)
        self._decorations.append((found, key, decorator))
        return self

    def add_container(self, container: object) -> Self:
        """Take over the providers of a container of the dependency-injector package, each under the type that it makes.

        The container is referred to, not copied: its singletons stay its own, and its overrides show. Nothing of it is
        closed here. A provider that does not say what it makes is left out.

        Args:
            container: An instance of a ``DeclarativeContainer`` or ``DynamicContainer``.

        Raises:
            TypeError: It is something else.
        """
        for service, provider in engine.providers_of(container):
            self.add(self._describe(service, None, ServiceLifetime.TRANSIENT, ForeignProvider(provider)))
        return self

    # --- building -----------------------------------------------------------------------------------------------------

    def build_service_provider(
        self, *, validate_scopes: bool = False, validate_on_build: bool = False
    ) -> ServiceProvider:
        """Build the provider of the services registered by now.

        Args:
            validate_scopes: Refuse scoped services outside of a scope and inside of singletons.
            validate_on_build: Check the whole graph now, without making anything.

        Raises:
            ServiceValidationError: The group of all that is wrong, one member for each broken registration.
        """
        return ServiceProvider.build(
            tuple(self._descriptors),
            tuple(self._decorations),
            tuple(self._late),
            validate_scopes=validate_scopes,
            validate_on_build=validate_on_build,
        )


def _checked(descriptor: object) -> ServiceDescriptor:
    if isinstance(descriptor, ServiceDescriptor):
        return descriptor
    message = f"A service collection holds ServiceDescriptor objects, not {name_of(type(descriptor))}."
    raise TypeError(message)


def _many(value: ServiceDescriptor | Iterable[ServiceDescriptor]) -> Iterable[ServiceDescriptor]:
    return (value,) if isinstance(value, ServiceDescriptor) else value


def _same_service(one: ServiceDescriptor, other: ServiceDescriptor) -> bool:
    return identity(normal(one.service_type), one.key) == identity(normal(other.service_type), other.key)
