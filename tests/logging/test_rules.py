"""Which records a provider writes."""

import pytest

from corner_host.logging import OFF, LogRule, RuleSet, parse_level

DEBUG, INFO, WARNING, ERROR, CRITICAL = 10, 20, 30, 40, 50


def lowest(rules: list[LogRule], category: str, *, provider: str = "Console", minimum: int = INFO) -> int | None:
    """Return the lowest level of *category* that the provider writes."""
    decided = RuleSet(rules, minimum=minimum).for_provider(provider)
    return next(
        (level for level in (5, DEBUG, INFO, WARNING, ERROR, CRITICAL) if decided.allows(category, level)), None
    )


def rule(provider: str | None, category: str | None, level: int | None) -> LogRule:
    return LogRule(provider=provider, category=category, level=level)


@pytest.mark.parametrize(
    ("rules", "category", "expected"),
    [
        pytest.param(
            [rule(None, "acme", ERROR), rule("Console", None, DEBUG)], "acme", DEBUG, id="L-01: own rules before shared"
        ),
        pytest.param(
            [rule("Console", "acme", WARNING), rule(None, "acme.Worker", DEBUG)],
            "acme.Worker",
            WARNING,
            id="L-02: an own rule wins although it is shorter",
        ),
        pytest.param(
            [rule("Console", "acme", DEBUG), rule(None, None, ERROR)],
            "other",
            ERROR,
            id="L-03: an own rule that does not match does not count",
        ),
        pytest.param(
            [rule("File", None, DEBUG), rule(None, None, ERROR)], "acme", ERROR, id="L-03: nor does another provider's"
        ),
        pytest.param(
            [rule(None, "acme.orders", DEBUG), rule(None, "acme", ERROR), rule(None, None, CRITICAL)],
            "acme.orders.Worker",
            DEBUG,
            id="L-04: the longest category",
        ),
        pytest.param(
            [rule(None, "acme", DEBUG), rule(None, "acme", ERROR)], "acme", ERROR, id="L-05: the last of equals"
        ),
        pytest.param(
            [rule(None, None, DEBUG), rule(None, None, ERROR)], "acme", ERROR, id="L-05: also without category"
        ),
        pytest.param(
            [rule(None, "", DEBUG), rule(None, None, ERROR)], "acme", DEBUG, id="L-04: an empty category is one, too"
        ),
        pytest.param([rule(None, "Acme", DEBUG)], "acmex.y", DEBUG, id="L-06: text prefix, no case, no dots"),
        pytest.param([rule(None, "*Worker", DEBUG)], "acme.orders.Worker", DEBUG, id="L-07: star at the start"),
        pytest.param([rule(None, "acme.*.Worker", DEBUG)], "acme.orders.Worker", DEBUG, id="L-07: star in the middle"),
        pytest.param([rule(None, "acme.*", DEBUG)], "acme.orders", DEBUG, id="L-07: star at the end"),
        pytest.param([rule(None, "acme.*.Worker", DEBUG)], "acme.orders", INFO, id="L-07: the suffix must match"),
        pytest.param(
            [rule(None, "ac*", DEBUG), rule(None, "ac", ERROR)], "acme", DEBUG, id="L-07: the star counts as a letter"
        ),
        pytest.param([rule(None, "acme", DEBUG)], "other", INFO, id="L-09: without a rule the minimum level"),
        pytest.param([rule(None, "acme", None)], "acme", 5, id="L-11: a rule without level skips the minimum"),
        pytest.param([rule("CONSOLE", None, DEBUG)], "acme", DEBUG, id="L-13, C9: provider names have no case"),
        pytest.param([rule(None, "acme", OFF)], "acme", None, id="L-15: None writes nothing"),
    ],
)
def test_the_rule_that_decides(rules: list[LogRule], category: str, expected: int | None) -> None:
    """L-01, L-02, L-03, L-04, L-05, L-06, L-07, L-09, L-11, L-13, L-15, C9: provider first, then the longest text."""
    assert lowest(rules, category) == expected


def test_two_stars_are_refused() -> None:
    """L-08: a category has one star at most."""
    with pytest.raises(ValueError, match=r"'a\*b\*'"):
        LogRule(category="a*b*")


