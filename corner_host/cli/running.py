"""A host as the work of this process: run to its end, its mistakes told as a person reads them."""

from collections.abc import Callable
from importlib.util import find_spec

from corner_host.hosting import Host, HostBuilder
from corner_host.hosting.errors import is_told
from corner_host.hosting.exit_status import exit_status
from corner_host.operations import add_operations

from .failing import tell
from .invocation import Invocation


def run_host(
    builder: HostBuilder,
    invocation: Invocation,
    *,
    backend: str = "asyncio",
    prepare: Callable[[Host], object] | None = None,
) -> int:
    """Build the host and run it until it stops.

    Args:
        builder: What to build.
        invocation: What the command line says.
        backend: ``asyncio``, ``asyncio+uvloop`` or ``trio``.
        prepare: Called with the host before it runs.

    Returns:
        The exit status, as ``Host.main`` has it.
    """
    host: Host | None = None
    try:
        host = builder.build()
        if prepare is not None:
            prepare(host)
        host.run(backend=backend)
    except SystemExit as demanded:
        return exit_status(demanded, has_started=True)
    except KeyboardInterrupt as interrupt:
        return exit_status(interrupt, has_started=False)
    except Exception as error:  # noqa: BLE001 - it is told, and decides the status
        if invocation.traceback or not is_told(error):
            tell(error if host is not None else _all_mistakes(builder, error), invocation, builder.services)
        return exit_status(error, has_started=host is not None and _has_started(host))
    return 0


def _all_mistakes(builder: HostBuilder, error: Exception) -> Exception:
    """Return what kept the host from being built together with everything else that would, so that all is put right at once."""
    from .building import Application  # noqa: PLC0415 - only after a mistake
    from .checking import check  # noqa: PLC0415 - only after a mistake

    return ExceptionGroup("mistakes", check(Application(builder, None, error)).errors)


def _has_started(host: Host) -> bool:
    return host.lifetime.application_started.is_cancellation_requested


def serve_commands(builder: HostBuilder) -> HostBuilder:
    """Have the application serve the commands for running hosts, unless ``Operations:Enabled`` is false; return the builder."""
    if (builder.configuration["Operations:Enabled"] or "true").casefold() == "true":
        add_operations(builder.services, builder.configuration)
    return builder


def show_dashboard(
    builder: HostBuilder, *, port: int | None = None, token: str | None = None, default: int = 5080
) -> HostBuilder:
    """Have the application show the dashboard where its packages are installed.

    Whether there is one is up to the section ``Dashboard``; in Development there is, unless it says otherwise.

    Args:
        builder: The application's.
        port: Where, whatever the settings say.
        token: What signs in, unless the settings say so; None for a new one.
        default: Where, if the settings do not say; where that is taken, at any free port.

    Returns:
        The builder.
    """
    if all(find_spec(package) is not None for package in ("starlette", "uvicorn", "jinja2")):
        from corner_host.web.dashboard import add_dashboard  # noqa: PLC0415 - an extra

        from .development.handing_over import is_free  # noqa: PLC0415 - only for development

        if port is None and builder.configuration["Dashboard:Port"] is None:
            port = default if is_free(default) else 0
        if port is not None:
            builder.configuration.add_in_memory_collection({"Dashboard:Port": str(port)})
        add_dashboard(builder.services, builder.configuration, token=token)
    return builder
