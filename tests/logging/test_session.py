"""Rules in force: from code, from configuration, after a reload."""

import logging

import pytest

from corner_host.configuration import ConfigurationManager
from corner_host.logging import (
    LoggingBuilder,
    LoggingConfigurationError,
)

from .conftest import Apply, Captured, Other

log = logging.getLogger("acme.orders.Worker")
root = logging.getLogger()


def test_information_and_above_is_written_by_default(builder: LoggingBuilder, captured: Captured, apply: Apply) -> None:
    """L-16, L-26: without any rule, by a logger that was there before."""
    apply(builder)
    log.debug("no")
    log.info("yes")

    assert captured.lines == ["acme.orders.Worker: yes"]


def test_rules_from_code(builder: LoggingBuilder, captured: Captured, apply: Apply) -> None:
    """L-01, L-09, L-14: for all providers, for one, by a predicate; ``Default`` is every category."""
    other = Other("Other")
    builder.add_handler(other).set_minimum_level("Error")
    builder.add_filter("acme", "Debug").add_filter("Default", logging.WARNING, provider="Other")
    builder.add_filter("acme.secret", None, provider="Captured", predicate=lambda p, c, level: level >= logging.ERROR)
    apply(builder)
    log.debug("d")
    logging.getLogger("acme.secret").warning("w")
    logging.getLogger("else").warning("w")

    assert captured.lines == ["acme.orders.Worker: d"]
    assert other.lines == ["acme.secret: w", "else: w"]


@pytest.mark.parametrize("level", ["loud", ""])
def test_an_unknown_level_in_code_is_refused(builder: LoggingBuilder, level: str) -> None:
    """L-20: at once, by the call that has it."""
    with pytest.raises(ValueError, match="no log level"):
        builder.set_minimum_level(level)


def test_rules_from_configuration(
    builder: LoggingBuilder, captured: Captured, configuration: ConfigurationManager, apply: Apply
) -> None:
    """L-17, L-18, L-19, L-20: global ones, those of a provider, ``Default`` in any case, empty ones left out."""
    configuration.add_in_memory_collection(
        {
            "Logging:logLevel:DEFAULT": "Error",
            "Logging:LogLevel:acme": "",
            "Logging:Captured:LogLevel:Default": "Critical",
            "Logging:Captured:LogLevel:acme.orders": "debug",
            "Logging:Other:LogLevel:acme.orders": "None",
        }
    )
    other = Other("Other")
    apply(builder.add_handler(other))
    log.debug("d")
    log.critical("c")
    logging.getLogger("else").error("e")

    assert captured.lines == ["acme.orders.Worker: d", "acme.orders.Worker: c"]
    assert other.lines == ["else: e"]


def test_configuration_goes_before_code(
    builder: LoggingBuilder, captured: Captured, configuration: ConfigurationManager, apply: Apply
) -> None:
    """L-05: where both have the same rule, the one from configuration counts as the later."""
    configuration["Logging:LogLevel:acme"] = "Error"
    apply(builder.add_filter("acme", "Trace"))
    log.warning("w")
    log.error("e")

    assert captured.lines == ["acme.orders.Worker: e"]


def test_the_later_source_wins(
    builder: LoggingBuilder, captured: Captured, configuration: ConfigurationManager, apply: Apply
) -> None:
    """L-24: a level that a later source gives for the same category takes the place of the earlier one."""
    configuration.add_in_memory_collection({"Logging:Captured:LogLevel:acme": "Error"})
    configuration.add_in_memory_collection({"Logging:captured:loglevel:ACME": "Debug"})
    apply(builder)
    log.debug("yes")

    assert captured.lines == ["acme.orders.Worker: yes"]


def test_a_category_in_parts(
    builder: LoggingBuilder, captured: Captured, configuration: ConfigurationManager, apply: Apply
) -> None:
    """L-25: ``Logging__LogLevel__acme__orders`` names ``acme.orders``, which shells cannot write."""
    configuration.add_in_memory_collection({"Logging:LogLevel:acme:orders": "Error", "Logging:LogLevel:acme": "Debug"})
    apply(builder)
    log.warning("no")
    logging.getLogger("acme.else").debug("yes")

    assert captured.lines == ["acme.else: yes"]


def test_a_handler_goes_by_its_class_too(
    builder: LoggingBuilder, captured: Captured, configuration: ConfigurationManager, apply: Apply
) -> None:
    """L-12: with or without the module, and without case."""
    configuration["Logging:tests.logging.conftest.CAPTURED:LogLevel:Default"] = "Error"
    apply(builder)
    log.warning("no")

    assert captured.lines == []


@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [
        ("LogLevel:acme", "loud", "no log level 'loud'"),
        ("Console:LogLevel:Default", "loud", "no log level 'loud'"),
        ("LogLevel:a*b*", "Error", "more than one"),
        ("CaptureScopes", "maybe", "neither true nor false"),
        ("Console:FormatterOptions:SingleLine", "2", "neither true nor false"),
        ("Console:FormatterOptions:ColorBehavior", "pink", "colour"),
        ("Console:LogToStandardErrorThreshold", "high", "no log level 'high'"),
    ],
)
def test_a_setting_that_cannot_be_used(
    builder: LoggingBuilder, configuration: ConfigurationManager, key: str, value: str, reason: str
) -> None:
    """L-08, L-20, L-58: the error names key and value, and nothing is left behind."""
    configuration[f"Logging:{key}"] = value
    before = root.handlers[:]
    with pytest.raises(LoggingConfigurationError, match=reason) as caught:
        builder.add_console().apply()

    assert (caught.value.key, caught.value.value) == (f"Logging:{key}", value)
    assert root.handlers == before


def test_a_reload_is_followed_at_once(
    builder: LoggingBuilder, captured: Captured, configuration: ConfigurationManager, apply: Apply
) -> None:
    """L-21: by loggers that exist, down and up again."""
    apply(builder)
    configuration.add_in_memory_collection({"Logging:LogLevel:acme": "Trace"})
    log.debug("yes")
    configuration.add_in_memory_collection({"Logging:LogLevel:acme": "Error"})
    log.warning("no")

    assert captured.lines == ["acme.orders.Worker: yes"]


def test_a_reload_that_cannot_be_used_is_told(
    builder: LoggingBuilder, captured: Captured, configuration: ConfigurationManager, apply: Apply
) -> None:
    """L-21, C4: the rules stay, and one error record says why."""
    configuration["Logging:LogLevel:acme"] = "Debug"
    apply(builder)
    configuration.add_in_memory_collection({"Logging:LogLevel:acme": "loud"})
    log.debug("still")

    told, still = captured.lines
    assert told.startswith(
        "corner_host.logging: The logging settings stay as they were. Logging:LogLevel:acme is 'loud'"
    )
    assert still == "acme.orders.Worker: still"


def test_a_handlers_own_level_counts(builder: LoggingBuilder, captured: Captured, apply: Apply) -> None:
    """A handler keeps what it was told before it was added."""
    captured.setLevel(logging.ERROR)
    apply(builder)
    log.warning("no")

    assert captured.lines == []
