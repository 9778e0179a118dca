"""From the command line to a builder, and to a host that is built but not started."""

import inspect
import sys
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager, redirect_stdout
from dataclasses import dataclass
from typing import Any, final

from corner_host.configuration import ConfigurationManager
from corner_host.di import ServiceCollection
from corner_host.hosting import Host, HostBuilder
from corner_host.options import BoundSection
from corner_host.primitives import name_of

from .errors import CommandError, TargetError
from .invocation import Invocation
from .target import find_target, load


def make_builder(invocation: Invocation, *, environment: str | None = None) -> HostBuilder:
    """Return the application's builder, with what the command line says put in.

    Args:
        invocation: What the command line says.
        environment: The environment, unless the command line names one.

    Raises:
        TargetError: There is no application, or it makes no builder.
    """
    ServiceCollection.keeps_sources = True
    if invocation.verbose:
        invocation.settings.insert(0, f"Logging:LogLevel:Default={'Debug' if invocation.verbose == 1 else 'Trace'}")
    if invocation.no_color:
        invocation.settings.insert(0, "Logging:Console:FormatterOptions:ColorBehavior=Disabled")
    create = invocation.create_builder
    if create is None:
        target = find_target(invocation)
        invocation.note(f"{target} (found by {target.found})")
        create = load(target)
    chosen = invocation.environment or environment
    builder = _call(create, _arguments(invocation, chosen))
    if chosen is not None:
        builder.use_environment(chosen)
    if invocation.content_root is not None:
        builder.use_content_root(invocation.content_root)
    if invocation.settings:
        builder.configure_app_configuration(lambda configuration: _set(configuration, invocation.settings))
    return builder


def _arguments(invocation: Invocation, environment: str | None) -> list[str]:
    args = [f"--{_checked(each)}" for each in invocation.settings]
    return args if environment is None else [f"--environment={environment}", *args]


def _set(configuration: ConfigurationManager, settings: list[str]) -> None:
    configuration.add_command_line([f"--{each}" for each in settings])


def _checked(setting: str) -> str:
    key, separator, _ = setting.partition("=")
    if not key or not separator:
        raise CommandError(f"--set takes Key:Path=value, not {setting!r}.")
    return setting


def _call(create: Callable[..., Any], args: list[str]) -> HostBuilder:
    try:
        builder = create(args) if _takes_arguments(create) else create()
    except SystemExit as ended:  # or nobody would know that nothing was done
        raise TargetError(
            f"{name_of(create)} ended the program with {ended.code!r} instead of returning a HostBuilder.\n"
            "To fix: let it return Host.create_builder(args) in any case, and put what ends the program before Host.main."
        ) from None
    if not isinstance(builder, HostBuilder):
        raise TargetError(
            f"{name_of(create)} gave {name_of(type(builder))}, not a HostBuilder.\n"
            "To fix: return Host.create_builder(args), with the services added, and do not build it."
        )
    return builder


def _takes_arguments(create: Callable[..., Any]) -> bool:
    try:
        inspect.signature(create).bind([])
    except (TypeError, ValueError):
        return False
    return True


@final
@dataclass(frozen=True, slots=True)
class Application:
    """An application that is built as far as it can be.

    Attributes:
        builder: Its builder.
        host: The host, None when it could not be built.
        error: Why it could not be built.
    """

    builder: HostBuilder
    host: Host | None
    error: Exception | None


@contextmanager
def built(invocation: Invocation, *, environment: str | None = None) -> Generator[Application]:
    """Build the application for looking at, and dispose of it afterwards. Nothing is started, and nothing is logged.

    Raises:
        Exception: What loading the application raises; what building it raises is in ``error``.
    """
    host: Host | None = None
    error: Exception | None = None
    with aside():
        builder = make_builder(invocation, environment=environment)
        builder.logging.clear_providers()
        builder.use_default_service_provider(validate_scopes=False, validate_on_build=False)
        if builder.environment.is_development() and not _has_dashboard(builder.services):  # ``dev`` shows one
            builder.services.add_singleton(BoundSection, instance=BoundSection(object, "", "Dashboard"))
        try:
            host = builder.build()
        except Exception as raised:  # noqa: BLE001 - handed on
            error = raised
    try:
        yield Application(builder, host, error)
    finally:
        with aside():
            if host is not None:
                _dispose(host)
            else:
                builder.configuration.close()


def _has_dashboard(services: ServiceCollection) -> bool:
    bound = (each.instance for each in services if each.service_type is BoundSection)
    return any(isinstance(each, BoundSection) and each.path == "Dashboard" for each in bound)


def aside() -> AbstractContextManager[object]:
    """Have what the application prints go to standard error: standard output is for the answer alone."""
    return redirect_stdout(sys.stderr)


def _dispose(host: Host) -> None:
    import anyio  # noqa: PLC0415 - loaded by now

    anyio.run(host.aclose)


def required_host(application: Application) -> Host:
    """Return the host.

    Raises:
        Exception: Why it could not be built.
    """
    if application.host is None:
        assert application.error is not None
        raise application.error
    return application.host


def program_of(invocation: Invocation) -> str:
    """Return how a person runs this command line again."""
    return invocation.program if invocation.create_builder is not None else f"{sys.executable} -m corner_host"
