"""How a record becomes text."""

import logging
import re
from typing import Any

import pytest

from corner_host.logging import JsonFormatter, SimpleDotnetFormatter, SimpleFormatter, SystemdFormatter

from .conftest import raised, record, utc

LEVELS = [5, logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR, logging.CRITICAL]
SCOPES: Any = ({"a": 1}, {"b": "x", "c": 2})


def test_the_simple_line() -> None:
    """L-66: time, level, category, message, as in the first ten minutes of a new user."""
    line = SimpleFormatter(utc()).format(record("Worker running"))

    assert line == "12:30:01.104 info  test                    Worker running"


@pytest.mark.parametrize(
    ("level", "word"),
    list(zip([*LEVELS, 25, 3], ["trace", "debug", "info", "warn", "error", "crit", "info", "trace"], strict=True)),
)
def test_the_level_words(level: int, word: str) -> None:
    """L-66: five letters, so that categories stand below one another; levels between get the name below them."""
    assert SimpleFormatter(utc()).format(record(level=level))[13:19] == f"{word:<6}"


def test_fields_stand_behind_the_message() -> None:
    """L-69: scopes from the outside in, then ``extra``; the inner one of a name wins; event ids are for machines."""
    line = SimpleFormatter(utc()).format(record(log_scopes=({"job": 1, "n": 1}, {"n": 2}), order=7, event_id=3))

    assert line.endswith(f"{'hello':33}job=1 n=2 order=7")


def test_scopes_can_be_left_out() -> None:
    """L-69: with ``IncludeScopes`` false."""
    line = SimpleFormatter(utc(include_scopes=False)).format(record(log_scopes=SCOPES, order=7))

    assert line.endswith(f"{'hello':33}order=7")


def test_further_lines_stand_below_the_message() -> None:
    """L-67: a message cannot look like the start of another record."""
    lines = SimpleFormatter(utc()).format(record("one\ntwo\r\nthree", exc_info=raised())).split("\n")

    assert lines[1] == " " * 43 + "two"
    assert lines[2] == " " * 43 + "three"
    assert lines[3] == " " * 43 + "Traceback (most recent call last):"
    assert lines[-1] == " " * 43 + "ValueError: boom"


def test_fields_stand_behind_the_first_line() -> None:
    """L-69: where they are looked for, however long the message is."""
    lines = SimpleFormatter(utc()).format(record("failed\nPaymentTimeout", job=1)).split("\n")

    assert lines[0].endswith(f"{'failed':33}job=1")
    assert lines[1] == " " * 43 + "PaymentTimeout"


TOLD: dict[str, Any] = {"console_category": "corner_host.lifetime", "console_message": "Stopped in 1.26 s"}


def test_a_person_reads_what_the_record_brings_for_a_terminal() -> None:
    """CL-5: another category, another sentence; with an empty one, which a console leaves out, a file has its own."""
    formatter = SimpleFormatter(utc())

    assert formatter.format(record(**TOLD)) == "12:30:01.104 info  corner_host.lifetime    Stopped in 1.26 s"
    assert formatter.format(record(console_message="")) == formatter.format(record())
    assert formatter.format(record("")) == "12:30:01.104 info  test                    "


@pytest.mark.parametrize(
    ("formatter", "words"),
    [
        (JsonFormatter, '"logger":"corner_host.lifetime","message":"Stopped in 1.26 s"'),
        (SystemdFormatter, "<6>corner_host.lifetime[0] Stopped in 1.26 s"),
        (SimpleDotnetFormatter, "info: test[0]\n      hello"),
    ],
)
def test_programs_read_the_same_words(formatter: Any, words: str) -> None:
    """CL-5: those of this product, but for the format that is .NET's own; what a person has read, they get, too."""
    told, silent = formatter(utc()).format(record(**TOLD)), formatter(utc()).format(record(console_message=""))

    assert words in told
    assert silent == formatter(utc()).format(record())


def test_of_a_job_a_person_reads_the_id_and_the_trace() -> None:
    """L-69: queue and attempt stand in the message where they matter."""
    scope = {"job_id": "01J9", "queue": "mail", "attempt": 2}
    line = SimpleFormatter(utc()).format(record(log_scopes=({"tenant": "a"}, scope), trace_id="9f2c", span_id="1"))

    assert line.endswith(f"{'hello':33}tenant=a job=01J9 trace=9f2c")


@pytest.mark.parametrize(("length", "column"), [(19, 33), (30, 33), (31, 54), (46, 54), (51, 54), (52, 75)])
def test_fields_begin_at_one_of_a_few_columns(length: int, column: int) -> None:
    """L-69: so that those of neighbouring lines stand below one another."""
    line = SimpleFormatter(utc()).format(record("x" * length, n=1))

    assert line.index("n=1") == 43 + column


@pytest.mark.parametrize("formatter", [SimpleFormatter, SimpleDotnetFormatter])
def test_a_single_line_holds_all(formatter: Any) -> None:
    """L-70: with ``SingleLine`` line ends become blanks."""
    line = formatter(utc(single_line=True)).format(record("one\ntwo", exc_info=raised()))

    assert "\n" not in line
    assert "one two Traceback" in line
    assert line.endswith("ValueError: boom")


