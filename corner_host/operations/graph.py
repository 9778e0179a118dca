"""``operations.graph``: what the container is made of."""

from typing import Any, Final, final

import anyio.to_thread

from corner_host.di import ServiceCollection
from corner_host.hosting import HostedService

from .contracts import ContainerGraph, GraphEdge, GraphNode
from .workplace import Workplace

_OURS: Final = "corner_host."


@final
class GraphOperations:
    """The container's registrations, and who needs whom."""

    def __init__(self, workplace: Workplace) -> None:
        self._workplace = workplace

    async def get(self, *, framework: bool = False) -> ContainerGraph:
        """Return the graph; with *framework*, also what the areas of corner_host register for themselves."""
        return await anyio.to_thread.run_sync(self._get, framework)

    def _get(self, framework: bool) -> ContainerGraph:  # noqa: FBT001 - handed on by run_sync
        graph = self._workplace.graph()
        descriptors = tuple(self._workplace.registrations)
        unused = {id(each) for each in graph.unused(HostedService, *_asked_for(self._workplace.registrations))}
        ours = {
            number
            for number, report in enumerate(graph.registrations)
            if report.service.startswith(_OURS) and report.made_by.startswith(_OURS)
        }
        # of ours, what the application needs is part of its picture
        needed = {need for number, each in enumerate(graph.registrations) if number not in ours for need in each.needs}
        nodes: list[GraphNode] = []
        for number, report in enumerate(graph.registrations):
            is_ours = number in ours
            if is_ours and number not in needed and not framework:
                continue
            descriptor = descriptors[number]
            nodes.append(
                GraphNode(
                    id=f"s{number}",
                    service=report.name,
                    implementation=report.made_by,
                    lifetime=str(report.lifetime),
                    kind=_kind(descriptor, is_open=report.is_open),
                    key=report.key or "",
                    place=report.source or "",
                    is_framework=is_ours,
                    is_hosted=descriptor.service_type is HostedService,
                    is_unused=id(report) in unused and not is_ours,
                    warnings=() if report.problem is None else (report.problem,),
                )
            )
        shown = {each.id for each in nodes}
        edges = tuple(
            GraphEdge(
                source=f"s{number}",
                target=f"s{need}",
                parameter=", ".join(
                    each.name for each in report.parameters if each.made_by == graph.registrations[need].made_by
                ),
            )
            for number, report in enumerate(graph.registrations)
            for need in report.needs
            if {f"s{number}", f"s{need}"} <= shown
        )
        missing = tuple(dict.fromkeys(report.problem for report in graph.registrations if report.problem))
        found = tuple(nodes)
        return ContainerGraph(
            nodes=found, edges=edges, missing=missing, mermaid=_mermaid(found, edges), dot=_dot(found, edges)
        )


def _asked_for(services: ServiceCollection) -> list[Any]:
    """Return what areas of ours ask the container for by themselves: all that they register."""
    return list({id(each.service_type): each.service_type for each in services if _is_ours(each.service_type)}.values())


def _is_ours(service: Any) -> bool:
    return str(getattr(service, "__module__", "")).startswith("corner_host")


def _kind(descriptor: Any, *, is_open: bool) -> str:
    if is_open:
        return "open generic"
    if descriptor.has_instance:
        return "instance"
    return "factory" if descriptor.factory is not None else "class"


def _title(node: GraphNode) -> str:
    short = node.implementation.rpartition(".")[2]
    return node.service if short == node.service or not short else f"{node.service} = {short}"


def _mermaid(nodes: tuple[GraphNode, ...], edges: tuple[GraphEdge, ...]) -> str:
    lines = ["graph LR"]
    lines += [f'  {each.id}["{_escaped(_title(each))}"]:::{each.lifetime}' for each in nodes]
    lines += [f"  {each.source} --> {each.target}" for each in edges]
    lines += [
        "  classDef singleton stroke:#2563eb",
        "  classDef scoped stroke:#16a34a",
        "  classDef transient stroke:#a855f7",
    ]
    return "\n".join(lines)


def _dot(nodes: tuple[GraphNode, ...], edges: tuple[GraphEdge, ...]) -> str:
    lines = ["digraph services {", "  rankdir=LR; node [shape=box];"]
    for each in nodes:
        label = _title(each).replace("\\", "\\\\").replace('"', '\\"')
        lines.append(f'  {each.id} [label="{label}\\n{each.lifetime}"];')
    lines += [f"  {each.source} -> {each.target};" for each in edges]
    return "\n".join([*lines, "}"])


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;").replace(">", "&gt;")
