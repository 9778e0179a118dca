"""The environment, and where the program is (section 17)."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from corner_host.hosting import Host, HostBuilderSettings, HostEnvironment
from tests.hosting.programs import ROOT, run_program


@pytest.mark.parametrize("name", ["Development", "Staging", "Production"])
def test_the_known_environments_ignore_case(name: str) -> None:
    """EN-3, EN-8: is_development, is_staging, is_production, is_environment."""
    for written in (name, name.lower(), name.upper()):
        environment = HostEnvironment(environment_name=written)
        answers = {
            "Development": environment.is_development(),
            "Staging": environment.is_staging(),
            "Production": environment.is_production(),
        }

        assert answers == {known: known == name for known in answers}
        assert environment.is_environment(name.swapcase())


def test_another_environment_is_none_of_them() -> None:
    """EN-3: asked by name."""
    environment = HostEnvironment(environment_name="Jungle")

    assert not any([environment.is_development(), environment.is_staging(), environment.is_production()])
    assert environment.is_environment("jungle")


def test_an_empty_name_stays_empty() -> None:
    """EN-5: only the absence of a value means Production."""
    builder = Host.create_empty_builder(HostBuilderSettings(args=["--environment="]))

    assert builder.build().environment.environment_name == ""


def test_everything_is_empty_at_first_and_can_be_written() -> None:
    """EN-7: three attributes."""
    environment = HostEnvironment()
    empty = (environment.environment_name, environment.application_name, environment.content_root_path)
    environment.environment_name, environment.application_name, environment.content_root_path = "a", "b", "c"

    assert empty == ("", "", "")
    assert environment == HostEnvironment(environment_name="a", application_name="b", content_root_path="c")


PROGRAM = """
    from corner_host.hosting import Host, HostBuilderSettings
    bare = Host.create_empty_builder().build().environment
    full = Host.create_builder().build().environment
    part = Host.create_empty_builder(HostBuilderSettings(content_root_path="data", application_name="")).environment
    for environment in (bare, full, part):
        print(environment.application_name, environment.content_root_path)
"""


def test_a_program_knows_its_name_and_its_folder(tmp_path: Path) -> None:
    """HB-9, HB-13, HB-15, AB-8, EN-6, SE-6: name of the program; its folder, or the working directory by default."""
    home, elsewhere = tmp_path / "home", tmp_path / "elsewhere"
    home.mkdir()
    elsewhere.mkdir()
    result = run_program(PROGRAM, folder=home, name="shop", cwd=elsewhere)

    assert result.lines == [f"shop {home}", f"shop {elsewhere}", f"shop {home}/data"]


def test_a_package_knows_its_name(tmp_path: Path) -> None:
    """EN-6: `python -m shop` is shop."""
    package = tmp_path / "shop"
    package.mkdir()
    (package / "__init__.py").touch()
    result = run_program(PROGRAM, folder=package, name="__main__", cwd=tmp_path, module="shop")

    assert result.lines[0] == f"shop {package}"


@pytest.mark.parametrize("words", [["-"], ["-c", "exec(open(0).read())"]])
def test_what_has_no_program_is_called_python(words: list[str], tmp_path: Path) -> None:
    """EN-7: lines from a shell have a name that files can be called by, as user secrets are in Development."""
    lines = (
        "import os; from corner_host import Host\n"
        "builder = Host.create_builder(['--environment=Development'])\n"
        "builder.build(); print(builder.environment.application_name, os.getcwd())\n"
    )
    variables = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, *words], input=lines, capture_output=True, text=True, check=False, cwd=tmp_path, env=variables
    )

    assert done.stderr == ""
    assert done.stdout.split() == ["python", str(tmp_path.resolve())]
