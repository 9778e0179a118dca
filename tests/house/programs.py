"""Real programs in processes of their own, as a user would start them."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 40.0


def environment(**variables: str) -> dict[str, str]:
    """Return the environment of a program: this Python first on PATH, this checkout's package, plain log lines."""
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(("DOTNET_", "CORNER_"))}
    return {
        **inherited,
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        "Logging__Console__FormatterName": "simple",
        "PYTEST_PLUGINS": "corner_host.testing.pytest_plugin",  # also where the package is not installed
        **variables,
    }


def run_program(folder: Path, source: str, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Write *source* to ``program.py`` in *folder* and run it there to its end."""
    (folder / "program.py").write_text(source, encoding="utf-8")
    return subprocess.run(
        [sys.executable, "program.py", *arguments],
        cwd=folder,
        env=environment(**variables),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )
