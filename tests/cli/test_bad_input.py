"""What users get wrong: each is told in words, with the remedy, without a traceback of ours."""

import os
import socket
import threading
from pathlib import Path

import pytest

from corner_host.cli import main

from .programs import SHOP
from .shell import Shell

RAISES = "raise ValueError('boom')\n"
SYNTAX = "def create_builder(args)\n    pass\n"
IMPORTS = "import pakcage_that_is_not_there\n"
WRONG = "def create_builder(args):\n    return 42\n"
MISSPELLED = "def create_bilder(args): ...\n"
COROUTINE = "async def create_builder(args): ...\n"
FAILS = "def create_builder(args):\n    return {}['key']\n"
ENDS = "import sys\nsys.exit(0)\n"


@pytest.mark.parametrize(
    ("source", "told"),
    [
        (RAISES, "error: ValueError: boom\n  at program.py:1, in <module>\n"),
        (SYNTAX, "error: program.py:1: SyntaxError: expected ':'\n    def create_builder(args)\n"),
        (IMPORTS, "error: ModuleNotFoundError: No module named 'pakcage_that_is_not_there'\n  at program.py:1"),
        (WRONG, "error: program.create_builder gave int, not a HostBuilder.\nTo fix: return Host.create_builder(args)"),
        (MISSPELLED, "has no create_builder. Did you mean program:create_bilder?"),
        (COROUTINE, "is no function that makes a HostBuilder"),
        (FAILS, "error: KeyError: 'key'\n  at program.py:2, in create_builder\n"),
        (ENDS, "program (from program.py) ended the program while it was imported, with 0.\nTo fix:"),
    ],
    ids=["raises", "syntax", "import", "wrong", "misspelled", "coroutine", "fails", "ends"],
)
def test_an_application_that_cannot_be_loaded_is_told_with_its_own_line(here: Shell, source: str, told: str) -> None:
    """The line in the user's file, not one of ours; status 3."""
    here.write("program.py", source)
    answer = here.call("check", "-q")

    assert answer.status == 3
    assert told in answer.error
    assert "Traceback" not in answer.error
    assert "corner_host/" not in answer.error


def test_traceback_shows_everything(here: Shell) -> None:
    """Who wants the frames gets them."""
    here.write("program.py", RAISES)
    answer = here.call("check", "--traceback")

    assert "Traceback (most recent call last)" in answer.error


