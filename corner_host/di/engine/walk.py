"""Making a service by going through its graph, for the first time and where no plan can be compiled.

The going down is done without Python's stack: each step is a generator that yields the steps it waits for. So a chain of
any length works, and the synchronous and the asynchronous walk are one; only the driver differs.
"""

import inspect
from collections.abc import Awaitable, Generator
from types import AsyncGeneratorType, GeneratorType
from typing import Any, Final, Self, final

import corner_host.di as door
from corner_host.di.closing import aclose_all
from corner_host.di.disposal import AsyncGeneratorEnd, GeneratorEnd, is_awaitable, yields_wrongly
from corner_host.di.keys import shown
from corner_host.di.lifetimes import ServiceLifetime
from corner_host.di.sites import (
    ASYNC,
    ASYNC_GENERATOR,
    GENERATOR,
    PLAIN,
    Call,
    Constant,
    CurrentProvider,
    Sequence,
    Site,
    Slot,
)

from .claims import Claim, Claimant, claim
from .construction import Construction, current, hidden_cycle, under_way
from .context import CLOSED, Context
from .keeping import disposed, keep, keep_generator

MISSING: Final[Any] = object()


@final
class _Awaiting:
    """Asks the driver to await something."""

    __slots__ = ("awaitable",)

    def __init__(self, awaitable: Awaitable[Any]) -> None:
        self.awaitable = awaitable


@final
class _PassingError(Exception):
    """Carries a maker's own StopIteration through the generators, which would turn it into something else."""

    def __init__(self, error: StopIteration) -> None:
        self.error = error


Step = Generator[Any, Any, Any]


def resolve(requested: Site, context: Context) -> Any:
    """Make *requested* for *context*, or find it there."""
    value = ready(requested, context)
    if value is not MISSING:
        return value
    with _Walk(requested, context, asynchronous=False) as walk:
        stack = [walk.made(requested, context)]
        value = None
        try:
            while True:
                try:
                    step = stack[-1].send(value)
                except StopIteration as stop:
                    stack.pop()
                    value = stop.value
                    if not stack:
                        return value
                else:
                    stack.append(step)
                    value = None
        except _PassingError as passing:
            raise passing.error from None
        finally:
            for left in reversed(stack):
                left.close()


async def resolve_async(requested: Site, context: Context) -> Any:
    """Make *requested* for *context*, or find it there; may await."""
    value = ready(requested, context)
    if value is not MISSING:
        return value
    with _Walk(requested, context, asynchronous=True) as walk:
        stack = [walk.made(requested, context)]
        value = None
        try:
            while True:
                try:
                    step = stack[-1].send(value)
                except StopIteration as stop:
                    stack.pop()
                    value = stop.value
                    if not stack:
                        return value
                    continue
                if isinstance(step, _Awaiting):
                    value = await step.awaitable
                else:
                    stack.append(step)
                    value = None
        except _PassingError as passing:
            raise RuntimeError(f"a factory raised {passing.error!r}") from passing.error
        finally:
            for left in reversed(stack):
                left.close()


def ready(site: Site, context: Context) -> Any:
    """Return what needs no making: a constant, the provider itself, or an object that is kept already."""
    if isinstance(site, Constant):
        return site.value
    if site.lifetime is ServiceLifetime.SINGLETON:
        return context.root_.cache_.get(site.place, MISSING)
    if site.lifetime is ServiceLifetime.SCOPED:
        return context.cache_.get(site.place, MISSING)
    return context if isinstance(site, CurrentProvider) else MISSING


