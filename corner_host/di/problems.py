"""The errors of the graph, in words: what is wrong, where, why, and how to mend it. Pure."""

import difflib
from collections.abc import Iterable, Sequence
from typing import Any

from corner_host.primitives import name_of, short_name_of

from .errors import (
    AsyncFactoryError,
    CircularDependencyError,
    RegistrationError,
    ScopeValidationError,
    ServiceError,
    ServiceNotRegisteredError,
    ServiceValidationError,
    UnresolvableDependencyError,
)
from .keys import shown, shown_value
from .markers import ANY_KEY
from .registry import Registry
from .render import drawn, joined, listed
from .sites import Site, Slot, Step


def path_of(steps: Sequence[Step], *last: Any) -> tuple[Any, ...]:
    """Return the services of *steps*, for the ``path`` of an error."""
    return (*(step.service_type for step in steps), *last)


def not_registered(registry: Registry, service_type: Any, key: object) -> ServiceNotRegisteredError:
    """Nothing answers for a required service."""
    message = f"No service is registered for {shown(service_type, key)}.{_help(registry, service_type, key)}"
    return ServiceNotRegisteredError(message, service_type=service_type, key=key, path=(service_type,))


def made_none(site: Site) -> ServiceNotRegisteredError:
    """A required service is registered, but its factory gave None."""
    message = (
        f"{shown(site.service_type, site.key)} is required, but its factory returned None.\n"
        "To fix: return an object, or ask with get_service(), which may give None."
    )
    error = ServiceNotRegisteredError(message, service_type=site.service_type, key=site.key, path=(site.service_type,))
    error.is_made_none = True
    return error


def missing(
    registry: Registry, service_type: Any, key: object, steps: Sequence[Step], parameter: str
) -> UnresolvableDependencyError:
    """A parameter needs a service that is not registered."""
    name = shown(service_type, key)
    staircase = drawn(steps, f"{name}  <- missing (parameter '{parameter}')")
    message = f"No service is registered for {name}.\n{staircase}{_help(registry, service_type, key)}"
    return _unresolvable(message, service_type, key, steps, parameter)


def unfillable(
    steps: Sequence[Step], parameter: str, why: str, fix: str, *, service_type: Any = None, key: object = None
) -> UnresolvableDependencyError:
    """A parameter cannot be filled for another reason than a missing service."""
    maker = steps[-1].implementation
    staircase = drawn(steps, f"'{parameter}'  <- cannot be filled")
    message = (
        f"The parameter '{parameter}' of {name_of(maker)} cannot be filled.\n{staircase}\nWhy: {why}\nTo fix: {fix}"
    )
    return _unresolvable(message, service_type, key, steps, parameter)


def _unresolvable(
    message: str, service_type: Any, key: object, steps: Sequence[Step], parameter: str
) -> UnresolvableDependencyError:
    return UnresolvableDependencyError(
        message,
        service_type=service_type,
        key=key,
        path=path_of(steps, *(() if service_type is None else (service_type,))),
        parameter=parameter,
        implementation=steps[-1].implementation,
    )


def any_key_asked(service_type: Any) -> UnresolvableDependencyError:
    """One service was asked for under ANY_KEY."""
    message = (
        f"One {name_of(service_type)} cannot be asked for with ANY_KEY, which stands for every key.\n"
        "To fix: give a key, or ask for all of them with get_services(..., key=ANY_KEY)."
    )
    return UnresolvableDependencyError(message, service_type=service_type, key=ANY_KEY, path=(service_type,))


def circular(
    steps: Sequence[Step], service_type: Any, key: object, *, through_factory: bool = False
) -> CircularDependencyError:
    """A service needs itself."""
    name = shown(service_type, key)
    how = " through a factory" if through_factory else ""
    message = (
        f"A circular dependency was detected{how} for the service {name}.\n{joined(steps, name)}\n"
        "To fix: let one of them take a part of the other, or the ServiceProvider and ask for the service when it is used."
    )
    return CircularDependencyError(
        message,
        service_type=service_type,
        key=key,
        path=path_of(steps, service_type),
        parameter=steps[-1].parameter if steps else None,
        implementation=steps[-1].implementation if steps else None,
    )


