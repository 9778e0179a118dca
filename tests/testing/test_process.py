"""A program in a process of its own."""

import signal
import sys
import textwrap
from pathlib import Path

import pytest

from corner_host.testing import HostProcess, ProcessEndedError

ROOT = Path(__file__).resolve().parents[2]
WORKER = textwrap.dedent(
    """
    from corner_host import CancellationToken, Host

    async def work(stopping: CancellationToken):
        print("working")
        await stopping.wait()
        print("done")

    Host.create_empty_builder().use_console_lifetime().add_hosted_service(work).build().run()
    """
)


def test_a_host_is_seen_to_stop_on_a_signal() -> None:
    """Its lines are waited for, the signal is sent, its status is told."""
    with HostProcess(["-c", WORKER], env={"PYTHONPATH": str(ROOT)}) as process:
        process.wait_for("working")
        process.send(signal.SIGTERM)
        result = process.wait()

    assert (result.status, result.lines[-1]) == (0, "done")


def test_a_program_that_ends_too_early_is_told_with_its_output() -> None:
    """A test that waits for a line is not left waiting."""
    with (
        HostProcess(["-c", "print('no luck today'); raise SystemExit(3)"]) as process,
        pytest.raises(
            ProcessEndedError, match=r"status 3 before a line with 'ready' came(.|\n)*no luck today"
        ) as caught,
    ):
        process.wait_for("ready")

    assert caught.value.result.status == 3


def test_a_program_that_never_ends_is_killed() -> None:
    """A hanging program is a failing test, not a hanging one."""
    with HostProcess(["-c", "import time; time.sleep(600)"], limit=0.5) as process:
        result = process.wait()

    assert result.status == -signal.SIGKILL if sys.platform != "win32" else result.status != 0
