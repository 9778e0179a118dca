"""The accounts as plain text, for a log file or a pipe."""

from .ledger import Ledger


def summary(ledger: Ledger) -> str:
    """Return the accounts as text.

    Example:
        >>> ledger = Ledger()
        >>> ledger.open(2)
        >>> print(summary(ledger))
        orders in         2
        processed         0  0 now, 0 in earlier runs
        refused           0
        failed            0
        not processed     2  2 not read
        The accounts agree: 2 = 0 + 0 + 0 + 2
    """
    rows = [f"{name:<14}{count:>5}  {remark}".rstrip() for name, count, remark in ledger.accounts()]
    return "\n".join([*rows, ledger.verdict()])
