"""Putting a host together: what is collected, and the order in which a host is made of it."""

import os
from collections.abc import Callable, Iterator, MutableMapping
from importlib import import_module
from typing import Any, Self, TypeAlias, TypeVar, final

import corner_host.di
import corner_host.hosting as door
import corner_host.logging
from corner_host.configuration import Configuration, ConfigurationBuilder, ConfigurationManager
from corner_host.di import ServiceCollection, ServiceProvider
from corner_host.logging import LoggingBuilder

from .basics import add_basic_services
from .callbacks import BuildCheck, Callbacks, HostBuilderContext, call_back, checked
from .contracts import HostApplicationLifetime, HostLifetime
from .environment import CONTENT_ROOT_KEY, ENVIRONMENT_KEY, HostEnvironment
from .errors import HostStateError, gather
from .extensions import BuilderExtensions
from .host import Host
from .host_configuration import HostConfiguration
from .lifetime import ApplicationLifetime
from .lifetimes.console import ConsoleLifetime, ConsoleLifetimeOptions
from .options import HostOptions, HostOptionsSource
from .registration import add_hosted_service
from .settings import HostBuilderSettings, own_copy

Subject = TypeVar("Subject")
Callback: TypeAlias = Callable[[Subject], object] | Callable[[Subject, HostBuilderContext], object]


