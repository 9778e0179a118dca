"""Plans: a service's graph, written as the function that a person would write by hand, and compiled.

    def plan(context):                      # a transient: k0 and k1 are classes, k2 is a singleton
        return k0(k1(), k2)

    def plan(context):                      # a scoped service; k0 and k4 are places, k2 and k3 are classes
        c = context.cache_
        if k0 in c: return c[k0]
        if c: return k1.plan(context)       # something is made here already: look at each place
        ...                                 # take the lock, look again
            d = context.held_
            v1 = k3()
            d.append(v1)
            c[k4] = v1
            v2 = k2(v1)
            c[k0] = v2
            return v2

What exists already is a constant, so a plan holds as long as nothing is overridden; then all are dropped. What is rare
(generator factories, singletons that are not made yet, what is shared and made asynchronously) is left to the walk.

A cycle through a factory that comes up only now shows as a RecursionError; then the plans are dropped, and the walk says
what is wrong. So plans pay nothing for it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, cast, final, get_origin

from corner_host.di.disposal import disposal_of
from corner_host.di.lifetimes import ServiceLifetime
from corner_host.di.sites import Call, Constant, CurrentProvider, Making, Sequence, Site, Slot
from corner_host.di.trampoline import Task, run

from .codes import function_from
from .context import Context, Plan
from .keeping import PLAIN_TYPES, keep, settle, too_late
from .walk import MISSING, resolve, resolve_async

DEEPEST_EXPRESSION: Final = 12
DEEPEST_NESTING: Final = 24

_NAMES: Final[dict[str, Any]] = {
    "MISSING": MISSING,
    "PLAIN": PLAIN_TYPES,
    "keep": keep,
    "resolve": resolve,
    "resolve_async": resolve_async,
    "settle": settle,
    "too_late": too_late,
}


@final
@dataclass(frozen=True, slots=True)
class Setting:
    """Where a plan is to run.

    Args:
        root: The root provider, whose objects are constants of the plan.
        at_root: The plan is for the root itself, not for scopes.
        asynchronous: The plan is an ``async def``.
        explain: Makes the error of a RecursionError.
    """

    root: Context
    at_root: bool
    asynchronous: bool
    explain: Callable[[Site, Context, RecursionError], BaseException]


def compiled(site: Site, setting: Setting) -> Any:
    """Return the plan of *site*."""
    writer = _Writer(setting)
    if site.scoped is None or site.needs_async:
        writer.is_mixed = site.needs_async
        body = writer.whole(site, 2)
    else:
        body = _for_scope(site, writer, setting)
    if writer.can_recurse:
        handler = f"   raise {writer.constant(setting.explain)}({writer.constant(site)}, context, error)"
        body = ["  try:", *(f" {line}" for line in body), "  except RecursionError as error:", handler]
    return function_from(body, writer.constants, _NAMES, asynchronous=setting.asynchronous)


def _for_scope(site: Site, writer: "_Writer", setting: Setting) -> list[str]:
    """Write what a scope keeps: a straight line where nothing is made yet, else a look at each place."""
    place = writer.constant(site.place)
    is_kept = site.lifetime is ServiceLifetime.SCOPED
    body = ["  c = context.cache_"]
    if is_kept:
        body.append(f"  if {place} in c: return c[{place}]")
    writer.is_straight = not setting.at_root and not _takes_provider(site)
    if writer.is_straight:
        later = f"if c: return {writer.constant(_Later(site, setting))}.plan(context)"
        again = [f"   {later}"]
        body.append(f"  {later}")
    else:
        again = [f"   if {place} in c: return c[{place}]"] if is_kept else []
    return [
        *body,
        "  lock = context.lock_",
        "  lock.acquire()",
        "  try:",
        *again,
        *writer.whole(site, 3),
        "  finally:",
        "   lock.release()",
    ]


@final
class _Later:
    """The plan for a scope in which something is made already; compiled when it is first needed."""

    __slots__ = ("_setting", "_site", "plan")

    def __init__(self, site: Site, setting: Setting) -> None:
        self._site = site
        self._setting = setting
        self.plan: Plan = self._first

    def _first(self, context: Context) -> Any:
        writer = _Writer(self._setting)
        body = [
            "  c = context.cache_",
            "  with context.lock_:",
            *writer.whole(self._site, 3),
        ]
        self.plan = function_from(body, writer.constants, _NAMES, asynchronous=False)
        return self.plan(context)


def _takes_provider(site: Site) -> bool:
    """Tell whether something on the way is handed the scope, so that it may make more in it meanwhile."""
    seen: set[Site] = set()
    pending = [site]
    while pending:
        one = pending.pop()
        if isinstance(one, CurrentProvider):
            return True
        if one not in seen and one.lifetime is not ServiceLifetime.SINGLETON:
            seen.add(one)
            pending.extend(child for _, child in one.children())
    return False


@final
class _Writer:
    """Writes the lines of one plan, in the order in which the walk would make things."""

    def __init__(self, setting: Setting) -> None:
        self.constants: list[Any] = []
        self.can_recurse = False
        self.is_straight = False
        self.is_mixed = False
        self._setting = setting
        self._lines: list[str] = []
        self._names: dict[int, str] = {}
        self._made: dict[object, str] = {}
        self._count = 0
        self._keeps = False
        self._checks_closed = False

    def constant(self, value: Any) -> str:
        """Return the name of a value that the plan closes over."""
        name = self._names.get(id(value))
        if name is None:
            name = self._names[id(value)] = f"k{len(self.constants)}"
            self.constants.append(value)
        return name

    def whole(self, site: Site, depth: int) -> list[str]:
        """Return the lines that make *site* and return it."""
        value, _ = run(self._value(site, depth, 0))
        tab = " " * depth
        opening = [f"{tab}d = context.held_"] if self._keeps else []
        if not self._checks_closed:
            return [*opening, *self._lines, f"{tab}return {value}"]
        closing = [f"{tab}v0 = {value}", f"{tab}if context.closed_: too_late(context)", f"{tab}return v0"]
        return [*opening, *self._lines, *closing]

    def _new_name(self) -> str:
        self._count += 1
        return f"v{self._count}"

    def _value(self, site: Site, depth: int, nesting: int) -> Task:
        """Write what makes *site*; gives an expression for it, and how deep the expression is."""
        if isinstance(site, Constant):
            return ("None" if site.value is None else self.constant(site.value)), 0
        if isinstance(site, CurrentProvider):
            return "context", 0
        if site.lifetime is ServiceLifetime.SINGLETON:
            value = self._setting.root.cache_.get(site.place, MISSING)
            return (self._walked(site), 1) if value is MISSING else (self.constant(value), 0)
        if site.lifetime is ServiceLifetime.SCOPED:
            return (yield self._scoped(site, depth, nesting))
        return (yield self._new(site, depth, nesting))

    def _walked(self, site: Site) -> str:
        if site.needs_async:
            return f"await resolve_async({self.constant(site)}, context)"
        return f"resolve({self.constant(site)}, context)"

    def _scoped(self, site: Site, depth: int, nesting: int) -> Task:
        known = self._made.get(site.place)
        if known is not None:
            return known, 0
        tab, name, place = " " * depth, self._new_name(), self.constant(site.place)
        self._checks_closed = True
        if site.needs_async or self.is_mixed or nesting > DEEPEST_NESTING:
            self._lines += [
                f"{tab}{name} = context.cache_.get({place}, MISSING)",
                f"{tab}if {name} is MISSING: {name} = {self._walked(site)}",
            ]
        elif self.is_straight:
            value, _ = yield self._new(site, depth, nesting)
            if value.isidentifier() and value.startswith("v"):
                name = value
            else:
                self._lines.append(f"{tab}{name} = {value}")
            self._lines.append(f"{tab}c[{place}] = {name}")
        else:
            self._lines += [f"{tab}{name} = c.get({place}, MISSING)", f"{tab}if {name} is MISSING:"]
            outside = dict(self._made)
            value, _ = yield self._new(site, depth + 1, nesting + 1)
            self._lines.append(f"{tab} c[{place}] = {name} = {value}")
            self._made = outside
        self._made[site.place] = name
        return name, 0

    def _new(self, site: Site, depth: int, nesting: int) -> Task:
        if isinstance(site, Sequence):
            values, deep = yield self._values(list(site.items), depth, nesting)
            inner = ", ".join(values)
            if site.kind is list:
                return f"[{inner}]", deep + 1
            return (f"({inner},)" if values else "()"), deep + 1
        call: Call = cast("Call", site)
        slot = call.slot
        self.can_recurse = self.can_recurse or call.reenters
        if slot.making.is_generator:
            return self._walked(site), 1
        values, deep = yield self._values([*call.positional, *(child for _, child in call.keywords)], depth, nesting)
        count = len(call.positional)
        named = zip(call.keywords, values[count:], strict=True)
        given = ", ".join([*values[:count], *(f"{name}={value}" for (name, _), value in named)])
        made = f"{self.constant(slot.maker)}({given})"
        if slot.making is Making.ASYNC:
            made = f"await {made}"
        return self._settled(slot, made, deep + 1, " " * depth)

    def _values(self, sites: list[Site], depth: int, nesting: int) -> Task:
        """Write what makes *sites*, in order: expressions that were to wait for later lines are put before those."""
        values: list[str] = []
        deepest = 0
        for site in sites:
            before = len(self._lines)
            value, deep = yield self._value(site, depth, nesting)
            if len(self._lines) > before:
                for number, earlier in enumerate(values):
                    if "(" in earlier:
                        name = values[number] = self._new_name()
                        self._lines.insert(before, f"{' ' * depth}{name} = {earlier}")
                        before += 1
            values.append(value)
            deepest = max(deepest, deep)
        return values, deepest

    def _settled(self, slot: Slot, made: str, deep: int, tab: str) -> tuple[str, int]:
        """Write what happens to a new object: it may have to be kept for disposal."""
        cls = get_origin(slot.maker) or slot.maker
        if slot.is_class and isinstance(cls, type) and cls.__new__ is object.__new__:
            if not slot.is_tracked or not disposal_of(cls).is_needed:
                if deep <= DEEPEST_EXPRESSION:
                    return made, deep
                name = self._new_name()
                self._lines.append(f"{tab}{name} = {made}")
                return name, 0
            name = self._new_name()
            self._lines.append(f"{tab}{name} = {made}")
            self._checks_closed = True
            if self._setting.at_root:
                self._lines.append(f"{tab}keep(context, {name}, fresh=True)")
            else:
                self._keeps = True
                self._lines.append(f"{tab}d.append({name})")
            return name, 0
        name = self._new_name()
        self._lines += [
            f"{tab}{name} = {made}",
            f"{tab}if type({name}) not in PLAIN: settle(context, {name}, {self.constant(slot)})",
        ]
        return name, 0
