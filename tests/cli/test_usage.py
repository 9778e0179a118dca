"""The whole tree of commands: what is wrong with a command line ends with 2, before anything is looked for or done."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from corner_host.cli import main
from corner_host.cli.app import _application  # pyright: ignore[reportPrivateUsage] - the tree itself
from corner_host.cli.invocation import Invocation

WRONG = {
    "DURATION": "soon",
    "TIME": "yesterday",
    "RATE": "fast",
    "FIELD=VALUE": "bad",
    "KEY=VALUE": "bad",
    "MODULE:BUILDER": "a b",
    "mermaid|dot": "svg",
    "stop_host|ignore|restart": "explode",
    "PORT": "abc",
    "SECONDS": "abc",
    "N": "abc",
    "PID": "abc",
    "STATE": "gone",
}
"""What is no value of an option, by its metavar."""
FILLED = {"LEVEL": "Debug", "KIND": "docker", "TEMPLATE": "worker", "FIELD": "1", "key": "A:B"}
"""What an argument that is needed is given."""


def commands() -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield each command that does something, and the words it is called by."""
    tree: Any = get_command(_application())
    context: Any = tree.make_context("corner-host", [], resilient_parsing=True, obj=Invocation())
    for name in tree.list_commands(context):
        command = tree.get_command(context, name)
        below = getattr(command, "commands", {})
        for inner, each in below.items():
            yield (name, inner), each
        if not below:
            yield (name,), command


def wrong_values() -> Iterator[tuple[str, ...]]:
    """Yield a command line for each option of each command that a value can be wrong for."""
    for words, command in commands():
        needed = [
            FILLED.get(each.metavar or each.name, "x")
            for each in command.params
            if each.required and not each.opts[0].startswith("-")
        ]
        for each in command.params:
            wrong = "abc" if each.name == "backend" else WRONG.get(each.metavar or "")
            if wrong is not None and each.opts[0].startswith("-") and not each.hidden:
                yield (*words, *needed, each.opts[0], wrong)


COMMANDS = [words for words, _ in commands()]
LINES = list(wrong_values())


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty folder to be in, with a home of its own: without an application, and without a host."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))


def test_the_tree_is_walked() -> None:
    """Groups and single commands, and options of all kinds."""
    assert {("jobs", "requeue"), ("status",), ("config", "explain")} <= set(COMMANDS)
    assert len(LINES) > 40


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_an_option_that_is_none_is_refused(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    """By every command, with how it is used."""
    assert main([*words, "--no-such-option"]) == 2
    assert "--no-such-option" in capsys.readouterr().err


@pytest.mark.parametrize("line", LINES, ids=" ".join)
def test_a_value_that_is_none_is_refused(line: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    """Before a host or an application is looked for, and without a traceback."""
    assert main(line) == 2
    told = capsys.readouterr().err
    assert line[-1] in told or line[-2] in told
    assert "Traceback" not in told
