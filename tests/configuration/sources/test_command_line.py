"""Arguments of the command line."""

import pytest

from corner_host.configuration import ConfigurationBuilder, ConfigurationError
from corner_host.configuration.sources.command_line import CommandLineSource
from tests.configuration.helpers import loaded, values


def of(*args: str, **options: object) -> dict[str, str | None]:
    return values(loaded(CommandLineSource(args, **options)))  # type: ignore[arg-type]


def test_there_are_five_forms() -> None:
    """C-01: with one or two tokens."""
    found = of("Key1=1", "--Key2=2", "/Key3=3", "--Key4", "4", "/Key5", "5")

    assert found == {"Key1": "1", "Key2": "2", "Key3": "3", "Key4": "4", "Key5": "5"}


@pytest.mark.parametrize("args", [["x", "--a=1"], ["--a", "1", "x"], ["--a=1", "x", "y"]])
def test_other_tokens_are_ignored(args: list[str]) -> None:
    """C-02: wherever they are."""
    assert of(*args) == {"a": "1"}


def test_the_last_of_several_wins() -> None:
    """C-03: also in another case."""
    assert of("--Key=1", "--KEY=2") == {"KEY": "2"}


def test_a_switch_at_the_very_end_is_ignored() -> None:
    """C-04: it has no value."""
    assert of("--a=1", "--flag") == {"a": "1"}


def test_flags_are_there_for_who_wants_them() -> None:
    """C-04: a switch without a value then means what is given."""
    assert of("--flag", "--a", "1", "--last", bare_switch_value="true") == {"flag": "true", "a": "1", "last": "true"}


def test_the_next_token_is_always_the_value() -> None:
    """C-05: even if it looks like a switch."""
    assert of("--flag", "--other", "x") == {"flag": "--other"}


def test_a_short_switch_without_mapping_is_ignored() -> None:
    """C-06: and so is what follows it."""
    assert of("-k", "v") == {}


def test_a_short_switch_with_a_value_needs_a_mapping() -> None:
    """C-07: the error names the switch, not the value."""
    with pytest.raises(ConfigurationError, match="-k") as caught:
        of("-k=hunter2")
    assert "hunter2" not in str(caught.value)


def test_mappings_lead_to_long_keys() -> None:
    """C-08: a slash counts as two dashes."""
    mappings = {"-K1": "Long:Key1", "--Key2": "Long:Key2", "--Key6": "Long:Key6"}

    found = of("-K1=1", "--KEY2=2", "/key6=6", "-k1", "one", switch_mappings=mappings)

    assert found == {"Long:Key1": "one", "Long:Key2": "2", "Long:Key6": "6"}


def test_mappings_that_differ_in_case_are_refused() -> None:
    """C-09: the error names both."""
    with pytest.raises(ConfigurationError, match="'--KEY1'"):
        of(switch_mappings={"--Key1": "a", "--KEY1": "b"})


def test_a_mapping_begins_with_a_dash() -> None:
    """C-10: the error names it."""
    with pytest.raises(ConfigurationError, match="'KeyA'"):
        of(switch_mappings={"KeyA": "a"})


def test_no_arguments_are_nothing() -> None:
    """C-11: None adds nothing; a host decides what the arguments are."""
    assert values(ConfigurationBuilder().add_command_line(None).build()) == {}


@pytest.mark.parametrize(("argument", "value"), [("--k=a=b", "a=b"), ("--k=", ""), ("k= v ", " v ")])
def test_the_first_equals_sign_separates(argument: str, value: str) -> None:
    """C-12: the value may hold others, or be empty."""
    assert of(argument) == {"k": value}


def test_underscores_mean_nothing_here() -> None:
    """C-13: only the colon separates."""
    assert of("--A:B=1", "--A__B=2") == {"A:B": "1", "A__B": "2"}


def test_paths_can_be_told_from_switches() -> None:
    """C-14: by turning the slash form off."""
    assert of("/tmp/x", "out") == {"tmp/x": "out"}
    assert of("/tmp/x", "out", "--in", "/tmp/y", slash=False) == {"in": "/tmp/y"}


def test_a_value_knows_its_argument() -> None:
    """The switch alone is told, since the rest may be secret."""
    provider = loaded(CommandLineSource(["--Payment:ApiKey=hunter2", "/b", "2", "-c=3"], {"-c": "C"})).providers[0]

    assert [str(provider.origin(key)) for key in ("payment:apikey", "b", "c")] == [
        "command line --Payment:ApiKey", "command line /b", "command line -c",
    ]  # fmt: skip
