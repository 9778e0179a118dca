"""mypy and pyright, both strict, asked about one file."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def lines_refused_by_mypy(file: Path) -> set[int]:
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "mypy",
            "--strict",
            "--no-error-summary",
            "--output",
            "json",
            str(file.relative_to(ROOT)),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode in {0, 1}, done.stderr
    found = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return {error["line"] for error in found if error["severity"] == "error" and Path(error["file"]).name == file.name}


def lines_refused_by_pyright(file: Path) -> set[int]:
    settings = ROOT / f".pyright-typing-{os.getpid()}.json"  # several Pythons may test one checkout at a time
    settings.write_text(json.dumps({"include": [str(file.relative_to(ROOT))], "typeCheckingMode": "strict"}))
    try:
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "pyright",
                "--project",
                str(settings),
                "--pythonpath",
                sys.executable,
                "--outputjson",
            ],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=280,
            check=False,
        )
    finally:
        settings.unlink()
    assert done.returncode in {0, 1}, done.stderr
    found = json.loads(done.stdout)["generalDiagnostics"]
    return {error["range"]["start"]["line"] + 1 for error in found if error["severity"] == "error"}


CHECKERS = pytest.mark.parametrize("refused_by", [lines_refused_by_mypy, lines_refused_by_pyright])
