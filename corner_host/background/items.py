"""How the entries of a line become items."""

from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from sys import modules
from types import FunctionType
from typing import Any, TypeAlias, final

from corner_host.diagnostics.tracing import SDK as TRACING_SDK
from corner_host.diagnostics.tracing import SpanRelation, publish

from .accounts import Accounts
from .contracts import QUEUE, Work
from .work_item import WorkItem

Entry: TypeAlias = WorkItem | FunctionType
"""What waits: an item, or a function that comes without anything else."""


@final
class ItemMaker:
    """Makes the items of one queue.

    Args:
        accounts: What they are accounted for in.
        carry: Context variables that they bring along.
        span_relation: What the span of running one is to that of queueing it.
    """

    __slots__ = ("_accounts", "_span_relation", "carry")

    def __init__(self, accounts: Accounts, carry: tuple[ContextVar[Any], ...], span_relation: SpanRelation) -> None:
        self._accounts = accounts
        self.carry = carry
        self._span_relation = span_relation

    def item(self, work: Work, queued_at: float) -> WorkItem:
        """Return *work* as an item that came then, by ``time.perf_counter()``."""
        item = WorkItem()
        item.work = work
        item.accounts = self._accounts
        item.queued_at = queued_at
        return item

    def trace(self, item: WorkItem) -> None:
        """Have *item* bring along the trace that it is queued in, if there is one."""
        if TRACING_SDK in modules and (headers := publish(QUEUE, item.job)):
            item.bare = False
            item.trace = headers
            item.span_relation = self._span_relation

    def dated(self, entries: Iterable[Entry], stamp: float) -> Iterator[WorkItem]:
        """Yield each of *entries* as an item; a function came when the item before it did, the first ones at *stamp*."""
        for entry in entries:
            item = entry if isinstance(entry, WorkItem) else self.item(entry, stamp)
            stamp = item.queued_at
            yield item
