"""Commands in processes of their own, and what they print, with what differs from run to run left out."""

import io
import os
import re
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from corner_host.cli import main
from corner_host.di import ServiceCollection

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 60.0


@dataclass(frozen=True)
class Answer:
    """What a command printed, and its exit status."""

    output: str
    error: str
    status: int


@dataclass
class Shell:
    """Where commands are typed.

    Args:
        folder: The working directory.
        programs: Where ``corner-host`` and ``python`` are; None for this checkout.
    """

    folder: Path
    programs: Path | None

    def environment(self, **variables: str) -> dict[str, str]:
        inherited = {k: v for k, v in os.environ.items() if not k.upper().startswith(("DOTNET_", "CORNER_", "PYTHON"))}
        home = self.folder_of_home()
        first = self.programs or Path(sys.executable).parent
        package = {} if self.programs else {"PYTHONPATH": str(ROOT)}
        own = {
            "PATH": os.pathsep.join([str(first), os.environ["PATH"]]),
            "HOME": str(home),
            "XDG_RUNTIME_DIR": str(home),
        }
        return {**inherited, **own, "PYTHONUNBUFFERED": "1", **package, **variables}

    def folder_of_home(self) -> Path:
        home = ROOT if self.folder == ROOT else self.folder.parent / f"{self.folder.name}-home"
        home.mkdir(mode=0o700, exist_ok=True)
        return home

    def command(self, *words: str) -> list[str]:
        """Return the command line: the script where it is installed, the module where it is not."""
        if words[0] == "corner-host" and self.programs is None:
            return [sys.executable, "-m", "corner_host", *words[1:]]
        if words[0] in {"corner-host", "python"}:
            folder = self.programs or Path(sys.executable).parent
            return [str(folder / words[0]), *words[1:]]
        return list(words)

    def type(self, *words: str, typed: str = "", **variables: str) -> Answer:
        """Run a command to its end."""
        ended = subprocess.run(
            self.command(*words),
            cwd=self.folder,
            env=self.environment(**variables),
            input=typed,
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS,
        )
        return Answer(ended.stdout, ended.stderr, ended.returncode)

    def call(self, *words: str, typed: str = "", **variables: str) -> Answer:
        """Do what ``corner-host`` and *words* say in this very process, which is quicker, and leave no trace of it."""
        path, modules, folder = list(sys.path), set(sys.modules), Path.cwd()
        output, error = io.StringIO(), io.StringIO()
        with (
            mock.patch.dict(os.environ, self.environment(**variables), clear=True),
            mock.patch.object(ServiceCollection, "keeps_sources", new=False),
            mock.patch.object(sys, "stdin", io.StringIO(typed)),
            redirect_stdout(output),
            redirect_stderr(error),
        ):
            os.chdir(self.folder)
            try:
                status = main(list(words))
            finally:
                os.chdir(folder)
                sys.path[:] = path
                for name in set(sys.modules) - modules:
                    if str(self.folder) in str(getattr(sys.modules[name], "__file__", None) or self.folder):
                        del sys.modules[name]
        return Answer(output.getvalue(), error.getvalue(), status)

    def begin(self, *words: str, **variables: str) -> subprocess.Popen[str]:
        """Start a command that goes on, in a process group of its own."""
        options: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        return subprocess.Popen(
            self.command(*words),
            cwd=self.folder,
            env=self.environment(**variables),
            text=True,
            start_new_session=True,
            **options,
        )

    def write(self, name: str, text: str) -> Path:
        """Write a file in the working directory."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path


def masked(text: str) -> str:
    """Leave out what differs from run to run: times, durations, process ids, versions."""
    text = re.sub(r"\d\d:\d\d:\d\d\.\d\d\d", "00:00:00.000", text)
    text = re.sub(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d", "0000-00-00 00:00:00", text)
    return re.sub(r"\d+\.\d+ s\b", "0.00 s", text)
