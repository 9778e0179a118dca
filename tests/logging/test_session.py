"""Logging in force: who gets which record, and what is left behind."""

import logging
import warnings
from collections.abc import Callable

import pytest
from opentelemetry.trace import NonRecordingSpan, SpanContext, use_span
from pydantic import SecretStr

from corner_host.configuration import ConfigurationManager
from corner_host.di import ServiceCollection
from corner_host.logging import (
    Logger,
    LoggingBuilder,
    LoggingConfigurationError,
    LoggingSession,
    QueuedHandler,
    log_scope,
)

from .conftest import Captured, Other, console

Apply = Callable[..., LoggingSession]

log = logging.getLogger("acme.orders.Worker")
root = logging.getLogger()


def test_information_and_above_is_written_by_default(builder: LoggingBuilder, captured: Captured, apply: Apply) -> None:
    """L-16: without any rule."""
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


def test_scopes_can_be_switched_off_and_on(
    builder: LoggingBuilder, captured: Captured, configuration: ConfigurationManager, apply: Apply
) -> None:
    """L-22: ``CaptureScopes`` counts for loggers and scopes that exist."""
    configuration["Logging:CaptureScopes"] = "false"
    apply(builder)
    with log_scope(order=1):
        log.info("without")
        configuration.add_in_memory_collection({"Logging:CaptureScopes": "true"})
        log.info("with")

    assert [record.log_scopes for record in captured.records] == [(), ({"order": 1},)]  # type: ignore[attr-defined]


def test_secrets_are_masked(
    builder: LoggingBuilder, captured: Captured, caplog: pytest.LogCaptureFixture, apply: Apply
) -> None:
    """C5: by the names of fields, at every depth, and by type; others at the root see what was logged."""
    apply(builder)
    secret = {"password": "hunter2", "deep": {"api_key": "hunter2", "list": [{"token": "hunter2"}]}}
    with log_scope(client_secret="hunter2"), caplog.at_level(logging.INFO):
        log.info("%(password)s", {"password": "hunter2"}, extra={**secret, "typed": SecretStr("hunter2")})

    assert "hunter2" not in captured.lines[0]
    assert "hunter2" not in repr(captured.records[0].__dict__)
    assert caplog.records[0].password == "hunter2"  # type: ignore[attr-defined]


