"""What providers are shown, and loggers by class."""

import logging

import pytest
from opentelemetry.trace import NonRecordingSpan, SpanContext, use_span
from pydantic import SecretStr

from corner_host.configuration import ConfigurationManager
from corner_host.logging import (
    Logger,
    LoggingBuilder,
    log_scope,
)

from .conftest import Apply, Captured

log = logging.getLogger("acme.orders.Worker")
root = logging.getLogger()


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


class Asking:
    def __init__(self, log: logging.Logger) -> None:
        self.log = log


def test_a_class_gets_by_itself_the_logger_that_its_name_asks_for(builder: LoggingBuilder) -> None:
    """L-33: ``logging.Logger`` in a constructor and ``Logger[Asking]`` elsewhere are one, for local classes, too."""

    class Local(Asking):
        pass

    provider = builder.services.add_singleton(Asking).add_singleton(Local).build_service_provider()

    assert provider.get_required_service(Asking).log is provider.get_required_service(Logger[Asking])
    assert provider.get_required_service(Local).log is provider.get_required_service(Logger[Local])
