"""What waits, in the order in which it will run. Pure.

Almost every item has the same priority, so each priority has a lane of its own, first in, first out, instead of a heap
for all: taking and adding cost the same whatever the length.
"""

from collections import deque
from typing import Generic, TypeVar, final

T = TypeVar("T")


@final
class PriorityLanes(Generic[T]):
    """A line with priorities: the higher priority first, equals in order of arrival.

    Example:
        >>> lanes = PriorityLanes[str]()
        >>> for name, priority in [("a", 0), ("b", 0), ("urgent", 9), ("later", -1)]:
        ...     lanes.append(name, priority)
        >>> [lanes.popleft() for _ in range(len(lanes))]
        ['urgent', 'a', 'b', 'later']
    """

    __slots__ = ("_lanes", "_length", "_order")

    def __init__(self) -> None:
        self._lanes: dict[int, deque[T]] = {0: deque()}
        self._order = [0]
        self._length = 0

    def append(self, item: T, priority: int) -> None:
        """Put *item* behind all of its priority."""
        lane = self._lanes.get(priority)
        if lane is None:
            lane = self._lanes[priority] = deque()
            self._order = sorted(self._lanes, reverse=True)
        lane.append(item)
        self._length += 1

    def popleft(self) -> T:
        """Take the item that is next.

        Raises:
            IndexError: Nothing waits.
        """
        for priority in self._order:
            lane = self._lanes[priority]
            if lane:
                item = lane.popleft()
                self._length -= 1
                if not lane and priority:
                    # priorities may be any numbers, such as times: a lane does not outlive its items
                    del self._lanes[priority]
                    self._order = sorted(self._lanes, reverse=True)
                return item
        raise IndexError("nothing waits")

    def __len__(self) -> int:
        return self._length
