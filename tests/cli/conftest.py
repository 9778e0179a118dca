"""The built wheel in an environment of its own, and commands that are typed there as a user types them."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest import mock

import pytest

from corner_host.di import ServiceCollection
from tests.cli.shell import ROOT, Answer, Shell
from tests.cli.terminal import Terminal

_INSTALL_SECONDS = 300


@pytest.fixture(autouse=True)
def no_trace() -> Iterator[None]:
    """Take back what a command line leaves behind in its process, which is usually at its end."""
    with mock.patch.dict(os.environ), mock.patch.object(ServiceCollection, "keeps_sources", new=False):
        yield


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an environment in which there is nothing but the wheel, its extras, pytest, httpx2 and FastAPI."""
    folder = tmp_path_factory.mktemp("installed")
    environment = folder / "venv"
    programs = environment / ("Scripts" if sys.platform == "win32" else "bin")
    wanted = ["pytest>=9", "fastapi", "httpx2"]
    uv = next((each for each in (shutil.which("uv"), str(ROOT / ".venv/bin/uv")) if each and Path(each).exists()), None)
    if uv is not None:
        _do(uv, "build", "-q", "--wheel", "--out-dir", str(folder), str(ROOT))
        _do(uv, "venv", "-q", "--python", sys.executable, str(environment))
        install = [uv, "pip", "install", "-q", "--python", str(programs / "python")]
    else:
        _do(sys.executable, "-m", "venv", str(environment))
        install = [str(programs / "python"), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
        _do(str(programs / "python"), "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(folder), str(ROOT))
    (wheel,) = folder.glob("*.whl")
    _do(*install, f"{wheel}[cli,jobs,web]", *wanted)
    return programs


def _do(*command: str) -> None:
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_INSTALL_SECONDS)
    if ended.returncode:
        pytest.skip(f"the wheel cannot be installed here: {ended.stderr[-300:]}")


@pytest.fixture
def shell(installed: Path, tmp_path: Path) -> Shell:
    """A shell in an empty folder, in which the installed ``corner-host`` comes first, with a home of its own."""
    return Shell(tmp_path, installed)


@pytest.fixture
def terminal(shell: Shell) -> Iterator[Terminal]:
    """A terminal with the installed wheel in an empty folder."""
    opened = Terminal(shell)
    try:
        yield opened
    finally:
        opened.close()


@pytest.fixture
def here(tmp_path: Path) -> Shell:
    """The same with this checkout's package, for what does not depend on being installed."""
    return Shell(tmp_path, None)


@pytest.fixture
def new(here: Shell) -> Callable[..., Answer]:
    """Create a project, and go into it."""

    def create(template: str, name: str, *options: str) -> Answer:
        answer = here.call("new", template, name, *options)
        assert answer.status == 0, answer.error
        here.folder = here.folder / name
        return answer

    return create
