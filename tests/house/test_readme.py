"""Every code block of the README does what the README says."""

import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from .programs import ROOT, SECONDS, environment
from .readme import README, Block, blocks

CONSOLES = blocks("console")


def test_the_readme_opens_with_three_sentences_and_the_whole_smallest_program() -> None:
    """A reader knows what this is, and has seen all of it, before the first heading."""
    opening = README.read_text(encoding="utf-8").split("```python")[0].split("\n", 1)[1]
    sentences = re.findall(r"[.!?](?=\s|$)", opening)

    assert len(sentences) == 3
    assert blocks()[0].text.rstrip().endswith("Host.create_builder().add_hosted_service(Greeter).build().run()")


def test_every_name_in_the_log_is_in_the_table() -> None:
    """What a rule may silence is known by its name: no logger of the package is without one."""
    listed = README.read_text(encoding="utf-8").partition("## Names in the log")[2].partition("## ")[0]
    known = tuple(re.findall(r"`(corner_host\.[\w.]+)`", listed))
    texts = [file.read_text(encoding="utf-8") for file in (ROOT / "corner_host").rglob("*.py")]
    names = {name for text in texts for name in re.findall(r'getLogger\("(corner_host\.[\w.]+)"\)', text)}

    assert "corner_host.queue" in names
    assert [name for name in names if not name.startswith(known)] == []


def test_two_commands_of_one_line_run_the_sample_and_the_checks() -> None:
    """The commands need nothing but Python and pip, and there are exactly two of them."""
    sample, checks = blocks("sh")

    assert sample.text.count("\n") == checks.text.count("\n") == 1
    assert sample.text.startswith("python3 -m venv ")
    assert sample.text.endswith("-m samples.console_host\n")
    assert checks.text.startswith("python3 -m venv ")
    assert checks.text.endswith(".ci/checks.py\n")


def test_the_smallest_program_greets_and_stops_on_sigterm() -> None:
    """What CI also does with nothing but the wheel."""
    program = ROOT / "tests" / "house" / "smallest.py"
    ended = subprocess.run(
        [sys.executable, program], env=environment(), capture_output=True, text=True, check=False, timeout=SECONDS
    )

    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_every_block_is_one_that_is_tried() -> None:
    """A block is the smallest program, one of the two commands, a file with its name, or a console session."""
    known = {"sh", "console"}
    others = [block for block in blocks()[1:] if block.language not in known and not block.file]

    assert others == []


@pytest.mark.parametrize("console", CONSOLES, ids=[f"line {block.line}" for block in CONSOLES])
def test_a_console_session_shows_what_happens(console: Block, tmp_path: Path) -> None:
    """With the files written so far, each command prints the lines shown, in their order, and ends well."""
    for block in blocks():
        if block.file and block.line < console.line:
            (tmp_path / block.file).write_text(block.text, encoding="utf-8")
    shim = tmp_path / "bin" / "corner-host"  # the script, also where the package is not installed but only imported
    shim.parent.mkdir()
    shim.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m corner_host "$@"\n', encoding="utf-8")
    shim.chmod(0o755)
    for command, shown in _sessions(console.text):
        printed, status = _perform(command, shown, tmp_path)

        missing = _first_missing(shown, printed)
        assert missing is None, "".join(printed[-40:])
        assert (status != 0) == any(line.startswith("error: ") for line in shown), "".join(printed[-40:])


def _sessions(text: str) -> list[tuple[str, list[str]]]:
    parts = re.split(r"^\$ (.*)\n", text, flags=re.MULTILINE)[1:]
    return [(command, shown.splitlines()) for command, shown in zip(parts[::2], parts[1::2], strict=True)]


def _perform(command: str, shown: list[str], folder: Path) -> tuple[list[str], int]:
    """Run *command*; where the session shows ``^C``, interrupt it once the lines before have appeared."""
    awaited = shown[: shown.index("^C")] if "^C" in shown else []
    process = subprocess.Popen(
        ["bash", "-c", f"exec env {command}"],
        cwd=folder,
        env=environment(XDG_RUNTIME_DIR=str(folder)) | {"PATH": f"{folder / 'bin'}{os.pathsep}{environment()['PATH']}"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    guard = threading.Timer(SECONDS, process.kill)
    guard.start()
    printed: list[str] = []
    try:
        with process:
            assert process.stdout is not None
            for line in process.stdout:
                printed.append(line)
                if awaited and _first_missing(awaited, printed) is None:
                    awaited = []
                    os.kill(process.pid, signal.SIGINT)
    finally:
        guard.cancel()
    return printed, process.returncode


def _first_missing(shown: list[str], printed: list[str]) -> str | None:
    """Return the first of the lines *shown* that was not *printed* after the ones before it."""
    rest = iter(printed)
    for line in shown:
        if line not in {"^C", "..."} and not any(_matches(line, candidate) for candidate in rest):
            return line
    return None


def _matches(shown: str, printed: str) -> bool:
    """Compare two lines: times are any time, ``...`` is any text, spaces count once."""
    pattern = re.sub(r"\\ (\\ )*", " +", re.escape(shown.strip())).replace(r"\.\.\.", ".*")
    pattern = re.sub(r"\d\d:\d\d:\d\d\\\.\d\d\d", r"\\d\\d:\\d\\d:\\d\\d\\.\\d\\d\\d", pattern)
    return re.fullmatch(pattern, printed.strip()) is not None
