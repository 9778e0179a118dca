"""Names for new jobs: in order of time, so that the newest stands last in the table and the oldest runs first."""

import os
import threading
import time
from typing import final


@final
class _JobIds:
    """Twelve hex digits of milliseconds, four of a counter, ten at random: 26 characters."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0

    def __call__(self) -> str:
        with self._lock:
            # never backwards, also when the wall clock is set back or more than 65,536 are made in a millisecond
            self._last = max(self._last + 1, time.time_ns() // 1_000_000 << 16)
            number = self._last
        return f"{number:016x}{os.urandom(5).hex()}"


new_job_id = _JobIds()
"""Return a name for a new job; later ones of a process sort after earlier ones."""
