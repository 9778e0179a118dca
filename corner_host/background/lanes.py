"""What waits, in the order in which it will run. Pure.

Almost every item has the same priority, so each priority has a lane of its own, first in, first out, instead of a heap
for all: taking and adding cost the same whatever the length.
"""

from collections import deque
from collections.abc import Iterable
from itertools import chain, islice
from typing import Generic, TypeVar, final

T = TypeVar("T")


@final
class PriorityLanes(Generic[T]):
    """A line with priorities: the higher priority first, equals in order of arrival.

    Attributes:
        length: How many items wait.

    Example:
        >>> lanes = PriorityLanes[str]()
        >>> for name, priority in [("a", 0), ("b", 0), ("urgent", 9), ("later", -1)]:
        ...     lanes.append(name, priority)
        >>> [lanes.popleft() for _ in range(lanes.length)]
        ['urgent', 'a', 'b', 'later']
    """

    __slots__ = ("_lanes", "_order", "length")

    def __init__(self) -> None:
        self._lanes: dict[int, deque[T]] = {}
        self._order: list[int] = []
        self.length = 0

    def append(self, item: T, priority: int) -> None:
        """Put *item* behind all of its priority."""
        lane = self._lanes.get(priority)
        if lane is None:
            lane = self._lanes[priority] = deque()
            self._order = sorted(self._lanes, reverse=True)
        lane.append(item)
        self.length += 1

    def popleft(self) -> T:
        """Take the item that is next.

        Raises:
            IndexError: Nothing waits.
        """
        lane = self._lanes[self.highest]
        item = lane.popleft()
        self.length -= 1
        if not lane:
            # priorities may be any numbers, such as times: a lane does not outlive its items
            del self._lanes[self._order.pop(0)]
        return item

    def merged(self, usual: Iterable[T], limit: int) -> list[T]:
        """Return the first items of this and of *usual*, which has the priority 0, without taking them."""
        lanes = {**self._lanes, 0: usual}
        return list(islice(chain.from_iterable(lanes[priority] for priority in sorted(lanes, reverse=True)), limit))

    @property
    def highest(self) -> int:
        """The priority of what is next.

        Raises:
            IndexError: Nothing waits.
        """
        return self._order[0]