def growing(steps: Sequence[Step], first: Slot) -> UnresolvableDependencyError:
    """A generic class needs another form of itself, which needs another, and so on."""
    name = shown(first.service_type, first.key)
    message = (
        f"{name} can never be made: it needs ever new forms of itself, such as\n"
        f"{drawn(steps[:3], '...')}\n"
        "To fix: let it take a form of itself that is registered on its own, or none."
    )
    return _unmakable(message, first, steps)


def forbidden(steps: Sequence[Step], slot: Slot, variable: Any, limit: tuple[Any, ...]) -> UnresolvableDependencyError:
    """A type parameter does not take what it is given."""
    wanted = " or ".join(map(name_of, limit))
    message = (
        f"{shown(slot.service_type, slot.key)} cannot be made by {name_of(slot.descriptor.maker)}: its type parameter"
        f" {variable} takes {wanted}, not {name_of(slot.arguments[variable])}.\n"
        "To fix: register another implementation for this form, as in services.add_transient("
        f"{name_of(slot.service_type)}, ...)."
    )
    return _unmakable(message, slot, steps)


def _unmakable(message: str, slot: Slot, steps: Sequence[Step]) -> UnresolvableDependencyError:
    return UnresolvableDependencyError(
        message,
        service_type=slot.service_type,
        key=slot.key,
        path=path_of(steps),
        implementation=slot.descriptor.maker,
    )


def captive(steps: Sequence[Step], scoped: Any, key: object, singleton: Step) -> ScopeValidationError:
    """A singleton would keep a scoped service."""
    name = shown(scoped, key)
    message = (
        f"The scoped service {name} cannot be used by the singleton {shown(singleton.service_type, singleton.key)}.\n"
        f"{drawn(steps, f'{name}  <- scoped')}\n"
        f"Why: the singleton would keep one {short_name_of(scoped)} for as long as it lives.\n"
        "To fix: make the singleton scoped, or let it take a ServiceScopeFactory and open a scope each time:\n"
        f"  with scopes.create_scope() as scope:\n"
        f"      scope.service_provider.get_required_service({short_name_of(scoped)})"
    )
    return ScopeValidationError(
        message,
        service_type=scoped,
        key=key,
        path=path_of(steps, scoped),
        parameter=singleton.parameter,
        implementation=singleton.implementation,
    )


def scoped_at_root(steps: Sequence[Step], scoped: Any, key: object) -> ScopeValidationError:
    """A scoped service was asked for at the root."""
    name = shown(scoped, key)
    if steps:
        asked = shown(steps[0].service_type, steps[0].key)
        what = f"{asked} cannot be resolved from the root provider, because it requires the scoped service {name}."
        what += f"\n{drawn(steps, f'{name}  <- scoped')}"
    else:
        what = f"The scoped service {name} cannot be resolved from the root provider."
    message = (
        f"{what}\nWhy: at the root it would live as long as the application.\n"
        "To fix: create a scope first:\n"
        "  with provider.create_scope() as scope:\n"
        "      scope.service_provider.get_required_service(...)"
    )
    return ScopeValidationError(
        message,
        service_type=scoped,
        key=key,
        path=path_of(steps, scoped),
        parameter=steps[-1].parameter if steps else None,
        implementation=steps[-1].implementation if steps else None,
    )


def made_asynchronously(steps: Sequence[Step], service_type: Any, key: object, *, why: str) -> AsyncFactoryError:
    """A plain call met something that takes an await."""
    name = shown(service_type, key)
    staircase = f"\n{drawn(steps, f'{name}  <- {why}')}" if steps else f"\nWhy: {why}."
    asked = short_name_of(steps[0].service_type if steps else service_type)
    message = (
        f"{name} is made asynchronously, and was asked for by a plain call.{staircase}\n"
        f"To fix: await provider.get_required_service_async({asked})."
    )
    return AsyncFactoryError(message, service_type=service_type, key=key, path=path_of(steps, service_type))


