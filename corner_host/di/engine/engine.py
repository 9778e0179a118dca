"""Which plan answers for which question: the tables, how they fill, and when they are dropped.

Order, for one service:

1. Asked for the first time, its site is built and walked.
2. Asked for again, its plan is compiled and takes its place in the table.
3. From then on, the provider finds the plan in the table by itself.

An override drops all plans and sites; what the root keeps, and the slots it is kept under, stay.
"""

import collections.abc
from _thread import RLock
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from typing import Any, cast, final

import corner_host.di as door
import corner_host.di.engine as parts
from corner_host.di.descriptors import ServiceDescriptor
from corner_host.di.generics import is_open
from corner_host.di.graph import Graph
from corner_host.di.keys import Identity, identity, normal, sequence_of, service_key
from corner_host.di.lifetimes import ServiceLifetime
from corner_host.di.markers import ANY_KEY
from corner_host.di.registry import Registry
from corner_host.di.sites import Call, Constant, Site, Slot, refresh

from .construction import is_constructing
from .context import AsyncPlan, Context, Plan, Plans
from .keeping import disposed
from .walk import MISSING, ready, resolve, resolve_async


@final
class Tables:
    """The plans of the root, or of all scopes, by service type, or by service type and key."""

    __slots__ = ("asynchronous", "sequences", "services")

    def __init__(self) -> None:
        self.services: Plans = {}
        self.sequences: Plans = {}
        self.asynchronous: Plans = {}

    def clear(self) -> None:
        """Drop all plans."""
        self.services.clear()
        self.sequences.clear()
        self.asynchronous.clear()


class _Door:
    """What differs between the plain calls and the asynchronous ones."""

    __slots__ = ("constant", "first", "is_async")

    def __init__(
        self, *, is_async: bool, first: Callable[[Site, Callable[[], None]], Any], constant: Callable[[Site, Any], Any]
    ) -> None:
        self.is_async = is_async
        self.first = first
        self.constant = constant


def _giving(site: Site, value: Any) -> Plan:
    if value is None:
        return _refusing(site)
    return lambda _: value


def _refusing(site: Site) -> Plan:
    def refuse(_: Context) -> Any:
        raise door.problems.made_none(site)

    return refuse


def _giving_async(site: Site, value: Any) -> AsyncPlan:
    async def give(_: Context) -> Any:
        if value is None:
            raise door.problems.made_none(site)
        return value

    return give


def _walking(site: Site, made: Callable[[], None]) -> Plan:
    def walk(context: Context) -> Any:
        value = resolve(site, context)
        if value is None:
            raise door.problems.made_none(site)
        made()
        return value

    return walk


def _walking_async(site: Site, made: Callable[[], None]) -> AsyncPlan:
    async def walk(context: Context) -> Any:
        value = await resolve_async(site, context)
        if value is None:
            raise door.problems.made_none(site)
        made()
        return value

    return walk


_PLAIN = _Door(is_async=False, first=_walking, constant=_giving)
_ASYNC = _Door(is_async=True, first=_walking_async, constant=_giving_async)


def _nothing() -> None:
    """Do nothing when it was made."""


