"""What a program leaves on the terminal when it ends on an error."""

import subprocess
from pathlib import Path

import pytest

from .programs import run_program

PROGRAM = """
from corner_host.hosting.uncaught import explain_uncaught_errors
from corner_host.primitives import CornerHostError

explain_uncaught_errors()
{raising}
"""


def run(tmp_path: Path, raising: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a program that ends with the statement *raising*."""
    return run_program(tmp_path, PROGRAM.format(raising=raising), **variables)


def test_a_mistake_is_one_message_with_the_line_that_made_it(tmp_path: Path) -> None:
    """An uncaught error raised on purpose is told by its message and the application's own line; the status is 1."""
    ended = run(tmp_path, "raise CornerHostError('No engine is set. To fix: set Jobs:Engine.')")

    assert ended.returncode == 1
    assert ended.stderr.splitlines() == [
        "error: No engine is set. To fix: set Jobs:Engine.",
        f"  at {tmp_path / 'program.py'}:6",
        "  (CORNER_TRACEBACK=1 shows the traceback)",
    ]


def test_a_group_of_mistakes_is_told_member_by_member(tmp_path: Path) -> None:
    """Every mistake of a group has its line."""
    ended = run(tmp_path, "raise ExceptionGroup('two', [CornerHostError('First.'), CornerHostError('Second.')])")

    assert ended.returncode == 1
    assert ended.stderr.splitlines()[:2] == ["error: First.", "error: Second."]


@pytest.mark.parametrize(
    "raising",
    ["raise ValueError('a bug')", "raise ExceptionGroup('both', [CornerHostError('One.'), ValueError('a bug')])"],
)
def test_a_bug_keeps_its_traceback(tmp_path: Path, raising: str) -> None:
    """What was not raised on purpose, alone or in a group, is shown as Python shows it."""
    ended = run(tmp_path, raising)

    assert ended.returncode == 1
    assert "Traceback (most recent call last)" in ended.stderr
    assert "a bug" in ended.stderr


def test_the_traceback_is_there_for_who_asks(tmp_path: Path) -> None:
    """CORNER_TRACEBACK shows everything."""
    ended = run(tmp_path, "raise CornerHostError('Boom.')", CORNER_TRACEBACK="1")

    assert "Traceback (most recent call last)" in ended.stderr


def test_another_hook_stays(tmp_path: Path) -> None:
    """A hook that somebody brought is not replaced."""
    ended = run(
        tmp_path,
        "import sys\nsys.excepthook = lambda *_: print('mine')\nexplain_uncaught_errors()\nraise CornerHostError('Boom.')",
    )

    assert (ended.stdout, ended.stderr) == ("mine\n", "")


def test_the_place_is_one_that_a_person_can_open(tmp_path: Path) -> None:
    """Frames of code that has no file here, such as a compiled module's, are passed over."""
    compiled = "exec(compile('raise CornerHostError(1)', 'src/providers.pxd', 'exec'))"
    ended = run(tmp_path, compiled)

    assert ended.stderr.splitlines()[1] == f"  at {tmp_path / 'program.py'}:6"