@final
class HostBuilder(BuilderExtensions):
    """Collects what a host is made of, and makes it, once.

    ``services``, ``configuration``, ``logging`` and ``environment`` are live: what is added can be read at once. Callbacks
    run at `build`; they get what they are named for and, if they have a second parameter without a default, the
    `HostBuilderContext`. Every method returns the builder.

    Attributes:
        services: The registrations.
        logging: Where records go.
        properties: Free data for callbacks.

    Example:
        >>> builder = HostBuilder(HostBuilderSettings(disable_defaults=True))
        >>> builder.use_environment("Staging").build().environment.is_staging()
        True
    """

    def __init__(self, settings: HostBuilderSettings) -> None:
        settings = own_copy(settings)
        defaults = None if settings.disable_defaults else import_module("corner_host._defaults")
        self._sources = HostConfiguration(settings, defaults)
        self.services = ServiceCollection()
        self.logging = LoggingBuilder(self.services, self.configuration)
        self.properties: MutableMapping[Any, Any] = {}
        self._context = HostBuilderContext(self.environment, self.configuration, self.properties)
        self._configuration_callbacks = Callbacks()
        self._service_callbacks = Callbacks()
        self._container_callbacks = Callbacks()
        self._lifetime = ApplicationLifetime()
        self._validation = None if defaults else (False, False)
        self._is_built = False
        self._host: Host | None = None
        self._options = HostOptionsSource(self.configuration)
        add_basic_services(self.services, self._context, self._lifetime, self._options)
        self.services.add_singleton(Host, factory=self._give_host)
        if defaults is not None:
            defaults.add_defaults(self.services, self.logging)

    @property
    def configuration(self) -> ConfigurationManager:
        """The configuration; sources may be added and values set."""
        return self._sources.configuration

    @property
    def environment(self) -> HostEnvironment:
        """Where and as what the program runs, as far as it is known."""
        return self._sources.environment

    def add_hosted_service(self, service: Any, *, factory: Callable[..., Any] | None = None) -> Self:
        """Have the host start and stop *service*: a class, an ``async def``, or a ready object.

        See `corner_host.hosting.add_hosted_service`.
        """
        add_hosted_service(self.services, service, factory=factory)
        return self

    def use_environment(self, name: str) -> Self:
        """Run as *name*, such as ``Development``, whatever settings, variables and arguments say."""
        self._sources.use(ENVIRONMENT_KEY, name)
        return self

    def use_content_root(self, path: str | os.PathLike[str]) -> Self:
        """Look for files in *path*; a relative one is taken within the application's folder."""
        self._sources.use(CONTENT_ROOT_KEY, os.fspath(path))
        return self

    def configure_host_configuration(self, callback: Callback[ConfigurationBuilder]) -> Self:
        """Have *callback* add sources for the host itself to a `ConfigurationBuilder`."""
        self._sources.add_callback(callback)
        return self

    def configure_app_configuration(self, callback: Callback[ConfigurationManager]) -> Self:
        """Have *callback* add sources to the configuration, above everything that is there."""
        self._configuration_callbacks.add(callback)
        return self

    def configure_services(self, callback: Callback[ServiceCollection]) -> Self:
        """Have *callback* change the registrations, when the configuration is complete."""
        self._service_callbacks.add(callback, self.services)
        return self

    def configure_logging(self, callback: Callback[LoggingBuilder]) -> Self:
        """Have *callback* change the logging, when the configuration is complete."""
        self._service_callbacks.add(callback, self.logging)
        return self

    def configure_container(self, callback: Callback[ServiceCollection]) -> Self:
        """Have *callback* change the registrations after everybody else."""
        self._container_callbacks.add(callback)
        return self

    def configure_host_options(self, callback: Callback[HostOptions]) -> Self:
        """Have *callback* change the `HostOptions`, or return others; what it sets wins over configuration."""
        checked(callback)

        def change(options: HostOptions) -> HostOptions | None:
            returned = call_back(callback, options, self._context)
            return returned if isinstance(returned, HostOptions) else None

        self.services.configure(HostOptions, change)
        return self

    def use_console_lifetime(self, *, suppress_status_messages: bool = False) -> Self:
        """Stop on Ctrl+C and SIGTERM, as is the default; *suppress_status_messages* keeps the lifetime silent."""
        options = ConsoleLifetimeOptions(suppress_status_messages=suppress_status_messages)
        self.services.add_singleton(ConsoleLifetimeOptions, instance=options)
        self.services.add_singleton(HostLifetime, ConsoleLifetime)
        return self

    def use_systemd(self) -> Self:
        """Be a good service of systemd; does nothing where systemd does not run the program."""
        from .lifetimes.systemd import add_systemd  # noqa: PLC0415 - seldom needed

        add_systemd(self.services, self.logging)
        return self

    def use_default_service_provider(self, *, validate_scopes: bool = False, validate_on_build: bool = False) -> Self:
        """Decide what the container checks. By default both, in Development, and none elsewhere."""
        self._validation = (validate_scopes, validate_on_build)
        return self

    def build(self) -> Host:
        """Make the host, once.

        Order:
            1. callbacks for the host's configuration; the environment follows from it
            2. callbacks for the application's configuration
            3. callbacks for services and logging, in the order in which they were given
            4. callbacks for the container, and every `BuildCheck`
            5. logging begins
            6. the container is built, and checked in Development
            7. the host's options are read, and checked

        Raises:
            HostStateError: It was called before.
            ConfigurationError: A source cannot be read, or a setting of the host or of logging is wrong.
            ServiceValidationError: The registrations do not fit together.
            ValueError: One of the `HostOptions` is out of range.
        """
        if self._is_built:
            raise HostStateError("Build can only be called once.\nTo fix: create a builder for each host.")
        self._is_built = True
        self._sources.run_callbacks(self._context)
        self._configuration_callbacks.run(self._context, self.configuration)
        self._service_callbacks.run(self._context)
        self._container_callbacks.run(self._context, self.services)
        self._refuse_another_lifetime()
        self._run_checks()
        self.services.make_read_only()
        names = {"environment": self.environment.environment_name, "service": self.environment.application_name}
        session = None if self.logging.is_empty else self.logging.apply(fields=names)
        try:
            self._host = self._make_host(session)
        except BaseException:
            if session is not None:
                session.close()
            raise
        return self._host

    def _make_host(self, session: "corner_host.logging.LoggingSession | None") -> Host:
        is_development = self.environment.is_development()
        validation = (is_development, is_development) if self._validation is None else self._validation
        provider = self.services.build_service_provider(validate_scopes=validation[0], validate_on_build=validation[1])
        try:
            return self._host_around(provider, session, is_checked=validation[1])
        except BaseException:
            provider.close()
            raise

    def _host_around(
        self, provider: ServiceProvider, session: "corner_host.logging.LoggingSession | None", *, is_checked: bool
    ) -> Host:
        provider.get_required_service(Configuration)  # so that the container disposes of it
        options = self._options.read(self.services, provider)
        options.check()
        self._lifetime.is_silent = provider.get_required_service(ConsoleLifetimeOptions).suppress_status_messages
        story = None
        if self.environment.is_development() and not self._lifetime.is_silent:
            story = door.story.Story(self.configuration, len(self.services), is_checked=is_checked)
        return Host(
            provider,
            configuration=self.configuration,
            environment=self.environment,
            options=options,
            lifetime=self._lifetime,
            logging=session,
            story=story,
        )

    def _give_host(self) -> Iterator[Host]:
        # yielded, so that the container does not dispose of the host: it is the other way round
        if self._host is None:
            raise HostStateError(
                "The Host was asked for while it is being built.\n"
                "To fix: inject HostApplicationLifetime, or ask for the Host in a method."
            )
        yield self._host

    def _run_checks(self) -> None:
        errors: list[BaseException] = []
        for each in self.services.registrations_of(BuildCheck):
            if isinstance(each.instance, BuildCheck):
                try:
                    each.instance.check()
                except Exception as error:  # noqa: BLE001 - raised below, with what the others find
                    errors.append(error)
        if wrong := gather("The host cannot be built.", errors):
            raise wrong

    def _refuse_another_lifetime(self) -> None:
        for each in self.services.registrations_of(HostApplicationLifetime):
            if each.instance is not self._lifetime:
                raise corner_host.di.RegistrationError(
                    "HostApplicationLifetime was registered, but the host's own cannot be replaced.\n"
                    "To fix: register the object under its own class; to decide when the host stops, register a HostLifetime."
                )
