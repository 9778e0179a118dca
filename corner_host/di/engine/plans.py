"""Plans: a service's graph, written as the function that a person would write by hand, and compiled.

    def plan(context):                      # a transient: k0 and k1 are classes, k2 is a singleton
        return k0(k1(), k2)

    def plan(context):                      # a scoped service; k1 and k2 are classes
        c = context.made_
        if c is not None:                   # something is kept here already: look at each place
            ...
        lock = context.lock_
        lock.acquire()
        try:
            if context.made_ is not None: ...
            d = context.held_
            v1 = k1()
            d.append((v1, k2))              # k2 is how it closes
            v2 = k3(v1)
            context.made_ = (k0, v1, v2)    # k0 is the `Line`, which knows their places
            return v2
        except BaseException:
            k0.salvage(context, locals())   # what was made stays the scope's
            raise
        finally:
            lock.release()

What exists already is a constant, so a plan holds as long as nothing is overridden; then all are dropped. What is rare
(generator factories, singletons that are not made yet, what is shared and made asynchronously) is left to the walk.

A cycle through a factory that comes up only now shows as a RecursionError; then the plans are dropped, and the walk says
what is wrong. So plans pay nothing for it.
"""

import builtins
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, cast, final, get_origin

from corner_host.di.lifetimes import ServiceLifetime
from corner_host.di.problems import made_none
from corner_host.di.sites import ASYNC, Call, Constant, CurrentProvider, Sequence, Site, Slot
from corner_host.di.trampoline import Task, run

from .codes import function_from
from .context import CLOSED, Context, Plan
from .keeping import keep, settle, settle_async, too_late
from .lines import Line
from .providers import provided
from .walk import MISSING, resolve, resolve_async

DEEPEST_EXPRESSION: Final = 12
DEEPEST_NESTING: Final = 24


