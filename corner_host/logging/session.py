"""The time in which a host's logging is in force."""

import logging
from dataclasses import dataclass
from time import monotonic
from typing import final

import anyio
import anyio.to_thread

from corner_host.configuration import Configuration
from corner_host.primitives import Duration, name_of, seconds

from . import root
from .console import Console, ConsolePlan
from .errors import LoggingConfigurationError
from .pipeline import Pipeline, Provider
from .queued import FLUSH_SECONDS, QueuedHandler
from .rules import LogRule, RuleSet
from .settings import CONSOLE_NAMES, LoggingSettings

_log = logging.getLogger("corner_host.logging")


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class LoggingPlan:
    """What a `LoggingBuilder` was told, as it stood when the host was built."""

    rules: tuple[LogRule, ...]
    minimum: int
    console: ConsolePlan | None
    handlers: tuple[logging.Handler, ...]
    captures_warnings: bool


@final
class LoggingSession:
    """Logging in force, from `LoggingBuilder.apply` until `close` or `aclose`.

    Order:
        1. the section ``Logging`` is read and checked,
        2. the console is made,
        3. the pipeline is attached to Python's root logger,
        4. reloads of the configuration are followed; a section that cannot be used leaves everything as it is and
           costs one error record.

    Raises:
        LoggingConfigurationError: A setting cannot be used. Nothing has been changed then.
    """

    def __init__(self, plan: LoggingPlan, configuration: Configuration) -> None:
        self._plan = plan
        self._configuration = configuration
        self._pipeline = Pipeline()
        self._console = None if plan.console is None else Console(plan.console)
        self._owns_console = True
        self._closed = False
        complaint = self._use(LoggingSettings.read(configuration))
        root.attach(self)
        self._reloads = configuration.on_change(self._reload)
        _complain(complaint)

    @property
    def handler(self) -> logging.Handler:
        """The handler that stands at Python's root logger."""
        return self._pipeline

    @property
    def floor(self) -> int:
        """The lowest level that any rule lets through."""
        return self._rules.floor

    @property
    def wants_warnings(self) -> bool:
        """Whether Python's warnings are logged."""
        return self._plan.captures_warnings

    def use_console(self, owned: bool, /) -> None:  # noqa: FBT001 - told by the root alone
        """Write to the console, or leave it to a younger session."""
        self._owns_console = owned
        self._pipeline.providers = self._providers()

    def close(self, timeout: Duration = FLUSH_SECONDS) -> None:
        """Write what waits, at most for *timeout* (float seconds or a timedelta), and leave Python's logging as it was.

        Handlers of the application are flushed and stay open. Never raises for them; closing twice is quiet.
        """
        if self._closed:
            return
        self._closed = True
        end = monotonic() + seconds(timeout, "timeout")
        self._reloads.close()
        root.detach(self)
        for handler in self._plan.handlers:
            _flush(handler, max(0.0, end - monotonic()))
        if self._console is not None:
            self._console.handler.close(max(0.0, end - monotonic()))
        self._pipeline.close()

    async def aclose(self, timeout: Duration = FLUSH_SECONDS) -> None:
        """Do as `close` without making the event loop wait; a cancelled caller still has everything written."""
        with anyio.CancelScope(shield=True):
            await anyio.to_thread.run_sync(self.close, timeout)

    def _use(self, settings: LoggingSettings) -> str | None:
        complaint = None if self._console is None else self._console.configure(settings)
        self._rules = RuleSet((*self._plan.rules, *settings.rules), minimum=self._plan.minimum)
        self._pipeline.captures_scopes = settings.capture_scopes
        self._pipeline.providers = self._providers()
        return complaint

    def _providers(self) -> tuple[Provider, ...]:
        providers = [
            Provider(handler, self._rules.for_provider(*_names_of(handler))) for handler in self._plan.handlers
        ]
        if self._console is not None and self._owns_console:
            providers.append(Provider(self._console.handler, self._rules.for_provider(*CONSOLE_NAMES)))
        return tuple(providers)

    def _reload(self) -> None:
        try:
            complaint = self._use(LoggingSettings.read(self._configuration))
        except LoggingConfigurationError as error:
            _log.error("The logging settings stay as they were. %s", error)
            return
        root.refresh()
        _complain(complaint)


def _complain(complaint: str | None) -> None:
    if complaint is not None:
        _log.warning("%s", complaint)


def _names_of(handler: logging.Handler) -> tuple[str, ...]:
    """Return what a rule may call *handler*: its own name, its class, its class with the module."""
    kind = type(handler)
    names = (handler.get_name(), kind.__name__, name_of(kind))
    return tuple(name for name in names if name)


def _flush(handler: logging.Handler, timeout: float) -> None:
    try:
        if isinstance(handler, QueuedHandler):
            handler.flush(timeout)
        else:
            handler.flush()
    except Exception:  # noqa: BLE001 - one handler's trouble is told as logging tells it, and the others are flushed
        handler.handleError(logging.makeLogRecord({"msg": "a handler could not be flushed"}))
