"""Programs that log with structlog, beside everything else that logs."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from corner_host.logging import LoggingBuilder

from .conftest import Apply, Captured, console

LAST: dict[str, Any] = {
    "wrapped": structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    "keywords": structlog.stdlib.render_to_log_kwargs,
}
"""The two ways in which structlog hands an event to the standard library."""


@pytest.fixture(params=LAST)
def log(request: pytest.FixtureRequest) -> Iterator[Any]:
    """A logger of structlog, set up as its documentation says."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.PositionalArgumentsFormatter(),
            LAST[request.param],
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
    yield structlog.get_logger("shop.orders")
    structlog.reset_defaults()


def test_an_event_is_a_message_with_fields(builder: LoggingBuilder, log: Any) -> None:
    """experience.md 10: its values are members of the line, and a secret is masked like any other."""
    with console(builder, "json") as stream:
        log.bind(order=7).info("order %s accepted", "A-7", api_key="s3cret")
        logging.getLogger("shop.orders").info("plain")

    first, second = (json.loads(line) for line in stream.getvalue().splitlines())
    assert (first["logger"], first["level"], first["message"]) == ("shop.orders", "info", "order A-7 accepted")
    assert first["order"] == 7
    assert "s3cret" not in stream.getvalue()
    assert not {"_logger", "_name", "event"} & first.keys()
    assert second["message"] == "plain"


@pytest.mark.parametrize("given", [True, LookupError("gone")], ids=["the one handled", "one given"])
def test_an_exception_comes_with_its_traceback(
    builder: LoggingBuilder, captured: Captured, log: Any, given: object, apply: Apply
) -> None:
    """experience.md 10: however structlog was told of it."""
    apply(builder)
    try:
        raise LookupError("gone")
    except LookupError:
        log.error("failed", exc_info=given)

    assert captured.lines == ["shop.orders: failed"]
    assert captured.records[0].exc_info
    assert str(captured.records[0].exc_info[1]) == "gone"


def test_a_field_hides_nothing_of_the_record(builder: LoggingBuilder, captured: Captured, apply: Apply) -> None:
    """experience.md 10: a value called like a part of the record gets another name."""
    apply(builder)
    event = {"event": "moved", "module": "kitchen", "timestamp": "2026-01-01"}
    logging.getLogger("shop").info(event, extra={"_logger": None, "_name": "info"})

    assert captured.lines == ["shop: moved"]
    assert vars(captured.records[0])["module_"] == "kitchen"
    assert captured.records[0].module == "test_structlog"


def test_structlogs_own_formatter_still_gets_the_event(builder: LoggingBuilder, apply: Apply) -> None:
    """experience.md 10: nobody fights it: a handler beside ours sees the record as structlog made it."""
    beside = Captured()
    logging.getLogger().addHandler(beside)
    try:
        apply(builder)
        logging.getLogger("shop").warning({"event": "hot"}, extra={"_logger": None, "_name": "warning"})
    finally:
        logging.getLogger().removeHandler(beside)

    formatter = structlog.stdlib.ProcessorFormatter(processor=structlog.processors.JSONRenderer())
    assert "hot" in formatter.format(beside.records[0])