_NAMES: Final[dict[str, Any]] = {
    "__builtins__": builtins,
    "CLOSED": CLOSED,
    "MISSING": MISSING,
    "keep": keep,
    "made_none": made_none,
    "resolve": resolve,
    "resolve_async": resolve_async,
    "settle": settle,
    "settle_async": settle_async,
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
    if site.scoped is None or site.needs_async or setting.at_root:
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
    if _may_make_more(site):
        return ["  c = context.cache_", *_hit(site, writer, "  "), "  with context.lock_:", *writer.whole(site, 3)]
    line = Line(site, lambda: _for_scope_in_use(site, setting))
    name = writer.constant(line)
    writer.line = name
    body = writer.whole(site, 3)
    line.fills(writer.kept)
    wait = "await " if setting.asynchronous else ""
    return [
        "  c = context.made_",
        "  if c is not None:",
        *_hit(site, writer, "   ", "type(c) is dict and "),
        f"   return {wait}{name}.plan(context)",
        "  lock = context.lock_",
        "  lock.acquire()",
        "  try:",
        f"   if context.made_ is not None: return {wait}{name}.plan(context)",
        *body,
        "  except BaseException:",
        f"   {name}.salvage(context, locals())",
        "   raise",
        "  finally:",
        "   lock.release()",
    ]


def _for_scope_in_use(site: Site, setting: Setting) -> Plan:
    """Compile the plan for a scope in which something is made already."""
    writer = _Writer(setting)
    body = ["  c = context.cache_", "  with context.lock_:", *writer.whole(site, 3)]
    plan: Plan = function_from(body, writer.constants, _NAMES, asynchronous=setting.asynchronous)
    return plan


def _hit(site: Site, writer: "_Writer", tab: str, also: str = "") -> list[str]:
    """Write what returns the object of a scoped service that is kept already."""
    if site.lifetime is not ServiceLifetime.SCOPED:
        return []
    place = writer.constant(site.place)
    found = f"c.get({place}) is not None" if _may_be_none(site) else f"{place} in c"
    return [f"{tab}if {also}{found}: return c[{place}]"]


def _may_make_more(site: Site) -> bool:
    """Tell whether more may be made in the scope meanwhile.

    By what is handed the scope, by what was seen asking it, and by the walk, which makes what generators need.
    """
    seen: set[Site] = set()
    pending = [site]
    while pending:
        one = pending.pop()
        if isinstance(one, CurrentProvider):
            return True
        if isinstance(one, Call) and (one.slot.reenters_scope or one.slot.making.is_generator):
            return True
        if one not in seen and one.lifetime is not ServiceLifetime.SINGLETON:
            seen.add(one)
            pending.extend(child for _, child in one.children())
    return False


def _may_be_none(site: Site) -> bool:
    """Tell whether what is made may be None, which is no service: classes make objects, factories make anything."""
    return isinstance(site, Call) and not site.slot.makes_its_class


@final
class _Writer:
    """Writes the lines of one plan, in the order in which the walk would make things."""

    def __init__(self, setting: Setting) -> None:
        self.constants: list[Any] = []
        self.can_recurse = False
        self.line: str | None = None
        """The name of the `Line` that is followed, if one is."""
        self.kept: dict[object, str] = {}
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

    def _optional(self, value: Any) -> str:
        return "None" if value is None else self.constant(value)

    def whole(self, site: Site, depth: int) -> list[str]:
        """Return the lines that make *site* and return it."""
        value, _ = run(self._value(site, depth, 0))
        tab = " " * depth
        opening = [f"{tab}d = context.held_"] if self._keeps else []
        may_be_none = _may_be_none(site)
        if not value.startswith("v") and (self.line is not None or self._checks_closed or may_be_none):
            self._lines.append(f"{tab}v0 = {value}")
            value = "v0"
        closing: list[str] = []
        if self.line is not None:
            kept = ", ".join(self.kept.values())
            closing += [
                f"{tab}if context.made_ is not None: return {self.line}.reconciled(context, ({kept},))",
                f"{tab}context.made_ = ({self.line}, {kept})",
            ]
        if self._checks_closed:
            closing.append(f"{tab}if context.plans_ is CLOSED: too_late(context)")
        if may_be_none:
            closing.append(f"{tab}if {value} is None: raise made_none({self.constant(site)})")
        return [*opening, *self._lines, *closing, f"{tab}return {value}"]

    def _new_name(self) -> str:
        self._count += 1
        return f"v{self._count}"

    def _value(self, site: Site, depth: int, nesting: int) -> Task:
        """Write what makes *site*; gives an expression for it, and how deep the expression is."""
        if isinstance(site, Constant):
            return self._optional(site.value), 0
        if isinstance(site, CurrentProvider):
            return "context", 0
        if site.lifetime is ServiceLifetime.SINGLETON or (
            self._setting.at_root and site.lifetime is ServiceLifetime.SCOPED
        ):
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
        elif self.line is not None:
            value, _ = yield self._new(site, depth, nesting)
            if value.startswith("v"):
                name = value
            else:
                self._lines.append(f"{tab}{name} = {value}")
            self.kept[site.place] = name
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
        made = f"{self.constant(provided(slot))}({given})"
        if slot.making is ASYNC:
            made = f"await {made}"
        return self._settled(slot, made, deep + 1, " " * depth)

    def _values(self, sites: list[Site], depth: int, nesting: int) -> Task:
        """Write what makes *sites*, in order: expressions that were to wait for later lines are put before those."""
        values: list[str] = []
        depths: list[int] = []
        for site in sites:
            before = len(self._lines)
            value, deep = yield self._value(site, depth, nesting)
            if len(self._lines) > before:
                for number, earlier in enumerate(values):
                    if depths[number] > 0:
                        depths[number] = 0
                        name = values[number] = self._new_name()
                        self._lines.insert(before, f"{' ' * depth}{name} = {earlier}")
                        before += 1
            values.append(value)
            depths.append(deep)
        return values, max(depths, default=0)

    def _settled(self, slot: Slot, made: str, deep: int, tab: str) -> tuple[str, int]:
        """Write what happens to a new object: it may have to be kept for disposal."""
        if slot.makes_its_class:
            cls = get_origin(slot.maker) or slot.maker
            ways = self._setting.root.endings_.of(cls)
            if not slot.is_tracked or not ways.is_needed:
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
                held = (
                    f"({name}, {self.constant(ways.plain)})" if ways.is_plain else f"{self.constant(ways)}.held({name})"
                )
                self._lines.append(f"{tab}d.append({held})")
            return name, 0
        name = self._new_name()
        harmless = self.constant(self._setting.root.endings_.harmless)
        see = f"{name} = await settle_async" if self._setting.asynchronous else "settle"
        look = "" if slot.makes_unhashable else f"if type({name}) not in {harmless}: "
        self._lines += [
            f"{tab}{name} = {made}",
            f"{tab}{look}{see}(context, {name}, {self.constant(slot)})",
        ]
        return name, 0
