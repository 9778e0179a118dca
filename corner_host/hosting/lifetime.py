"""The events of the application: started, stopping, stopped."""

import signal
import threading
from collections.abc import Callable
from math import inf
from typing import final

from corner_host.primitives import CancellationToken, CancellationTokenSource

from . import log


@final
class ApplicationLifetime:
    """The `HostApplicationLifetime` of every host.

    Each event happens once. Its callbacks run in the thread that caused it, the last one registered first, and one that
    raises keeps no other from running: what they raise becomes one critical record.

    Attributes:
        abandoned: How many jobs the stop has given up.
        asked_by_signal: Whether it was a signal that asked the application to stop.
        budget: How long the stop may take, in seconds; ``inf`` without a limit.
        delay: For how many seconds everything goes on after SIGTERM, before the stop begins.
        exit_request: The ``SystemExit`` or ``KeyboardInterrupt`` that a callback raised, or what ended the event loop; raised
            when the host has stopped.
        exit_status: The exit status that a second signal demands.
        is_silent: Whether start and stop are told to nobody.
        on_signal: Called in the signal handler itself, with how many signals there were and the status.
        signal_name: Which signal that was; empty without one.
        signals: How many signals have asked for it.
        start_seconds: How long the start took.
    """

    __slots__ = (
        "_at_end",
        "_forcing",
        "_leaving",
        "_lock",
        "_started",
        "_stopped",
        "_stopping",
        "abandoned",
        "asked_by_signal",
        "budget",
        "delay",
        "exit_request",
        "exit_status",
        "heeds_signals",
        "is_silent",
        "on_signal",
        "signal_name",
        "signals",
        "start_seconds",
    )

    def __init__(self) -> None:
        self._started = CancellationTokenSource()
        self._leaving = CancellationTokenSource()
        self._stopping = CancellationTokenSource()
        self._stopped = CancellationTokenSource()
        # a second thread waits until the callbacks of the first are done; a callback may call again
        self._lock = threading.RLock()
        self._forcing = CancellationTokenSource()
        self._at_end: list[Callable[[], object]] = []
        self.signals = self.abandoned = 0
        self.start_seconds = 0.0
        self.on_signal: Callable[[int, int], object] | None = None
        self.heeds_signals = True
        self.asked_by_signal = self.is_silent = False
        self.signal_name = ""
        self.budget = inf
        self.delay = 0.0
        self.exit_status: int | None = None
        self.exit_request: BaseException | None = None

    @property
    def application_started(self) -> CancellationToken:
        """Cancelled once the host has started."""
        return self._started.token

    @property
    def leaving(self) -> CancellationToken:
        """Cancelled once the delay before the stop begins; not where there is none. Readiness fails from then on."""
        return self._leaving.token

    @property
    def application_stopping(self) -> CancellationToken:
        """Cancelled once the host begins to stop."""
        return self._stopping.token

    @property
    def application_stopped(self) -> CancellationToken:
        """Cancelled once every service has stopped."""
        return self._stopped.token

    def stop_application(self) -> None:
        """Ask the host to stop; from any thread; further calls do nothing."""
        with self._lock:
            self._cancel(self._stopping, log.EVENT_STOPPING_FAILED)

    @property
    def forcing(self) -> CancellationToken:
        """Cancelled once the stop is to be cut short."""
        return self._forcing.token

    def signal_noted(self, status: int) -> None:
        """Take note of a signal in its handler, whatever the event loop does."""
        self.signals += 1
        if self.on_signal is not None:
            self.on_signal(self.signals, status)

    def delay_after(self, status: int) -> float:
        """Return for how many seconds everything goes on after the signal that ends programs with *status*.

        SIGTERM is how service managers stop a program, while they still lead clients to it. Whoever presses Ctrl+C, or closes
        the terminal, does not wait for that; nor does an operator's stop, nor a program that ends by itself.
        """
        return self.delay if status == 128 + signal.SIGTERM else 0.0

    def signal_received(self, status: int) -> None:
        """Ask the host to stop, after the delay; the second time, cut both short and end the process with *status*."""
        if not self.asked_by_signal:
            self.asked_by_signal = True
            self.signal_name = signal.Signals(status - 128).name
            if self.delay_after(status) and self._is_serving:
                self.tell_delay()
                self._cancel(self._leaving, log.EVENT_STOPPING_FAILED)
            else:
                self.stop_application()
        elif self.exit_status is None:
            self.exit_status = status
            self._forcing.cancel()
            self.stop_application()

    @property
    def _is_serving(self) -> bool:
        """Whether clients may have been led here, and nothing stops yet."""
        return (
            self.application_started.is_cancellation_requested
            and not self.application_stopping.is_cancellation_requested
        )

    @property
    def counts_work(self) -> bool:
        """Whether a stop tells how much is in flight: unless it is a service manager that asked for it, by a signal.

        Whoever reads that log later is told of each queue, see ``queue_stop``.
        """
        return self.signal_name in {"", "SIGINT"}

    def tell_delay(self) -> None:
        """Tell that a service manager's signal has come, and for how long everything goes on."""
        if not self.is_silent:
            log.SIGNAL_RECEIVED(signal=self._signal_told, delay=self.delay)

    def tell_stopping(self) -> None:
        """Tell that the application begins to stop."""
        if self.counts_work:
            told = f"Application is shutting down...{' (Ctrl+C again to force)' if self.signal_name else ''}"
        else:
            told = "" if self.leaving.is_cancellation_requested else self._signal_told
        log.SHUTTING_DOWN(told=told)

    @property
    def _signal_told(self) -> str:
        budget = "" if self.budget == inf else f", budget {self.budget:.1f} s"
        return f"{self.signal_name} received{budget}; readiness failing"

    def at_end(self, callback: Callable[[], object]) -> None:
        """Have *callback* called when the host has disposed of everything; it must not raise."""
        self._at_end.append(callback)

    def end(self) -> None:
        """Call what was to be called at the end."""
        while self._at_end:
            self._at_end.pop()()

    def notify_started(self, seconds: float) -> None:
        """Let ``application_started`` happen, after a start that took so many *seconds*."""
        self.start_seconds = seconds
        self._cancel(self._started, log.EVENT_STARTED_FAILED)

    def notify_stopped(self) -> None:
        """Let ``application_stopped`` happen."""
        self._cancel(self._stopped, log.EVENT_STOPPED_FAILED)

    def _cancel(self, source: CancellationTokenSource, failed: log.Event) -> None:
        try:
            source.cancel()
        except Exception as error:  # noqa: BLE001 - a callback's mistake is recorded, and must not stop the stop
            failed(error)
        except (SystemExit, KeyboardInterrupt) as error:
            self.exit_request = self.exit_request or error
            self.stop_application()
