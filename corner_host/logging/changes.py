"""Levels that are changed while the program runs."""

import logging
import threading
from collections.abc import Callable, Mapping
from typing import Final, final

import corner_host.logging as door

_ROOT: Final = ""


@final
class LogLevels:
    """The levels in force, and changes to them that win over code and configuration, for every provider.

    A host registers one. It also lowers loggers that have a level of their own, and gives it back afterwards.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._changes: dict[str, door.LogRule] = {}
        self._lowered: dict[str, dict[str, tuple[int, int]]] = {}
        self._follow: Callable[[], object] = _nothing
        self._rules: door.RuleSet | None = None

    @property
    def changes(self) -> Mapping[str, int]:
        """The changed levels by category; the empty one stands for all."""
        with self._lock:
            return {name: rule.level or 0 for name, rule in self._changes.items()}

    @property
    def rules(self) -> "door.RuleSet":
        """The rules in force, changes included."""
        return door.RuleSet(minimum=logging.INFO) if self._rules is None else self._rules

    def change(self, category: str, level: int) -> None:
        """Let pass *level* and above of *category* and what begins with it; the empty category stands for all."""
        with self._lock:
            self.take_back(category)
            self._changes[category] = door.LogRule(category=category or None, level=level)
            is_in_force = self._follow is not _nothing
            self._lowered[category] = dict(_lower(category, level)) if is_in_force else {}
            self._follow()

    def take_back(self, category: str) -> bool:
        """Undo a change; returns whether there was one."""
        with self._lock:
            if self._changes.pop(category, None) is None:
                return False
            for name, (before, now) in self._lowered.pop(category).items():
                logger = logging.getLogger(name)
                if logger.level == now:  # nobody else has set it meanwhile
                    logger.setLevel(before)
            self._follow()
            return True

    def attach(self, follow: Callable[[], object]) -> None:
        """Have *follow* called after each change; the session does this."""
        self._follow = follow

    def end(self) -> None:
        """Undo all changes; the session does this at its end."""
        with self._lock:
            self._follow = _nothing
            for category in list(self._changes):
                self.take_back(category)

    def applied(self, rules: "tuple[door.LogRule, ...]", *, minimum: int) -> "door.RuleSet":
        """Return the rules in force from now on: *rules*, and the changes before them."""
        with self._lock:
            self._rules = door.RuleSet(rules, minimum=minimum, changes=tuple(self._changes.values()))
            return self._rules


def _lower(category: str, level: int) -> "list[tuple[str, tuple[int, int]]]":
    lowered: list[tuple[str, tuple[int, int]]] = []
    for name, logger in list(logging.root.manager.loggerDict.items()):
        is_below = name.lower().startswith(category.lower())
        if isinstance(logger, logging.Logger) and is_below and logger.level > max(level, logging.NOTSET):
            lowered.append((name, (logger.level, level)))
            logger.setLevel(level)
    return lowered


def _nothing() -> None:
    """Do nothing: no session is in force."""
