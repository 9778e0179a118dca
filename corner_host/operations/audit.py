"""``operations.audit``: who did what."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, final

import anyio.to_thread

from .contracts import AuditEntry, AuditPage, AuditQuery
from .errors import InvalidRequestError
from .workplace import Workplace

_MOST: Final = 1000


@final
class AuditOperations:
    """The lines that actions have written; they survive restarts."""

    def __init__(self, workplace: Workplace) -> None:
        self._workplace = workplace

    async def search(self, query: AuditQuery | None = None) -> AuditPage:
        """Return lines, newest first.

        Raises:
            InvalidRequestError: The limit is not from 1 to 1,000.
        """
        wanted = query or AuditQuery()
        if not 1 <= wanted.limit <= _MOST:
            raise InvalidRequestError(f"limit must be from 1 to {_MOST}, not {wanted.limit}.", field="limit")
        return await anyio.to_thread.run_sync(self._search, wanted)

    def _search(self, wanted: AuditQuery) -> AuditPage:
        read = (_read(each) for each in self._workplace.audit.entries())
        entries = [each for each in read if each is not None and _matches(each, wanted)]
        entries.sort(key=lambda each: each.id, reverse=True)
        page = tuple(entries[: wanted.limit])
        return AuditPage(items=page, next=page[-1].id if len(entries) > len(page) else None)


def _matches(entry: AuditEntry, wanted: AuditQuery) -> bool:
    text = wanted.text.casefold() if wanted.text else ""
    return (
        (wanted.cursor is None or entry.id < wanted.cursor)
        and (wanted.action is None or entry.action == wanted.action)
        and (wanted.actor is None or entry.actor == wanted.actor)
        and (wanted.since is None or entry.at >= wanted.since)
        and (wanted.until is None or entry.at < wanted.until)
        and any(text in each.casefold() for each in (entry.actor, entry.action, entry.target, entry.reason))
    )


def _read(entry: Mapping[str, Any]) -> AuditEntry | None:
    values = {name: value for name, value in entry.items() if name in AuditEntry.__dataclass_fields__}
    try:
        values["at"] = datetime.fromisoformat(values["at"])
        return AuditEntry(**values)
    except (KeyError, TypeError, ValueError):  # written by hand
        return None
