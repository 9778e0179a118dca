"""Options, part by part."""

from collections.abc import Callable
from typing import Any, Concatenate, Generic, Self, TypeVar, final, overload

from corner_host.configuration import Configuration
from corner_host.di import ServiceCollection

from .marked import validate_when_starting
from .registration import add_action, add_path, add_post_action, add_predicate, add_section, register

T = TypeVar("T")


@final
class OptionsBuilder(Generic[T]):
    """Says where the options of one class and name come from, and what makes them valid. Every method returns it.

    Functions get the options first, and services as further parameters, found by their annotations.

    Example:
        >>> from dataclasses import dataclass
        >>> @dataclass
        ... class MailOptions:
        ...     host: str = "localhost"
        >>> services = ServiceCollection().add_singleton(str, instance="mail.example")
        >>> def use(options: MailOptions, host: str) -> None:
        ...     options.host = host
        >>> _ = services.add_options(MailOptions).configure(use).validate(lambda options: "." in options.host).validate_on_start()
        >>> services.build_service_provider().get_required_service(MailOptions)
        MailOptions(host='mail.example')
    """

    def __init__(self, services: ServiceCollection, options_type: type[T], name: str) -> None:
        self.services = services
        self.options_type = options_type
        self.name = name

    def bind(self, section: Configuration) -> Self:
        """Fill them in from *section*, and follow its changes."""
        add_section(self.services, self.options_type, section, name=self.name)
        return self

    def bind_configuration(self, path: str) -> Self:
        """Fill them in from the section at *path* of the registered `Configuration`; an empty path is all of it."""
        add_path(self.services, self.options_type, path, name=self.name)
        return self

    @overload
    def configure(self, function: Callable[[T], T | None]) -> Self: ...
    @overload
    def configure(self, function: Callable[Concatenate[T, Any, ...], T | None]) -> Self: ...
    def configure(self, function: Callable[..., T | None]) -> Self:
        """Have *function* change them in place, or return other ones."""
        add_action(self.services, self.options_type, function, name=self.name)
        return self

    @overload
    def post_configure(self, function: Callable[[T], T | None]) -> Self: ...
    @overload
    def post_configure(self, function: Callable[Concatenate[T, Any, ...], T | None]) -> Self: ...
    def post_configure(self, function: Callable[..., T | None]) -> Self:
        """Have *function* complete them once everything else has filled them in."""
        add_post_action(self.services, self.options_type, function, name=self.name)
        return self

    @overload
    def validate(self, predicate: Callable[[T], object], message: str | None = None) -> Self: ...
    @overload
    def validate(self, predicate: Callable[Concatenate[T, Any, ...], object], message: str | None = None) -> Self: ...
    def validate(self, predicate: Callable[..., object], message: str | None = None) -> Self:
        """Refuse them with *message* unless *predicate* holds.

        An ``async def`` predicate is asked when the host starts, and only then; it implies `validate_on_start`.
        """
        asynchronous = add_predicate(self.services, self.options_type, predicate, message, name=self.name)
        return self.validate_on_start() if asynchronous else self

    def validate_on_start(self) -> Self:
        """Make and check them when the host starts, before any service is made; it may stand anywhere in the chain."""
        validate_when_starting(self.services, self.options_type, self.name)
        return self


def add_options(services: ServiceCollection, options_type: type[T], name: str = "") -> OptionsBuilder[T]:
    """Begin options of a class; empty is the name of the default ones.

    Example:
        >>> from dataclasses import dataclass
        >>> @dataclass
        ... class MailOptions:
        ...     port: int = 25
        >>> services = ServiceCollection()
        >>> _ = services.add_options(MailOptions).validate(lambda options: options.port != 25, "port 25 is closed here")
        >>> services.build_service_provider().get_required_service(MailOptions)
        Traceback (most recent call last):
            ...
        corner_host.options.errors.OptionsValidationError: MailOptions is not valid:
          port 25 is closed here
    """
    register(services, options_type)
    return OptionsBuilder(services, options_type, name)
