"""From a service to all that has to happen to make it, or to the error that says why it cannot be made. Pure.

Nothing is called here but ``isinstance``. The builder goes down by itself, without Python's stack, so that chains of any
depth work; a cycle is a slot met again on the way.
"""

import collections.abc
import logging
from collections.abc import Callable, Mapping
from typing import Any, final, get_args, get_origin

import corner_host.di as door
from corner_host.primitives import ConfigurationValues, name_of

from .descriptors import ServiceDescriptor
from .generics import substitute, violated
from .keys import Identity, identity, normal, sequence_of, shown_value
from .lifetimes import ServiceLifetime
from .markers import ANY_KEY, FromConfiguration, FromKeyedServices, InheritKey, ServiceKey
from .registry import Registry
from .signatures import KEYWORD_ONLY, NO_DEFAULT, NO_HINT, POSITIONAL_ONLY, Parameter, UnreadableHint, taken_apart
from .sites import Call, Constant, CurrentProvider, Sequence, Site, Slot, Step
from .trampoline import Task, run

MOST_FORMS = 30
"""How many forms of one generic registration may need each other in a row."""

_LEFT_OUT = Constant(None, None, None)


@final
class Graph:
    """Builds sites, each once.

    Args:
        registry: What is registered.
        built_in: Sites for what every provider has: itself, the scope factory, the inspector.
        replaced: Gives the slots that stand for a service while it is overridden, or None.
        validate_scopes: Refuse scoped services inside of singletons.
    """

    def __init__(
        self,
        registry: Registry,
        built_in: Mapping[Any, Site],
        replaced: Callable[[Identity], Slot | None],
        *,
        validate_scopes: bool,
    ) -> None:
        self.registry = registry
        self._built_in = built_in
        self._current_provider = next(site for site in built_in.values() if isinstance(site, CurrentProvider))
        self._replaced = replaced
        self._validate_scopes = validate_scopes
        self._sites: dict[Identity, Site | None] = {}
        self._calls: dict[Slot, Site] = {}
        self._sequences: dict[tuple[Identity, type], Site] = {}
        self._steps: list[Step] = []
        self._under_way: dict[Slot, None] = {}

    def clear(self) -> None:
        """Forget all sites; the slots stay."""
        self._sites.clear()
        self._calls.clear()
        self._sequences.clear()

    def site(self, service_type: Any, key: object) -> Site | None:
        """Return what makes one service; None if nothing is registered for it.

        Raises:
            ServiceError: It is registered, but cannot be made.
        """
        found = self._sites.get(identity(service_type, key), _LEFT_OUT)
        return self._run(self._service(service_type, key)) if found is _LEFT_OUT else found

    def registered(self, descriptor: ServiceDescriptor, number: int) -> Site:
        """Return what makes the service of one registration, whether or not a later one hides it."""
        site: Site = self._run(self._call(self.registry.slot(number, normal(descriptor.service_type), descriptor.key)))
        return site

    def of_slot(self, slot: Slot) -> Call:
        """Return what makes a slot that is no registration, as for ``create_instance``; it is not remembered."""
        site: Call = self._run(self._call(slot))
        del self._calls[slot]
        return site

    def _run(self, task: Task) -> Any:
        self._steps.clear()
        self._under_way.clear()
        return run(task)

    def _service(self, service_type: Any, key: object) -> Task:
        place = identity(service_type, key)
        found = self._sites.get(place, _LEFT_OUT)
        if found is not _LEFT_OUT:
            return found
        site = yield self._fresh(service_type, key)
        self._sites[place] = site
        return site

    def _fresh(self, service_type: Any, key: object) -> Task:
        if key is None and service_type in self._built_in:
            return self._built_in[service_type]
        replaced = self._replaced(identity(service_type, key))
        if replaced is not None:
            return (yield self._call(replaced))
        sequence = sequence_of(service_type)
        if key is ANY_KEY and sequence is None:
            raise door.problems.any_key_asked(service_type)
        slot = None if key is ANY_KEY else self.registry.one(service_type, key)
        if slot is not None:
            return (yield self._call(slot))
        if sequence is not None:
            return (yield self._all(*sequence, key))
        return None

    def _all(self, item: Any, kind: type, key: object) -> Task:
        place = (identity(item, key), kind)
        known = self._sequences.get(place)
        if known is not None:
            return known
        service_type = list[item] if kind is list else collections.abc.Sequence[item]
        self._steps.append(Step(service_type, key, None, None))
        replaced = self._replaced(identity(item, key))
        slots = self.registry.all(item, key)
        if replaced is not None:
            slots = [replaced] * max(1, len(slots))
        items: list[Site] = []
        for slot in slots:
            site = yield self._call(slot)
            items.append(site)
        self._steps.pop()
        site = Sequence(service_type, key, tuple(items), kind, _kept_for(items, kind))
        self._sequences[place] = site
        return site

    def _call(self, slot: Slot) -> Task:
        known = self._calls.get(slot)
        if known is not None:
            return known
        if slot in self._under_way:
            raise door.problems.circular(self._steps, slot.service_type, slot.key)
        descriptor = slot.descriptor
        if slot.inner is None and descriptor.has_instance:
            site: Site = Constant(slot.service_type, slot.key, descriptor.instance, slot)
            self._calls[slot] = site
            return site
        self._steps.append(Step(slot.service_type, slot.key, slot.maker, None))
        self._under_way[slot] = None
        if slot.arguments:
            self._refuse_growth(slot)
        broken = violated(slot.arguments)
        if broken is not None:
            raise door.problems.forbidden(self._steps, slot, *broken)
        positional, keywords, names = yield self._arguments(slot)
        site = Call(slot, positional, keywords, names, slot.lifetime)
        if self._validate_scopes and slot.lifetime is ServiceLifetime.SINGLETON:
            self._refuse_captives(site)
        del self._under_way[slot]
        self._steps.pop()
        self._calls[slot] = site
        return site

    def _arguments(self, slot: Slot) -> Task:
        positional: list[Site] = []
        names: list[str] = []
        keywords: list[tuple[str, Site]] = []
        skipped: list[Parameter] = []
        for parameter in slot.parameters:
            self._steps[-1] = self._steps[-1].by(parameter.name)
            site = yield self._argument(slot, parameter)
            if site is _LEFT_OUT:
                skipped.append(parameter)
            elif parameter.kind is KEYWORD_ONLY or (skipped and parameter.kind is not POSITIONAL_ONLY):
                keywords.append((parameter.name, site))
            else:
                for gap in skipped:
                    positional.append(Constant(gap.hint, None, gap.default))
                    names.append(gap.name)
                skipped.clear()
                positional.append(site)
                names.append(parameter.name)
        return tuple(positional), tuple(keywords), tuple(names)

    def _argument(self, slot: Slot, parameter: Parameter) -> Task:
        hint = parameter.hint
        if hint is NO_HINT or isinstance(hint, UnreadableHint):
            return (yield from self._without_hint(slot, parameter))
        arguments = slot.hint_arguments
        if get_origin(hint) is type and get_args(hint)[0] in arguments:
            return Constant(hint, None, arguments[get_args(hint)[0]])
        wanted = taken_apart(substitute(hint, arguments))
        if wanted is None:
            if parameter.has_default:
                return _LEFT_OUT
            raise door.problems.unfillable(
                self._steps,
                parameter.name,
                f"{name_of(hint)} is a union of several types, and which one is meant cannot be told.",
                "ask for one of them, give the parameter a default, or register a factory.",
            )
        service_type, allows_none, marker = wanted
        if isinstance(marker, FromConfiguration):
            return (yield self._configured(parameter, service_type, marker, allows_none=allows_none))
        if marker is ServiceKey and slot.key is not None:
            return self._own_key(slot, parameter, service_type)
        key = marker.key if isinstance(marker, FromKeyedServices) else slot.key if marker is InheritKey else None
        if slot.inner is not None and service_type == slot.service_type and not isinstance(marker, FromKeyedServices):
            return (yield self._call(slot.inner))
        site = yield self._service(service_type, key)
        if site is None:
            return self._absent(slot, parameter, service_type, key, allows_none=allows_none)
        if parameter.has_default and isinstance(site, Sequence) and not site.items:
            return _LEFT_OUT
        return site

    def _absent(self, slot: Slot, parameter: Parameter, service_type: Any, key: object, *, allows_none: bool) -> Site:
        if service_type is logging.Logger and key is None:
            return Constant(logging.Logger, None, logging.getLogger(_logger_name(slot.maker)))
        origin = get_origin(service_type)
        if isinstance(origin, type) and issubclass(origin, logging.Logger) and key is None:
            named = get_args(service_type)[0]
            return Constant(service_type, None, logging.getLogger(_logger_name(named)))
        if parameter.has_default:
            return _LEFT_OUT
        if allows_none:
            return Constant(service_type, key, None)
        raise door.problems.missing(self.registry, service_type, key, self._steps, parameter.name)

    def _without_hint(self, slot: Slot, parameter: Parameter) -> Task:
        if parameter.has_default:
            return _LEFT_OUT
        hint = parameter.hint
        if isinstance(hint, UnreadableHint):
            raise door.problems.unfillable(
                self._steps,
                parameter.name,
                f"its hint {hint.text!r} cannot be evaluated in the module {hint.module} ({hint.reason}).",
                "import the name at run time, at module level, or register a factory.",
            )
        if slot.inner is not None:  # of a decorator: what is wrapped
            return (yield self._call(slot.inner))
        if not slot.is_class and len(slot.parameters) == 1:
            return self._current_provider
        raise door.problems.unfillable(
            self._steps,
            parameter.name,
            "it has no type hint, and services are never found by the name of a parameter.",
            "annotate it with the service, or give it a default.",
        )

    def _own_key(self, slot: Slot, parameter: Parameter, service_type: Any) -> Site:
        key, expected = slot.key, get_origin(service_type) or service_type
        fits = not isinstance(expected, type) or (
            isinstance(key, expected) and not (isinstance(key, bool) and expected in {int, float, complex})
        )
        if fits or key is ANY_KEY:
            return Constant(service_type, None, key)
        raise door.problems.unfillable(
            self._steps,
            parameter.name,
            f"it is to be the key, which is {shown_value(key)} of type {name_of(type(key))},"
            f" but it is declared as {name_of(expected)}.",
            f"declare it as {name_of(type(key))} or object, or use another key.",
            service_type=service_type,
            key=key,
        )

    def _configured(
        self, parameter: Parameter, service_type: Any, marker: FromConfiguration, *, allows_none: bool
    ) -> Task:
        kind = next(
            (
                service
                for service, key in reversed([*self.registry.services()])
                if key is None and isinstance(service, type) and issubclass(service, ConfigurationValues)
            ),
            None,
        )
        if kind is None:
            if parameter.has_default:
                return _LEFT_OUT
            raise door.problems.unfillable(
                self._steps,
                parameter.name,
                f"it is to be read from the configuration at {marker.path!r}, but no configuration is registered.",
                "services.add_singleton(Configuration, instance=configuration), as a host does by itself.",
                service_type=service_type,
            )
        values = yield self._service(kind, None)
        default = parameter.default if parameter.has_default else None if allows_none else NO_DEFAULT
        reader = door.configured.ConfigurationReader(
            marker.path, service_type, default, parameter.name, tuple(self._steps)
        )
        reading = Slot(
            ServiceDescriptor(service_type, lifetime=ServiceLifetime.TRANSIENT, factory=reader),
            service_type,
            None,
            reader,
            is_class=True,
            is_tracked=False,
        )
        return Call(reading, (values,), (), ("values",), ServiceLifetime.TRANSIENT)

    def _refuse_growth(self, slot: Slot) -> None:
        """Stop at a generic class that needs another form of itself, which needs another, and so on."""
        if sum(other.descriptor is slot.descriptor for other in self._under_way) <= MOST_FORMS:
            return
        first = next(other for other in self._under_way if other.descriptor is slot.descriptor)
        raise door.problems.growing(self._steps, first)

    def _refuse_captives(self, site: Call) -> None:
        for name, child in site.children():
            if child.scoped is not None:
                singleton = self._steps[-1].by(name)
                steps = [*self._steps[:-1], singleton, *door.ways.steps_to(child, child.scoped)]
                raise door.problems.captive(steps, child.scoped.service_type, child.scoped.key, singleton)


def _kept_for(items: list[Site], kind: type) -> ServiceLifetime | None:
    """Tell for how long a sequence is kept: as long as the one of its items that lives shortest."""
    lifetimes = {item.lifetime for item in items}
    if kind is list or None in lifetimes or ServiceLifetime.TRANSIENT in lifetimes:
        return ServiceLifetime.TRANSIENT
    return ServiceLifetime.SCOPED if ServiceLifetime.SCOPED in lifetimes else ServiceLifetime.SINGLETON


def _logger_name(maker: Any) -> str:
    named = get_origin(maker) or maker
    target: Any = named if hasattr(named, "__qualname__") else named.__class__
    return f"{target.__module__}.{target.__qualname__}".replace(".<locals>", "")
