# ruff: noqa: ARG002 - this is the surface; what fills it follows
"""``operations.audit``: who did what."""

from typing import final

from .contracts import AuditPage, AuditQuery
from .workplace import Workplace


@final
class AuditOperations:
    """The lines that actions have written; they survive restarts."""

    def __init__(self, workplace: Workplace) -> None:
        self._workplace = workplace

    async def search(self, query: AuditQuery | None = None) -> AuditPage:
        """Return lines, newest first."""
        return AuditPage()
