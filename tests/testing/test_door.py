"""The door of testing: what it loads, and that its two faces agree."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import corner_host.testing


def test_pytest_and_jobs_are_not_loaded_unless_asked_for() -> None:
    """A test of something else, or a run without pytest, needs neither."""
    program = (
        "import sys, corner_host.testing\n"
        "assert not {'pytest', 'corner_host.jobs', 'sqlite3'} & sys.modules.keys()\n"
        "corner_host.testing.JobEngineConformance\n"
        "assert 'pytest' not in sys.modules and 'corner_host.jobs' in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)

    assert (done.returncode, done.stderr) == (0, "")


def test_checkers_see_the_names_that_there_are() -> None:
    """The stub lists the same names as the module."""
    stub = Path(corner_host.testing.__file__).with_suffix(".pyi").read_text(encoding="utf-8")
    (listed,) = [
        ast.literal_eval(line.value)
        for line in ast.parse(stub).body
        if isinstance(line, ast.Assign) and ast.unparse(line.targets[0]) == "__all__"
    ]

    assert listed == corner_host.testing.__all__
    assert all(hasattr(corner_host.testing, name) for name in listed)


def test_another_name_is_an_error() -> None:
    """As of any module."""
    with pytest.raises(AttributeError, match="JobEngineConfromance"):
        corner_host.testing.JobEngineConfromance  # type: ignore[attr-defined]
