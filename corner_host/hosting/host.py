"""The host: an application, and how it is run."""

import logging
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any, NoReturn, TextIO, final

import anyio

import corner_host.hosting as door
from corner_host.primitives import OperationCancelledError, name_of

from . import log
from .errors import HostStateError, leaves, note_told
from .extensions import HostExtensions
from .life import HostLife
from .program import do_command, exit_with, run_in_loop, serve_commands
from .settings import HostBuilderSettings, own_copy
from .uncaught import explain_uncaught_errors


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
    ) -> "door.HostBuilder":
        """Return a builder with everything an application usually wants.

        Configuration from ``appsettings.json``, ``appsettings.{Environment}.json``, secrets (in Development), environment
        variables and *args*, the later ones winning; logging to the console; checks of the container in Development.

        Args:
            args: Command-line arguments such as ``--Payment:Url=...``; usually ``sys.argv[1:]``.
            settings: What else to begin with.
        """
        explain_uncaught_errors()
        return door.HostBuilder(own_copy(settings) if args is None else own_copy(settings, args=args))

    @staticmethod
    def create_empty_builder(settings: HostBuilderSettings | None = None) -> "door.HostBuilder":
        """Return a builder without sources, console and checks; *settings* and their arguments count."""
        explain_uncaught_errors()
        return door.HostBuilder(own_copy(settings, disable_defaults=True))

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
        if self._lifetime.exit_request is not None:
            raise self._lifetime.exit_request

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
        at_terminal = _is_terminal(sys.stderr)
        self._course.is_told_at_end = at_terminal or self._is_left_to_python
        try:
            run_in_loop(self.run_async, self._lifetime, self._options, backend=backend, backend_options=backend_options)
        except BaseException as error:
            is_seen = self._is_read or self._is_left_to_python
            if is_seen and all(self._has_told(each) for each in leaves(error)):
                note_told(error)
            raise
        finally:
            if (
                at_terminal
                and not self._is_read
                and (report := self.shutdown_report) is not None
                and not report.is_clean
            ):
                # by name: the console is above this area, and rich is only loaded where there is something to show
                import_module("corner_host.console.shutdown_report").show_shutdown_report(report, sys.stderr)

    @property
    def _is_read(self) -> bool:
        """Whether a person reads at the terminal what the log tells of failures."""
        return self._logging is not None and self._logging.is_read(log.HOST.name, logging.ERROR, told_by=log.STORY.name)

    @property
    def _is_left_to_python(self) -> bool:
        """Whether nobody has set up logging, so that Python writes the records of failures to stderr."""
        return self._logging is None and log.is_left_to_python()

    @staticmethod
    def main(
        create_builder: "Callable[[list[str]], door.HostBuilder]",
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
            host = serve_commands(_made_by(create_builder, arguments)).build()
            host.run(backend=backend, backend_options=backend_options)
        except BaseException as error:  # noqa: BLE001 - it is told, and decides the status
            has_started = host is not None and host.lifetime.application_started.is_cancellation_requested
            raise exit_with(error, has_started=has_started) from None
        raise SystemExit(0)


def _made_by(create_builder: "Callable[[list[str]], door.HostBuilder]", arguments: list[str]) -> "door.HostBuilder":
    builder = create_builder(arguments)
    if isinstance(builder, door.HostBuilder):  # pyright: ignore[reportUnnecessaryIsInstance] - not everybody runs a checker
        return builder
    raise HostStateError(
        f"{name_of(create_builder)} gave {name_of(type(builder))}, not a HostBuilder.\n"
        "To fix: return Host.create_builder(args), with the services added, and do not build it."
    )


def _is_terminal(stream: TextIO | None) -> bool:
    try:
        return stream is not None and stream.isatty()  # None: the process began without one
    except ValueError:  # closed
        return False
