"""Whole processes in trouble: in every phase of a host's life, by every kind of trouble, on every back end.

Whatever happens: the process ends in bounded time with the right status, the database is started, stopped and closed
exactly once, and the trouble is told by name.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import cast

import pytest

from tests.hosting.programs import ROOT

LIMIT = 30.0
PHASES = ["starting", "running", "stopping"]
TROUBLES = [
    "SIGINT",
    "SIGTERM",
    "twice-SIGINT",
    "twice-SIGTERM",
    "crash",
    "hang",
    "exception-in-stop",
    "KeyboardInterrupt",
    "SystemExit",
]
STATUS = {
    "SIGINT": {0},
    "SIGTERM": {0},
    "twice-SIGINT": {130},
    "twice-SIGTERM": {143},
    "crash": {1},
    "hang": {1},
    "exception-in-stop": {1},
    "KeyboardInterrupt": {130, -2},  # Python ends itself by SIGINT when nobody catches it
    "SystemExit": {7},
}
TOLD = {
    "crash": "RuntimeError: crash",
    "hang": "Subject",
    "exception-in-stop": "RuntimeError: exception in stop",
}


@dataclass(frozen=True)
class Case:
    """One process of the matrix."""

    phase: str
    trouble: str
    backend: str

    def __str__(self) -> str:
        return f"{self.phase}-{self.trouble}-{self.backend}"

    def run(self) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "tests.hosting.matrix_program", self.phase, self.trouble, self.backend],
            cwd=ROOT,
            env={**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONWARNINGS": "error"},
            capture_output=True,
            text=True,
            timeout=LIMIT,
            check=False,
        )


CASES = [Case(phase, trouble, backend) for phase in PHASES for trouble in TROUBLES for backend in ("asyncio", "trio")]
CASES += [Case("running", trouble, "uvloop") for trouble in ("SIGTERM", "twice-SIGINT", "crash", "SystemExit")]


@pytest.fixture(scope="module")
def processes(request: pytest.FixtureRequest) -> Iterator["dict[Case, Future[subprocess.CompletedProcess[str]]]"]:
    """The processes of the selected cases, a few at a time, begun before the first is looked at."""
    items = [item for item in request.session.items if isinstance(item, pytest.Function)]
    wanted: list[Case] = [
        cast("Case", item.callspec.params["case"]) for item in items if "processes" in item.fixturenames
    ]
    with ThreadPoolExecutor(max_workers=3) as pool:
        yield {case: pool.submit(case.run) for case in wanted}
        pool.shutdown(cancel_futures=True)


@pytest.mark.timeout(120)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_process_in_trouble(case: Case, processes: "dict[Case, Future[subprocess.CompletedProcess[str]]]") -> None:
    """H1, H2, H3, H5, CL-7, CL-11, CL-9, CL-10, CL-20, RN-16: see above."""
    result = processes[case].result()
    lines = result.stdout.splitlines()
    story = (lines, result.stderr[-4000:])

    assert result.returncode in STATUS[case.trouble], story
    assert TOLD.get(case.trouble, "") in result.stderr, story
    assert lines[0] == "database start", story
    assert lines[-1] == "run is over", story
    for once in ("database start", "database stop", "database closed", "run is over"):
        assert lines.count(once) == 1, story
    assert lines.count("subject stop") <= 1, story
    assert lines.index("database closed") > lines.index("database stop"), story
    assert "Task was destroyed" not in result.stderr, story
    assert "never retrieved" not in result.stderr, story
