"""The hosted service behind the operator's view: takes samples, asks health checks, writes down the host's life.

It is the first to start and the last to stop, so that what the others do can be seen. It never stops the host: what fails
here is logged, and the rest goes on.

SIGUSR1 has it write the stacks of all tasks and threads into the log, for when nothing else answers.
"""

import logging
import signal
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack
from typing import Final, final

import anyio
import anyio.to_thread

from corner_host.diagnostics import HealthCheckService
from corner_host.hosting import BackgroundService, BackgroundServiceExceptionBehavior
from corner_host.primitives import CancellationToken, LoopHandle

from .contracts import PhaseTime
from .errors import first_line
from .operations import Operations
from .sampling import take_sample
from .versions import application_version
from .workplace import Workplace

_PATIENCE_SECONDS: Final = 10.0
_FIRST_SECONDS: Final = 1.0
"""How long after the start the first look is taken; who only runs for a moment needs none."""
_log: Final = logging.getLogger("corner_host.operations")


@final
class OperationsService(BackgroundService):
    """Keeps the numbers, the answers and the record of this run."""

    exception_behavior = BackgroundServiceExceptionBehavior.IGNORE
    is_plumbing = True

    def __init__(self, workplace: Workplace) -> None:
        self._workplace = workplace
        self._open = ExitStack()
        self._signals: AsyncIterator[signal.Signals] | None = None

    async def start(self) -> None:
        """Write down that the run begins, before any other service can end it, and begin to record."""
        self._workplace.backend = LoopHandle.current().backend
        await self._write(self._begin_run)
        if hasattr(signal, "SIGUSR1") and threading.current_thread() is threading.main_thread():
            self._signals = self._open.enter_context(anyio.open_signal_receiver(signal.SIGUSR1))
        await super().start()

    async def execute(self, stopping: CancellationToken) -> None:
        """Record until *stopping*."""
        workplace = self._workplace
        async with anyio.create_task_group() as group:
            group.start_soon(self._write_start)
            group.start_soon(workplace.lag.measure)
            group.start_soon(workplace.timers.run)
            group.start_soon(self._again, workplace.settings.sample_seconds, self._sample)
            if workplace.services.is_service(HealthCheckService):
                group.start_soon(self._again, workplace.settings.health_seconds, self._ask_health)
            if self._signals is not None:
                group.start_soon(self._dump_on, self._signals)
            await stopping.wait()
            group.cancel_scope.cancel()

    async def stop(self) -> None:
        """Record no more."""
        try:
            await super().stop()
        finally:
            self._open.close()

    def close(self) -> None:
        """Leave signals as they were; the container calls this at the end."""
        super().close()
        self._open.close()

    async def _dump_on(self, signals: AsyncIterator[signal.Signals]) -> None:
        """Write all tasks and threads into the log whenever a signal comes."""
        async for each in signals:
            operations = self._workplace.services.get_required_service(Operations)
            _log.warning("%s received:\n%s", each.name, (await operations.host.dump()).text)

    async def _again(self, period: float, action: Callable[[], Awaitable[object]]) -> None:
        """Do *action* once the application has started, and then again and again; a failure is told when it begins."""
        await self._workplace.lifetime.application_started.wait()
        await self._workplace.clock.sleep(min(period, _FIRST_SECONDS))
        fails = False
        while True:
            try:
                with anyio.fail_after(_PATIENCE_SECONDS):
                    await action()
                fails = False
            except Exception as error:  # noqa: BLE001 - a source that fails once may not the next time
                if not fails:
                    told = first_line(error)
                    _log.warning("The operator's view has a gap until this ends: %s", told)
                fails = True
            await self._workplace.clock.sleep(period)

    async def _write_start(self) -> None:
        workplace = self._workplace
        await workplace.lifetime.application_started.wait()
        now, phases = workplace.clock.now(), self._start_phases()

        def write() -> None:
            workplace.version = workplace.version or application_version(workplace.environment.application_name)
            workplace.lives.ready(now, phases, version=workplace.version)

        await self._write(write)

    async def _write(self, write: Callable[[], object]) -> None:
        try:
            await anyio.to_thread.run_sync(write)
        except OSError as error:
            _log.warning("This run is not written down: %s", error)

    def _begin_run(self) -> None:
        self._workplace.lives.begin(backend=self._workplace.backend)

    def _start_phases(self) -> tuple[PhaseTime, ...]:
        hosted = self._workplace.note_services()
        began, phases = 0.0, list[PhaseTime]()
        for each in hosted:
            took = each.start_seconds or 0.0
            phases.append(PhaseTime(name=each.name, began=began, seconds=took, outcome=each.state.value))
            began += took
        return tuple(phases)

    async def _sample(self) -> None:
        await anyio.to_thread.run_sync(self._workplace.lives.beat)
        await take_sample(self._workplace)

    async def _ask_health(self) -> None:
        workplace = self._workplace
        if workplace.phase != "running":  # the host says so itself; the log need not be told
            return
        service = workplace.services.get_required_service(HealthCheckService)
        workplace.health.add(await service.check(), workplace.clock.now())
