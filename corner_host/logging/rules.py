"""Which records a provider writes: .NET's filter rules. Pure.

A *provider* is a handler under its names (``Console``); a *category* is a logger's name. For each pair one rule is
chosen, once, and asked for every record:

0. rules that were changed while the program runs go before all others;
1. rules of the provider itself, if any of them applies, else the rules without a provider;
2. of these the ones with the longest category *text* that the name begins with (``acme`` also covers ``acmex``);
   one ``*`` may stand for any text; a rule without a category is the shortest;
3. of these the one added last.

Without a rule the minimum level decides. A chosen rule without a level lets every level pass to its predicate.

Source of the behaviour: https://learn.microsoft.com/dotnet/core/extensions/logging/overview#how-filtering-rules-are-applied
"""

from collections.abc import Iterable, Sequence
from typing import final

import corner_host.logging as door

from .levels import OFF, TRACE


@final
class RuleSet:
    """The rules in force. Immutable; a reload makes a new one.

    Example:
        >>> from corner_host.logging import LogRule
        >>> rules = RuleSet([LogRule(level=30), LogRule(category="acme", level=10)], minimum=20)
        >>> console = rules.for_provider("Console")
        >>> console.allows("acme.Worker", 10), console.allows("uvicorn", 20)
        (True, False)
    """

    __slots__ = ("_changes", "_rules", "minimum")

    def __init__(
        self, rules: "Iterable[door.LogRule]" = (), *, minimum: int, changes: "Iterable[door.LogRule]" = ()
    ) -> None:
        self._rules = tuple(rules)
        self._changes = tuple(changes)
        self.minimum = minimum

    def without_changes(self) -> "RuleSet":
        """Return the rules as code and configuration have them."""
        return RuleSet(self._rules, minimum=self.minimum)

    @property
    def categories(self) -> tuple[str, ...]:
        """The categories that rules are for, in the order of the rules."""
        return tuple(dict.fromkeys(rule.category for rule in self._rules if rule.category is not None))

    def for_provider(self, *names: str) -> "ProviderRules":
        """Return the decisions for the provider that has these *names*; any of them may stand in a rule."""
        folded = {name.lower() for name in names}
        own = [rule for rule in self._rules if rule.provider is not None and rule.provider.lower() in folded]
        shared = [rule for rule in self._rules if rule.provider is None]
        return ProviderRules(names[0], (self._changes, own, shared), self.minimum)

    @property
    def floor(self) -> int:
        """The lowest level that any rule lets through: what is below it is written nowhere."""
        levels = [TRACE if rule.level is None else rule.level for rule in (*self._rules, *self._changes)]
        if not any(rule.provider is None and rule.category is None for rule in self._rules):
            levels.append(self.minimum)  # a rule for everything leaves nothing to the minimum
        return min(levels)


@final
class ProviderRules:
    """The decisions of a `RuleSet` for one provider, remembered by category."""

    __slots__ = ("_chosen", "_minimum", "_name", "_ranks")

    def __init__(self, name: str, ranks: "Sequence[Sequence[door.LogRule]]", minimum: int) -> None:
        self._name = name
        self._ranks = ranks  # the rules of the first rank that has one for the category decide
        self._minimum = minimum
        self._chosen: dict[str | tuple[str, str], door.LogRule] = {}

    def allows(self, category: str, level: int, *, told_by: str = "") -> bool:
        """Tell whether a record of this *category* and *level* is written, which may also be *told_by* another one."""
        key = (category, told_by) if told_by else category
        rule = self._chosen.get(key)
        if rule is None:
            rule = self._chosen[key] = self.rule_for(category, told_by)
        if rule.level is not None and (level < rule.level or rule.level >= OFF):
            return False
        return rule.predicate is None or rule.predicate(self._name, category, level)

    def rule_for(self, category: str, told_by: str = "") -> "door.LogRule":
        """Choose the rule that decides about *category*, or about the one that it is *told_by*."""
        names = {each.lower() for each in (category, told_by or category)}
        for rules in self._ranks:
            applicable = [rule for rule in rules if any(map(rule.covers, names))]
            if applicable:
                # reversed, because max keeps the first of equals and the last rule shall win
                return max(reversed(applicable), key=lambda rule: -1 if rule.category is None else len(rule.category))
        return door.LogRule(level=self._minimum)
