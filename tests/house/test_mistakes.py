"""A user's mistake is one message: what, where, how to put it right; status 1; nothing of our internals.

Each test starts the program that a user would have written.
"""

import subprocess
from pathlib import Path

import pytest

from .programs import run_program

SERVICES = """
import asyncio, sys
from typing import Annotated

from pydantic import BaseModel, PositiveFloat

from corner_host import BackgroundService, CancellationToken, Host


class Mailer: ...


class Orders:
    def __init__(self, mailer: Mailer) -> None: ...


class Chicken:
    def __init__(self, egg: "Egg") -> None: ...


class Egg:
    def __init__(self, chicken: Chicken) -> None: ...


class Session: ...


class Settings(BaseModel):
    interval: PositiveFloat = 1.0


class Worker(BackgroundService):
    async def execute(self, stopping: CancellationToken) -> None:
        print("it ran")


builder = Host.create_builder(sys.argv[1:])
services = builder.services
services.add_hosted_service(Worker)
{wiring}
builder.build().run()
"""


def told(ended: subprocess.CompletedProcess[str]) -> str:
    """Return the message, after holding it to what holds for every message."""
    assert ended.returncode == 1, ended.stdout + ended.stderr
    assert "it ran" not in ended.stdout
    assert "Traceback" not in ended.stderr + ended.stdout
    assert "corner_host/" not in ended.stderr, "a line of our internals"
    assert ended.stderr.startswith("error: ")
    assert ended.stderr.count("error: ") == 1
    assert ended.stderr.rstrip().endswith("(CORNER_TRACEBACK=1 shows the traceback)")
    return ended.stderr


def run(tmp_path: Path, wiring: str, *arguments: str, **variables: str) -> str:
    """Run the program with *wiring* and return the message."""
    return told(run_program(tmp_path, SERVICES.replace("{wiring}", wiring), *arguments, **variables))


def test_a_malformed_settings_file_is_named_with_line_and_column(tmp_path: Path) -> None:
    """The place in the file is enough to put it right."""
    (tmp_path / "appsettings.json").write_text('{\n  "Bakery": {\n    "Bread": rye\n  }\n}\n')

    message = run(tmp_path, "")

    assert "appsettings.json" in message
    assert "line 3" in message
    assert "column 14" in message


def test_an_unknown_form_of_argument_is_named(tmp_path: Path) -> None:
    """C-07: a short switch that nobody has mapped is no silent typo."""
    message = run(tmp_path, "", "-b=rye")

    assert "-b" in message
    assert "--" in message, "the form that would have worked"


def test_a_missing_registration_is_drawn_as_a_path_with_the_call_that_adds_it(tmp_path: Path) -> None:
    """Who needs it, through whom, under which parameter, and the call to write."""
    message = run(tmp_path, "services.add_singleton(Orders)", CORNER_ENVIRONMENT="Development")

    assert "Orders" in message
    assert "Mailer" in message
    assert "'mailer'" in message
    assert "add_singleton(Mailer" in message


def test_a_cycle_is_drawn_as_a_circle(tmp_path: Path) -> None:
    """Each service of the cycle is named."""
    message = run(
        tmp_path, "services.add_singleton(Chicken)\nservices.add_singleton(Egg)", CORNER_ENVIRONMENT="Development"
    )

    assert "(1 cause)" in message
    assert "Chicken -> " in message
    assert "Egg -> " in message


def test_a_scoped_service_in_a_singleton_is_told_with_the_way_out(tmp_path: Path) -> None:
    """Both lifetimes, both services, and what to do instead."""
    wiring = """
class Cache:
    def __init__(self, session: Session) -> None: ...

services.add_scoped(Session)
services.add_singleton(Cache)
"""

    message = run(tmp_path, wiring, CORNER_ENVIRONMENT="Development")

    assert "Cache" in message
    assert "Session" in message
    assert "scoped" in message
    assert "singleton" in message
    assert "create_scope" in message


@pytest.mark.parametrize(
    ("arguments", "variables", "source"),
    [
        (["--Worker:Interval=soon"], {}, "--Worker:Interval"),
        ([], {"Worker__Interval": "-1"}, "Worker__Interval"),
    ],
)
def test_an_invalid_option_is_told_with_key_value_and_source(
    tmp_path: Path, arguments: list[str], variables: dict[str, str], source: str
) -> None:
    """The key, what was found there, and the argument or variable it came from."""
    wiring = 'services.add_options(Settings).bind_configuration("Worker").validate_on_start()'

    message = run(tmp_path, wiring, *arguments, **variables)

    assert "Worker:Interval" in message
    assert source in message
    assert ("soon" if arguments else "-1") in message


def test_an_invalid_option_in_a_file_is_told_with_its_line(tmp_path: Path) -> None:
    """The file and the line of the value that does not fit."""
    (tmp_path / "appsettings.json").write_text('{\n  "Worker": {\n    "Interval": 0\n  }\n}\n')
    wiring = 'services.add_options(Settings).bind_configuration("Worker").validate_on_start()'

    message = run(tmp_path, wiring)

    assert "Worker:Interval" in message
    assert "appsettings.json" in message
    assert "line 3" in message or "appsettings.json:3" in message


def test_the_traceback_is_there_for_who_asks(tmp_path: Path) -> None:
    """CORNER_TRACEBACK=1 brings the frames back."""
    program = SERVICES.replace("{wiring}", "services.add_singleton(Orders)")
    ended = run_program(tmp_path, program, CORNER_ENVIRONMENT="Development", CORNER_TRACEBACK="1")

    assert ended.returncode == 1
    assert "Traceback" in ended.stderr


def test_what_is_not_installed_is_not_needed(tmp_path: Path) -> None:
    """Following the settings files takes a package that is an extra: without it the program runs, unless it is asked for."""
    (tmp_path / "appsettings.json").write_text("{}")
    without = "import sys\nsys.modules['watchfiles'] = None\n" + SERVICES.replace(
        "{wiring}",
        "class Closer(BackgroundService):\n    async def execute(self, stopping): raise SystemExit(0)\n"
        "services.add_hosted_service(Closer)",
    )
    ended = run_program(tmp_path, without)
    asked = run_program(tmp_path, without, "--hostBuilder:reloadConfigOnChange=true")

    assert (ended.returncode, ended.stderr) == (0, "")
    assert asked.returncode == 1
    assert "corner-host[reload]" in asked.stderr
