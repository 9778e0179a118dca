"""All checks, on every Python from 3.11 on that this machine has. Standard library only; the rest is installed.

The README's second command ends here. Every environment is made anew below ``.ci-venv/``: nothing that lies on the
machine counts, except the Pythons themselves (on PATH, or in pyenv's folder) and a download cache.

Order:
    1. On the first Python: format, lint, types, import directions.
    2. On each Python: the whole test suite, asyncio and trio, without what is marked ``once``, which runs on the first
       alone; all Pythons at a time, since most tests wait for processes. What failed is tried once more with the machine
       to itself, and said to have needed that.
    3. On another build of a Python that was had, such as Debian's older one: how settings are read, since what differed
       was the standard library's.
    4. On each Python: the built wheel in an empty environment, and the README's smallest program with it.
    5. The README's first command, in a copy of the checkout.

The last line counts the tests and the other checks together: ``N passed, N failed, N skipped``.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parents[1]
VENVS = ROOT / ".ci-venv"
OLDEST = (3, 11)
NEWEST = (3, 15)
STEP_SECONDS = 1200
BIN = "Scripts" if os.name == "nt" else "bin"


@dataclass
class Score:
    """What was checked so far."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    lines: list[str] = field(default_factory=list)

    def count(self, passed: int, failed: int, skipped: int, line: str) -> None:
        self.passed += passed
        self.failed += failed
        self.skipped += skipped
        self.lines.append(f"{'FAILED' if failed else 'ok':<7} {line}")


def main() -> int:
    """Run everything, also after a failure; 1 if anything failed."""
    builds = sorted(find_pythons())
    pythons = {build[:2]: python for build, python in builds}  # the newest of each
    others = {build: python for build, python in builds if python not in pythons.values()}
    for minor in range(OLDEST[1], NEWEST[1] + 1):
        found = pythons.get((3, minor), "missing on this machine, skipped")
        print(f"Python 3.{minor}: {found}", flush=True)
    if not pythons:
        sys.exit(f"No Python from {OLDEST[0]}.{OLDEST[1]} on was found.")
    shutil.rmtree(VENVS, ignore_errors=True)
    VENVS.mkdir()
    score = Score()

    installed: list[str] = []
    for position, (version, python) in enumerate(pythons.items()):
        name = f"{version[0]}.{version[1]}"
        if step(score, f"install on Python {name}", install_command(python), into=VENVS / name):
            installed.append(name)
            if position == 0:
                static_checks(score, VENVS / name / BIN)
    install_programs()
    with ThreadPoolExecutor(len(pythons)) as pool:
        suites = list(pool.map(run_tests, installed, [[], *[["-m", "not once"]] * len(installed)]))
    for name, suite in zip(installed, suites, strict=True):
        score.count(*(retry_failed(name, suite) if suite[1] else suite))

    for build, python in others.items():
        name = ".".join(map(str, build))
        if step(score, f"install on Python {name}", install_command(python), into=VENVS / name):
            score.count(*run_tests(name, ["tests/primitives", "tests/configuration", "tests/options"]))

    if step(score, "build the wheel", [*uv("build"), "--wheel", "--out-dir", str(VENVS / "dist")]):
        for version, python in pythons.items():
            try_wheel(score, f"{version[0]}.{version[1]}", python)
    try_first_command(score)

    print("\n".join(["", *score.lines, ""]))
    print(f"{score.passed} passed, {score.failed} failed, {score.skipped} skipped", flush=True)
    return 1 if score.failed else 0


def install_command(python: str) -> list[str | Path]:
    """Return what installs everything for *python*, as locked."""
    return [*uv("sync"), "--locked", "--all-extras", "--no-default-groups", "--group", "dev", "--python", python]


def find_pythons() -> Iterator[tuple[tuple[int, int, int], str]]:
    """Yield each build of Python from `OLDEST` on: this one, those on PATH, the system's, those of pyenv."""
    candidates = [sys.executable, "/usr/bin/python3"]
    candidates += [f"python3.{minor}" for minor in range(OLDEST[1], NEWEST[1] + 1)]
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    candidates += [str(path) for path in sorted(pyenv.glob("versions/*/bin/python"))]
    seen: set[tuple[int, int, int]] = set()
    question = (
        "import json, sys; print(json.dumps([sys.version_info[:3], getattr(sys, '_base_executable', sys.executable)]))"
    )
    for candidate in candidates:
        path = shutil.which(candidate)
        if path is None:
            continue
        answer = subprocess.run([path, "-c", question], capture_output=True, text=True, check=False)  # noqa: S603
        if answer.returncode != 0:  # a shim of pyenv without a version behind it
            continue
        (major, minor, micro), executable = json.loads(answer.stdout)
        build = (major, minor, micro)
        if build[:2] >= OLDEST and build not in seen:
            seen.add(build)
            yield build, executable


def install_programs() -> None:
    """Where it may, put a browser and a terminal on the machine, for the tests of pages and of what is typed.

    Without Debian's Chromium and tmux these tests are skipped.
    """
    missing = [name for name in ("chromium", "tmux") if not shutil.which(name)]
    is_root = getattr(os, "geteuid", lambda: 1)() == 0
    if missing and is_root and shutil.which("apt-get"):
        os.environ["DEBIAN_FRONTEND"] = "noninteractive"
        for words in (["update"], ["install", "--yes", "--no-install-recommends", *missing]):
            run(f"apt-get {words[0]}, for {' and '.join(missing)}", ["apt-get", "-qq", *words])


