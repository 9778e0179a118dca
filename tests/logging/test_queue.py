"""A handler that never makes its caller wait."""

import logging
import os
import sys
import threading
from collections.abc import Iterator

import pytest

from corner_host.logging import QueuedHandler

from .conftest import Captured, record


class Gate(Captured):
    """A handler that writes only while its gate is open."""

    def __init__(self) -> None:
        super().__init__()
        self.open = threading.Event()
        self.waiting = threading.Event()

    def emit(self, record: logging.LogRecord) -> None:
        self.waiting.set()
        self.open.wait()
        super().emit(record)


@pytest.fixture
def gate() -> Iterator[Gate]:
    gate = Gate()
    yield gate
    gate.open.set()


def log(handler: logging.Handler, *messages: str, level: int = logging.INFO) -> None:
    for message in messages:
        handler.handle(record(message, level))


def messages(handler: Captured) -> list[str]:
    return [made.getMessage() for made in handler.records]


def test_records_arrive_in_order() -> None:
    """L-63: one background writer; a flush waits for all of them."""
    target = Captured()
    handler = QueuedHandler(target)
    log(handler, *map(str, range(100)))
    handler.flush()

    assert messages(target) == [str(number) for number in range(100)]
    assert handler.is_idle
    handler.close()


def test_the_caller_does_not_wait(gate: Gate) -> None:
    """L-63: what is logged while the target hangs is written later."""
    handler = QueuedHandler(gate)
    log(handler, "first", "second")
    gate.waiting.wait()

    assert messages(gate) == []
    assert not handler.is_idle
    gate.open.set()
    handler.close()
    assert messages(gate) == ["first", "second"]


def test_the_message_is_filled_in_at_once(gate: Gate) -> None:
    """L-45: arguments may change after the call."""
    handler = QueuedHandler(gate)
    order = ["bread"]
    made = record("%s")
    made.args = (order,)
    handler.handle(made)
    order.append("milk")
    gate.open.set()
    handler.close()

    assert messages(gate) == ["['bread']"]
    assert made.args == (["bread", "milk"],)  # the caller's record is left alone


def test_what_does_not_fit_is_counted_and_told(gate: Gate) -> None:
    """L-64: one line, as soon as there is room; warnings have some room more."""
    handler = QueuedHandler(gate, capacity=10)
    log(handler, "hangs")
    gate.waiting.wait()
    log(handler, *map(str, range(15)))
    log(handler, "warning", "too much", level=logging.WARNING)
    gate.open.set()
    handler.close()

    told = "6 log records were dropped, because the output is slower than the log"
    assert messages(gate) == ["hangs", told, *map(str, range(10)), "warning"]


@pytest.mark.parametrize("capacity", [0, -1])
def test_a_queue_has_room_for_one_at_least(capacity: int) -> None:
    """L-63: another length is refused."""
    with pytest.raises(ValueError, match="at least 1"):
        QueuedHandler(Captured(), capacity=capacity)


def test_closing_gives_up_on_a_target_that_hangs(gate: Gate, capsys: pytest.CaptureFixture[str]) -> None:
    """L-65: after the time that it was given; what is lost is told, and later records are not waited for."""
    handler = QueuedHandler(gate)
    log(handler, "first", "second")
    gate.waiting.wait()
    handler.flush(0.01)
    handler.close(0.01)
    handler.close()
    log(handler, "late")

    assert "2 log records were not written: nobody read them for 0.01 s" in capsys.readouterr().err


def test_records_after_the_end_are_written_directly() -> None:
    """L-65: by the caller."""
    target = Captured()
    handler = QueuedHandler(target)
    log(handler, "before")
    handler.end()
    log(handler, "after")

    assert messages(target) == ["before", "after"]


def test_a_handler_that_was_closed_opens_again() -> None:
    """L-65: as Python's own do; the caller still does not wait."""
    target = Gate()
    target.open.set()
    handler = QueuedHandler(target)
    log(handler, "before")
    handler.close()
    target.open.clear()
    log(handler, "after")
    assert messages(target) == ["before"]
    target.open.set()
    handler.end()

    assert messages(target) == ["before", "after"]


class Failing(Captured):
    def emit(self, record: logging.LogRecord) -> None:
        if record.getMessage() == "bad":
            raise RuntimeError("broken")
        super().emit(record)


def test_a_target_that_fails_is_told_and_goes_on(capsys: pytest.CaptureFixture[str]) -> None:
    """L-30, L-65: one record is lost, the thread is not."""
    target = Failing()
    handler = QueuedHandler(target)
    log(handler, "bad", "good")
    handler.close()

    assert messages(target) == ["good"]
    assert "RuntimeError: broken" in capsys.readouterr().err


def test_no_thread_without_records() -> None:
    """L-63: a host that logs nothing has none, and closing leaves none behind."""
    before = threading.active_count()
    quiet, loud = QueuedHandler(Captured()), QueuedHandler(Captured())
    log(loud, "x")
    quiet.flush()
    quiet.close()
    loud.close()

    assert threading.active_count() == before


def test_a_message_that_does_not_fit_is_told_and_written(capsys: pytest.CaptureFixture[str]) -> None:
    """L-48, C10: Python's report on stderr, and a record with the template and its arguments."""
    target = Captured()
    handler = QueuedHandler(target)
    made = record("%d")
    made.args = ("many",)
    handler.handle(made)
    handler.close()

    assert messages(target) == ["%d ('many',)"]
    assert "TypeError: %d format" in capsys.readouterr().err


@pytest.mark.skipif(sys.platform == "win32", reason="there is no fork")
@pytest.mark.filterwarnings(
    "ignore::DeprecationWarning"
)  # Python 3.12 warns of forking with threads: that is the point
def test_a_forked_child_writes_its_own_records(gate: Gate) -> None:
    """L-63: with a thread of its own, and without what waited in the parent."""
    read, write = os.pipe()
    target = logging.StreamHandler(os.fdopen(write, "w"))
    handler = QueuedHandler(target)
    hanging = QueuedHandler(gate)
    log(handler, "parent")
    handler.flush()
    log(hanging, "waits")
    gate.waiting.wait()
    child = os.fork()
    if child == 0:
        log(handler, "child")
        handler.flush()
        os._exit(0 if hanging.is_idle else 1)
    _, status = os.waitpid(child, 0)
    handler.close()

    assert status == 0
    assert os.read(read, 100) == b"parent\nchild\n"
    os.close(read)
    target.stream.close()
