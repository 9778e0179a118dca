"""Which registrations answer for which question. Pure.

| question          | registered under a key | without a key | under ANY_KEY                     |
|-------------------|------------------------|---------------|-----------------------------------|
| one, no key       | no                     | the last      | no                                |
| all, no key       | no                     | yes           | no                                |
| one, key K        | the last under K       | no            | the last, if K has none of its own|
| all, key K        | those under K          | no            | no                                |
| all, ``ANY_KEY``  | yes, of every key      | no            | no                                |

A closed registration goes before an open one; among equals the last answers.
"""

from _thread import RLock  # threading.RLock is a Python function around it
from collections.abc import Callable, Iterable, Sequence
from typing import Any, final, get_args, get_origin

from .descriptors import ForeignProvider, ServiceDescriptor
from .generics import Arguments, arguments_of, is_open, match, pattern_of, violated
from .keys import Identity, identity, normal
from .markers import ANY_KEY
from .sites import Slot

Decoration = tuple[Any, object, Callable[..., Any]]
"""Service, key, decorator."""


@final
class Late:
    """Registrations of an area that are made when they are first looked at, or one of its services is first asked for.

    Args:
        area: The module or package in which its services are defined; who names one has loaded it.
        place: How many registrations go before them.
        make: Returns them, given those that go before.
    """

    __slots__ = ("area", "make", "place", "prefix")

    def __init__(
        self, area: str, place: int, make: Callable[[Sequence[ServiceDescriptor]], Sequence[ServiceDescriptor]]
    ) -> None:
        self.area = area
        self.prefix = f"{area}."
        self.place = place
        self.make = make


def concerned(late: Sequence[Late], service_type: Any) -> list[Late]:
    """Return those of *late* whose area *service_type* is defined in; all of them for None."""
    if service_type is None or not late:
        return [*late]
    kind = service_type if type(service_type) is type else get_origin(service_type) or service_type
    within = f"{getattr(kind, '__module__', '')}."
    return [each for each in late if within.startswith(each.prefix)]