def static_checks(score: Score, tools: Path) -> None:
    """What reads the code without running it."""
    step(score, "ruff format", [tools / "ruff", "format", "--check", "."])
    step(score, "ruff check", [tools / "ruff", "check", "."])
    step(score, "mypy --strict", [tools / "mypy", "corner_host", "samples", "tests"])
    step(score, "pyright strict", [tools / "pyright", "--pythonpath", tools / "python"])
    step(score, "import directions", [tools / "lint-imports"])


def run_tests(name: str, selection: Sequence[str]) -> tuple[int, int, int, str]:
    """Run the suite on one Python, and return what `Score.count` takes. What pytest says is shown when it has ended."""
    report, output = VENVS / f"pytest-{name}.xml", VENVS / f"pytest-{name}.txt"
    options = ["-q", *selection, *cache_of(name), f"--junit-xml={report}"]
    began = time.monotonic()
    with output.open("wb") as file:
        status = run(f"pytest on Python {name}", [VENVS / name / BIN / "python", "-m", "pytest", *options], output=file)
    took = time.monotonic() - began
    print(f"\n-- pytest on Python {name}\n{output.read_text('utf-8', 'backslashreplace')}", flush=True)
    suite = ET.parse(report).getroot().find("testsuite") if report.exists() else None  # noqa: S314 - our own file
    numbers = {} if suite is None else suite.attrib
    total, skipped = int(numbers.get("tests", 0)), int(numbers.get("skipped", 0))
    failed = int(numbers.get("failures", 0)) + int(numbers.get("errors", 0))
    if status != 0 and not failed:
        failed = 1
    return total - failed - skipped, failed, skipped, f"pytest on Python {name}: {total} tests ({took:.0f} s)"


def retry_failed(name: str, suite: tuple[int, int, int, str]) -> tuple[int, int, int, str]:
    """Run what failed once more, when nothing else runs: a test that only fails beside others is named, and passes."""
    passed, failed, skipped, line = suite
    report = VENVS / f"pytest-{name}-again.xml"
    options = ["-q", "--last-failed", "--last-failed-no-failures", "none", *cache_of(name), f"--junit-xml={report}"]
    status = run(f"what failed, again, on Python {name}", [VENVS / name / BIN / "python", "-m", "pytest", *options])
    if status == 0:
        return passed + failed, 0, skipped, f"{line}, {failed} of them at the second try"
    return passed, failed, skipped, line


def cache_of(name: str) -> list[str]:
    """Return the option that keeps what failed on this Python apart from the others."""
    return ["-o", f"cache_dir={VENVS / f'cache-{name}'}"]


def try_wheel(score: Score, name: str, python: str) -> None:
    """Install the wheel alone and run the smallest program with it, in an empty folder."""
    environment = VENVS / f"wheel-{name}"
    interpreter = environment / BIN / "python"
    (wheel,) = (VENVS / "dist").glob("*.whl")
    if step(score, f"empty environment on Python {name}", [*uv("venv"), "--python", python, environment]) and step(
        score, f"install the wheel on Python {name}", [*uv("pip", "install"), "--python", interpreter, wheel]
    ):
        program = ROOT / "tests" / "house" / "smallest.py"
        step(score, f"smallest program on Python {name}", [interpreter, "-W", "error", program])


def try_first_command(score: Score) -> None:
    """Do what a newcomer does first."""
    unwanted = shutil.ignore_patterns(".git", ".venv", VENVS.name, "outbox", "__pycache__", ".*_cache")
    copy = shutil.copytree(ROOT, VENVS / "newcomer", ignore=unwanted)
    (command, *_) = re.findall(r"^```sh\n(.*?)^```$", (copy / "README.md").read_text("utf-8"), re.MULTILINE | re.DOTALL)
    step(score, "the README's first command", ["bash", "-euo", "pipefail", "-c", command], cwd=copy)


def step(
    score: Score, title: str, command: Sequence[str | Path], *, cwd: Path = ROOT, into: Path | None = None
) -> bool:
    """Run one check and count it."""
    began = time.monotonic()
    status = run(title, command, cwd=cwd, into=into)
    score.count(int(status == 0), int(status != 0), 0, f"{title} ({time.monotonic() - began:.0f} s)")
    return status == 0


def run(
    title: str,
    command: Sequence[str | Path],
    *,
    cwd: Path = ROOT,
    into: Path | None = None,
    output: IO[bytes] | None = None,
) -> int:
    """Run *command* and return its status.

    Args:
        title: What is said before it.
        command: The words of the command.
        cwd: Where it runs.
        into: The environment that ``uv sync`` makes.
        output: Where its output goes, if not to ours.
    """
    print(f"\n== {title}", flush=True)
    unwanted = {"VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME", "PYTHONDONTWRITEBYTECODE"}
    inherited = {key: value for key, value in os.environ.items() if key not in unwanted}
    settings = {"UV_PYTHON_DOWNLOADS": "never", "UV_SYSTEM_CERTS": "1", "UV_NO_PROGRESS": "1", "UV_LINK_MODE": "copy"}
    if into is not None:
        settings["UV_PROJECT_ENVIRONMENT"] = str(into)
    words = [str(word) for word in command]
    try:
        return subprocess.run(  # noqa: S603 - the commands are written above
            words, cwd=cwd, env={**inherited, **settings}, stdin=subprocess.DEVNULL, stdout=output,
            stderr=None if output is None else subprocess.STDOUT, check=False, timeout=STEP_SECONDS,
        ).returncode  # fmt: skip
    except subprocess.TimeoutExpired:
        print(f"{title} took longer than {STEP_SECONDS} s", flush=True)
        return 1


def uv(*command: str) -> list[str | Path]:
    """Return the uv of this environment (the README's command has installed it)."""
    return [sys.executable, "-m", "uv", *command, "--quiet"]


if __name__ == "__main__":
    sys.exit(main())
