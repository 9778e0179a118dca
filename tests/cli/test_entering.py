"""The other ways in: an application's own main program, completion in a shell, the dashboard of a store alone."""

import re
import signal
import sqlite3
import urllib.request
from contextlib import closing
from pathlib import Path

import pytest

from corner_host import Host, HostApplicationLifetime, HostBuilder
from corner_host.hosting import program

from .shell import SECONDS, Shell


async def stop(lifetime: HostApplicationLifetime) -> None:
    """Ends the host that it runs in."""
    lifetime.stop_application()


def create_builder(args: list[str]) -> HostBuilder:
    """Make a host that ends by itself."""
    return Host.create_empty_builder().add_hosted_service(stop)


@pytest.fixture
def without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the extra ``cli`` is installed."""

    def find(name: str) -> None:
        return None

    def is_installed(package: str) -> bool:
        return False

    monkeypatch.setattr(program, "_is_installed", is_installed)
    monkeypatch.setattr("corner_host.cli.entry.find_spec", find)


@pytest.mark.usefixtures("without_the_extra")
def test_an_application_runs_without_the_extra() -> None:
    """Host.main needs no Typer for what is not a command; settings are no commands."""
    with pytest.raises(SystemExit) as ended:
        Host.main(create_builder, ["--Mail:Host=localhost"])

    assert ended.value.code == 0


@pytest.mark.usefixtures("without_the_extra")
def test_a_command_without_the_extra_says_what_to_install(capsys: pytest.CaptureFixture[str]) -> None:
    """And does not start the application."""
    with pytest.raises(SystemExit) as ended:
        Host.main(create_builder, ["status"])

    assert ended.value.code == 2
    assert "To fix: pip install 'corner-host[cli]'." in capsys.readouterr().err


def test_an_application_checks_itself(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """No target has to be found, since it is there."""
    monkeypatch.setattr("sys.argv", ["/srv/orders.py"])
    with pytest.raises(SystemExit) as ended:
        Host.main(create_builder, ["check"])

    printed = capsys.readouterr()
    assert ended.value.code == 0
    assert printed.out.startswith("ok: ")
    assert printed.err == ""


def test_words_that_are_no_commands_are_the_applications_own(capsys: pytest.CaptureFixture[str]) -> None:
    """An application may have words of its own."""
    seen: list[list[str]] = []

    def create(args: list[str]) -> HostBuilder:
        seen.append(args)
        return create_builder(args)

    with pytest.raises(SystemExit) as ended:
        Host.main(create, ["import", "orders.csv"])

    assert ended.value.code == 0
    assert seen == [["import", "orders.csv"]]
    assert capsys.readouterr().out == ""


def test_a_shell_completes_commands_and_what_is_below_them(shell: Shell) -> None:
    """For bash, zsh, fish and PowerShell; the script comes from --show-completion."""
    ask = {"_CORNER_HOST_COMPLETE": "complete_bash"}
    first = shell.type("corner-host", COMP_WORDS="corner-host st", COMP_CWORD="1", **ask)
    second = shell.type("corner-host", COMP_WORDS="corner-host queue p", COMP_CWORD="2", **ask)

    assert first.output.split() == ["status", "stop"]
    assert second.output.split() == ["pause", "purge"]


def test_the_dashboard_of_a_store_runs_no_job(here: Shell, tmp_path: Path) -> None:
    """It shows what is in the file, and has the link in its log."""
    here.call("new", "jobs", "receipts")
    here.folder = here.folder / "receipts"
    here.type("corner-host", "job", "run", "SendReceipt", "--arg", "order=7")
    (store,) = here.folder.rglob("jobs.db")
    with here.begin("corner-host", "dashboard", "--store", str(store), "--port", "0") as process:
        try:
            assert process.stdout is not None
            link = next(
                found[0] for line in process.stdout if (found := re.search(r"http://\S+/login\?t=\w+\S*", line))
            )
            opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
            opener.open(link, timeout=SECONDS).read()
            page = opener.open(link.partition("/login")[0] + "/jobs", timeout=SECONDS).read().decode()
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=SECONDS)

    assert "SendReceipt" in page
    assert process.returncode == 0
    with closing(sqlite3.connect(store)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