@final
class Registry:
    """The registrations of one provider, as they were when it was built.

    Attributes:
        instance_ids: The ``id()`` of each object that was handed in.
    """

    __slots__ = ("_decorations", "_descriptors", "_late", "_loading", "_slots", "_sorted", "instance_ids")

    def __init__(
        self,
        descriptors: Iterable[ServiceDescriptor],
        decorations: Iterable[Decoration],
        late: Iterable[Late] = (),
    ) -> None:
        self._descriptors: list[ServiceDescriptor] = []
        self._sorted: dict[Identity, list[int]] = {}
        self._slots: dict[tuple[int, Any, type, Any], Slot] = {}
        self._late = tuple(late)
        self._loading = RLock()
        self.instance_ids: set[int] = set()
        self._append(descriptors)
        self._decorations: dict[Identity, list[Callable[..., Any]]] = {}
        for service, key, decorator in decorations:
            self._decorations.setdefault(identity(service, key), []).append(decorator)

    def _append(self, descriptors: Iterable[ServiceDescriptor]) -> None:
        index = self._sorted
        for number, descriptor in enumerate(descriptors, len(self._descriptors)):
            self._descriptors.append(descriptor)
            if descriptor.has_instance:
                self.instance_ids.add(id(descriptor.instance))
            service = descriptor.service_type
            if type(service) is not type:
                service = normal(service)
            place = identity(service, descriptor.key)
            if place in index:
                index[place].append(number)
            else:
                index[place] = [number]

    def _make_late(self, service_type: Any = None) -> None:
        """Make the late registrations of the area of *service_type*, or all of them.

        They can be the last ones, since nobody has registered a service of their area: that would have made them.
        """
        if not self._late:
            return
        with self._loading:  # whoever comes meanwhile waits for them
            wanted = concerned(self._late, service_type)
            for late in wanted:
                self._append(late.make(self._descriptors[: late.place]))
            self._late = tuple(late for late in self._late if late not in wanted)

    @property
    def descriptors(self) -> Sequence[ServiceDescriptor]:
        """All registrations, in order; without those that are late."""
        return self._descriptors

    def undecorated(self) -> list[tuple[Any, object]]:
        """Return the services that are to be decorated but are not registered, with their keys."""
        for service, _, _ in self._decorations:
            self._make_late(service)
        return [
            (service, key) for service, _, key in self._decorations if (service, type(key), key) not in self._sorted
        ]

    def services(self) -> Iterable[tuple[Any, Any]]:
        """Iterate over the registered services, each with its key."""
        self._make_late()
        return ((service, key) for service, _, key in self._sorted)

    def has(self, service_type: Any, key: object) -> bool:
        """Tell whether *service_type* has a registration that answers under *key*."""
        self._make_late(service_type)
        return bool(self._numbers(service_type, key)) or (
            key is not None and bool(self._numbers(service_type, ANY_KEY))
        )

    def one(self, service_type: Any, key: object) -> Slot | None:
        """Return the slot that answers for one service."""
        self._make_late(service_type)
        numbers = self._numbers(service_type, key)
        if not numbers and key is not None:
            numbers = self._numbers(service_type, ANY_KEY)
        return self.slot(numbers[-1], service_type, key) if numbers else None

    def all(self, service_type: Any, key: object) -> list[Slot]:
        """Return the slots that make up the sequence; those whose type parameters forbid the arguments are left out."""
        self._make_late(service_type)
        if key is ANY_KEY:
            found = self._with_any_key(service_type)
        else:
            found = [(number, key) for number in self._every_number(service_type, key)]
        slots = (self.slot(number, service_type, registered) for number, registered in found)
        return [slot for slot in slots if not violated(slot.arguments)]

    def _with_any_key(self, service_type: Any) -> list[tuple[int, object]]:
        origin = get_origin(service_type)
        found = [
            (number, key)
            for (service, _, key), numbers in self._sorted.items()
            if key is not None and key is not ANY_KEY and (service == service_type or (origin and service == origin))
            for number in numbers
        ]
        return sorted(found, key=lambda pair: pair[0])

    def keys_of(self, service_type: Any) -> list[object]:
        """Return the keys under which *service_type* is registered."""
        return [key for service, _, key in self._sorted if service == service_type and key is not None]

    def _numbers(self, service_type: Any, key: object) -> list[int]:
        """Return the closed registrations, or else the open ones."""
        place = (service_type, type(key), key)
        found = self._sorted.get(place)
        if found is not None:
            return [] if is_open(service_type) else found
        origin = get_origin(service_type)
        if isinstance(origin, type) and is_open(origin):
            return self._sorted.get((origin, type(key), key), [])
        return []

    def _every_number(self, service_type: Any, key: object) -> list[int]:
        if is_open(service_type):
            return []
        found = self._sorted.get((service_type, type(key), key), [])
        origin = get_origin(service_type)
        if isinstance(origin, type) and is_open(origin):
            return sorted({*found, *self._sorted.get((origin, type(key), key), [])})
        return found

    def slot(self, number: int, service_type: Any, key: object) -> Slot:
        """Return the slot of registration *number* for a closed service and a key, always the same one."""
        place = (number, service_type, type(key), key)
        found = self._slots.get(place)
        if found is None:
            found = self._slots.setdefault(place, self._make(self._descriptors[number], service_type, key))
        return found

    def _make(self, descriptor: ServiceDescriptor, service_type: Any, key: object) -> Slot:
        registered = normal(descriptor.service_type)
        maker, arguments = self._closed(descriptor.maker, descriptor.declared_type, registered, service_type)
        slot = Slot(
            descriptor,
            service_type,
            key,
            maker,
            arguments=arguments,
            is_class=descriptor.factory is None or isinstance(maker, type),
            is_registered=True,
            is_tracked=not isinstance(maker, ForeignProvider),
        )
        for decorator in self._decorations.get(identity(registered, descriptor.key), ()):
            maker, arguments = self._closed(decorator, decorator, registered, service_type)
            is_class = isinstance(get_origin(maker) or maker, type)
            slot = Slot(
                descriptor,
                service_type,
                key,
                maker,
                arguments=arguments,
                is_class=is_class,
                is_registered=True,
                inner=slot,
            )
        return slot

    @staticmethod
    def _closed(maker: Any, declared: Any, registered: Any, service_type: Any) -> tuple[Any, Arguments]:
        """Give *maker* the type arguments that the closed *service_type* asks for."""
        if is_open(registered):
            given = match(pattern_of(registered, declared), get_args(service_type))
            arguments: Arguments = {} if given is None else given
            if is_open(maker) and all(variable in arguments for variable in maker.__parameters__):
                return maker[tuple(arguments[variable] for variable in maker.__parameters__)], arguments
            return maker, arguments
        return maker, arguments_of(maker)
