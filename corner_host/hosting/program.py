"""A host as a whole program: the event loop around it, the bound on its end, and its exit status."""

import sys
from collections.abc import Awaitable, Callable, Sequence
from importlib import import_module
from os import path
from typing import Any, TypeVar

import anyio
from anyio.lowlevel import current_token

from corner_host.primitives import seconds

from .crew import budget
from .errors import HostStateError
from .exit_status import WORK_CANCELLED, exit_status
from .last_resort import LOOP_CLOSES_WITHIN, LastResort
from .lifetime import ApplicationLifetime
from .options import HostOptions

Builder = TypeVar("Builder")


def run_in_loop(
    function: Callable[[], Awaitable[None]],
    lifetime: ApplicationLifetime,
    options: HostOptions,
    *,
    backend: str,
    backend_options: dict[str, Any] | None,
) -> None:
    """Run *function*, which runs a host, in a new event loop, and see to it that the process ends when it should.

    Raises:
        HostStateError: An event loop runs in this thread already.
    """
    _refuse_second_loop()
    loop_options = dict(backend_options or {})
    if backend == "asyncio+uvloop":
        backend, loop_options["use_uvloop"] = "asyncio", True
    _refuse_missing_backend(backend, uses_uvloop=bool(loop_options.get("use_uvloop")))
    grace = seconds(options.cancellation_grace, "cancellation_grace")
    whole = 2 * (budget(options.shutdown_timeout) + 2 * grace) + LOOP_CLOSES_WITHIN  # unwinding or stop, then disposal
    forced = 3 * grace + LOOP_CLOSES_WITHIN
    with LastResort() as last_resort:

        def on_signal(number: int, status: int) -> None:
            if number == 1:
                last_resort.expect_end(lifetime.delay_after(status) + whole, WORK_CANCELLED)
            else:
                last_resort.expect_end(forced, status)

        async def run() -> None:
            error: BaseException | None = None
            try:
                await function()
            except BaseException as raised:
                error = raised
                raise
            finally:
                has_started = lifetime.application_started.is_cancellation_requested
                status = exit_status(error, has_started=has_started)
                last_resort.expect_end(LOOP_CLOSES_WITHIN, status, error)

        if backend == "asyncio":
            loop_options["loop_factory"] = _heedful(loop_options, lifetime)
        lifetime.on_signal = on_signal
        with lifetime.application_stopping.register(lambda: last_resort.expect_end(whole, WORK_CANCELLED)):
            anyio.run(run, backend=backend, backend_options=loop_options)


def _heedful(options: dict[str, Any], lifetime: ApplicationLifetime) -> Callable[[], Any]:
    """Return what makes event loops that stop the host in good order when something other than the host ends them.

    Once a task or callback raises ``SystemExit`` or ``KeyboardInterrupt``, a signal handler of the application raises, or
    somebody calls ``loop.stop()``, asyncio's loop ends, and nobody has been asked to stop. It can still be used, and goes on
    until the host has stopped.
    """
    import asyncio  # noqa: PLC0415 - trio does without

    make = options.get("loop_factory")
    if make is None and options.get("use_uvloop"):
        make = import_module("uvloop").new_event_loop

    def make_loop() -> Any:
        loop: Any = asyncio.new_event_loop() if make is None else make()
        run_until_complete = loop.run_until_complete

        def run(main: Any) -> object:
            loop.run_until_complete = run_until_complete  # this is for the host; what follows is the end of the loop
            task = asyncio.ensure_future(main, loop=loop)
            while True:
                try:
                    return run_until_complete(task)
                except BaseException as error:
                    if task.done() or not _may_stop_for(error, lifetime):
                        raise
                    lifetime.exit_request = lifetime.exit_request or error
                    loop.call_soon(lifetime.stop_application)

        loop.run_until_complete = run
        return loop

    return make_loop


def _may_stop_for(error: BaseException, lifetime: ApplicationLifetime) -> bool:
    """Tell whether to stop in good order for *error*; not for another one than ``sys.exit`` if that has been asked before."""
    is_asked = lifetime.application_stopping.is_cancellation_requested or lifetime.exit_request is not None
    return isinstance(error, SystemExit) or not is_asked


def do_command(args: Sequence[str], create_builder: Callable[..., Any]) -> int | None:
    """Do what *args* say, if they are for the command line and not for the application; return the exit status, else None."""
    # by name: the command line is above this area, and is loaded only where the first word may be a command
    if not args:
        return None
    commands = import_module("corner_host.cli")
    if not commands.is_command_line(args):
        return None
    spec = getattr(sys.modules.get("__main__"), "__spec__", None)
    name = path.basename(sys.argv[0]) if spec is None else f"-m {str(spec.name).removesuffix('.__main__')}"
    status: int = commands.main(args, create_builder=create_builder, program=f"python {name}")
    return status


def serve_commands(builder: Builder) -> Builder:
    """Have the application of *builder* answer the commands for running hosts, where the command line is installed."""
    if _is_installed("typer"):
        import_module("corner_host.cli.running").serve_commands(builder)
    return builder


def exit_with(error: BaseException, *, has_started: bool) -> SystemExit:
    """Return the exit for a program that ended with *error*, after having told it."""
    if isinstance(error, SystemExit):
        return error
    if not isinstance(error, KeyboardInterrupt):
        sys.excepthook(type(error), error, error.__traceback__)
    return SystemExit(exit_status(error, has_started=has_started))


def _refuse_second_loop() -> None:
    try:
        current_token()
    except RuntimeError:
        return
    raise HostStateError(
        "run() begins an event loop, but one runs in this thread already.\n"
        "To fix: await host.run_async(), or use async with host."
    )


def _refuse_missing_backend(backend: str, *, uses_uvloop: bool) -> None:
    if backend not in {"asyncio", "trio"}:
        raise HostStateError(f"There is no back end {backend!r}.\nTo fix: say asyncio, asyncio+uvloop or trio.")
    for package in ("trio",) if backend == "trio" else ("uvloop",) if uses_uvloop else ():
        if not _is_installed(package):
            raise HostStateError(
                f"The back end {package} is not installed.\nTo fix: pip install 'corner-host[{package}]'."
            )


def _is_installed(package: str) -> bool:
    from importlib.util import find_spec  # noqa: PLC0415 - most programs do without what it loads

    return find_spec(package) is not None
