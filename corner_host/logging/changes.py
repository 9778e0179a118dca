"""Levels that are changed while the program runs.

Loggers belong to the process, and several hosts may lower the same one: the level goes as low as the lowest of them wants,
and back to what it was when the last has taken its change back, unless somebody else has set it meanwhile.
"""

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
        self._wishes: dict[str, object] = {}
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
            wish = self._wishes[category] = object()
            if is_in_force:
                _lower(category, level, wish)
            self._follow()

    def take_back(self, category: str) -> bool:
        """Undo a change; returns whether there was one."""
        with self._lock:
            if self._changes.pop(category, None) is None:
                return False
            _give_back(self._wishes.pop(category))
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


class _Lowered:
    """A logger that has been lowered, from *before* to *now*, by whoever wishes for which level."""

    __slots__ = ("before", "now", "wishes")

    def __init__(self, before: int) -> None:
        self.before = self.now = before
        self.wishes: dict[object, int] = {}


_lowered: Final[dict[str, _Lowered]] = {}
_lock: Final = threading.Lock()


def _lower(category: str, level: int, wish: object) -> None:
    with _lock:
        for name, logger in list(logging.root.manager.loggerDict.items()):
            if isinstance(logger, logging.Logger) and name.lower().startswith(category.lower()):
                known = _lowered.get(name)
                if known is None or logger.level != known.now:  # somebody else has set it meanwhile
                    known = _Lowered(logger.level)
                if known.before > max(level, logging.NOTSET):
                    _lowered[name] = known
                    known.wishes[wish] = level
                    _set(logger, known)


def _give_back(wish: object) -> None:
    with _lock:
        for name, known in list(_lowered.items()):
            if known.wishes.pop(wish, None) is not None:
                logger = logging.getLogger(name)
                if logger.level == known.now:
                    _set(logger, known)
                if not known.wishes:
                    del _lowered[name]


def _set(logger: logging.Logger, known: _Lowered) -> None:
    known.now = min(known.before, *known.wishes.values()) if known.wishes else known.before
    logger.setLevel(known.now)


def _nothing() -> None:
    """Do nothing: no session is in force."""