@final
class Engine:
    """Answers for one root provider and its scopes."""

    def __init__(
        self,
        root: Context,
        registry: Registry,
        built_in: Mapping[Any, Site],
        *,
        validate_scopes: bool,
    ) -> None:
        self.registry = registry
        self.of_root = Tables()
        self.of_scopes = Tables()
        self._root = root
        self._built_in = built_in
        self._validate_scopes = validate_scopes
        self._overrides: dict[Identity, list[Slot]] = {}
        self._graph = Graph(registry, built_in, self._replacement, validate_scopes=validate_scopes)
        self._lock = RLock()
        self._generation = 0
        scoped = (each for each in registry.descriptors if each.lifetime is ServiceLifetime.SCOPED)
        if any(not is_open(normal(each.service_type)) for each in scoped):
            _ = parts.provider_of  # its package takes a while to load: better now than when the second scope is served

    # --- checking -----------------------------------------------------------------------------------------------------

    def check(self, *, whole_graph: bool) -> None:
        """Raise the group of what is wrong: what can never be built, and with *whole_graph* all that cannot be made."""
        errors: list[door.ServiceError] = [
            door.problems.nothing_to_decorate(self.registry, service, key)
            for service, key in self.registry.undecorated()
        ]
        for number, descriptor in enumerate(self.registry.descriptors if whole_graph else ()):
            if is_open(normal(descriptor.service_type)):
                continue
            try:
                self._graph.registered(descriptor, number)
            except door.ServiceError as error:
                error.add_note(f"Found when {descriptor!r} was checked.")
                errors.append(error.with_traceback(None))
        if errors:
            raise door.problems.invalid(errors)

    # --- questions ----------------------------------------------------------------------------------------------------

    def registered(self, descriptor: ServiceDescriptor, number: int) -> Site:
        """Return what makes the service of one registration, whether or not a later one hides it."""
        with self._lock:
            return self._graph.registered(descriptor, number)

    def is_service(self, service_type: Any, key: object) -> bool:
        """Tell whether there is an answer to *service_type* under *key*."""
        found = service_key(service_type)
        if key is None and found in self._built_in:
            return True
        if identity(found, key) in self._overrides or self.registry.has(found, key):
            return True
        return sequence_of(found) is not None

    def plan(self, context: Context, service_type: Any, key: object) -> Plan | None:
        """Return what answers for one service in *context*; None if nothing is registered for it."""
        table = self._tables_of(context).services
        return cast("Plan | None", self._plan(context, service_key(service_type), key, table, service_type, _PLAIN))

    def sequence_plan(self, context: Context, service_type: Any, key: object) -> Plan:
        """Return what answers for all services of a type in *context*."""
        table = self._tables_of(context).sequences
        everything = sequence_type(service_key(service_type))
        return cast("Plan", self._plan(context, everything, key, table, service_type, _PLAIN))

    def async_plan(self, context: Context, service_type: Any, key: object) -> AsyncPlan | None:
        """Return what answers for one service in *context*, asynchronously where that is needed."""
        table = self._tables_of(context).asynchronous
        return cast(
            "AsyncPlan | None", self._plan(context, service_key(service_type), key, table, service_type, _ASYNC)
        )

    def site_of(self, context: Context, slot: Slot) -> Call:
        """Return the site of a slot that is no registration, to be made for *context*."""
        self._refuse_if_closed(context, slot.service_type, slot.key)
        with self._lock:
            site = self._graph.of_slot(slot)
        self._check_scope(context, site)
        return site

    def plan_of_slot(self, context: Context, slot: Slot, place: Any) -> Plan:
        """Return what makes a slot that is no registration; from the second time on, it is found under *place*."""
        with self._lock:
            site = self.site_of(context, slot)
            generation = self._generation
        table = self._tables_of(context).services
        return cast("Plan", self._first_plan(context, site, place, table, generation, _PLAIN))

    def _tables_of(self, context: Context) -> Tables:
        return self.of_root if context is self._root else self.of_scopes

    def _plan(self, context: Context, found: Any, key: object, table: dict[Any, Any], asked: Any, door: _Door) -> Any:
        self._refuse_if_closed(context, found, key)
        if context.watcher_ is not None:
            context.watcher_.is_asked()
        with self._lock:
            site = self._graph.site(found, key)
            generation = self._generation
        if site is None:
            return None
        self._check_scope(context, site)
        place = _place(asked, found, key)
        if isinstance(site, Constant):
            plan = door.constant(site, site.value)
            self._put(table, place, plan, generation)
            return plan
        return self._first_plan(context, site, place, table, generation, door)

    def _first_plan(
        self, context: Context, site: Site, place: Any, table: dict[Any, Any], generation: int, door: _Door
    ) -> Any:
        """Return the walk that makes *site* once, and then has its plan compiled."""
        at_root = context is self._root

        def later(asking: Context) -> Any:
            plan = None if is_constructing() else self._compiled(site, door, at_root=at_root)
            if plan is None:  # in the middle of making something, only the walk finds a cycle at once
                return door.first(site, _nothing)(asking)
            self._put(table, place, plan, generation)
            return plan(asking)

        def made() -> None:
            self._put(table, place, later, generation)

        return door.first(site, made)

    def _compiled(self, site: Site, door: _Door, *, at_root: bool) -> Any:
        """Compile the plan of what was made once; None as long as the walk has to do it."""
        with self._lock:
            if not site.is_certain:
                refresh(site)
            if not site.is_certain:
                return None
            if site.lifetime is ServiceLifetime.SINGLETON or (at_root and site.lifetime is ServiceLifetime.SCOPED):
                value = ready(site, self._root)
                return None if value is MISSING else door.constant(site, value)
            if site.needs_async and not door.is_async:
                return None
            return parts.compiled(site, parts.Setting(self._root, at_root, door.is_async, self._explained))

    def _put(self, table: dict[Any, Any], place: Any, plan: Any, generation: int) -> None:
        """Store a plan, unless all plans were dropped since it was begun."""
        with self._lock:
            if generation == self._generation:
                table[place] = plan

    def _explained(self, site: Site, context: Context, error: RecursionError) -> BaseException:
        """Make *site* again by the walk, which finds a cycle through a factory where a plan went on and on."""
        self.forget()
        try:
            resolve(site, context)
        except door.CircularDependencyError as found:
            return found
        return error

    def _check_scope(self, context: Context, site: Site) -> None:
        scoped = site.scoped
        if self._validate_scopes and scoped is not None and context is self._root:
            raise door.problems.scoped_at_root(door.ways.steps_to(site, scoped), scoped.service_type, scoped.key)

    def _refuse_if_closed(self, context: Context, service_type: Any, key: object) -> None:
        if context.closed_ or self._root.closed_:
            raise disposed(context, service_type, key)

    # --- overriding ---------------------------------------------------------------------------------------------------

    def _replacement(self, place: Identity) -> Slot | None:
        found = self._overrides.get(place)
        return found[-1] if found else None

    @contextmanager
    def overridden(self, replacement: ServiceDescriptor) -> Generator[None]:
        """Let *replacement* answer for its service while the ``with`` lasts."""
        service, key = service_key(replacement.service_type), replacement.key
        place = identity(service, key)
        is_class = isinstance(replacement.factory, type)
        other = Slot(replacement, service, key, replacement.factory, is_class=is_class, is_tracked=False)
        covered = [] if key is ANY_KEY else self.registry.all(service, key)
        cache = self._root.cache_
        with self._lock:
            before = set(cache)
            for slot in covered:
                parts.override(slot, other)
            self._overrides.setdefault(place, []).append(other)
            self.forget()
        try:
            yield
        finally:
            with self._lock:
                self._overrides[place].remove(other)
                if not self._overrides[place]:
                    del self._overrides[place]
                for slot in covered:
                    parts.end_override(slot)
                for made in set(cache) - before:
                    del cache[made]
                self.forget()

    def forget(self) -> None:
        """Drop all plans; they are made anew from the registrations and overrides of that moment."""
        with self._lock:
            self._generation += 1
            self._graph.clear()
            self.of_root.clear()
            self.of_scopes.clear()


def _place(asked: Any, found: Any, key: object) -> Any:
    """Return under what a plan is stored: what was asked for, as it is looked up again; its normal form if that fails."""
    try:
        hash(asked)
    except TypeError:
        asked = found
    return asked if key is None else (asked, type(key), key)


def engine_of(context: Context) -> Engine:
    """Return the engine that answers for *context*."""
    found: Engine = context.root_.engine_
    return found


def sequence_type(service_type: Any) -> Any:
    """Return the type of all services of a type, ``Sequence[T]``."""
    return collections.abc.Sequence[service_type]
