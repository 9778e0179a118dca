"""Where console lines go."""

import io
import os
import sys
import threading

import pytest

from corner_host.logging.output import Output


@pytest.mark.skipif(sys.platform == "win32", reason="pipes block there")
def test_a_pipe_that_does_not_block_gets_all_of_it() -> None:
    """L-63: somebody may have made stdout non-blocking; a write then takes a part, or nothing, and the rest follows."""
    read, write = os.pipe()
    os.set_blocking(write, False)
    text = "0123456789" * 100_000
    received: list[bytes] = []

    def receive() -> None:
        with os.fdopen(read, "rb") as reader:
            received.append(reader.read())

    reader = threading.Thread(target=receive)
    with os.fdopen(write, "w") as stream:
        os.write(write, b"filled")  # before anybody reads
        reader.start()
        Output(stream).write(text)
    reader.join()

    assert received[0].decode() == "filled" + text


def test_memory_is_no_terminal_and_no_journal(monkeypatch: pytest.MonkeyPatch) -> None:
    """L-73: nor has it a width."""
    monkeypatch.setenv("JOURNAL_STREAM", "1:2")
    output = Output(io.StringIO())

    assert (output.is_terminal, output.is_journal, output.width) == (False, False, None)


@pytest.mark.parametrize("named", ["", "nonsense", "1:2", ":"])
def test_a_variable_that_names_another_file_is_no_journal(monkeypatch: pytest.MonkeyPatch, named: str) -> None:
    """L-74: whatever stands in ``JOURNAL_STREAM``."""
    monkeypatch.setenv("JOURNAL_STREAM", named)
    with open(os.devnull, "w") as stream:  # noqa: PTH123 - a device
        assert not Output(stream).is_journal


def test_a_closed_stream_can_be_asked() -> None:
    """L-65: and is no terminal."""
    stream = io.StringIO()
    stream.close()

    assert not Output(stream).is_terminal