@final
class _Walk(Claimant):
    """One walk, from the service that was asked for."""

    __slots__ = ("_asynchronous", "_context", "_requested", "_tables", "_under_way", "_watched", "calling")

    def __init__(self, requested: Site, context: Context, *, asynchronous: bool) -> None:
        outer = current()
        super().__init__(None if outer is None else outer.walk)
        self._requested = requested
        self._context = context
        self._asynchronous = asynchronous
        self._under_way = under_way()
        self._watched: Any = None
        self._tables: tuple[Any, Any, Any] | None = None
        self.calling: Slot | None = None

    def __enter__(self) -> Self:
        """Take the scope's plans away meanwhile, so that who asks it behind its back is seen (`Engine` tells us)."""
        super().__enter__()
        context = self._context
        if self._requested.scoped is not None and context is not context.root_ and context.plans_ is not CLOSED:
            self._tables = (context.plans_, context.sequences_, context.async_plans_)
            self._watched, context.watcher_ = context.watcher_, self
            context.plans_ = context.sequences_ = context.async_plans_ = {}
        return self

    def __exit__(self, *_: object) -> None:
        super().__exit__()
        if self._tables is not None:
            context = self._context
            context.watcher_ = self._watched
            if context.plans_ is not CLOSED:
                context.plans_, context.sequences_, context.async_plans_ = self._tables

    def is_asked(self) -> None:
        """Remember that what is being called just now asks the scope for more: its plans look at each place."""
        if self.calling is not None:
            self.calling.reenters_scope = True

    def made(self, site: Site, context: Context) -> Step:
        """Make *site*, which is not ready, keeping it as its lifetime demands."""
        lifetime = site.lifetime
        owner = context.root_ if lifetime is ServiceLifetime.SINGLETON else context
        if self._under_way and self._under_way.holds(site.place, owner):
            raise hidden_cycle(self._requested, site)
        if lifetime is ServiceLifetime.SINGLETON or (
            lifetime is ServiceLifetime.SCOPED and (owner is owner.root_ or site.needs_async or not site.is_certain)
        ):
            return self._claimed(site, owner)
        if lifetime is ServiceLifetime.SCOPED:
            return self._locked(site, owner)
        return self._new(site, owner)

    def _locked(self, site: Site, owner: Context) -> Step:
        if site.place in owner.claims_:  # begun before it was known that no await is needed
            return (yield from self._claimed(site, owner))
        with owner.lock_:
            value = owner.cache_.get(site.place, MISSING)
            if value is MISSING:
                value = yield self._new(site, owner)
                owner.cache_[site.place] = value
        return value

    def _claimed(self, site: Site, owner: Context) -> Step:
        while True:
            claimed, mine = claim(owner.claims_, site.place, self, asynchronous=self._asynchronous)
            if not mine:
                yield from self._wait(claimed, site)
                value = owner.cache_.get(site.place, MISSING)
                if value is not MISSING:
                    return value
                continue
            with claimed:
                value = owner.cache_.get(site.place, MISSING)
                if value is MISSING:
                    value = yield self._new(site, owner)
                    owner.cache_[site.place] = value
                return value

    def _wait(self, claimed: Claim, site: Site) -> Step:
        if claimed.would_wait_for(self):
            raise hidden_cycle(self._requested, site)
        if self._asynchronous:
            yield _Awaiting(claimed.wait(self))
        elif claimed.is_here or (claimed.is_asynchronous and (site.needs_async or not site.is_certain)):
            raise self._only_async(site, "a task is making it just now")
        else:
            claimed.block(self)

    def _new(self, site: Site, owner: Context) -> Step:
        if isinstance(site, Sequence):
            items: list[Any] = []
            for child in site.items:
                value = ready(child, owner)
                items.append((yield self.made(child, owner)) if value is MISSING else value)
            return site.kind(items)
        assert isinstance(site, Call)
        if site.slot.making.is_async and not self._asynchronous:
            raise self._only_async(site, "its factory is asynchronous")
        positional: list[Any] = []
        for child in site.positional:
            value = ready(child, owner)
            positional.append((yield self.made(child, owner)) if value is MISSING else value)
        keywords: dict[str, Any] = {}
        for name, child in site.keywords:
            value = ready(child, owner)
            keywords[name] = (yield self.made(child, owner)) if value is MISSING else value
        if owner.closed_ or owner.root_.closed_:
            raise disposed(owner)
        self.calling = site.slot
        if not site.reenters:
            made = _call(site.slot, positional, keywords)
        else:
            with Construction(self._requested, self._context, site, self):
                made = yield from self._from_factory(site, owner, positional, keywords)
        if site.slot.is_tracked and not site.slot.making.is_generator:
            if self._asynchronous and owner.plans_ is CLOSED:
                ways = owner.root_.endings_.of(made.__class__)
                yield _Awaiting(aclose_all([ways.held(made)], owner))
                raise disposed(owner)
            keep(owner, made, fresh=site.slot.is_class)
        if owner.plans_ is CLOSED:
            raise disposed(owner)
        return made

    def _from_factory(self, site: Call, owner: Context, positional: list[Any], keywords: dict[str, Any]) -> Step:
        slot = site.slot
        made: Any = _call(slot, positional, keywords)
        if not slot.is_certain:
            self._learn(site, made)
        if slot.making is PLAIN:
            if slot.is_class or not is_awaitable(made):
                return made
            self._refuse_awaitable(site, made)
            return (yield _Awaiting(made))
        if slot.making is ASYNC:
            return (yield _Awaiting(made))
        service = shown(slot.service_type, slot.key)
        if slot.making is GENERATOR:
            value = next(made, MISSING)
            end: GeneratorEnd | AsyncGeneratorEnd = GeneratorEnd(made, slot.maker, service)
        else:
            value = yield _Awaiting(anext(made, MISSING))
            end = AsyncGeneratorEnd(made, slot.maker, service)
        if value is MISSING:
            raise yields_wrongly(slot.maker, service, "nothing")
        keep_generator(owner, end)
        return value

    def _learn(self, site: Call, made: Any) -> None:
        """See from the first result what kind of factory a plain function is in truth."""
        slot = site.slot
        if isinstance(made, GeneratorType):
            slot.making = GENERATOR
        elif isinstance(made, AsyncGeneratorType):
            slot.making = ASYNC_GENERATOR
        elif is_awaitable(made):
            slot.making = ASYNC
        else:
            try:
                hash(made.__class__)
            except TypeError:
                slot.makes_unhashable = True
        slot.is_certain = True
        if slot.making.is_async:
            self._refuse_awaitable(site, made)

    def _refuse_awaitable(self, site: Call, made: Any) -> None:
        if self._asynchronous:
            return
        if inspect.iscoroutine(made):
            made.close()
        raise self._only_async(site, "its factory turned out to be asynchronous")

    def _only_async(self, site: Site, why: str) -> Exception:
        return door.problems.made_asynchronously(
            door.ways.steps_to(self._requested, site), site.service_type, site.key, why=why
        )


def _call(slot: Slot, positional: list[Any], keywords: dict[str, Any]) -> Any:
    provider = slot.provider
    if provider is None or any("__" in name for name in keywords):  # it takes those for settings of nested providers
        provider = slot.maker
    try:
        return provider(*positional, **keywords)
    except StopIteration as error:
        raise _PassingError(error) from None
