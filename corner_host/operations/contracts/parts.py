"""Smaller screens: the container's graph, caches, audit, time series."""

from dataclasses import dataclass
from datetime import datetime
from typing import final


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class GraphNode:
    """A registration of the container.

    Args:
        id: Short, unique in the graph.
        service: What is asked for.
        implementation: What is made.
        lifetime: ``singleton``, ``scoped`` or ``transient``.
        kind: ``class``, ``factory``, ``instance``, ``open generic``.
        key: Of a keyed one, as text.
        place: Where it was registered.
        is_framework: Whether an area of corner_host registered it.
        is_hosted: Whether the host starts it.
        is_unused: Whether nothing registered needs it, and the host does not start it.
        warnings: Such as a captive dependency.
    """

    id: str
    service: str
    implementation: str
    lifetime: str
    kind: str = "class"
    key: str = ""
    place: str = ""
    is_framework: bool = False
    is_hosted: bool = False
    is_unused: bool = False
    warnings: tuple[str, ...] = ()


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class GraphEdge:
    """*source* needs *target*, through the parameter of this name; empty where it cannot be told."""

    source: str
    target: str
    parameter: str = ""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerGraph:
    """Who needs whom; *missing* are services that are needed and not registered."""

    nodes: tuple[GraphNode, ...] = ()
    edges: tuple[GraphEdge, ...] = ()
    missing: tuple[str, ...] = ()
    mermaid: str = ""
    dot: str = ""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class CacheStatus:
    """A memory cache.

    Args:
        name: ``default``.
        entries: How many, expired and not yet removed ones included.
        hits: Look-ups that found something.
        misses: Look-ups that did not.
        hit_rate: Share of hits, from 0 to 1; None before the first look-up.
        evictions: Expired, or made to go for room.
        size: The sizes together; None without a limit.
        size_limit: The limit.
        last_cleanup_at: When expired entries were removed last, by the cleaning service.
        last_cleanup_removed: How many those were.
        keys: Some of the keys, at most 100, as text.
    """

    name: str
    entries: int = 0
    hits: int = 0
    misses: int = 0
    hit_rate: float | None = None
    evictions: int = 0
    size: int | None = None
    size_limit: int | None = None
    last_cleanup_at: datetime | None = None
    last_cleanup_removed: int | None = None
    keys: tuple[str, ...] = ()


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """Who did what, when, why, and what came of it.

    Args:
        id: Sorts by time.
        at: When.
        actor: Who.
        via: By what: ``socket``, ``dashboard``, ``code``.
        address: From where.
        action: Such as ``queue.pause``.
        target: What it was done to.
        reason: Why, in the actor's words.
        outcome: ``done``, ``refused`` or ``failed``.
        detail: What came of it, one line.
        count: How many things were changed.
    """

    id: str
    at: datetime
    actor: str
    via: str = ""
    address: str = ""
    action: str
    target: str = ""
    reason: str = ""
    outcome: str = "done"
    detail: str = ""
    count: int = 0


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class AuditQuery:
    """Which lines of the audit; None means any. *text* is part of actor, action, target or reason."""

    action: str | None = None
    actor: str | None = None
    text: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    limit: int = 100
    cursor: str | None = None


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class AuditPage:
    """Lines of the audit, newest first; *next* is the cursor of the page after this one."""

    items: tuple[AuditEntry, ...] = ()
    next: str | None = None


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Numbers over time, at a fixed step.

    Args:
        name: ``jobs_per_second``, ``failed_per_second``, ``depth``, ``loop_lag``, ``memory_bytes``; of one queue
            ``depth:orders``.
        unit: ``1/s``, ``1``, ``s``, ``B``.
        step: Seconds between two values.
        start: The time of the first value, in seconds since the epoch.
        values: Oldest first; None where there was no sample.
    """

    name: str
    unit: str
    step: float
    start: float
    values: tuple[float | None, ...] = ()


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class TimeMark:
    """Something worth a vertical line on a graph: a start, a deploy of another version, a pause."""

    at: datetime
    kind: str
    label: str


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class TimeSeries:
    """Several series over the same time, and the marks in it."""

    series: tuple[Series, ...] = ()
    marks: tuple[TimeMark, ...] = ()
