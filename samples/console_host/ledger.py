"""The accounts of one run: each order that comes in ends as processed, refused, failed or not processed."""

from collections import Counter, deque
from decimal import Decimal

from .checkout import Settlement
from .orders import Reason, RefusedError
from .pricing import Receipt


class Ledger:
    """Counts what becomes of the orders.

    The processed, the refused, the failed, the waiting and the unread are counted apart from one another, so that
    `agrees` means something.
    """

    def __init__(self) -> None:
        self.orders_in = 0
        self.is_open = False
        self.read = 0
        self.processed_now = 0
        self.processed_earlier = 0
        self.refused = Counter[Reason]()
        self.failed = 0
        self.takings = Decimal()
        self.waiting: dict[str, None] = {}  # read, and nothing has become of them yet; in order
        self.remark = ""
        self.latest = deque[str](maxlen=6)

    def open(self, orders_in: int) -> None:
        """The orders have come in; nothing has become of any of them yet."""
        self.orders_in = orders_in
        self.is_open = True

    def take(self, order_id: str) -> None:
        """An order was read and is on its way."""
        self.read += 1
        self.waiting[order_id] = None

    def turn_away(self, line_number: int, refused: RefusedError) -> None:
        """A line was read and refused at the door."""
        self.read += 1
        self.refused[refused.reason] += 1
        self.latest.append(f"line {line_number}: {refused.reason}, {refused.detail}")

    def settle(self, order_id: str, settlement: Settlement) -> None:
        """An order was settled, now or in an earlier run."""
        del self.waiting[order_id]
        match settlement.outcome:
            case RefusedError() as refused:
                self.refused[refused.reason] += 1
                self.latest.append(f"{order_id}: {refused.reason}, {refused.detail}")
            case Receipt() if settlement.earlier:
                self.processed_earlier += 1
            case Receipt() as receipt:
                self.processed_now += 1
                self.takings += receipt.total

    def fail(self, order_id: str, error: Exception) -> None:
        """Something broke while the order was worked on; the next run tries again."""
        del self.waiting[order_id]
        self.failed += 1
        self.latest.append(f"{order_id}: failed, {error!r}")

    @property
    def processed(self) -> int:
        return self.processed_now + self.processed_earlier

    @property
    def done(self) -> int:
        return self.processed + self.refused.total() + self.failed

    @property
    def unread(self) -> int:
        return self.orders_in - self.read

    @property
    def not_processed(self) -> int:
        return len(self.waiting) + self.unread

    @property
    def agrees(self) -> bool:
        """Whether the accounts add up."""
        return self.orders_in == self.done + self.not_processed

    def accounts(self) -> list[tuple[str, int, str]]:
        """Return the accounts line by line: name, count, remark."""
        reasons = ", ".join(f"{count} {reason}" for reason, count in self.refused.most_common())
        left = [f"{len(self.waiting)} waited ({_span(list(self.waiting))})"] if self.waiting else []
        left += [f"{self.unread} not read"] if self.unread else []
        left += [self.remark] if self.remark else []
        return [
            ("orders in", self.orders_in, ""),
            ("processed", self.processed, f"{self.processed_now} now, {self.processed_earlier} in earlier runs"),
            ("refused", self.refused.total(), reasons),
            ("failed", self.failed, "the next run tries again" if self.failed else ""),
            ("not processed", self.not_processed, "; ".join(left)),
        ]

    def verdict(self) -> str:
        """Return the sum, and whether it is right."""
        sum_ = f"{self.processed} + {self.refused.total()} + {self.failed} + {self.not_processed}"
        return f"The accounts {'agree' if self.agrees else 'DO NOT AGREE'}: {self.orders_in} = {sum_}"


def _span(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{names[0]} to {names[-1]}"
