"""What a page costs the host: its event loop is not held up while pages are made."""

import asyncio
import gc
import threading
import time
from collections.abc import Iterator

import pytest

from corner_host.web.api import ENDPOINTS
from corner_host.web.dashboard.pages import SCREENS

from .conftest import OpenDashboard

_MOST = 0.005


@pytest.fixture
def anyio_backend() -> str:
    """The steps of asyncio's loop can be watched."""
    return "asyncio"


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """Collect what each step of the loop costs: processor time of its thread, which other processes do not change."""
    costs: list[float] = []
    run = asyncio.Handle._run
    loop_thread = threading.current_thread()

    def watched(handle: asyncio.Handle) -> None:
        began = time.thread_time()
        run(handle)
        if threading.current_thread() is loop_thread:
            costs.append(time.thread_time() - began)

    monkeypatch.setattr(asyncio.Handle, "_run", watched)
    gc.disable()
    yield costs
    gc.enable()


async def test_no_page_holds_up_the_loop(shop: OpenDashboard, steps: list[float]) -> None:
    """Rule 8: no step of any request costs the loop more than 5 ms, of pages and of the API; they are made in threads."""
    async with shop() as site:
        asked = [each.path for each in ENDPOINTS if each.method == "GET" and not each.query.model_fields]
        paths = [screen.name for screen in SCREENS if not screen.below]
        paths += [f"api/v1{path}" for path in (*asked, "/jobs", "/failures", "/logs") if "{" not in path]
        for path in paths:
            await site.client.get(path)  # templates are compiled once, in a thread as well
        steps.clear()
        for path in [*paths, "jobs.csv", "jobs.json"]:
            assert (await site.client.get(path)).status_code == 200
        costly = [round(cost * 1000, 1) for cost in steps if cost > _MOST]

    assert len(steps) > 100
    assert costly == []
