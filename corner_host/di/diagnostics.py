"""What is registered, what needs what, and what nobody needs: for people, and for the command line.

Nothing is made for it. What a factory asks its provider for can not be seen, so that a service without users is not
certainly superfluous.

Example:
    >>> from corner_host.di import ServiceCollection
    >>> class Mailer: ...
    >>> class Signup:
    ...     def __init__(self, mailer: Mailer) -> None: ...
    >>> graph = ServiceGraph.of(ServiceCollection().add_singleton(Mailer).add_transient(Signup))
    >>> [(report.name, str(report.lifetime), report.needs) for report in graph.registrations]
    [('Mailer', 'singleton', ()), ('Signup', 'transient', (0,))]
    >>> [report.name for report in graph.unused(Signup)]
    []
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, final

from corner_host.primitives import name_of, short_name_of

from .collection import ServiceCollection
from .descriptors import ServiceDescriptor
from .engine import engine_of
from .errors import ServiceError
from .generics import is_open
from .keys import normal, service_key, shown_value
from .lifetimes import ServiceLifetime
from .provider import ServiceProvider
from .sites import Call, Constant, Site


@final
@dataclass(frozen=True, slots=True)
class ServiceParameter:
    """What a registration takes by one parameter.

    Args:
        name: The parameter.
        service_type: The service that is asked for.
        made_by: The implementation, factory, or class of the instance behind it; empty for what the container is itself.
        lifetime: How long that lives; None for a value.
    """

    name: str
    service_type: Any
    made_by: str
    lifetime: ServiceLifetime | None


@final
@dataclass(frozen=True, slots=True)
class RegistrationReport:
    """One registration, as it is shown.

    Args:
        name: The service and its key, in short.
        service: The full name of the service.
        key: The text of its key, if there is one.
        lifetime: How long it lives.
        made_by: The implementation, factory, or class of the instance.
        source: File and line that added it, where the collection keeps them (`ServiceCollection.keeps_sources`).
        needs: The numbers of the registrations that it needs.
        problem: Why it cannot be made, in one line; None if it can.
        is_open: Whether it answers for every argument of a generic class; what such a one needs is not known beforehand.
        parameters: What it takes, by parameter; several for one that takes a sequence.
    """

    name: str
    service: str
    key: str | None
    lifetime: ServiceLifetime
    made_by: str
    source: str | None
    needs: tuple[int, ...]
    problem: str | None
    is_open: bool
    parameters: tuple[ServiceParameter, ...] = ()


@final
class ServiceGraph:
    """The registrations of a collection and what they need."""

    __slots__ = ("_descriptors", "registrations")

    def __init__(
        self, descriptors: tuple[ServiceDescriptor, ...], registrations: tuple[RegistrationReport, ...]
    ) -> None:
        self._descriptors = descriptors
        self.registrations = registrations

    @classmethod
    def of(cls, services: ServiceCollection) -> "ServiceGraph":
        """Look at what is registered in *services* by now."""
        descriptors = tuple(services)
        provider = services.build_service_provider()
        numbers = {descriptor: number for number, descriptor in enumerate(descriptors)}
        reports = tuple(_report(provider, descriptor, number, numbers) for descriptor, number in numbers.items())
        return cls(descriptors, reports)

    def unused(self, *roots: Any) -> tuple[RegistrationReport, ...]:
        """Return the registrations that are not needed, directly or through others, by any of the services *roots*.

        Args:
            *roots: The services an application asks for by itself, such as its hosted services. Without any, what no
                other registration needs is returned.
        """
        wanted = {service_key(root) for root in roots}
        if wanted:
            pending = [n for n, descriptor in enumerate(self._descriptors) if normal(descriptor.service_type) in wanted]
        else:
            pending = [need for report in self.registrations for need in report.needs]
        used: set[int] = set()
        while pending:
            number = pending.pop()
            if number not in used:
                used.add(number)
                pending.extend(self.registrations[number].needs)
        return tuple(report for number, report in enumerate(self.registrations) if number not in used)

    def mermaid(self) -> str:
        """Return the graph as Mermaid text, for a Markdown page or https://mermaid.live.

        Example:
            >>> class Mailer: ...
            >>> print(ServiceGraph.of(ServiceCollection().add_singleton(Mailer)).mermaid())
            graph LR
              s0["Mailer<br/>singleton"]
        """
        lines = ["graph LR"]
        for number, report in enumerate(self.registrations):
            broken = ":::broken" if report.problem else ""
            lines.append(f'  s{number}["{_escaped(report.name)}<br/>{report.lifetime}"]{broken}')
        for number, report in enumerate(self.registrations):
            lines += [f"  s{number} --> s{need}" for need in report.needs]
        if any(report.problem for report in self.registrations):
            lines.append("  classDef broken stroke:#c00,stroke-dasharray:4")
        return "\n".join(lines)


def _report(
    provider: ServiceProvider, descriptor: ServiceDescriptor, number: int, numbers: dict[ServiceDescriptor, int]
) -> RegistrationReport:
    needs: tuple[int, ...] = ()
    parameters: tuple[ServiceParameter, ...] = ()
    problem: str | None = None
    is_generic = is_open(normal(descriptor.service_type))
    if not is_generic:
        try:
            site = engine_of(provider).registered(descriptor, number)
            found = dict.fromkeys(numbers[other] for other in _needed_by(site, descriptor))
            needs = tuple(found)
            parameters = tuple(_parameters(site))
        except ServiceError as error:
            problem = str(error).partition("\n")[0]
    key = None if descriptor.key is None else shown_value(descriptor.key)
    short = short_name_of(descriptor.service_type)
    return RegistrationReport(
        name=short if key is None else f"{short} {key}",
        service=name_of(descriptor.service_type),
        key=key,
        lifetime=descriptor.lifetime,
        made_by=name_of(descriptor.declared_type if descriptor.has_instance else descriptor.maker),
        source=descriptor.source,
        needs=needs,
        problem=problem,
        is_open=is_generic,
        parameters=parameters,
    )


def _needed_by(site: Site, own: ServiceDescriptor) -> Iterator[ServiceDescriptor]:
    """Iterate over the registrations that *site* is given, seeing through sequences and its own decorators."""
    for _, child in site.children():
        slot = child.slot if isinstance(child, (Call, Constant)) else None
        if slot is None or not slot.is_registered or slot.descriptor is own:
            yield from _needed_by(child, own)
        else:
            yield slot.descriptor


def _parameters(site: Site) -> Iterator[ServiceParameter]:
    for name, child in site.children():
        slot = child.slot if isinstance(child, (Call, Constant)) else None
        if name is not None and child.service_type is not None:
            made_by = "" if slot is None else name_of(slot.maker)
            yield ServiceParameter(name, child.service_type, made_by, child.lifetime)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;").replace(">", "&gt;")
