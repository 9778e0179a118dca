"""The host, and the builder that makes it; each makes the other, so they share a room."""

import os
import sys
from collections.abc import Callable, Iterator, MutableMapping, Sequence
from dataclasses import replace
from importlib import import_module
from typing import Any, NoReturn, Self, TypeAlias, TypeVar, final

import anyio

import corner_host.hosting as door
from corner_host.configuration import Configuration, ConfigurationBuilder, ConfigurationManager
from corner_host.di import RegistrationError, ServiceCollection, ServiceProvider
from corner_host.logging import LoggingBuilder, LoggingSession
from corner_host.options import Options, configure
from corner_host.primitives import OperationCancelledError

from .basics import add_basic_services
from .callbacks import BuildCheck, Callbacks, HostBuilderContext, call_back, checked
from .contracts import HostApplicationLifetime, HostLifetime
from .environment import CONTENT_ROOT_KEY, ENVIRONMENT_KEY, HostEnvironment
from .errors import HostStateError, gather
from .extensions import BuilderExtensions, HostExtensions
from .host_configuration import HostConfiguration
from .hosted_services import HostedServices
from .life import HostLife
from .lifetime import ApplicationLifetime
from .lifetimes.console import ConsoleLifetime, ConsoleLifetimeOptions
from .options import HostOptions
from .program import do_command, exit_with, run_in_loop, serve_commands
from .registration import add_hosted_service
from .settings import HostBuilderSettings
from .uncaught import explain_uncaught_errors

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
        add_basic_services(self.services, self._context, self._lifetime)
        self.services.add_singleton(Host, factory=self._give_host)
        self.services.add_singleton(HostedServices, factory=_services_of)
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

        configure(self.services, HostOptions, change)
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

    def build(self) -> "Host":
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
        names = {"service": self.environment.application_name, "environment": self.environment.environment_name}
        session = self.logging.apply(fields=names)
        try:
            self._host = self._make_host(session)
        except BaseException:
            session.close()
            raise
        return self._host

    def _make_host(self, session: LoggingSession) -> "Host":
        is_development = self.environment.is_development()
        validation = (is_development, is_development) if self._validation is None else self._validation
        provider = self.services.build_service_provider(validate_scopes=validation[0], validate_on_build=validation[1])
        try:
            return self._host_around(provider, session, is_checked=validation[1])
        except BaseException:
            provider.close()
            raise

    def _host_around(self, provider: ServiceProvider, session: LoggingSession, *, is_checked: bool) -> "Host":
        provider.get_required_service(Configuration)  # so that the container disposes of it
        options = provider.get_required_service(Options[HostOptions]).value
        options.check()
        story = None
        if (
            self.environment.is_development()
            and not provider.get_required_service(ConsoleLifetimeOptions).suppress_status_messages
        ):
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

    def _give_host(self) -> "Iterator[Host]":
        # yielded, so that the container does not dispose of the host: it is the other way round
        if self._host is None:
            raise HostStateError(
                "The Host was asked for while it is being built.\n"
                "To fix: inject HostApplicationLifetime, or ask for the Host in a method."
            )
        yield self._host

    def _run_checks(self) -> None:
        errors: list[BaseException] = []
        for each in self.services:
            if each.service_type is BuildCheck and isinstance(each.instance, BuildCheck):
                try:
                    each.instance.check()
                except Exception as error:  # noqa: BLE001 - raised below, with what the others find
                    errors.append(error)
        if wrong := gather("The host cannot be built.", errors):
            raise wrong

    def _refuse_another_lifetime(self) -> None:
        for each in self.services:
            if each.service_type is HostApplicationLifetime and each.instance is not self._lifetime:
                raise RegistrationError(
                    "HostApplicationLifetime was registered, but the host's own cannot be replaced.\n"
                    "To fix: register the object under its own class; to decide when the host stops, register a HostLifetime."
                )


def _services_of(host: "Host") -> HostedServices:
    return host.hosted_services


