"""What is attached to Python's root logger, and what is left behind."""

import logging
import logging.config
import warnings

import pytest

from corner_host.configuration import ConfigurationManager
from corner_host.di import ServiceCollection
from corner_host.logging import (
    LoggingBuilder,
    QueuedHandler,
)

from .conftest import Apply, Captured, console

log = logging.getLogger("acme.orders.Worker")
root = logging.getLogger()


def test_without_providers_nothing_is_written(
    builder: LoggingBuilder, captured: Captured, apply: Apply, capsys: pytest.CaptureFixture[str]
) -> None:
    """L-26: not even Python's last resort on stderr."""
    apply(builder.add_console().clear_providers())
    log.error("nobody hears")

    assert captured.lines == []
    assert capsys.readouterr() == ("", "")


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


def test_a_library_that_configures_logging_does_no_harm(builder: LoggingBuilder) -> None:
    """``dictConfig`` closes every handler in the process; the console goes on."""
    with console(builder, "systemd") as stream:
        log.info("before")
        logging.config.dictConfig({"version": 1, "disable_existing_loggers": False})
        log.info("after")

    assert stream.getvalue() == "<6>acme.orders.Worker[0] before\n<6>acme.orders.Worker[0] after\n"


def test_a_closed_session_follows_no_more(
    builder: LoggingBuilder, configuration: ConfigurationManager, caplog: pytest.LogCaptureFixture
) -> None:
    """L-21, L-28: what is reloaded later concerns nobody."""
    builder.apply().close()
    configuration.add_in_memory_collection({"Logging:LogLevel:acme": "loud"})

    assert caplog.records == []


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
