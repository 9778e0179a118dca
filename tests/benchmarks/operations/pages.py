"""Ask a host with many stored jobs for every page and every answer of the API, over HTTP, and print what each costs its loop.

    python -m tests.benchmarks.operations.pages [jobs, by default 100,000]

The loop's cost is its longest step: processor time of its thread between two others, the best of three rounds. It must stay
below 5 ms. *ms* is how long the answer took in all; a search must take less than 100.
"""

import asyncio
import http.client
import json
import re
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import anyio
import anyio.to_thread

from corner_host import Host
from corner_host.hosting import HostedService
from corner_host.operations import JobQuery, Operations
from corner_host.web.api import ENDPOINTS
from corner_host.web.dashboard import DashboardService
from corner_host.web.dashboard.keyring import Keyring
from corner_host.web.dashboard.pages import SCREENS

from .__main__ import LIMIT, fill, make_builder

ROUNDS = 3
_PARAMETER = re.compile(r"\{.+?\}")
SEARCHES = (
    "limit=50",
    "text=%22number%22%3A77777",
    "states=DEAD&states=RUNNING",
    "names=order&queues=default&limit=200",
    "sort=-ran",
    "error=Timeout",
)
DRY_RUNS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("/jobs/requeue", {"states": ["DEAD"], "dry_run": True}),
    ("/jobs/cancel", {"text": "77777", "dry_run": True}),
    ("/jobs/delete", {"all": True, "dry_run": True}),
    ("/health/run", {}),
    ("/logs/levels", {"logger": "acme", "level": "Debug"}),
    ("/filters", {"name": "mine", "query": "state=DEAD"}),
)


class Steps:
    """Sees what each step of the loop of this thread costs."""

    def __init__(self) -> None:
        self.worst = 0.0
        run, thread = asyncio.Handle._run, threading.current_thread()

        def watched(handle: asyncio.Handle) -> None:
            began = time.thread_time()
            run(handle)
            if threading.current_thread() is thread:
                self.worst = max(self.worst, time.thread_time() - began)

        asyncio.Handle._run = watched  # type: ignore[method-assign]


async def _names(operations: Operations) -> dict[str, str]:
    """Return what stands for the name in the path of each noun."""
    return {
        "jobs": (await operations.jobs.search(JobQuery(limit=1))).items[0].id,
        "runs": (await operations.runs.list())[0].id,
        "failures": (await operations.failures.list())[0].id,
        "services": (await operations.services.list())[-1].name,
        "health": (await operations.health.overview()).checks[0].name,
        "queues": "default",
        "schedules": "daily",
    }


def _paths(names: dict[str, str]) -> Iterator[tuple[str, str, dict[str, Any] | None]]:
    details = {
        "job": f"?id={names['jobs']}",
        "failure": f"?id={names['failures']}",
        "service": f"?name={quote(names['services'])}",
        "schedule": "?id=daily",
        "setting": "?key=A:B",
    }
    queries = {"/configuration/explain": "?key=A:B", "/configuration/difference": "?environment=Production"}
    for screen in SCREENS:
        yield "GET", f"/{screen.name}{details.get(screen.name, '')}", None
    for each in ("jobs?q=77777", "jobs?sort=-ran", "jobs.csv?q=777", "jobs.json?q=777", "diagnose.zip"):
        yield "GET", f"/{each}", None
    for each in ENDPOINTS:
        if each.method == "GET":
            path = _PARAMETER.sub(quote(names.get(each.tag, ""), safe=""), each.path)
            yield "GET", f"/api/v1{path}{queries.get(each.path, '')}", None
    for search in SEARCHES:
        yield "GET", f"/api/v1/jobs?{search}", None
    for path, body in DRY_RUNS:
        yield "POST", f"/api/v1{path}", body


def _ask(port: int, token: str, method: str, path: str, body: dict[str, Any] | None) -> tuple[int, float]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    began = time.perf_counter()
    connection.request(method, path, None if body is None else json.dumps(body), headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status, time.perf_counter() - began


async def ask(jobs: int) -> None:
    """Ask for everything, and print what it costs."""
    with tempfile.TemporaryDirectory() as folder:
        builder = make_builder(Path(folder))
        builder.configuration.add_in_memory_collection({"Dashboard:Port": "0", "Dashboard:ReadOnly": "false"})
        (Path(folder) / "appsettings.Production.json").write_text('{"A": {"B": "2"}}', encoding="utf-8")
        builder.use_environment("Development").use_content_root(folder)
        builder.services.add_dashboard(builder.configuration)
        async with builder.build() as host:
            await fill(host, jobs)
            await _ask_all(host, jobs)


async def _ask_all(host: Host, jobs: int) -> None:
    (service,) = [each for each in host.services.get_services(HostedService) if isinstance(each, DashboardService)]
    port, token = int(service.address.rsplit(":", 1)[1].strip("/")), host.services.get_required_service(Keyring).token
    operations = host.services.get_required_service(Operations)
    steps = Steps()
    print(f"{jobs:,} jobs{'':52}{'step ms':>8}{'ms':>8}")
    for method, path, body in _paths(await _names(operations)):
        rounds: list[tuple[float, float]] = []
        status = 0
        for _ in range(ROUNDS):
            await anyio.sleep(0.01)
            steps.worst = 0.0
            status, took = await anyio.to_thread.run_sync(_ask, port, token, method, path, body)
            rounds.append((steps.worst, took))
        step, whole = min(step for step, _ in rounds), min(whole for _, whole in rounds)
        is_search = "/jobs?" in path
        over = "  over" if step > LIMIT or (is_search and whole > 0.1) or status >= 400 else ""
        print(f"{method:5}{path[:55]:55} {status} {step * 1e3:8.1f}{whole * 1e3:8.1f}{over}")


if __name__ == "__main__":
    anyio.run(ask, int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
