"""Where console lines go, and what is known about the place.

A stream with a file descriptor is written to directly, past Python's buffer: a thread that waits inside that buffer for
a reader which never comes would keep its lock, and the interpreter aborts when it cannot take it at exit.
"""

import os
import select
import sys
from typing import TextIO, final


@final
class Output:
    """A text stream as the console uses it.

    Args:
        stream: An open text stream. It is never closed here.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._encoding = getattr(stream, "encoding", None) or "utf-8"
        self._descriptor = _descriptor_of(stream)

    @property
    def is_terminal(self) -> bool:
        """Whether a person sees it."""
        try:
            return self._stream.isatty()
        except ValueError:  # closed
            return False

    @property
    def is_journal(self) -> bool:
        """Whether systemd's journal reads it: ``JOURNAL_STREAM`` names this very file, as systemd promises."""
        device, _, inode = os.environ.get("JOURNAL_STREAM", "").partition(":")
        if self._descriptor is None or not inode:
            return False
        status = os.fstat(self._descriptor)
        return (device, inode) == (str(status.st_dev), str(status.st_ino))

    @property
    def width(self) -> int | None:
        """Columns of the terminal, None where there is none."""
        if self._descriptor is None or not self.is_terminal:
            return None
        try:
            return os.get_terminal_size(self._descriptor).columns or None
        except OSError:
            return None

    def write(self, text: str) -> None:
        """Write *text*, waiting for as long as the reader makes it wait; what the encoding lacks is written escaped.

        Raises:
            OSError: The reader is gone.
            ValueError: The stream is closed.
        """
        data = text.encode(self._encoding, "backslashreplace")
        if self._descriptor is None or self._stream.closed:
            self._stream.write(data.decode(self._encoding))
            self._stream.flush()
            return
        rest = memoryview(data)
        while rest:
            try:
                rest = rest[os.write(self._descriptor, rest) :]
            except BlockingIOError:  # somebody made the pipe non-blocking, as node does for its children
                select.select([], [self._descriptor], [])


def _descriptor_of(stream: TextIO) -> int | None:
    """Return the descriptor to write to; None where the stream itself has to translate (memory, Windows' console)."""
    try:
        descriptor = stream.fileno()
    except (OSError, ValueError, AttributeError):
        return None
    return None if sys.platform == "win32" and stream.isatty() else descriptor
