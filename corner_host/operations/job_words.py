"""What is done to jobs, in the words of the audit and of the answers. Pure."""

from datetime import datetime
from math import ceil
from typing import Any, Final

from .contracts import JobQuery

VERBS: Final = {"requeue": "requeued", "cancel": "cancelled", "delete": "deleted"}


def told(query: JobQuery) -> str:
    """Return a query as the audit has it.

    Example:
        >>> told(JobQuery(names=("send",), states=("DEAD",)))
        'states=DEAD names=send'
    """
    parts: list[str] = []
    for name in JobQuery.__dataclass_fields__:
        value: Any = getattr(query, name)
        if name not in {"limit", "cursor"} and value not in (None, ()):
            if isinstance(value, datetime):
                value = value.isoformat(timespec="seconds")
            parts.append(f"{name}={','.join(value) if value.__class__ is tuple else value}")
    return " ".join(parts)[:500] or "all jobs"


def message(verb: str, count: int, skipped: int, *, dry_run: bool, rate: float | None, why: str = "") -> str:
    """Return what was done, or would be, in one line."""
    done = f"would {verb}" if dry_run else VERBS[verb]
    text = f"{done} {count:,} job{'' if count == 1 else 's'}"
    if rate is not None:
        text += f" at {rate:g}/s, within {ceil(count / rate):,} s"
    return f"{text}; {skipped:,} skipped{why}" if skipped else text
