"""Which format the console has, and where it goes."""

import io
import json
import logging

import pytest

from corner_host.configuration import ConfigurationManager
from corner_host.logging import (
    FormatterOptions,
    LoggingBuilder,
    LoggingConfigurationError,
    log_scope,
)

from .conftest import console

log = logging.getLogger("acme")


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("systemd", "<6>acme[0] hello"),
        ("SIMPLE-dotnet", "info: acme[0]\n      hello"),
        ("Json", '{"timestamp":'),
    ],
)
@pytest.mark.parametrize("where", ["code", "configuration"])
def test_formats_by_name(
    builder: LoggingBuilder, configuration: ConfigurationManager, name: str, start: str, where: str
) -> None:
    """L-54: in any case, from code or from ``Logging:Console:FormatterName``."""
    if where == "configuration":
        configuration["Logging:Console:FormatterName"] = name
    with console(builder, name if where == "code" else None) as stream:
        log.info("hello")

    assert stream.getvalue().startswith(start)


def test_the_format_of_the_configuration_goes_before_code(
    builder: LoggingBuilder, configuration: ConfigurationManager
) -> None:
    """L-57: the section rules, so that an operator can choose."""
    configuration["Logging:Console:FormatterName"] = "systemd"
    with console(builder, "json") as stream:
        log.info("hello")

    assert stream.getvalue() == "<6>acme[0] hello\n"


@pytest.mark.parametrize("name", ["jsn", ""])
def test_an_unknown_name_falls_back(builder: LoggingBuilder, configuration: ConfigurationManager, name: str) -> None:
    """L-55: to what fits the output; a name that nobody knows is told."""
    configuration["Logging:Console:FormatterName"] = name
    with console(builder) as stream:
        log.info("hello")

    *told, hello = map(json.loads, stream.getvalue().splitlines())
    assert hello["message"] == "hello"
    assert ["There is no console format 'jsn'" in record["message"] for record in told] == ([True] if name else [])


def test_an_unknown_name_in_code_is_an_error(builder: LoggingBuilder) -> None:
    """L-55: it is found when the host is built."""
    with pytest.raises(LoggingConfigurationError, match=r"'jsn'.*no such format") as caught:
        builder.add_console("jsn").apply()

    assert "simple-dotnet" in str(caught.value)


class Shouting(logging.Formatter):
    def __init__(self, options: FormatterOptions) -> None:
        super().__init__()
        self.options = options

    def format(self, record: logging.LogRecord) -> str:
        return record.getMessage().upper() + ("!" if self.options.single_line else "?")


def test_a_format_of_ones_own(builder: LoggingBuilder, configuration: ConfigurationManager) -> None:
    """L-54, L-56: registered under a name, with the formatter options of the configuration."""
    configuration["Logging:Console:FormatterName"] = "shout"
    configuration["Logging:Console:FormatterOptions:SingleLine"] = "True"
    with console(builder.add_console_formatter("Shout", Shouting)) as stream:
        log.info("hello")

    assert stream.getvalue() == "HELLO!\n"


def test_a_ready_formatter(builder: LoggingBuilder) -> None:
    """Python's own formatters work, with scopes as an attribute of the record."""
    with console(builder, logging.Formatter("%(levelname)s %(message)s %(log_scopes)s")) as stream, log_scope(a=1):
        log.info("hello")

    assert stream.getvalue() == "INFO hello ({'a': 1},)\n"


@pytest.mark.parametrize("name", ["Console", "corner_host.logging.ConsoleHandler", "CONSOLE"])
def test_the_console_has_two_names(builder: LoggingBuilder, configuration: ConfigurationManager, name: str) -> None:
    """L-12, L-13, L-23, C9: alias and full name, for rules and for options."""
    configuration[f"Logging:{name}:FormatterName"] = "systemd"
    configuration[f"Logging:{name}:LogLevel:Default"] = "Error"
    with console(builder) as stream:
        log.info("no")
        log.error("yes")

    assert stream.getvalue() == "<3>acme[0] yes\n"


def test_the_alias_wins(builder: LoggingBuilder, configuration: ConfigurationManager) -> None:
    """L-23: where both are set; what only one has is merged."""
    configuration["Logging:Console:FormatterName"] = "systemd"
    configuration["Logging:corner_host.logging.ConsoleHandler:FormatterName"] = "json"
    configuration["Logging:corner_host.logging.ConsoleHandler:FormatterOptions:IncludeScopes"] = "true"
    with console(builder) as stream, log_scope(a=1):
        log.info("hello")

    assert stream.getvalue() == "<6>acme[0] => a:1 hello\n"


