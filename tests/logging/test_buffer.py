"""The last records in memory, and levels that are changed while the program runs."""

import gc
import logging
import sys
import threading
import weakref

import pytest

from corner_host.configuration import ConfigurationManager
from corner_host.di import ServiceCollection
from corner_host.logging import LogBuffer, LoggingBuilder, LoggingSession, LogLevels, log_scope

from .conftest import Captured


class Held:
    """Something that a record must not keep alive."""

    def __str__(self) -> str:
        return "held"


class Mute:
    """Something without a text."""

    def __str__(self) -> str:
        raise RuntimeError("no text")


@pytest.fixture
def services() -> ServiceCollection:
    """Where a builder registers."""
    return ServiceCollection()


@pytest.fixture
def buffer(services: ServiceCollection) -> LogBuffer:
    """A buffer for ten records, registered."""
    buffer = LogBuffer(10)
    services.add_singleton(LogBuffer, instance=buffer)
    return buffer


def _apply(services: ServiceCollection, *handlers: logging.Handler, **settings: str) -> LoggingSession:
    configuration = ConfigurationManager()
    for name, value in settings.items():
        configuration[f"Logging:LogLevel:{name}"] = value
    builder = LoggingBuilder(services, configuration)
    for each in handlers:
        builder.add_handler(each)
    return builder.apply()


def _levels(services: ServiceCollection) -> LogLevels:
    return services.build_service_provider().get_required_service(LogLevels)


def test_a_registered_buffer_keeps_the_last_records(services: ServiceCollection, buffer: LogBuffer) -> None:
    """LB-1: with scopes, extras, exception and traceback; the oldest go; numbers count on."""
    session = _apply(services)
    with log_scope(order=7):
        for number in range(12):
            logging.getLogger("acme").info("n %d", number, extra={"password": "hunter2"})
    session.close()
    kept = buffer.records()

    assert ([each.message for each in kept], buffer.last_id) == ([f"n {number}" for number in range(2, 12)], 12)
    assert kept[-1].fields == (("order", 7), ("password", "••••••••"))


def test_a_buffer_keeps_no_object_alive() -> None:
    """LB-2: arguments, extras and frames of tracebacks are kept as text."""
    buffer = LogBuffer(10)
    held = Held()
    gone = weakref.ref(held)
    buffer.handle(_failed(held))
    del held
    gc.collect()
    (record,) = buffer.records()

    assert gone() is None
    assert (record.message, record.fields, record.exception) == ("held", (("thing", "held"),), "ValueError: held")


def _failed(held: Held) -> logging.LogRecord:
    try:
        raise ValueError(held)
    except ValueError:
        fields = {"msg": "%s", "args": (held,), "exc_info": sys.exc_info(), "thing": held}
        return logging.makeLogRecord(fields)


def test_long_and_broken_texts_cost_only_themselves(services: ServiceCollection, buffer: LogBuffer) -> None:
    """LB-3: what is long is cut, what has no text is named."""
    session = _apply(services)
    logging.getLogger("acme").info("x" * 100_000, extra={"thing": Mute()})
    session.close()
    (record,) = buffer.records()

    assert len(record.message) == 10_000
    assert record.fields == (("thing", "<Mute whose text fails with RuntimeError>"),)


def test_the_rules_decide_what_is_kept(services: ServiceCollection, buffer: LogBuffer) -> None:
    """LB-4: a buffer is a provider like others, of the name ``Buffer``."""
    configuration = ConfigurationManager()
    configuration["Logging:Buffer:LogLevel:Default"] = "Error"
    session = LoggingBuilder(services, configuration).apply()
    logging.getLogger("acme").warning("no")
    logging.getLogger("acme").error("yes")
    session.close()

    assert [each.message for each in buffer.records()] == ["yes"]


def test_who_watches_is_told_of_each_record(services: ServiceCollection, buffer: LogBuffer) -> None:
    """LB-5: until the watch is ended; from any thread."""
    session = _apply(services)
    seen: list[int] = []
    end = buffer.watch(lambda: seen.append(buffer.last_id))
    thread = threading.Thread(target=logging.getLogger("acme").warning, args=("one",))
    thread.start()
    thread.join()
    end()
    logging.getLogger("acme").warning("two")
    session.close()

    assert seen == [1]


def test_a_changed_level_wins_over_every_rule(services: ServiceCollection) -> None:
    """LL-1: over those of code, configuration and provider, for what the category begins; the longest change counts."""
    captured = Captured()
    session = _apply(services, captured, **{"Default": "Warning", "acme.orders": "Error"})
    levels = _levels(services)
    levels.change("acme", logging.DEBUG)
    levels.change("acme.mail", logging.CRITICAL)
    for name in ("acme.orders", "acme.mail", "other"):
        logging.getLogger(name).debug("seen")
        logging.getLogger(name).error("failed")
    levels.take_back("acme")
    levels.take_back("acme.mail")
    logging.getLogger("acme.orders").warning("not seen")
    session.close()

    assert captured.lines == ["acme.orders: seen", "acme.orders: failed", "other: failed"]


def test_a_level_can_be_raised_for_all(services: ServiceCollection) -> None:
    """LL-2: the empty category stands for every logger."""
    captured = Captured()
    session = _apply(services, captured, acme="Debug")
    levels = _levels(services)
    levels.change("", logging.ERROR)
    logging.getLogger("acme").warning("not seen")
    changes = dict(levels.changes)
    session.close()

    assert (captured.lines, changes) == ([], {"": logging.ERROR})


def test_a_logger_with_its_own_level_gets_it_back(services: ServiceCollection) -> None:
    """LL-3: unless somebody has set it meanwhile; also when the session ends."""
    own, set_meanwhile = logging.getLogger("acme.own"), logging.getLogger("acme.meanwhile")
    own.setLevel(logging.ERROR)
    set_meanwhile.setLevel(logging.ERROR)
    try:
        session = _apply(services, Captured())
        _levels(services).change("acme", logging.DEBUG)
        during = own.level
        set_meanwhile.setLevel(logging.INFO)
        session.close()

        assert (during, own.level, set_meanwhile.level) == (logging.DEBUG, logging.ERROR, logging.INFO)
    finally:
        own.setLevel(logging.NOTSET)
        set_meanwhile.setLevel(logging.NOTSET)


def test_a_change_outlives_a_reload_and_not_the_session(services: ServiceCollection) -> None:
    """LL-4: settings that are read again do not take it back; the end does, for the root's level too."""
    before = logging.getLogger().level
    configuration = ConfigurationManager()
    captured = Captured()
    session = LoggingBuilder(services, configuration).add_handler(captured).apply()
    levels = _levels(services)
    levels.change("acme", logging.DEBUG)
    configuration["Logging:LogLevel:Default"] = "Warning"
    configuration.reload()
    logging.getLogger("acme").debug("seen")
    session.close()

    assert (captured.lines, dict(levels.changes), logging.getLogger().level) == (["acme: seen"], {}, before)
    assert levels.take_back("acme") is False