def nothing_to_decorate(registry: Registry, service_type: Any, key: object) -> RegistrationError:
    """A decorated service has no registration."""
    name = shown(service_type, key)
    message = f"{name} is to be decorated, but nothing is registered for it.{_help(registry, service_type, key)}"
    return RegistrationError(message, service_type=service_type, key=key)


def invalid(members: Sequence[ServiceError]) -> ServiceValidationError:
    """Gather what is wrong, beginning with the distinct root causes, each in full."""
    causes: dict[tuple[Any, ...], list[ServiceError]] = {}
    for member in members:
        causes.setdefault(_cause(member), []).append(member)
    lines = [f"The service graph is not valid ({len(causes)} {'cause' if len(causes) == 1 else 'causes'})."]
    for number, found in enumerate(causes.values(), 1):
        nearest = min(found, key=lambda error: len(error.path))
        headline, *rest = str(nearest).splitlines()
        lines.append(f"  {number}. {headline}")
        lines += [f"     {line}" for line in rest]
        if also := [name_of(error.path[0]) for error in found if error is not nearest and error.path]:
            lines.append(f"     It also breaks {listed(also, most=20)}.")
    return ServiceValidationError("\n".join(lines), list(members))


def _cause(error: ServiceError) -> tuple[Any, ...]:
    """Return what is the same for all errors with one cause; a circle is one, wherever it was entered."""
    if isinstance(error, CircularDependencyError) and error.path:
        circle = error.path[error.path.index(error.path[-1]) :]
        return type(error), frozenset(name_of(service) for service in circle)
    return type(error), name_of(error.service_type), repr(error.key), str(error).partition("\n")[0]


def _help(registry: Registry, service_type: Any, key: object) -> str:
    lines: list[str] = []
    keys = registry.keys_of(service_type)
    elsewhere = [
        name_of(d.service_type)
        for d in registry.descriptors
        if not d.has_instance and d.implementation_type is service_type and d.service_type is not service_type
    ]
    under_own_name = [
        name_of(d.implementation_type)
        for d in registry.descriptors
        if d.implementation_type is d.service_type and _is_kind_of(d.implementation_type, service_type)
    ]
    short = short_name_of(service_type)
    fix = f"services.add_singleton({short}{'' if key is None else f', key={shown_value(key)}'}) before build()."
    if key is not None and registry.has(service_type, None):
        lines.append(f"Why: {short} is registered, but without a key.")
    elif keys:
        lines.append(
            f"Why: {short} is registered, but under the {'key' if len(keys) == 1 else 'keys'} {listed(map(shown_value, keys))}."
        )
    elif elsewhere:
        lines.append(f"Why: it is registered, but only as the implementation of {listed(elsewhere)}.")
    elif under_own_name:
        lines.append(f"Why: {under_own_name[0]} is registered, but only under its own name.")
        fix = f"services.add_singleton({short}, {under_own_name[0].rsplit('.', 1)[-1]}) before build()."
    lines.append(f"To fix: {fix}")
    said = "\n".join(lines)
    near = [
        name for name in near_matches(service_type, (service for service, _ in registry.services())) if name not in said
    ]
    if near:
        lines.append(f"Did you mean: {', '.join(near)}?")
    return "\n" + "\n".join(lines)


def _is_kind_of(cls: Any, base: Any) -> bool:
    try:
        return cls is not base and issubclass(cls, base)
    except TypeError:
        return False


def near_matches(wanted: Any, known: Iterable[Any]) -> list[str]:
    """Return the full names of registered services that *wanted* may have meant."""
    names = {name_of(service): short_name_of(service) for service in known}
    target = short_name_of(wanted).lower()
    close = set(difflib.get_close_matches(target, [short.lower() for short in names.values()], n=3, cutoff=0.6))
    return [full for full, short in names.items() if short.lower() in close and full != name_of(wanted)]
