"""The choice of a rule, against a slow and obvious one."""

import string

from hypothesis import given
from hypothesis import strategies as st

from corner_host.logging import LogRule, RuleSet

names = st.text(alphabet="aAb.", max_size=5)
patterns = st.one_of(st.none(), names, st.builds("{}*{}".format, names, names))
levels = st.sampled_from([None, 5, 10, 20, 30, 40, 50, 60])
rules = st.lists(
    st.builds(
        lambda provider, category, level: LogRule(provider=provider, category=category, level=level),
        st.sampled_from([None, "Console", "File", "CONSOLE"]),
        patterns,
        levels,
    ),
    max_size=8,
)


def obvious(all_rules: list[LogRule], provider: str, category: str, minimum: int) -> int | None:
    """Return the level of the rule that .NET's text describes, walking the list as it says."""
    best: LogRule | None = None
    for rule in all_rules:
        if rule.provider is not None and rule.provider.lower() != provider.lower():
            continue
        if rule.category is not None:
            prefix, _, suffix = rule.category.lower().partition("*")
            if not (category.lower().startswith(prefix) and category.lower().endswith(suffix)):
                continue
        if best is None or _rank(rule) >= _rank(best):
            best = rule
    return minimum if best is None else best.level


def _rank(rule: LogRule) -> tuple[bool, int]:
    return rule.provider is not None, -1 if rule.category is None else len(rule.category)


@given(rules, st.sampled_from(["Console", "File", "Other"]), names, st.sampled_from([10, 20, 30]))
def test_the_choice_agrees_with_a_walk_through_the_list(
    all_rules: list[LogRule], provider: str, category: str, minimum: int
) -> None:
    """L-01, L-04, L-05, L-06, L-07, L-09: whatever the rules are."""
    chosen = RuleSet(all_rules, minimum=minimum).for_provider(provider).rule_for(category)

    assert chosen.level == obvious(all_rules, provider, category, minimum)


@given(rules, names, st.integers(1, 60))
def test_nothing_passes_below_the_floor(all_rules: list[LogRule], category: str, level: int) -> None:
    """L-31: a level that the floor keeps out passes nowhere (rules without a level let TRACE and above through)."""
    rule_set = RuleSet(all_rules, minimum=20)

    passing = any(rule_set.for_provider(provider).allows(category, level) for provider in ("Console", "File", "Other"))

    assert not passing or level >= rule_set.floor or any(rule.level is None for rule in all_rules)


@given(rules, names)
def test_case_never_matters(all_rules: list[LogRule], category: str) -> None:
    """L-06, L-13, C9: categories and providers in capitals get the same rule."""
    rule_set = RuleSet(all_rules, minimum=20)

    plain = rule_set.for_provider("console").rule_for(category)
    capital = rule_set.for_provider("CONSOLE").rule_for(category.translate(str.maketrans("ab", "AB")))

    assert plain.level == capital.level


@given(st.lists(st.text(alphabet=string.ascii_lowercase, min_size=1), min_size=1, max_size=4))
def test_a_rule_for_a_parent_covers_its_children(parts: list[str]) -> None:
    """L-06: Python's dotted children begin with the parent's text."""
    category = ".".join(parts)

    assert RuleSet([LogRule(category=parts[0], level=10)], minimum=50).for_provider("Console").allows(category, 10)
