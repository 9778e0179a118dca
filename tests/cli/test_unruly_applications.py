"""Applications that end the program, print or tell secrets while they are looked at: the answer is the answer all the same."""

import json
import os

import pytest

from tests.cli.shell import Shell

PROGRAM = """\
import sys

from corner_host import Host, HostBuilder

print("imported")


def create_builder(args: list[str]) -> HostBuilder:
    print("created")
    {line}
    return Host.create_builder(args)
"""


@pytest.mark.parametrize("command", ["check", "run", "config show", "services list"])
@pytest.mark.parametrize("demanded", ["0", "2", "'bye'"])
def test_who_ends_the_program_instead_of_making_a_builder_is_told(here: Shell, command: str, demanded: str) -> None:
    """Not a word and status 0 would look as if all were well: the start has failed (3)."""
    here.write("program.py", PROGRAM.format(line=f"sys.exit({demanded})"))
    answer = here.call(*command.split())

    assert answer.status == 3
    assert f"create_builder ended the program with {demanded} instead of returning a HostBuilder" in answer.error
    assert "To fix:" in answer.error


@pytest.mark.parametrize(
    "command", ["config show --json", "services list --json", "check --json", "config schema", "schedules list --json"]
)
def test_what_the_application_prints_is_not_in_the_answer(here: Shell, command: str) -> None:
    """It goes to standard error, so that what reads the answer as JSON can."""
    here.write("program.py", PROGRAM.format(line="pass"))
    answer = here.call(*command.split())

    assert json.loads(answer.output) is not None
    assert "imported\ncreated\n" in answer.error


@pytest.mark.parametrize("options", [[], ["--traceback"]])
def test_what_an_error_gives_away_is_not_printed(here: Shell, options: list[str]) -> None:
    """A password in its text is masked, in the traceback too."""
    here.write("program.py", PROGRAM.format(line="raise OSError('amqp://app:' + 'hunter' + '2@mq is away')"))
    answer = here.call("check", *options)

    assert answer.status == 3
    assert "amqp://app:••••••••@mq is away" in answer.error
    assert "hunter2" not in answer.error


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="needs a user whom modes keep out")
def test_a_folder_that_may_not_be_read_is_passed_over(here: Shell) -> None:
    """The program is looked for in the others."""
    here.write("program.py", PROGRAM.format(line="pass"))
    (here.folder / "private").mkdir(mode=0o000)
    answer = here.call("check")

    assert answer.status == 0
