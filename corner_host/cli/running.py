"""A host as the work of this process: run to its end, its mistakes told as a person reads them."""

import os
from collections.abc import Callable

from corner_host.hosting import Host, HostBuilder
from corner_host.hosting.exit_status import exit_status

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
        tell(error, invocation, builder.services)
        return exit_status(error, has_started=host is not None and _has_started(host))
    return 0


def _has_started(host: Host) -> bool:
    return host.lifetime.application_started.is_cancellation_requested


def use_operations() -> None:
    """Have the application that is loaded next serve the commands for running hosts, unless something says otherwise.

    By a variable, which is there before the application's builder reads its settings.
    """
    if not any(name.upper() == "OPERATIONS__ENABLED" for name in os.environ):
        os.environ["OPERATIONS__ENABLED"] = "true"
