"""What a person sees who asks for help, and what it costs."""

import pytest

from corner_host.cli import is_command_line, main
from corner_host.cli.table import COMMANDS, SECTIONS

from .shell import Shell

HEAVY = ("anyio", "pydantic", "dependency_injector", "rich", "starlette", "watchfiles")


@pytest.mark.parametrize(
    "words", [["--help"], ["version"], ["--version"], ["config", "--help"], ["dev", "--help"]], ids=" ".join
)
def test_help_and_version_load_nothing_heavy(here: Shell, words: list[str]) -> None:
    """--help and version are instant, since no command is loaded for the list of commands, and no host for any help."""
    program = (
        "import sys\nfrom corner_host.cli import main\n"
        f"status = main({words!r})\nprint(status, [m for m in {HEAVY!r} if m in sys.modules], file=sys.stderr)"
    )
    answer = here.type("python", "-c", program)

    assert answer.error.strip() == "0 []"


def test_help_lists_every_command_in_its_section(here: Shell) -> None:
    """One screen says what there is."""
    answer = here.type("corner-host", "--help")

    assert answer.status == 0
    for title, commands in SECTIONS.items():
        assert f"{title}:" in answer.output
        for name, entry in commands.items():
            assert f"  {name}" in answer.output
            assert entry.summary in answer.output


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each command loads, and tells its options."""
    status = main([name, "--help"])

    assert status == 0
    assert f"corner-host {name}" in capsys.readouterr().out


def test_a_misspelled_command_is_refused_with_the_near_one(here: Shell) -> None:
    """A wrong command line ends with 2, and says what was probably meant."""
    answer = here.type("corner-host", "chekc")

    assert answer.status == 2
    assert "Did you mean 'check'?" in answer.error
    assert "Traceback" not in answer.error


def test_common_options_may_stand_before_and_after_the_command(here: Shell) -> None:
    """Nobody has to remember where --json goes."""
    before = here.type("corner-host", "--json", "version")
    after = here.type("corner-host", "version", "--json")

    assert before.output == after.output
    assert before.output.startswith("{")


def test_without_typer_the_commands_say_what_to_install(here: Shell) -> None:
    """The extra is named; nothing else happens."""
    program = "import sys; sys.modules['typer'] = None; from corner_host.cli import main; sys.exit(main(['check']))"
    answer = here.type("python", "-c", program)

    assert answer.status == 2
    assert answer.error == (
        "error: The commands of corner-host need the package typer.\nTo fix: pip install 'corner-host[cli]'.\n"
    )


def test_only_a_command_is_taken_from_an_application() -> None:
    """Host.main leaves to the application what is for the application."""
    assert is_command_line(["--json", "-e", "Staging", "config", "show"])
    assert not is_command_line(["--queue", "list"])
    assert not is_command_line(["import", "file.csv"])


def test_a_slip_of_the_keys_does_not_start_the_application_again(capsys: pytest.CaptureFixture[str]) -> None:
    """It is taken for the command that it nearly is, which says so."""
    assert is_command_line(["-e", "Staging", "stauts"])
    assert main(["stauts"]) == 2
    assert "Did you mean 'status'?" in capsys.readouterr().err