@pytest.mark.parametrize(
    ("formatter", "expected"),
    [
        (SimpleFormatter, "23 Nov|info  test                    hello"),
        (SimpleDotnetFormatter, "23 Nov|info: test[0]\n      hello"),
        (SystemdFormatter, "<6>23 Nov|test[0] hello"),
    ],
)
def test_the_timestamp_is_written_as_its_format_says(formatter: Any, expected: str) -> None:
    """L-71, L-76: it is the first text (behind the priority of systemd), and no blank is added."""
    assert formatter(utc(timestamp_format="%d %b|")).format(record()) == expected


@pytest.mark.parametrize(
    ("level", "word"), list(zip(LEVELS, ["trce", "dbug", "info", "warn", "fail", "crit"], strict=True))
)
def test_the_two_lines_of_dotnet(level: int, word: str) -> None:
    """L-66, L-51: level word, category, event id; below it the message, indented by six."""
    assert SimpleDotnetFormatter(utc()).format(record(level=level, event_id=3)) == f"{word}: test[3]\n      hello"


@pytest.mark.parametrize("message", ["hello", ""])
def test_dotnets_exceptions_are_indented(message: str) -> None:
    """L-67: each line by six blanks; an empty message leaves header and exception."""
    lines = SimpleDotnetFormatter(utc()).format(record(message, logging.ERROR, exc_info=raised())).split("\n")

    assert lines[0] == "fail: test[0]"
    assert lines[1:2] == ([f"      {message}"] if message else ["      Traceback (most recent call last):"])
    assert all(line.startswith("      ") for line in lines[1:])


def test_dotnets_scopes() -> None:
    """L-69: one line between header and message when ``IncludeScopes`` asks for it, none without scopes."""
    formatter = SimpleDotnetFormatter(utc(include_scopes=True))

    assert formatter.format(record(log_scopes=SCOPES)) == "info: test[0]\n      => a:1 => b:x c:2\n      hello"
    assert formatter.format(record()) == "info: test[0]\n      hello"
    assert SimpleDotnetFormatter(utc()).format(record(log_scopes=SCOPES)) == "info: test[0]\n      hello"


def test_braces_and_percents_stay_in_ready_text() -> None:
    """L-68: a message without arguments is printed as it is."""
    assert SimpleDotnetFormatter(utc()).format(record("{x} 100%")).endswith("{x} 100%")


@pytest.mark.parametrize("formatter", [SimpleFormatter, SimpleDotnetFormatter])
@pytest.mark.parametrize("level", LEVELS)
def test_only_the_level_word_is_coloured(formatter: Any, level: int) -> None:
    """L-72, L-73: and nothing without colours."""
    colored = formatter(utc(color=True)).format(record(level=level))
    plain = formatter(utc()).format(record(level=level))

    assert "\x1b" not in plain
    assert re.sub(r"\x1b\[[\d;]*m", "", colored) == plain
    assert re.search(r"(?:\x1b\[[\d;]+m)+(\w+ ?)\x1b\[0m", colored)
    assert colored.count("\x1b[0m") == 1


@pytest.mark.parametrize("formatter", [SimpleFormatter, SimpleDotnetFormatter, SystemdFormatter])
def test_a_message_cannot_command_the_terminal(formatter: Any) -> None:
    """L-68: an escape sequence from outside is made visible."""
    line = formatter(utc()).format(record("\x1b[2Jgone"))

    assert "\x1b" not in line
    assert "\\x1b[2Jgone" in line


@pytest.mark.parametrize(("level", "priority"), list(zip(LEVELS, [7, 7, 6, 4, 3, 2], strict=True)))
def test_the_line_for_systemd(level: int, priority: int) -> None:
    """L-74: the priority that the journal reads, category and event id."""
    assert SystemdFormatter(utc()).format(record(level=level)) == f"<{priority}>test[0] hello"


def test_systemd_has_one_line_for_all() -> None:
    """L-75, L-76: every kind of line end becomes one blank; scopes stand before the message."""
    formatter = SystemdFormatter(utc(include_scopes=True))
    line = formatter.format(record("a\r\nb\nc\rd", log_scopes=SCOPES, exc_info=raised()))

    assert line.startswith("<6>test[0] => a:1 => b:x c:2 a b c d Traceback (most recent call last):   File ")
    assert "\n" not in line


def test_a_message_that_does_not_fit_its_arguments() -> None:
    """L-48, L-49, C10: the template and the arguments are shown; nothing raises."""
    broken = record("%d of %d")
    broken.args = ("many",)

    assert SystemdFormatter(utc()).format(broken) == "<6>test[0] %d of %d ('many',)"


def test_a_stack_that_was_asked_for_is_shown() -> None:
    """``stack_info=True`` works as in Python's own formatter."""
    text = SimpleDotnetFormatter(utc()).format(record(stack_info="Stack (most recent call last):\n  here"))

    assert text.endswith("      Stack (most recent call last):\n        here")


@pytest.mark.parametrize("formatter", [SimpleFormatter, SimpleDotnetFormatter])
def test_neither_name_nor_message_forges_a_line_or_commands_a_terminal(
    formatter: type[SimpleFormatter | SimpleDotnetFormatter],
) -> None:
    """L-68: control characters of one byte, of eight bits, and those that turn the writing are made visible."""
    made = record("\x1b[2J \x9b2J \x07 \u202e\tend")
    made.name = "shop\ncrit  shop"
    first, *others = formatter(utc()).format(made).split("\n")

    assert "shop crit  shop" in first
    assert "\\x1b[2J \\x9b2J \\x07 \\u202e\tend" in "".join([first, *others])
    assert len(others) == (formatter is SimpleDotnetFormatter)