def test_a_rule_with_level_and_predicate_wants_both() -> None:
    """L-10: the level is looked at first, and the predicate is only asked when it passes."""
    asked: list[tuple[str, str, int]] = []

    def never(provider: str, category: str, level: int) -> bool:
        asked.append((provider, category, level))
        return False

    rules = RuleSet([LogRule(level=WARNING, predicate=never)], minimum=INFO).for_provider("Console")

    assert not rules.allows("acme", INFO)
    assert asked == []
    assert not rules.allows("acme", ERROR)
    assert asked == [("Console", "acme", ERROR)]


def test_a_predicate_alone_rules_every_level() -> None:
    """L-11, L-14: without a level only the function decides; it is told provider, category and level."""
    rules = RuleSet([LogRule(predicate=lambda p, c, level: (p, c) == ("Console", "acme"))], minimum=INFO)

    assert rules.for_provider("Console").allows("acme", 1)
    assert not rules.for_provider("Console").allows("other", CRITICAL)


def test_an_alias_and_the_full_name_are_equal() -> None:
    """L-12: both stand for the provider, and the last rule wins whichever it names."""
    rules = RuleSet([rule("Console", None, DEBUG), rule("acme.Console", None, ERROR)], minimum=INFO)

    decided = rules.for_provider("Console", "acme.Console")

    assert not decided.allows("x", WARNING)
    assert decided.allows("x", ERROR)


@pytest.mark.parametrize(
    ("rules", "level"),
    [
        ([LogRule(level=WARNING), LogRule(category="Microsoft.Hosting.Lifetime", level=INFO)], INFO),
        ([LogRule(level=INFO), LogRule(category="corner_host.lifetime", level=WARNING)], WARNING),
        (
            [
                LogRule(category="Microsoft.Hosting.Lifetime", level=INFO),
                LogRule(category="corner_host", level=WARNING),
            ],
            INFO,
        ),
    ],
)
def test_a_record_that_is_told_by_another_category_has_two_names(rules: list[LogRule], level: int) -> None:
    """CL-5, L-02: a rule may name either; the longest text decides, as ever."""
    console = RuleSet(rules, minimum=INFO).for_provider("Console")
    passes = [
        each
        for each in (INFO, WARNING)
        if console.allows("Microsoft.Hosting.Lifetime", each, told_by="corner_host.lifetime")
    ]

    assert passes[0] == level


def test_none_writes_nothing_at_all() -> None:
    """L-15: not even levels above all names."""
    assert not RuleSet([LogRule(level=OFF)], minimum=INFO).for_provider("Console").allows("acme", 1000)


@pytest.mark.parametrize(
    ("rules", "minimum", "floor"),
    [
        ([], INFO, INFO),
        ([rule(None, "acme", DEBUG)], INFO, DEBUG),
        ([rule(None, None, ERROR)], INFO, ERROR),
        ([rule("Console", None, ERROR)], INFO, INFO),
        ([rule(None, "acme", None)], INFO, 5),
    ],
)
def test_the_floor_is_the_lowest_level_that_can_pass(rules: list[LogRule], minimum: int, floor: int) -> None:
    """L-31: what is below it is written nowhere, so that such a call costs nothing."""
    assert RuleSet(rules, minimum=minimum).floor == floor


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("Trace", 5),
        ("debug", 10),
        ("INFORMATION", 20),
        ("Info", 20),
        (" Warning ", 30),
        ("warn", 30),
        ("Error", 40),
        ("Critical", 50),
        ("None", OFF),
        ("15", 15),
        (25, 25),
    ],
)
def test_levels_have_the_names_of_both_worlds(text: str | int, level: int) -> None:
    """L-20: .NET's names, Python's names and numbers, without case."""
    assert parse_level(text) == level


@pytest.mark.parametrize("text", ["", "loud", "-1", "1.5", "²"])
def test_an_unknown_level_is_refused_with_its_text(text: str) -> None:
    """L-20: the error shows what was written."""
    with pytest.raises(ValueError, match=f"no log level '{text}'"):
        parse_level(text)