class Broken(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        raise RuntimeError("broken")


@pytest.mark.parametrize("told", [True, False])
def test_a_provider_that_fails_does_not_hinder_others(
    builder: LoggingBuilder,
    apply: Apply,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    told: bool,
) -> None:
    """L-30, C10: a log call never raises; ``logging.raiseExceptions`` decides whether stderr is told."""
    monkeypatch.setattr(logging, "raiseExceptions", told)
    captured = Captured()
    builder.add_handler(Broken()).add_handler(captured)
    builder.add_filter("acme.bad", None, provider="Broken", predicate=lambda p, c, level: 1 / 0 > 0)
    apply(builder)
    log.info("one")
    logging.getLogger("acme.bad").info("two")

    assert captured.lines == ["acme.orders.Worker: one", "acme.bad: two"]
    assert ("RuntimeError: broken" in capsys.readouterr().err) == told


def test_without_providers_nothing_is_written(
    builder: LoggingBuilder, captured: Captured, apply: Apply, capsys: pytest.CaptureFixture[str]
) -> None:
    """L-26: not even Python's last resort on stderr."""
    apply(builder.add_console().clear_providers())
    log.error("nobody hears")

    assert captured.lines == []
    assert capsys.readouterr() == ("", "")


def test_a_handlers_own_level_counts(builder: LoggingBuilder, captured: Captured, apply: Apply) -> None:
    """A handler keeps what it was told before it was added."""
    captured.setLevel(logging.ERROR)
    apply(builder)
    log.warning("no")

    assert captured.lines == []


def test_everything_is_put_back(builder: LoggingBuilder, captured: Captured) -> None:
    """L-28: handlers, level and warnings are as they were; closing twice is quiet; the caller's handler stays open."""
    before = (root.handlers[:], root.level, warnings.showwarning)
    queued = QueuedHandler(captured)
    session = builder.capture_warnings().set_minimum_level("Trace").add_handler(queued).apply()
    assert root.level == 5
    log.info("x")
    session.close()
    session.close()

    assert (root.handlers, root.level, warnings.showwarning) == before
    assert captured.lines == ["acme.orders.Worker: x"] * 2
    queued.close()


def test_the_level_is_only_lowered(builder: LoggingBuilder, captured: Captured, apply: Apply) -> None:
    """L-31: what others at the root want to see stays visible to them."""
    root.setLevel(logging.DEBUG)
    try:
        session = builder.apply()
        level = root.level
        session.close()
        assert (level, root.level) == (logging.DEBUG, logging.DEBUG)
    finally:
        root.setLevel(logging.WARNING)


def test_a_level_that_somebody_else_sets_meanwhile_stays(builder: LoggingBuilder) -> None:
    """L-28: only what was changed here is put back."""
    session = builder.apply()
    root.setLevel(logging.ERROR)
    session.close()
    try:
        assert root.level == logging.ERROR
    finally:
        root.setLevel(logging.WARNING)


def test_pytest_sees_the_records(builder: LoggingBuilder, apply: Apply, caplog: pytest.LogCaptureFixture) -> None:
    """Its handler stands beside ours, and ``caplog.set_level`` works."""
    apply(builder)
    log.info("seen")
    with caplog.at_level(logging.DEBUG):
        log.debug("seen too")
    log.debug("not seen")

    assert caplog.messages == ["seen", "seen too"]


def test_two_hosts_at_the_same_time(apply: Apply, configuration: ConfigurationManager) -> None:
    """Every host's handlers get every record; the console belongs to the youngest, then to the elder again."""
    first, second = Captured(), Captured()
    with console(LoggingBuilder(ServiceCollection(), configuration).add_handler(first), "systemd") as elder:
        with console(LoggingBuilder(ServiceCollection(), configuration).add_handler(second), "systemd") as younger:
            log.info("both")
        log.info("one")

    assert (first.lines, second.lines) == (
        ["acme.orders.Worker: both", "acme.orders.Worker: one"],
        ["acme.orders.Worker: both"],
    )
    assert younger.getvalue() == "<6>acme.orders.Worker[0] both\n"
    assert elder.getvalue() == "<6>acme.orders.Worker[0] one\n"


def test_a_host_without_a_console_takes_none_away(builder: LoggingBuilder, apply: Apply) -> None:
    """As in a test that runs an empty host beside the application's."""
    with console(builder, "systemd") as stream:
        apply(LoggingBuilder(ServiceCollection(), ConfigurationManager()))
        log.info("heard")

    assert stream.getvalue() == "<6>acme.orders.Worker[0] heard\n"


def test_values_that_cannot_be_walked_through(builder: LoggingBuilder, captured: Captured, apply: Apply) -> None:
    """C10: a value that holds itself, or ten thousand levels, or whose attributes fail, costs nothing but itself."""
    loop: dict[str, object] = {"name": "x"}
    loop["self"] = loop
    deep: list[object] = []
    for _ in range(10_000):
        deep = [deep]

    class Hostile:
        def __getattribute__(self, name: str) -> object:
            raise RuntimeError(name)

    apply(builder)
    log.info("x", extra={"loop": loop, "deep": deep, "hostile": Hostile()})

    assert len(captured.records) == 1
    assert "..." in repr(captured.records[0].loop)  # type: ignore[attr-defined]


def test_hosts_may_close_in_any_order(builder: LoggingBuilder, configuration: ConfigurationManager) -> None:
    """L-28: also the elder first; the level goes back with the last."""
    before = (root.handlers[:], root.level)
    elder = builder.set_minimum_level("Debug").apply()
    younger = LoggingBuilder(ServiceCollection(), configuration).apply()
    elder.close()
    assert root.level == logging.INFO
    younger.close()

    assert (root.handlers, root.level) == before


@pytest.mark.parametrize("asked", [True, False])
def test_warnings_are_logged_when_asked_for(
    builder: LoggingBuilder, captured: Captured, apply: Apply, asked: bool
) -> None:
    """Python's ``warnings`` go through the pipeline as ``py.warnings``."""
    with warnings.catch_warnings(record=not asked):
        warnings.simplefilter("always")
        session = apply(builder.capture_warnings() if asked else builder)
        warnings.warn("old", DeprecationWarning, stacklevel=1)
        session.close()

    assert [record.name for record in captured.records] == (["py.warnings"] if asked else [])


def test_the_trace_of_opentelemetry_is_noted(builder: LoggingBuilder, captured: Captured, apply: Apply) -> None:
    """L-34: where the application has a span."""
    apply(builder)
    log.info("without")
    with use_span(NonRecordingSpan(SpanContext(trace_id=10, span_id=11, is_remote=False))):
        log.info("with")

    without, with_span = captured.records
    assert not hasattr(without, "trace_id")
    assert (with_span.trace_id, with_span.span_id) == (f"{10:032x}", f"{11:016x}")  # type: ignore[attr-defined]


class Worker:
    class Inner:
        """A nested one."""


def test_loggers_by_class(builder: LoggingBuilder) -> None:
    """L-32, L-33: the very logger that Python has under module and class."""

    class Local:
        pass

    provider = builder.services.build_service_provider()

    assert provider.get_required_service(Logger[Worker.Inner]) is logging.getLogger(f"{__name__}.Worker.Inner")
    assert provider.get_required_service(Logger[Local]).name == f"{__name__}.test_loggers_by_class.Local"
    assert provider.get_required_service(Logger[list[int]]).name == "list"
