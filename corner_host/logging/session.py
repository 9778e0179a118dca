"""The time in which a host's logging is in force."""

import logging
from time import monotonic
from typing import NamedTuple, final

import anyio

import corner_host.logging as door
from corner_host.configuration import Configuration
from corner_host.primitives import Duration, seconds

from . import root
from .changes import LogLevels
from .errors import LoggingConfigurationError
from .pipeline import Pipeline
from .queued import FLUSH_SECONDS, QueuedHandler
from .settings import LoggingSettings

_log = logging.getLogger("corner_host.logging")


class LoggingPlan(NamedTuple):
    """What a `LoggingBuilder` was told, as it stood when the host was built."""

    rules: "tuple[door.LogRule, ...]"
    minimum: int
    console: "door.console.ConsolePlan | None"
    handlers: tuple[logging.Handler, ...]
    captures_warnings: bool
    levels: LogLevels


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
        self._console = None if plan.console is None else door.console.Console(plan.console)
        self._pipeline = Pipeline(
            plan.handlers,
            None if self._console is None else self._console.handler,
            wants_warnings=plan.captures_warnings,
        )
        self._closed = False
        complaint = self._use(LoggingSettings.read(configuration))
        root.attach(self._pipeline)
        plan.levels.attach(self._follow_levels)
        self._reloads = configuration.on_change(self._reload)
        _complain(complaint)

    def is_read(self, category: str, level: int, *, told_by: str = "") -> bool:
        """Tell whether a person at a terminal reads records of this *category* and *level*, which may be *told_by* another."""
        if self._console is None or not self._console.is_terminal:
            return False
        return self._pipeline.console_shows(category, level, told_by=told_by)

    def close(self, timeout: Duration = FLUSH_SECONDS) -> None:
        """Write what waits, at most for *timeout* (float seconds or a timedelta), and leave Python's logging as it was.

        Handlers of the application are flushed and stay open. Never raises for them; closing twice is quiet.
        """
        if self._closed:
            return
        self._closed = True
        end = monotonic() + seconds(timeout, "timeout")
        self._reloads.close()
        self._plan.levels.end()
        root.detach(self._pipeline)
        for handler in self._plan.handlers:
            _flush(handler, max(0.0, end - monotonic()))
        if self._console is not None:
            self._console.handler.end(max(0.0, end - monotonic()))
        self._pipeline.close()

    async def aclose(self, timeout: Duration = FLUSH_SECONDS) -> None:
        """Do as `close` without making the event loop wait; a cancelled caller still has everything written."""
        queues = [handler for handler in self._plan.handlers if isinstance(handler, QueuedHandler)]
        if self._console is not None:
            queues.append(self._console.handler)
        if all(queue.is_idle for queue in queues):
            self.close(timeout)  # nothing to wait for, and so not worth a thread
            return
        with anyio.CancelScope(shield=True):
            await anyio.to_thread.run_sync(self.close, timeout)

    def _use(self, settings: LoggingSettings) -> str | None:
        complaint = None if self._console is None else self._console.configure(settings)
        self._settings = settings
        self._use_rules()
        return complaint

    def _use_rules(self) -> None:
        rules = (*self._plan.rules, *self._settings.rules)
        in_force = self._plan.levels.applied(rules, minimum=self._plan.minimum)
        self._pipeline.configure(in_force, captures_scopes=self._settings.capture_scopes)

    def _follow_levels(self) -> None:
        self._use_rules()
        root.refresh()

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


def _flush(handler: logging.Handler, timeout: float) -> None:
    try:
        if isinstance(handler, QueuedHandler):
            handler.flush(timeout)
        else:
            handler.flush()
    except Exception:  # noqa: BLE001 - one handler's trouble is told as logging tells it, and the others are flushed
        handler.handleError(logging.makeLogRecord({"msg": "a handler could not be flushed"}))
