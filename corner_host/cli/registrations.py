"""The registrations of an application, as they are listed and drawn."""

import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, final

from corner_host.di import ServiceCollection, ServiceDescriptor
from corner_host.di.diagnostics import RegistrationReport, ServiceGraph
from corner_host.hosting import BuildCheck, HostedService
from corner_host.primitives import name_of, short_name_of

_OWN: Final = "corner_host."
_ROOTS: Final = (HostedService, BuildCheck)


@final
@dataclass(frozen=True, slots=True)
class Registration:
    """One registration; *number* and *needs* are for drawing."""

    number: int
    name: str
    service: str
    lifetime: str
    made_by: str
    place: str
    needs: tuple[int, ...]
    is_unused: bool
    problem: str

    def as_json(self) -> dict[str, Any]:
        """Return it for programs."""
        return asdict(self)


def registrations(services: ServiceCollection, *, with_own: bool) -> list[Registration]:
    """Return the registrations of *services*.

    Args:
        services: What is registered.
        with_own: Also what areas of this package have registered for themselves.
    """
    graph = ServiceGraph.of(services)
    descriptors = list(services)
    unused = {id(each) for each in graph.unused(*_ROOTS)}
    found: list[Registration] = []
    for number, report in enumerate(graph.registrations):
        made = _made_by(descriptors[number], report)
        if not with_own and report.service.startswith(_OWN) and made.startswith(_OWN):
            continue
        found.append(
            Registration(
                number,
                report.name,
                report.service,
                str(report.lifetime),
                made,
                _place(report.source),
                report.needs,
                id(report) in unused and not _is_used_by_framework(report),
                report.problem or "",
            )
        )
    return found


def _is_used_by_framework(report: RegistrationReport) -> bool:
    """Whether it is there for the host to ask for, such as options and handlers."""
    return report.service.startswith(_OWN)


def _made_by(descriptor: ServiceDescriptor, report: RegistrationReport) -> str:
    hosted = getattr(descriptor.factory, "hosted", None)
    return report.made_by if hosted is None else name_of(hosted)


def _place(source: str | None) -> str:
    if source is None:
        return "-"
    file, _, line = source.rpartition(":")
    path = Path(file)
    near = path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
    return f"{os.fspath(near)}:{line}"


def hosted_services(services: ServiceCollection) -> list[tuple[str, str]]:
    """Return the hosted services in the order in which they start, and where each was added."""
    return [
        (_hosted_name(each), _place(each.source))
        for each in services
        if each.service_type is HostedService and each.key is None
    ]


def _hosted_name(descriptor: ServiceDescriptor) -> str:
    hosted: Any = getattr(descriptor.factory, "hosted", None)
    if hosted is None and descriptor.has_instance:
        hosted = descriptor.instance.__class__
    return short_name_of(hosted or descriptor.implementation_type or descriptor.factory)


def mermaid(found: list[Registration]) -> str:
    """Draw for https://mermaid.live, or a Markdown page."""
    shown = {each.number for each in found}
    lines = ["graph LR"]
    for each in found:
        name = each.name if each.service != name_of(HostedService) else each.made_by.rpartition(".")[2]
        lines.append(
            f'  s{each.number}["{_escaped(name)}<br/>{each.lifetime}"]' + (":::broken" if each.problem else "")
        )
    lines += [f"  s{each.number} --> s{need}" for each in found for need in each.needs if need in shown]
    if any(each.problem for each in found):
        lines.append("  classDef broken stroke:#c00,stroke-dasharray:4")
    return "\n".join(lines)


def dot(found: list[Registration]) -> str:
    """Draw for Graphviz: ``corner-host services list --graph dot | dot -Tsvg``."""
    shown = {each.number for each in found}
    lines = ["digraph services {", "  rankdir=LR;", "  node [shape=box];"]
    for each in found:
        name = each.name if each.service != name_of(HostedService) else each.made_by.rpartition(".")[2]
        style = ", style=dashed, color=red" if each.problem else ""
        text = name.replace("\\", "\\\\").replace('"', '\\"')
        lines.append(f'  s{each.number} [label="{text}\\n{each.lifetime}"{style}];')
    lines += [f"  s{each.number} -> s{need};" for each in found for need in each.needs if need in shown]
    return "\n".join([*lines, "}"])


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;").replace(">", "&gt;")