@pytest.mark.parametrize(
    ("words", "status", "told"),
    [
        (["check"], 3, "There is no application in"),
        (["check", "-t", "nothing.here:builder"], 2, "There is no module nothing (from --target)"),
        (["check", "-t", "a b"], 2, "'a b' (from --target) is no target."),
        (["check", "-t", "program.py"], 2, "There is no file program.py."),
        (["check", "--set", "novalue"], 3, "There is no application in"),
        (["new"], 2, "A template and a name are needed"),
        (["new", "wroker", "x"], 2, "There is no template wroker. Did you mean worker?"),
        (["new", "worker", "1x"], 2, "'1x' is no name for a project."),
        (["new", "worker", "class"], 2, "'class' is no name for a project, since it is a word of Python's own."),
        (["new", "worker", "json"], 2, "'json' is the name of a module that is there already."),
        (["new", "worker", "x", "--lang", "fr"], 2, "There are no templates in 'fr'."),
        (["generate", "dokcer"], 2, "There is nothing to generate for 'dokcer'."),
        (["dev", "--watch", "nowhere"], 3, "There is no application in"),
        (["services", "list", "--graph", "svg"], 2, "'svg' is no kind of graph"),
        (["queue", "pause", "orders", "--for", "soon"], 2, "'soon' is no duration; one is 10m"),
        (["jobs", "list", "--since", "yesterday"], 2, "'yesterday' is no time; one is 03:00"),
        (["jobs", "requeue", "--rate", "fast", "--all"], 2, "'fast' is no rate; one is 20/s."),
        (["log-level", "orders", "Loud"], 2, "'Loud' is no level."),
        (["top"], 2, "top draws on a terminal, and this is none."),
        (["status"], 69, "No host of yours is running here."),
        (["status", "--pid", "1"], 69, "No host of yours has the process 1."),
        (["status", "--socket", "gone.sock"], 69, "There is no socket gone.sock."),
        (["health"], 1, ""),
        (["dashboard", "--store", "none.db"], 2, "There is no store none.db."),
        (["secrets", "set", ":", "x"], 2, "':' is no key; one is Payment:ApiKey."),
        (["secrets", "list"], 2, "It is not known whose secrets are meant."),
        (["job", "run", "X", "--arg", "novalue"], 2, "--arg takes FIELD=VALUE, not 'novalue'."),
        (["report", "--from", "1m", "--to", "10m"], 2, "The report would end before it begins"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_wrong_command_line_says_what_is_right(
    words: list[str], status: int, told: str, capsys: pytest.CaptureFixture[str], empty: Path
) -> None:
    """One sentence on what is wrong, one on how to put it right, and the status of section 13."""
    assert main(words) == status
    error = capsys.readouterr().err
    assert told in error
    assert "Traceback" not in error


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to be in, with a home of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    return tmp_path


def test_several_programs_are_listed(here: Shell) -> None:
    """Nothing is guessed."""
    here.write("a/program.py", SHOP)
    here.write("b/program.py", SHOP)
    answer = here.call("check")

    assert answer.status == 3
    assert "There are 2 programs" in answer.error
    assert "  a.program\n  b.program\n" in answer.error


@pytest.mark.parametrize("target", ["shop.program", "shop.program:create_builder", "src/shop/program.py"])
def test_a_target_may_be_a_module_a_function_or_a_file(here: Shell, target: str) -> None:
    """The message says which was taken, and where it was found."""
    here.write("src/shop/program.py", SHOP)
    answer = here.call("check", "-t", target)

    assert answer.status == 0, answer.error
    assert answer.error == f"shop.program{':create_builder' if ':' in target else ''} (found by --target)\n"


def test_pyproject_names_the_target(here: Shell) -> None:
    """[tool.corner-host] target comes before looking for files."""
    here.write("pyproject.toml", '[tool.corner-host]\ntarget = "shop:make"\n')
    here.write("shop.py", SHOP.replace("create_builder(args: list", "make(args: list"))
    here.write("program.py", RAISES)
    answer = here.call("check")

    assert answer.error == "shop:make (found by pyproject.toml)\n"


def test_a_broken_pyproject_is_told_with_its_line(here: Shell) -> None:
    """The tool's own file is no excuse for a traceback."""
    here.write("pyproject.toml", "[tool\n")
    answer = here.call("check")

    assert answer.status == 2
    assert "pyproject.toml cannot be read" in answer.error


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (b"", "ended while it answered"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{", "ended while it answered"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\noops", "that is no JSON"),
        (b'HTTP/1.1 403 F\r\nContent-Length: 21\r\n\r\n{"detail": "read only"', "refused with status 403"),
        (b'HTTP/1.1 403 F\r\nContent-Length: 23\r\n\r\n{"detail": "read only"}', "error: read only"),
        (b"nonsense\r\n\r\n", "ended while it answered"),
    ],
    ids=["nothing", "half", "no JSON", "half a problem", "problem", "no HTTP"],
)
def test_a_host_that_goes_away_or_talks_nonsense_is_told(
    answer: bytes, told: str, empty: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A socket that is gone mid-way is no traceback."""
    path = empty / "a.sock"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen()
        thread = threading.Thread(target=_answer_once, args=(listening, answer))
        thread.start()
        status = main(["status", "--socket", str(path)])
        thread.join()

    assert status in {1, 69}
    assert told in capsys.readouterr().err


def _answer_once(listening: socket.socket, answer: bytes) -> None:
    connection, _ = listening.accept()
    with connection:
        connection.recv(65536)
        connection.sendall(answer)


def test_a_socket_nobody_listens_at_is_told(empty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What a killed host has left does not hang or raise."""
    path = empty / "a.sock"
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(str(path))

    assert main(["status", "--socket", str(path)]) == 69
    assert "does not run any more" in capsys.readouterr().err


@pytest.mark.skipif(os.geteuid() == 0, reason="root may open every socket")
def test_the_socket_of_another_user_is_told(empty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Permission is a sentence, too."""
    path = empty / "a.sock"
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(str(path))
        bound.listen()
        path.chmod(0)
        status = main(["status", "--socket", str(path)])

    assert status == 69
    assert "belongs to another user" in capsys.readouterr().err


def test_a_reader_that_has_seen_enough_is_no_error(here: Shell) -> None:
    """``corner-host ... | head`` ends quietly."""
    command = " ".join(here.command("corner-host", "config", "show", "--all", "-q"))
    here.write("program.py", SHOP)
    answer = here.type("bash", "-c", f"{command} | head -1")

    assert answer.error == ""
