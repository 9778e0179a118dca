"""What ``services.configure``, ``post_configure``, ``add_options`` and ``configure_options`` register."""

from collections.abc import Callable
from typing import Any, Concatenate, NoReturn, TypeVar, cast, get_args, get_origin, is_typeddict

import corner_host.di
from corner_host.configuration import Configuration
from corner_host.di import ServiceCollection, ServiceProvider
from corner_host.primitives import name_of, short_name_of

from .actions import (
    Action,
    AsyncValidateAction,
    ConfigureAction,
    PostConfigureAction,
    ValidateAction,
    is_asynchronous,
    message_for,
)
from .binding import BoundSection, SectionBinding, path_of
from .cache import OptionsCache
from .contracts import (
    AsyncValidateOptions,
    ConfigureOptions,
    OptionsChangeSource,
    PostConfigureOptions,
    ValidateOptions,
    closed,
)
from .draft import why_not_made
from .factory import OptionsFactory
from .monitor import OptionsMonitor
from .options import Options, OptionsSnapshot

T = TypeVar("T")

PARTS = (ConfigureOptions, PostConfigureOptions, ValidateOptions, AsyncValidateOptions)


def add_options_core(services: ServiceCollection) -> ServiceCollection:
    """Register `Options`, `OptionsSnapshot` and `OptionsMonitor` of every class, and what makes them.

    Lifetimes: `Options`, the monitor and its cache are singletons, the snapshot is scoped, the factory transient.
    """
    opened: list[Any] = [Options, OptionsMonitor, OptionsCache]  # open generics: they answer for every class
    for service in opened:
        services.try_add_singleton(service)
    snapshot, factory = cast("tuple[Any, Any]", (OptionsSnapshot, OptionsFactory))
    services.try_add_scoped(snapshot)
    services.try_add_transient(factory)
    return services


def register(services: ServiceCollection, options_type: type[T]) -> None:
    """Make options of *options_type* known: also asking for the class itself gives the default-named ones."""
    add_options_core(services)
    if (why := why_not_made(options_type)) and not _has_own_factory(services, options_type):
        raise corner_host.di.RegistrationError(
            f"{name_of(options_type)} cannot be a class of options: {why}.\n"
            "Why: options begin with the defaults of their class; sections and functions fill them in after that.\n"
            "To fix: give everything a default, or make it a pydantic model, whose fields may be required; or register an "
            f"OptionsFactory[{short_name_of(options_type)}] before."
        )

    def value(provider: ServiceProvider) -> Any:
        return provider.get_required_service(closed(Options, options_type)).value

    services.try_add_singleton(options_type, factory=value)


def add_action(
    services: ServiceCollection, options_type: type[T], function: Callable[..., Any], *, name: str | None
) -> None:
    """Register a function that fills the options in."""

    def make(provider: ServiceProvider) -> ConfigureAction[Any]:
        return ConfigureAction(Action(provider, function, name))

    services.add_transient(closed(ConfigureOptions, options_type), factory=make)


def add_post_action(
    services: ServiceCollection, options_type: type[T], function: Callable[..., Any], *, name: str | None
) -> None:
    """Register a function that completes the options."""

    def make(provider: ServiceProvider) -> PostConfigureAction[Any]:
        return PostConfigureAction(Action(provider, function, name))

    services.add_transient(closed(PostConfigureOptions, options_type), factory=make)


def add_predicate(
    services: ServiceCollection,
    options_type: type[T],
    predicate: Callable[..., Any],
    message: str | None,
    *,
    name: str,
) -> bool:
    """Register a predicate. Returns whether it is asynchronous, and so only asked when the host starts."""
    text = message or message_for(predicate)
    if is_asynchronous(predicate):

        def make_async(provider: ServiceProvider) -> AsyncValidateAction[Any]:
            return AsyncValidateAction(Action(provider, predicate, name), text)

        services.add_transient(closed(AsyncValidateOptions, options_type), factory=make_async)
        return True

    def make(provider: ServiceProvider) -> ValidateAction[Any]:
        return ValidateAction(Action(provider, predicate, name), text)

    services.add_transient(closed(ValidateOptions, options_type), factory=make)
    return False


