"""The tables of plans, one for the root and one for all scopes, and when they are dropped."""

import collections.abc
from _thread import RLock
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import Any, final

from corner_host.di import problems
from corner_host.di.descriptors import ServiceDescriptor
from corner_host.di.errors import ServiceError
from corner_host.di.generics import is_open
from corner_host.di.graph import Graph, steps_to
from corner_host.di.keys import Identity, identity, normal, sequence_of, service_key
from corner_host.di.markers import ANY_KEY
from corner_host.di.registry import Decoration, Registry
from corner_host.di.sites import Call, Constant, CurrentProvider, Site, Slot

from .context import AsyncPlan, AsyncPlans, Context, Plan, Plans
from .keeping import disposed
from .walk import resolve, resolve_async

__all__ = ["Engine"]


@final
class Engine:
    """Answers for one root provider and its scopes."""

    def __init__(
        self,
        descriptors: Sequence[ServiceDescriptor],
        decorations: Sequence[Decoration],
        built_in: dict[Any, Site],
        *,
        validate_scopes: bool,
    ) -> None:
        self.registry = Registry(descriptors, decorations)
        self.built_in = built_in
        self.validate_scopes = validate_scopes
        self.root_plans: Plans = {}
        self.root_sequences: Plans = {}
        self.root_async_plans: AsyncPlans = {}
        self.scope_plans: Plans = {}
        self.scope_sequences: Plans = {}
        self.scope_async_plans: AsyncPlans = {}
        self._overrides: dict[Identity, list[Slot]] = {}
        self._graph = Graph(self.registry, built_in, self._replacement, validate_scopes=validate_scopes)
        self._lock = RLock()
        self._generation = 0

    # --- checking -----------------------------------------------------------------------------------------------------

    def check(self, *, whole_graph: bool) -> None:
        """Raise the group of what is wrong: what can never be built, and with *whole_graph* all that cannot be made."""
        errors: list[ServiceError] = [
            problems.nothing_to_decorate(self.registry, service, key) for service, key in self.registry.undecorated()
        ]
        for number, descriptor in enumerate(self.registry.descriptors if whole_graph else ()):
            if is_open(normal(descriptor.service_type)):
                continue
            try:
                self._graph.registered(descriptor, number)
            except ServiceError as error:
                error.add_note(f"Found when {descriptor!r} was checked.")
                errors.append(error.with_traceback(None))
        if errors:
            raise problems.invalid(errors)

    # --- questions ----------------------------------------------------------------------------------------------------

    def is_service(self, service_type: Any, key: object) -> bool:
        """Tell whether there is an answer to *service_type* under *key*."""
        found = service_key(service_type)
        if key is None and found in self.built_in:
            return True
        if identity(found, key) in self._overrides or self.registry.has(found, key):
            return True
        return sequence_of(found) is not None

    def plan(self, context: Context, service_type: Any, key: object) -> Plan | None:
        """Return what answers for one service in *context*; None if nothing is registered for it."""
        found = service_key(service_type)
        self._refuse_if_closed(context, found, key)
        with self._lock:
            site = self._graph.site(found, key)
            if site is None:
                return None
            self._check_scope(context, site)
            plans = self.root_plans if context.is_root_ else self.scope_plans
            plan = self._plan_of(site)
            plans[service_type if key is None else (service_type, type(key), key)] = plan
            return plan

    def sequence_plan(self, context: Context, service_type: Any, key: object) -> Plan:
        """Return what answers for all services of a type in *context*."""
        found = service_key(service_type)
        self._refuse_if_closed(context, found, key)
        with self._lock:
            site = self._graph.site(collections.abc.Sequence[found], key)
            assert site is not None
            self._check_scope(context, site)
            plans = self.root_sequences if context.is_root_ else self.scope_sequences
            plan = self._plan_of(site)
            plans[service_type if key is None else (service_type, type(key), key)] = plan
            return plan

    def async_plan(self, context: Context, service_type: Any, key: object) -> AsyncPlan | None:
        """Return what answers for one service in *context*, asynchronously where that is needed."""
        found = service_key(service_type)
        self._refuse_if_closed(context, found, key)
        with self._lock:
            site = self._graph.site(found, key)
            if site is None:
                return None
            self._check_scope(context, site)

        async def walk(asking: Context) -> Any:
            return await resolve_async(site, asking)

        return walk

    def _plan_of(self, site: Site) -> Plan:
        if isinstance(site, Constant):
            value = site.value
            return lambda _: value
        if isinstance(site, CurrentProvider):
            return lambda context: context
        return lambda context: resolve(site, context)

    def _check_scope(self, context: Context, site: Site) -> None:
        if self.validate_scopes and context.is_root_ and site.scoped is not None:
            scoped = site.scoped
            raise problems.scoped_at_root(steps_to(site, scoped), scoped.service_type, scoped.key)

    def _refuse_if_closed(self, context: Context, service_type: Any, key: object) -> None:
        if context.closed_ or context.root_.closed_:
            raise disposed(context, service_type, key)

    def site_of(self, context: Context, slot: Slot) -> Call:
        """Return the site of a slot that is no registration, to be made for *context*."""
        self._refuse_if_closed(context, slot.service_type, slot.key)
        with self._lock:
            site = self._graph.of_slot(slot)
        self._check_scope(context, site)
        return site

    # --- overriding ---------------------------------------------------------------------------------------------------

    def _replacement(self, place: Identity) -> Slot | None:
        found = self._overrides.get(place)
        return found[-1] if found else None

    @contextmanager
    def overridden(self, root: Context, replacement: ServiceDescriptor) -> Generator[None]:
        """Let *replacement* answer for its service while the ``with`` lasts."""
        from . import providers  # noqa: PLC0415 - heavy, and an empty host makes nothing

        service, key = service_key(replacement.service_type), replacement.key
        place = identity(service, key)
        other = Slot(
            replacement,
            service,
            key,
            replacement.factory,
            is_class=isinstance(replacement.factory, type),
            is_tracked=False,
        )
        covered = [] if key is ANY_KEY else self.registry.all(service, key)
        with self._lock:
            before = set(root.cache_)
            for slot in covered:
                providers.override(slot, other)
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
                    providers.end_override(slot)
                for made in set(root.cache_) - before:
                    del root.cache_[made]
                self.forget()

    def forget(self) -> None:
        """Drop all plans; they are made anew from the registrations and overrides of that moment."""
        with self._lock:
            self._generation += 1
            self._graph.clear()
            for table in (
                self.root_plans,
                self.root_sequences,
                self.root_async_plans,
                self.scope_plans,
                self.scope_sequences,
                self.scope_async_plans,
            ):
                table.clear()
