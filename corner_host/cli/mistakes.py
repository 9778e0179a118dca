"""Mistakes in services and settings, as a person reads them: all at once, numbered, with the place and the remedy. Pure."""

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final, cast, final

from corner_host.configuration import BindingFailure, ConfigurationBindingError, ConfigurationFileError
from corner_host.di import (
    ScopeValidationError,
    ServiceCollection,
    ServiceDescriptor,
    ServiceValidationError,
    UnresolvableDependencyError,
)
from corner_host.di.errors import ServiceError
from corner_host.hosting import HostedService
from corner_host.options import BoundSection, OptionsValidationError
from corner_host.primitives import is_secret_key, name_of, short_name_of

_GAP: Final = " " * 8
_FAILURE: Final = re.compile(
    r"(?P<key>[^\s:]+(?::[^\s:]+)*): (?P<message>.*?)(?: \(found '(?P<value>.*)'\))?(?:\n\s+from (?P<source>.*))?",
    re.DOTALL,
)
_PLAIN_WORDS: Final = (
    (r"Input should be a valid integer.*", "is not a whole number"),
    (r"Input should be a valid number.*", "is not a number"),
    (r"Input should be a valid boolean.*", "is not true or false"),
    (r"(is missing, but the field .* is required|Field required)", "required, not set"),
    (r"Input should be (.*)", r"must be \1"),
)


def flattened(error: BaseException) -> Iterator[BaseException]:
    """Yield the errors that *error* stands for; the problems of a graph stay together."""
    if isinstance(error, BaseExceptionGroup) and not isinstance(error, ServiceValidationError):
        for each in cast("BaseExceptionGroup[BaseException]", error).exceptions:
            yield from flattened(each)
    else:
        yield error


# --- settings ---------------------------------------------------------------------------------------------------------


@final
@dataclass(frozen=True, slots=True)
class SettingProblem:
    """One setting that is wrong.

    Args:
        key: Its full key.
        what: What is wrong with it.
        where: Where it comes from, or how to set it; one line or more.
    """

    key: str
    what: str
    where: tuple[str, ...]


def setting_problems(error: BaseException, *, program: str = "corner-host") -> list[SettingProblem] | None:
    """Return what is wrong with settings, None if *error* is about something else."""
    if isinstance(error, ConfigurationBindingError):
        return [_setting(each.key, each.message, each.value, each.source, program) for each in error.errors]
    if isinstance(error, OptionsValidationError):
        return [_from_text(each, short_name_of(error.options_type), program) for each in error.failures]
    if isinstance(error, ConfigurationFileError):
        return [SettingProblem(_near(error.file), error.reason, (_place(error.file, error.line, error.column),))]
    return None


def _from_text(failure: str, options: str, program: str) -> SettingProblem:
    found = _FAILURE.fullmatch(failure)
    if found is None:
        return SettingProblem(options, failure, ())
    return _setting(found["key"], found["message"], found["value"], found["source"], program)


def _setting(key: str, message: str, value: str | None, source: str | None, program: str) -> SettingProblem:
    said = message.rstrip(".")
    for pattern, plain in _PLAIN_WORDS:
        said, changed = re.subn(f"^{pattern}$", plain, said)
        if changed:
            break
    what = f'"{value}" {said}' if value is not None else said
    if source is not None:
        return SettingProblem(key, what, (_readable(source),))
    variable = f"the variable {key.replace(':', '__')}"
    if is_secret_key(key):
        return SettingProblem(key, what, (f"set it with: {program} secrets set {key}", f"or {variable}"))
    return SettingProblem(key, what, (f"set it in appsettings.json or {variable}",))


def _readable(source: str) -> str:
    file, _, rest = source.partition(":")
    if rest and Path(file).is_absolute():
        line, _, column = rest.partition(":")
        return _near(file) + f":{line}" + (f", column {column}" if column else "")
    return source


def _place(file: str, line: int | None, column: int | None) -> str:
    if line is None:
        return ""
    return f"{_near(file)}:{line}" + ("" if column is None else f", column {column}")


