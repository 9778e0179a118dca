"""The log format for terminals."""

import logging
import re

import pytest

from corner_host.console.log_formatter import RichFormatter
from corner_host.logging import FormatterOptions, SimpleFormatter

from .conftest import raised, record, utc


def plain(text: str) -> str:
    """Return *text* without the terminal's codes."""
    return re.sub(r"\x1b\[[\d;]*m", "", text)


@pytest.mark.parametrize("level", [5, 10, 20, 30, 40, 50])
@pytest.mark.parametrize("options", [utc(color=True), utc(color=True, single_line=True), utc(color=True, width=20)])
def test_it_is_the_simple_line_in_colours(level: int, options: FormatterOptions) -> None:
    """L-66, L-73: the same text, whatever the width; markup in messages is text."""
    made = record("[red]one[/red] :smile: {}\ntwo " + "x" * 200, level, log_scopes=({"job": "01J9"},), order=[1])
    text = RichFormatter(options).format(made)

    assert "\x1b[" in text
    assert plain(text) == plain(SimpleFormatter(options).format(made))


def test_exceptions_come_with_source_and_without_local_variables() -> None:
    """L-67, C5: local variables may hold secrets."""
    text = plain(RichFormatter(utc(color=True)).format(record("It failed", logging.ERROR, exc_info=raised("boom"))))

    assert "It failed" in text
    assert "raise ValueError(message) from cause" in text
    assert text.endswith("ValueError: boom")
    assert "locals" not in text


def test_an_exception_may_stand_on_the_same_line() -> None:
    """L-70: with ``SingleLine``."""
    text = RichFormatter(utc(single_line=True)).format(record("It failed", exc_info=raised("boom")))

    assert "\n" not in text
    assert text.endswith("ValueError: boom")


def test_without_colours_there_are_no_colours() -> None:
    """L-73: bold and dim may stay, colours not."""
    text = RichFormatter(utc()).format(record(level=logging.ERROR, exc_info=raised()))

    assert not re.search(r"\x1b\[[\d;]*3\d", text)


def test_a_message_cannot_command_the_terminal() -> None:
    """L-68: an escape sequence from outside is made visible."""
    kind, _, trace = raised()
    error = ExceptionGroup("\x1bc", [ValueError("\x1bc")])
    error.add_note("\x1bc")
    made = (record("\x1b[2J"), record("It failed", exc_info=(kind, error, trace)))
    texts = [plain(RichFormatter(utc(color=True)).format(each)) for each in made]

    assert "\\x1b[2J" in texts[0]
    assert texts[1].count("\\x1bc") == 3
    assert "\x1b" not in "".join(texts)


def test_a_stack_that_was_asked_for_is_shown() -> None:
    """``stack_info=True`` works with and without an exception."""
    made = record(stack_info="Stack (most recent call last):\n  here", exc_info=raised())

    assert "Stack (most recent call last):\n  here" in plain(RichFormatter(utc()).format(made))