def add_section(
    services: ServiceCollection, options_type: type[T], section: Configuration, *, name: str | None
) -> None:
    """Register a section that fills the options in, and whose changes make them anew."""
    _refuse_without_attributes(options_type)
    binding: SectionBinding[Any] = SectionBinding(name, section)
    services.add_singleton(closed(ConfigureOptions, options_type), instance=binding)
    services.add_singleton(closed(OptionsChangeSource, options_type), instance=binding)
    services.add_singleton(BoundSection, instance=BoundSection(options_type, name, path_of(section)))


def add_path(services: ServiceCollection, options_type: type[T], path: str, *, name: str | None) -> None:
    """Register the section at *path* of the `Configuration` that the container will have."""
    _refuse_without_attributes(options_type)

    def make(configuration: Configuration) -> SectionBinding[Any]:
        return SectionBinding(name, configuration.get_section(path) if path else configuration)

    services.add_transient(closed(ConfigureOptions, options_type), factory=make)
    services.add_transient(closed(OptionsChangeSource, options_type), factory=make)
    services.add_singleton(BoundSection, instance=BoundSection(options_type, name, path))


def _has_own_factory(services: ServiceCollection, options_type: Any) -> bool:
    own = closed(OptionsFactory, options_type)
    return any(each.service_type == own for each in services)


def _refuse_without_attributes(options_type: Any) -> None:
    if is_typeddict(options_type) or options_type.__module__ == "builtins":
        raise corner_host.di.RegistrationError(
            f"{name_of(options_type)} cannot be filled in from a section: its values are no attributes.\n"
            "To fix: make it a pydantic model or a dataclass; the fields may stay as they are."
        )


def configure(
    services: ServiceCollection,
    options_type: type[T],
    source: Configuration | Callable[[T], T | None] | Callable[Concatenate[T, Any, ...], T | None],
    *,
    name: str | None = "",
) -> ServiceCollection:
    """Fill options in from a section, or by a function.

    Args:
        services: The collection.
        options_type: The class of the options.
        source: A section, whose changes are followed by snapshots and monitors; or a function that gets the options, and
            services as further parameters. It changes the options in place, or returns other ones.
        name: Which ones; empty for the default ones, None for every name.

    Raises:
        TypeError: *source* is neither.
        RegistrationError: Options of this class cannot be made without arguments, or not be filled in from a section.

    Example:
        >>> from dataclasses import dataclass
        >>> @dataclass
        ... class MailOptions:
        ...     port: int = 25
        >>> services = ServiceCollection()
        >>> _ = services.configure(MailOptions, lambda options: setattr(options, "port", 587))
        >>> services.build_service_provider().get_required_service(Options[MailOptions]).value
        MailOptions(port=587)
    """
    register(services, options_type)
    if isinstance(source, Configuration):
        add_section(services, options_type, source, name=name)
    elif callable(source):
        add_action(services, options_type, source, name=name)
    else:
        _refuse(options_type, source)
    return services


def _refuse(options_type: type[Any], source: object) -> NoReturn:
    message = (
        f"{name_of(options_type)} cannot be configured from {source!r}.\n"
        "To fix: pass a section, configuration.get_section('Mail'), or a function that takes the options."
    )
    raise TypeError(message)


def post_configure(
    services: ServiceCollection,
    options_type: type[T],
    function: Callable[[T], T | None] | Callable[Concatenate[T, Any, ...], T | None],
    *,
    name: str | None = "",
) -> ServiceCollection:
    """Complete options by a function that runs after everything that `configure` registers, before or later."""
    register(services, options_type)
    add_post_action(services, options_type, function, name=name)
    return services


def configure_options(services: ServiceCollection, setup: type[Any]) -> ServiceCollection:
    """Register a class for all of the parts that it is: configure, post-configure, validate, of any options.

    Raises:
        TypeError: It is none of them.
    """
    parts = list(_parts_of(setup))
    if not parts:
        message = (
            f"{name_of(setup)} configures no options.\n"
            "To fix: derive it from ConfigureOptions[X], PostConfigureOptions[X] or ValidateOptions[X]."
        )
        raise TypeError(message)
    for part, options_type in parts:
        register(services, options_type)
        services.add_transient(closed(part, options_type), setup)
    return services


def _parts_of(setup: object) -> list[tuple[Any, type[Any]]]:
    found: list[tuple[Any, type[Any]]] = []
    for cls in setup.__mro__ if isinstance(setup, type) else ():
        for base in cls.__dict__.get("__orig_bases__", ()):
            arguments = get_args(base)
            if get_origin(base) in PARTS and isinstance(arguments[0], type):
                found.append((get_origin(base), arguments[0]))
    return found