def test_formatter_options_come_from_configuration(
    builder: LoggingBuilder, configuration: ConfigurationManager
) -> None:
    """L-56, L-71: all that are supported."""
    options = "Logging:Console:FormatterOptions"
    configuration.add_in_memory_collection(
        {
            "Logging:Console:FormatterName": "simple",
            f"{options}:SingleLine": "true",
            f"{options}:TimestampFormat": "%z ",
            f"{options}:UseUtcTimestamp": "true",
            f"{options}:IncludeScopes": "false",
            f"{options}:ColorBehavior": "Enabled",
        }
    )
    with console(builder) as stream, log_scope(a=1):
        log.info("one\ntwo")

    assert stream.getvalue() == f"+0000 \x1b[32minfo \x1b[0m {'acme':<22}  one two\n"


def test_a_reload_changes_the_format(builder: LoggingBuilder, configuration: ConfigurationManager) -> None:
    """L-21: of the console in force."""
    with console(builder) as stream:
        log.info("one")
        for handler in logging.getLogger().handlers:
            handler.flush()
        configuration.add_in_memory_collection({"Logging:Console:FormatterName": "systemd"})
        log.info("two")

    assert stream.getvalue().splitlines()[-1] == "<6>acme[0] two"


def test_worse_records_go_to_stderr(
    builder: LoggingBuilder, configuration: ConfigurationManager, capsys: pytest.CaptureFixture[str]
) -> None:
    """L-62: from ``LogToStandardErrorThreshold`` on; without it everything goes to stdout."""
    configuration["Logging:Console:LogToStandardErrorThreshold"] = "Warning"
    session = builder.add_console("systemd").apply()
    log.info("out")
    log.warning("err")
    session.close()

    assert capsys.readouterr() == ("<6>acme[0] out\n", "<4>acme[0] err\n")


def test_everything_goes_to_stdout_by_default(builder: LoggingBuilder, capsys: pytest.CaptureFixture[str]) -> None:
    """L-62: as containers expect it."""
    session = builder.add_console("systemd").apply()
    log.critical("out")
    session.close()

    assert capsys.readouterr() == ("<2>acme[0] out\n", "")


def test_what_the_encoding_lacks_is_written_escaped(builder: LoggingBuilder) -> None:
    """L-65: a character costs neither the record nor the writer."""
    raw = io.BytesIO()
    session = builder.add_console("systemd", stream=io.TextIOWrapper(raw, encoding="ascii")).apply()
    log.info("año %s", "\udc80")
    session.close()

    assert raw.getvalue() == b"<6>acme[0] a\\xf1o \\udc80\n"


def test_a_closed_stream_ends_nothing(
    builder: LoggingBuilder, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """L-65: the program goes on; Python's report is on stderr unless that is switched off."""
    monkeypatch.setattr(logging, "raiseExceptions", False)
    stream = io.StringIO()
    session = builder.add_console("systemd", stream=stream).apply()
    stream.close()
    log.info("hello")
    session.close()

    assert capsys.readouterr() == ("", "")


def test_a_formatter_that_returns_nothing_writes_nothing(builder: LoggingBuilder) -> None:
    """L-60: not even a line end."""
    with console(builder, logging.Formatter("")) as stream:
        log.info("")

    assert stream.getvalue() == ""


@pytest.mark.parametrize(
    ("name", "lines"), [("simple", 1), ("rich", 1), ("simple-dotnet", 4), ("json", 2), ("systemd", 2)]
)
def test_what_a_person_has_read_already_is_left_out(builder: LoggingBuilder, name: str, lines: int) -> None:
    """CL-5: where a person reads; elsewhere a log is complete."""
    with console(builder, name) as stream:
        log.info("counted", extra={"console_message": ""})
        log.info("hello")

    assert len(stream.getvalue().splitlines()) == lines


async def test_the_end_can_be_awaited(builder: LoggingBuilder) -> None:
    """L-65: flushed without making the loop wait; once more is quiet."""
    stream = io.StringIO()
    session = builder.add_console("systemd", stream=stream).apply()
    log.info("hello")
    await session.aclose()
    await session.aclose()

    assert stream.getvalue() == "<6>acme[0] hello\n"
