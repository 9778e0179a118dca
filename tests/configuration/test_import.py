"""What importing costs."""

import subprocess
import sys

import pytest

HEAVY = ["pydantic", "watchfiles", "ruamel", "jsonc", "tomllib"]


def modules_after(program: str) -> set[str]:
    program += "\nimport sys; print(*{name.partition('.')[0] for name in sys.modules})"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


USE = """
from corner_host.configuration import ConfigurationManager
manager = ConfigurationManager().add_json_stream('{"a": 1}').add_environment_variables("X_").add_command_line(["--b=1"])
assert manager.get_value("a", int) == 1 and manager["b"] == "1" and manager.get_value("c", bool, True)
"""


@pytest.mark.parametrize("program", ["import corner_host.configuration", USE])
def test_heavy_packages_come_when_they_are_needed(program: str) -> None:
    """Neither the import nor plain sources and values need them."""
    assert modules_after(program).isdisjoint(HEAVY)
