"""Who acts, what came of it, and where in the code something is."""

from dataclasses import dataclass
from datetime import datetime
from typing import final


@final
@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, for the audit.

    Args:
        name: A person or account, as far as it is known; for the Unix socket the name of the peer's user.
        via: By what: ``socket``, ``dashboard``, ``code``.
        address: From where, if over the network.
    """

    name: str
    via: str = "code"
    address: str = ""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ActionResult:
    """What an action did, or would do.

    Args:
        action: Its name, such as ``queue.pause``.
        target: What it was done to.
        message: One line for a person.
        count: How many things were changed; of a dry run, how many would be.
        skipped: How many matched and were left as they are.
        is_dry_run: Whether nothing was changed.
        until: When it is undone by itself.
        oldest: The oldest of many things that it was done to.
        newest: The newest of them.
        errors: What went wrong for single ones, a line each, at most ten.
    """

    action: str
    target: str = ""
    message: str = ""
    count: int = 0
    skipped: int = 0
    is_dry_run: bool = False
    until: datetime | None = None
    oldest: datetime | None = None
    newest: datetime | None = None
    errors: tuple[str, ...] = ()


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class CodePlace:
    """A line of code.

    Args:
        file: Relative to the content root where it lies in it.
        line: From 1; 0 if it is not known.
        function: Qualified name.
        code: The text of the line, without its indentation.
        is_application: Whether it is neither a library's nor ours.
    """

    file: str
    line: int = 0
    function: str = ""
    code: str = ""
    is_application: bool = True

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file