def _near(file: str) -> str:
    """Return *file* by its name alone where that is enough for a person: below the working directory."""
    path = Path(file)
    return path.name if path.is_relative_to(Path.cwd()) else os.fspath(path)


def settings_text(problems: Sequence[SettingProblem]) -> str:
    """Draw the table.

    Example:
        >>> print(settings_text([SettingProblem("Queue:Capacity", '"lots" is not a whole number', ("appsettings.json:7",))]))
        error: configuration is not valid (1 problem)
        <BLANKLINE>
          Queue:Capacity        "lots" is not a whole number        appsettings.json:7
    """
    first = max(len(each.key) for each in problems)
    second = max(len(each.what.splitlines()[0]) for each in problems)
    lines = [f"error: configuration is not valid ({_counted(len(problems), 'problem')})", ""]
    for each in problems:
        what, *more = each.what.splitlines()
        where, *further = each.where or ("",)
        lines.append(f"  {each.key:{first}}{_GAP}{what:{second}}{_GAP}{where}".rstrip())
        lines += [f"  {'':{first}}{_GAP}{line}" for line in more]
        lines += [f"  {'':{first}}{_GAP}{'':{second}}{_GAP}{line}" for line in further]
    return "\n".join(lines)


def failures_of(error: BaseException) -> tuple[BindingFailure, ...]:
    """Return the values that did not fit, if *error* tells them."""
    return error.errors if isinstance(error, ConfigurationBindingError) else ()


# --- the graph of services --------------------------------------------------------------------------------------------


def graph_text(error: ServiceValidationError, services: ServiceCollection | None = None) -> str:
    """Draw what is wrong with the graph, each cause once.

    Args:
        error: What the container found.
        services: The registrations, to tell where each is.
    """
    causes: dict[tuple[object, ...], list[ServiceError]] = {}
    for each in flattened_members(error):
        causes.setdefault(_cause(each), []).append(each)
    lines = [f"error: the service graph is not valid ({_counted(len(causes), 'problem')})"]
    descriptors = [] if services is None else list(services)
    for number, found in enumerate(causes.values(), 1):
        nearest = min(found, key=lambda member: len(member.path))
        headline, *rest = _described(nearest, descriptors)
        lines += ["", f"  {number}. {headline}", *(f"     {line}" for line in rest)]
        also = dict.fromkeys(_name(each.path[0]) for each in found if each is not nearest and each.path)
        also.pop("HostedService", None)
        if also:
            lines.append(f"     Also broken by it: {', '.join(also)}")
    return "\n".join(lines)


def flattened_members(error: ServiceValidationError) -> list[ServiceError]:
    """Return the problems of a graph, one by one."""
    return [each for each in error.exceptions if isinstance(each, ServiceError)]


def _cause(error: ServiceError) -> tuple[object, ...]:
    if isinstance(error, UnresolvableDependencyError):
        return type(error), error.service_type, repr(error.key), error.implementation, error.parameter
    return type(error), str(error).partition("\n")[0]


def _described(error: ServiceError, descriptors: Sequence[ServiceDescriptor]) -> list[str]:
    headline, *rest = str(error).splitlines()
    missing = headline.startswith("No service is registered for ")
    if isinstance(error, UnresolvableDependencyError) and missing and error.parameter and error.implementation:
        maker, wanted = short_name_of(error.implementation), _keyed(error.service_type, error.key)
        advice = list(_advice(error, rest, descriptors))
        return [f"{maker} needs {wanted}, which is not registered", *_tree(error, descriptors, wanted), *advice]
    if isinstance(error, ScopeValidationError) and error.implementation:
        scoped = short_name_of(error.service_type)
        found = f"scope.service_provider.get_required_service({scoped})"
        return [
            f"{short_name_of(error.implementation)} (singleton) takes {scoped} (scoped)",
            *(_tree(error, descriptors, f"{scoped}  ← scoped") if len(error.path) > 2 else ()),
            "  A scoped service cannot live in a singleton. Inject ServiceScopeFactory and open a scope per run:",
            f"    async with self.scopes.create_scope() as scope: {_variable(scoped)} = {found}",
        ]
    return [headline, *rest]