@final
class Host(HostExtensions, HostLife):
    """An application: its services, what they are told, and when they run.

    A builder makes it (`Host.create_builder`). `run` is a script's last line; ``async with host`` is for programs that have
    an event loop already; `start` and `stop` may come from different tasks. It is started once and stopped once.

    Example:
        >>> import anyio
        >>> async def main() -> None:
        ...     async with Host.create_empty_builder().build() as host:
        ...         print(host.environment.environment_name)
        >>> anyio.run(main)
        Production
    """

    @staticmethod
    def create_builder(
        args: Sequence[str] | None = None, *, settings: HostBuilderSettings | None = None
    ) -> HostBuilder:
        """Return a builder with everything an application usually wants.

        Configuration from ``appsettings.json``, ``appsettings.{Environment}.json``, secrets (in Development), environment
        variables and *args*, the later ones winning; logging to the console; checks of the container in Development.

        Args:
            args: Command-line arguments such as ``--Payment:Url=...``; usually ``sys.argv[1:]``.
            settings: What else to begin with.
        """
        explain_uncaught_errors()
        chosen = settings or HostBuilderSettings()
        return HostBuilder(chosen if args is None else replace(chosen, args=args))

    @staticmethod
    def create_empty_builder(settings: HostBuilderSettings | None = None) -> HostBuilder:
        """Return a builder without sources, console and checks; *settings* and their arguments count."""
        explain_uncaught_errors()
        return HostBuilder(replace(settings or HostBuilderSettings(), disable_defaults=True))

    async def run_async(self) -> None:
        """Start, wait until the application is asked to stop, stop, and dispose.

        When it is cancelled, the host stops within its budget, and the cancellation goes on.

        Raises:
            SystemExit: A second signal forced the end, or a service asked for it.
            BaseException: As `start` and `stop`; a start called off by a signal is no error.
        """
        try:
            try:
                await self.start()
                await self.wait_for_shutdown()
            finally:
                with anyio.CancelScope(shield=True):
                    await self.aclose()
        except Exception as error:
            if self._lifetime.exit_status is not None:
                raise SystemExit(self._lifetime.exit_status) from error
            if not (isinstance(error, OperationCancelledError) and self._lifetime.asked_by_signal):
                raise
        if self._lifetime.exit_status is not None:
            raise SystemExit(self._lifetime.exit_status)

    def run(self, *, backend: str = "asyncio", backend_options: dict[str, Any] | None = None) -> None:
        """Run the host in an event loop of its own, as a script's last line.

        The process ends when it is told to, even if a service blocks the event loop or swallows its cancellation: see
        ``last_resort``.

        Args:
            backend: ``asyncio``, ``asyncio+uvloop`` (extra ``uvloop``) or ``trio`` (extra ``trio``).
            backend_options: Passed on to ``anyio.run``.

        Raises:
            HostStateError: An event loop runs in this thread already.
            BaseException: As `run_async`.
        """
        self._is_told_at_end = sys.stderr.isatty()
        try:
            run_in_loop(self.run_async, self._lifetime, self._options, backend=backend, backend_options=backend_options)
        finally:
            if sys.stderr.isatty() and (report := self.shutdown_report) is not None and not report.is_clean:
                # by name: the console is above this area, and rich is only loaded where there is something to show
                import_module("corner_host.console.shutdown_report").show_shutdown_report(report, sys.stderr)

    @staticmethod
    def main(
        create_builder: Callable[[list[str]], HostBuilder],
        args: Sequence[str] | None = None,
        *,
        backend: str = "asyncio",
        backend_options: dict[str, Any] | None = None,
    ) -> NoReturn:
        """Be the whole main program: build a host, run it, and exit with a status that tells how it went.

        When the arguments begin with a command of ``corner_host.cli``, as in ``python -m orders status``, it does that (extra
        ``cli``); everything else is settings for the application.

        The status: 0 stopped when asked to, 1 a service failed, 3 the start failed, 4 the budget of the stop was spent, 78
        invalid configuration, 130 and 143 forced by a second signal. What went wrong is written to stderr.

        Args:
            create_builder: Makes the builder from the arguments.
            args: The arguments; None for those of the program.
            backend: As for `run`.
            backend_options: As for `run`.

        Raises:
            SystemExit: Always.
        """
        explain_uncaught_errors()
        arguments = list(sys.argv[1:] if args is None else args)
        status = do_command(arguments, create_builder)
        if status is not None:
            raise SystemExit(status)
        host: Host | None = None
        try:
            host = serve_commands(create_builder(arguments)).build()
            host.run(backend=backend, backend_options=backend_options)
        except BaseException as error:  # noqa: BLE001 - it is told, and decides the status
            has_started = host is not None and host.lifetime.application_started.is_cancellation_requested
            raise exit_with(error, has_started=has_started) from None
        raise SystemExit(0)
