"""Section 6, 03:22: the log of an old pod lets anyone prove that nothing was lost."""

import json
import re
from typing import Any

import pytest

from . import programs, promised
from .shell import Shell

pytestmark = pytest.mark.once


def stopped(shell: Shell, target: str, *options: str) -> tuple[int, list[str]]:
    """Start *target* in Production, ask it to stop when its work is under way; returns its status and what it wrote then."""
    lines: list[str] = []
    with shell.begin("corner-host", "run", "-q", target, *options) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line == "under way\n":
                process.terminate()
                lines.clear()
            else:
                lines.append(line)
    return process.returncode, lines


@pytest.fixture
def pod(shell: Shell) -> Shell:
    """Where a program has a queue full of work."""
    shell.write("program.py", programs.BUSY)
    shell.write("orders/payment.py", programs.PAYMENT)
    return shell


def test_a_rollout_that_loses_nothing(pod: Shell) -> None:
    """What there was, by what policy, what became of it, and that this is all; in every format the same words.

    The first run has the delay for endpoints, only not so long. That the queue is full is another story.
    """
    options = ["--set", "shutdownTimeoutSeconds=25", "--set", "Logging:LogLevel:corner_host.health=Error"]
    delayed = ["--set", "shutdownDelaySeconds=1", "--set", "Logging:Console:FormatterName=simple"]
    plain = stopped(pod, "program:create_rollout", *options, *delayed)
    status, lines = stopped(pod, "program:create_rollout", *options)

    found = [json.loads(line) for line in lines]
    shown = [re.sub(" +", " ", line[13:]) for line in plain[1]]
    told = [f"{each['level']} {each['logger']} {each['message']}\n" for each in found]
    promise = [re.sub(" +", " ", line) for line in promised.ROLLOUT.splitlines(keepends=True)]
    assert (plain[0], status) == (0, 0)
    assert without_seconds(shown) == without_seconds(promise)
    assert without_seconds(told) == [line.replace("; - s delay for endpoints", "") for line in without_seconds(promise)]


def test_what_a_rollout_loses_is_listed(pod: Shell) -> None:
    """Each with its id and the hash of its arguments: what was cut, and all that waited, some to a record."""
    pod.write("program.py", programs.BUSY.replace("(process_order)", "(hang, name='process_order')"))
    status, lines = stopped(pod, "program:create_rollout", "--set", "shutdownTimeoutSeconds=1")

    records = [json.loads(line) for line in lines if line[0] == "{"]  # the error stands behind them
    deadline = next(each for each in records if each["message"].startswith("Deadline"))
    not_run = [each for record in records if record["message"].startswith("Not run") for each in record["losses"]]
    assert status == 4
    assert deadline["message"].splitlines()[0] == "Deadline (1.0 s) passed: 8 jobs cancelled, 1,000 jobs abandoned"
    assert {each["id"] for each in deadline["losses"]} == {*cut(records), *(each["id"] for each in not_run[:12])}
    assert [each["name"] for each in not_run] == [f"receipt {number}" for number in range(1000)]
    assert len({each["id"] for each in not_run}) == 1000
    assert max(map(len, lines)) < 16_384  # longer ones Docker cuts


def cut(records: list[dict[str, Any]]) -> set[str]:
    """Return the ids of the jobs that were cut."""
    found = [each for each in records if each["message"].endswith("was cut while it ran.")]
    assert all(loss["id"] == each["job_id"] for each in found for loss in each["losses"])
    return {each["job_id"] for each in found}


def without_seconds(lines: list[str]) -> list[str]:
    """Return *lines* without how long the delay was, and how long the stop took."""
    return [re.sub(r"(?<=Stopped in )[\d.]+|[\d.]+(?= s delay)", "-", line) for line in lines]
