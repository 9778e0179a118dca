"""What the host is made of: configuration, container, caches, audit, versions."""

from collections.abc import Mapping
from itertools import groupby
from typing import Any

from corner_host.operations import AuditQuery, Setting
from corner_host.web.dashboard.visit import RANGES, Visit

from .screen import MOST_ROWS


async def configuration(visit: Visit) -> Mapping[str, Any]:
    """Return the settings that match, by section, and the difference to another environment if it is asked for."""
    report = await visit.operations.configuration.report(text=visit.get("q"))
    other = visit.get("environment")
    differences = await visit.operations.configuration.difference(other) if other else ()
    wanted = report.unknown if visit.get("show") == "unknown" else report.settings
    return {
        "report": report,
        "sections": [
            (name, list(found)) for name, found in groupby(sorted(wanted[:MOST_ROWS], key=section_of), key=section_of)
        ],
        "total": len(wanted),
        "other": other,
        "differences": differences,
    }


def section_of(setting: Setting) -> str:
    """Return the first part of a setting's key; nothing for one that has no parts."""
    section, colon, _ = setting.key.partition(":")
    return section if colon else ""


async def setting(visit: Visit) -> Mapping[str, Any]:
    """Return why a key has its value."""
    return {"setting": await visit.operations.configuration.explain(visit.get("key"))}


async def graph(visit: Visit) -> Mapping[str, Any]:
    """Return the container's registrations, who needs whom, and what is wrong with them."""
    found = await visit.operations.graph.get(framework=visit.get("framework") == "1")
    names = {node.id: node for node in found.nodes}
    needs: dict[str, list[Any]] = {}
    users: dict[str, list[Any]] = {}
    for edge in found.edges:
        if edge.source in names and edge.target in names:
            needs.setdefault(edge.source, []).append(names[edge.target])
            users.setdefault(edge.target, []).append(names[edge.source])
    text = visit.get("q").casefold()
    nodes = [node for node in found.nodes if text in f"{node.service} {node.implementation}".casefold()]
    if visit.get("show") == "unused":
        nodes = [node for node in nodes if node.is_unused]
    if visit.get("show") == "warnings":
        nodes = [node for node in nodes if node.warnings]
    return {
        "graph": found,
        "nodes": nodes[:MOST_ROWS],
        "total": len(nodes),
        "needs": needs,
        "users": users,
        "unused": sum(1 for node in found.nodes if node.is_unused),
        "warnings": sum(1 for node in found.nodes if node.warnings),
    }


async def cache(visit: Visit) -> Mapping[str, Any]:
    """Return the memory caches."""
    return {"caches": await visit.operations.caches.list()}


async def audit(visit: Visit) -> Mapping[str, Any]:
    """Return who did what."""
    query = AuditQuery(
        text=visit.get("q") or None,
        since=visit.since(),
        cursor=visit.get("cursor") or None,
        limit=100,
    )
    return {"page": await visit.operations.audit.search(query), "ranges": tuple(RANGES)}


async def about(visit: Visit) -> Mapping[str, Any]:
    """Return versions."""
    return {"about": await visit.operations.host.about()}
