"""Services that write down what happens to them, so that a test reads like a story."""

import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import anyio
import anyio.lowlevel

from corner_host.hosting import BackgroundService, Host, HostBuilder, HostedService, HostLifetime, HostOptions
from corner_host.primitives import CancellationToken


class Journal:
    """What happened, one line per event: ``"web start"``, ``"web stop"``, ``"application started"``.

    Every service it makes notes its name and the step as the step is entered. A step may be given something to do:
    an exception is raised, an async callable is awaited; if that is cancelled, ``"web stop cancelled"`` is noted.
    """

    def __init__(self) -> None:
        self.lines: list[str] = []

    def note(self, line: str) -> None:
        self.lines.append(line)

    async def step(self, name: str, step: str, action: Any = None) -> None:
        self.note(f"{name} {step}")
        if isinstance(action, BaseException):
            raise action
        if action is not None:
            try:
                await action()
            except anyio.get_cancelled_exc_class():
                self.note(f"{name} {step} cancelled")
                raise

    def service(self, name: str, **actions: Any) -> "JournalService":
        """A plain hosted service: ``start``, ``stop``."""
        return JournalService(self, name, actions)

    def lifecycle(self, name: str, **actions: Any) -> "JournalLifecycleService":
        """A lifecycle service: ``starting``, ``start``, ``started``, ``stopping``, ``stop``, ``stopped``."""
        return JournalLifecycleService(self, name, actions)

    def worker(self, name: str, work: Callable[[CancellationToken], Awaitable[Any]] | None = None) -> "JournalWorker":
        """A background service; its work waits for the token if none is given."""
        return JournalWorker(self, name, work)

    def lifetime(self, **actions: Any) -> "JournalLifetime":
        """A host lifetime: ``wait_for_start``, ``stop``."""
        return JournalLifetime(self, actions)

    @contextmanager
    def logs(self) -> Iterator[None]:
        """Note the log records that have one of .NET's ids (1 to 11): ``"log 1"``."""
        handler = _JournalHandler(self)
        root = logging.getLogger()
        level = root.level
        root.addHandler(handler)
        root.setLevel(logging.DEBUG)
        try:
            yield
        finally:
            root.setLevel(level)
            root.removeHandler(handler)

    def watch(self, host: Host) -> Host:
        """Note the application's three events."""
        for event in ("started", "stopping", "stopped"):
            token = getattr(host.lifetime, f"application_{event}")
            token.register(lambda event=event: self.note(f"application {event}"))
        return host


class _JournalHandler(logging.Handler):
    def __init__(self, journal: Journal) -> None:
        super().__init__(logging.DEBUG)
        self._journal = journal

    def emit(self, record: logging.LogRecord) -> None:
        number = vars(record).get("event_id", 0)
        if 0 < number < 100:
            self._journal.note(f"log {number}")


class JournalService:
    def __init__(self, journal: Journal, name: str, actions: dict[str, Any]) -> None:
        self._journal = journal
        self._name = name
        self._actions = actions

    async def start(self) -> None:
        await self._journal.step(self._name, "start", self._actions.get("start"))

    async def stop(self) -> None:
        await self._journal.step(self._name, "stop", self._actions.get("stop"))


class JournalLifecycleService(JournalService):
    async def starting(self) -> None:
        await self._journal.step(self._name, "starting", self._actions.get("starting"))

    async def started(self) -> None:
        await self._journal.step(self._name, "started", self._actions.get("started"))

    async def stopping(self) -> None:
        await self._journal.step(self._name, "stopping", self._actions.get("stopping"))

    async def stopped(self) -> None:
        await self._journal.step(self._name, "stopped", self._actions.get("stopped"))


class JournalWorker(BackgroundService):
    def __init__(self, journal: Journal, name: str, work: Callable[[CancellationToken], Awaitable[Any]] | None) -> None:
        self._journal = journal
        self._name = name
        self._work = work
        self.entered = anyio.Event()

    async def execute(self, stopping: CancellationToken) -> None:
        self._journal.note(f"{self._name} execute")
        self.entered.set()
        try:
            await (stopping.wait() if self._work is None else self._work(stopping))
        except anyio.get_cancelled_exc_class():
            self._journal.note(f"{self._name} cancelled")
            raise
        self._journal.note(f"{self._name} returned")


class JournalLifetime:
    def __init__(self, journal: Journal, actions: dict[str, Any]) -> None:
        self._journal = journal
        self._actions = actions

    async def wait_for_start(self) -> None:
        await self._journal.step("lifetime", "wait_for_start", self._actions.get("wait_for_start"))

    async def stop(self) -> None:
        await self._journal.step("lifetime", "stop", self._actions.get("stop"))


def builder_of(*services: Any, lifetime: Any = None, **options: Any) -> HostBuilder:
    """An empty builder with *services* (objects as they are, classes and functions added) and host *options*."""
    builder = Host.create_empty_builder()
    for service in services:
        if isinstance(service, type) or not hasattr(service, "start"):
            builder.add_hosted_service(service)
        else:
            builder.services.add_singleton(HostedService, instance=service)
    if lifetime is not None:
        builder.services.add_singleton(HostLifetime, instance=lifetime)
    return builder.configure_host_options(lambda settings: assign(settings, options))


def host_of(*services: Any, lifetime: Any = None, **options: Any) -> Host:
    """A built host; see `builder_of`."""
    return builder_of(*services, lifetime=lifetime, **options).build()


def assign(settings: HostOptions, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(settings, name, value)


async def raises(error: BaseException) -> None:
    """Suspend once, then raise *error*: a failure after an await."""
    await anyio.lowlevel.checkpoint()
    raise error


def failing(error: BaseException) -> Callable[..., Awaitable[None]]:
    """A callable that suspends once and raises *error*, whatever it is called with."""

    async def fail(*_: object) -> None:
        await raises(error)

    return fail


def after(event: anyio.Event, error: BaseException) -> Callable[..., Awaitable[None]]:
    """A callable that waits for *event* and raises *error*, whatever it is called with."""

    async def fail(*_: object) -> None:
        await event.wait()
        raise error

    return fail


def leaves(error: BaseException) -> list[BaseException]:
    """The errors within (nested) groups, or the error itself."""
    if isinstance(error, BaseExceptionGroup):
        return [leaf for member in error.exceptions for leaf in leaves(member)]
    return [error]