def _tree(error: ServiceError, descriptors: Sequence[ServiceDescriptor], last: str) -> list[str]:
    """Draw the way to the fault, in the middle of which only services are known, not parameters."""
    way = [_name(each) for each in error.path[:-1]]
    first = _registration(error, descriptors)
    if first is not None and error.path[0] is HostedService:
        way[0] = short_name_of(error.implementation) if len(way) == 1 else _maker(first)
    parameter = f"{error.parameter}: " if error.parameter else ""
    lines = [*way, f"{parameter}{last}"]
    drawn = [f"  {'   ' * (depth - 1)}└─ {line}" if depth else f"  {line}" for depth, line in enumerate(lines)]
    is_missing = isinstance(error, UnresolvableDependencyError)
    width = max(28, *(len(line) for line in drawn)) + 3
    if first is not None:
        drawn[0] = f"{drawn[0]:{width}}({_kind(first)})"
    if is_missing:
        drawn[-1] = f"{drawn[-1]:{width}}← no registration"
    return drawn


def _registration(error: ServiceError, descriptors: Sequence[ServiceDescriptor]) -> ServiceDescriptor | None:
    """Return the registration at the begin of the way; of hosted services the one that is made by the class at fault."""
    path = list(error.path)
    if not path:
        return None
    candidates = [each for each in descriptors if each.service_type == path[0]]
    if path[0] is HostedService and len(path) > 2:
        candidates = [each for each in candidates if _takes(each, path[1])]
    elif path[0] is HostedService:
        made = error.implementation
        candidates = [each for each in candidates if each.implementation_type is made or _hosted(each) is made]
    return candidates[-1] if candidates else None


def _takes(descriptor: ServiceDescriptor, service: Any) -> bool:
    made = descriptor.implementation_type
    hints = getattr(getattr(made, "__init__", None), "__annotations__", {})
    return service in hints.values()


def _hosted(descriptor: ServiceDescriptor) -> Any:
    return getattr(descriptor.factory, "hosted", None)


def _maker(descriptor: ServiceDescriptor) -> str:
    return short_name_of(_hosted(descriptor) or descriptor.implementation_type or descriptor.factory)


def _kind(descriptor: ServiceDescriptor) -> str:
    kind = "hosted service" if descriptor.service_type is HostedService else str(descriptor.lifetime)
    if descriptor.source is None:
        return kind
    file, _, line = descriptor.source.rpartition(":")
    return f"{kind}, {Path(file).name}:{line}"


def _advice(error: ServiceError, rest: Iterable[str], descriptors: Sequence[ServiceDescriptor]) -> Iterator[str]:
    """Take the remedy from the container's own words; names that are near are looked for here, among options too."""
    for line in rest:
        if line.startswith("Why: "):
            yield line
        elif line.startswith("To fix: services."):
            yield f"Did you mean: builder.{line.removeprefix('To fix: ').removesuffix(' before build().')}"
    known = {_name(each.service_type): str(each.lifetime) for each in descriptors if not _is_own(each.service_type)}
    bound = (each.instance for each in descriptors if each.service_type is BoundSection)
    known |= {_name(each.options_type): "options" for each in bound if isinstance(each, BoundSection)}
    wanted = _name(error.service_type)
    folded = {name.lower(): name for name in known if name != wanted}
    near = [folded[name] for name in get_close_matches(wanted.lower(), folded, 3, 0.5)]
    near.sort(key=lambda name: known[name] == "options")  # services first
    if near:
        yield "Near matches: " + ", ".join(f"{name} ({known[name]})" for name in near)


def _variable(service: str) -> str:
    """Return what one would call an object of this class: its last word."""
    words = re.findall("[A-Z][a-z0-9]+", service)
    return words[-1].lower() if words else "service"


def _is_own(service: Any) -> bool:
    return name_of(service).startswith("corner_host.")


def _keyed(service: Any, key: object) -> str:
    return _name(service) if key is None else f"{_name(service)} with the key {key!r}"


def _name(service: Any) -> str:
    return short_name_of(service)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
