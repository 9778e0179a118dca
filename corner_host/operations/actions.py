"""How every action is done: allowed or refused, timed, and written into the audit whatever comes of it."""

import logging
import os
from collections.abc import Awaitable, Callable
from itertools import count as counting
from typing import Final, final

import anyio
import anyio.to_thread

from corner_host.diagnostics.origin import originating
from corner_host.primitives import Clock, without_passwords

from .contracts import ActionResult, Actor, AuditEntry
from .encoding import as_json
from .errors import ActionRefusedError, OperationsError
from .recording.journal import Journal

_log: Final = logging.getLogger("corner_host.operations.audit")
_WRITE_SECONDS: Final = 5.0
_MOST_REASON: Final = 1000


@final
class Actions:
    """Does what operators ask for.

    Args:
        journal: The audit.
        clock: The time.
        is_read_only: Whether everything is refused.

    Attributes:
        count: How many actions have been tried.
    """

    def __init__(self, journal: Journal, clock: Clock, *, is_read_only: bool) -> None:
        self._journal = journal
        self._clock = clock
        self._is_read_only = is_read_only
        self._numbers = counting(1)
        self.count = 0

    async def perform(
        self, action: str, target: str, do: Callable[[], Awaitable[ActionResult]], *, by: Actor, reason: str
    ) -> ActionResult:
        """Do it, and write it down; jobs that it puts know who did. A dry run leaves no line unless it is refused.

        Raises:
            ActionRefusedError: The host is read-only.
            Exception: What *do* raised.
        """
        try:
            if self._is_read_only:
                raise ActionRefusedError("This host is read-only (Operations:ReadOnly).")
            with originating(f"{by.name} ({by.via})"):
                result = await do()
        except Exception as error:
            outcome = "refused" if isinstance(error, ActionRefusedError) else "failed"
            told = (
                str(error).partition("\n")[0] if isinstance(error, OperationsError) else without_passwords(repr(error))
            )
            await self._write(self._entry(action, target, by, reason, outcome=outcome, detail=told))
            raise
        finally:
            self.count += 1
        if not result.is_dry_run:
            await self._write(self._entry(action, target, by, reason, detail=result.message, count=result.count))
        return result

    def _entry(
        self,
        action: str,
        target: str,
        by: Actor,
        reason: str,
        *,
        outcome: str = "done",
        detail: str = "",
        count: int = 0,
    ) -> AuditEntry:
        now = self._clock.now()
        number = f"{int(now.timestamp() * 1_000_000):016d}-{os.getpid()}-{next(self._numbers)}"
        return AuditEntry(
            id=number,
            at=now,
            actor=by.name,
            via=by.via,
            address=by.address,
            action=action,
            target=target,
            reason=reason[:_MOST_REASON],
            outcome=outcome,
            detail=detail,
            count=count,
        )

    async def _write(self, entry: AuditEntry) -> None:
        line = f"{entry.actor} ({entry.via}): {entry.action} {entry.target}: {entry.outcome}. {entry.detail}".rstrip()
        _log.info("%s%s", line, f" Reason: {entry.reason}" if entry.reason else "")
        with anyio.move_on_after(_WRITE_SECONDS, shield=True):
            try:
                await anyio.to_thread.run_sync(self._journal.append, as_json(entry), abandon_on_cancel=True)
            except OSError as error:
                _log.error("The audit %s cannot be written: %s", self._journal.path, error)
