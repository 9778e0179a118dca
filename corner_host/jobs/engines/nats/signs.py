"""Signs of life: what a running job shows of itself, beside its message, which the worker must leave as it is."""

import json
from dataclasses import dataclass
from typing import Final, Self, final

from .batches import Message, store_all
from .server import Server

_KEPT_SECONDS: Final = 86_400


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """Who runs the message *sequence*, since when, and how far it is."""

    subject: str
    sequence: int
    attempt: int
    worker: str
    started_at: float
    progress: float | None
    note: str

    async def leave(self, server: Server) -> None:
        """Store it in place of the one before."""
        fields = [self.sequence, self.attempt, self.worker, self.started_at, self.progress, self.note]
        await store_all(server, [Message(self.subject, json.dumps(fields).encode()).kept_for(_KEPT_SECONDS)])

    @classmethod
    async def find(cls, server: Server, subject: str, sequence: int) -> Self | None:
        """Return the one for the message *sequence*; None where there is none, or only an older one."""
        stored = await server.last(subject)
        if stored is None:
            return None
        of, attempt, worker, started_at, progress, note = json.loads(stored.data)
        if of != sequence:
            return None
        return cls(
            subject=subject,
            sequence=of,
            attempt=attempt,
            worker=worker,
            started_at=started_at,
            progress=progress,
            note=note,
        )
