"""Whole programs: signals and exits, on both back ends."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).with_name("program.py")


def ended(backend: str, mode: str, work: str, *, interrupt: bool) -> tuple[int, str]:
    """Run the program, with a SIGTERM once it is ready; returns its status and its last line."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.background.program", backend, mode, work],
        stdout=subprocess.PIPE,
        text=True,
        cwd=PROGRAM.parents[2],
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            if interrupt:
                process.send_signal(signal.SIGTERM)
            out, _ = process.communicate(timeout=30)
        finally:
            process.kill()
    return process.returncode, out.splitlines()[-1]


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_signal_drains_what_was_accepted(backend: str) -> None:
    """SIGTERM in the middle loses nothing, and the program ends well."""
    status, numbers = ended(backend, "Drain", "brief", interrupt=True)

    assert status == 0
    assert numbers == "30 queued, 30 accounted for, 30 completed"


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_signal_leaves_the_rest_when_told_to(backend: str) -> None:
    """Finish: what was not run is accounted for."""
    status, numbers = ended(backend, "Finish", "brief", interrupt=True)

    assert status == 0
    assert numbers.startswith("30 queued, 30 accounted for")
    assert not numbers.endswith(" 30 completed")


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_an_item_may_end_the_program(backend: str) -> None:
    """sys.exit(n) in an item: the host stops in its order, then the status is n."""
    status, numbers = ended(backend, "Drain", "leaving", interrupt=False)

    assert status == 3
    assert numbers == "30 queued, 30 accounted for, 0 completed"
