"""The API behind another door than the socket: who stands before it says who asks, and what they may do."""

import re
from pathlib import Path

import httpx2
import pytest

from corner_host import Host
from corner_host.operations import Actor, Operations
from corner_host.web import Scope
from corner_host.web.api import ENDPOINTS, operations_api


class Visitor:
    """Somebody from outside."""

    def __init__(self, *, may_act: bool) -> None:
        self._may_act = may_act

    def actor(self, scope: Scope) -> Actor:
        """Return who asks."""
        return Actor("grace", via="dashboard", address="10.0.0.7")

    def may_act(self, scope: Scope) -> bool:
        """Tell whether they may change something."""
        return self._may_act

    def may_reveal(self, scope: Scope) -> bool:
        """Tell whether they may see what is masked."""
        return False

    def is_local(self, scope: Scope) -> bool:
        """Tell whether they could read the files."""
        return False


def _host(folder: Path) -> Host:
    builder = Host.create_empty_builder()
    builder.use_environment("Production")
    builder.configuration.add_in_memory_collection(
        {
            "Operations:StateDirectory": str(folder),
            "Operations:Socket:Enabled": "false",
            "Payment:Url": "https://pay.example",
        }
    )
    builder.services.add_operations(builder.configuration)
    return builder.build()


def _client(host: Host, visitor: Visitor, prefix: str = "/api/v1") -> httpx2.AsyncClient:
    app = operations_api(host.services.get_required_service(Operations), visitor, prefix=prefix)
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://host")


@pytest.mark.parametrize("path", [each.path for each in ENDPOINTS if each.method == "POST"])
async def test_who_may_only_look_changes_nothing(tmp_path: Path, path: str) -> None:
    """API-12: every action is refused before its body is even read."""
    async with _host(tmp_path) as host, _client(host, Visitor(may_act=False)) as client:
        answer = await client.post("/api/v1" + re.sub(r"\{.*?\}", "x", path))
        question = await client.get("/api/v1/status")

    assert (answer.status_code, question.status_code) == (403, 200)


async def test_an_action_is_written_down_under_who_asks(tmp_path: Path) -> None:
    """API-13: name, way and address; what the client says of itself does not count."""
    async with _host(tmp_path) as host, _client(host, Visitor(may_act=True)) as client:
        body = {"logger": "acme", "level": "Debug", "reason": "look"}
        await client.post("/api/v1/logs/levels", json=body, headers={"x-actor": "root"})
        (line,) = (await client.get("/api/v1/audit")).json()["items"]

    assert (line["actor"], line["via"], line["address"], line["reason"]) == ("grace", "dashboard", "10.0.0.7", "look")


async def test_from_outside_no_value_is_shown_in_production(tmp_path: Path) -> None:
    """API-14: not in a list, an explanation or the bundle."""
    async with _host(tmp_path) as host, _client(host, Visitor(may_act=True)) as client:
        answers = [
            (await client.get(path)).text
            for path in ("/api/v1/configuration", "/api/v1/configuration/explain?key=Payment:Url")
        ]

    assert [("Payment:Url" in text, "https://pay.example" in text) for text in answers] == [(True, False)] * 2


async def test_the_prefix_is_the_callers(tmp_path: Path) -> None:
    """API-15: also in the document."""
    async with _host(tmp_path) as host, _client(host, Visitor(may_act=True), prefix="/ops/api") as client:
        document = (await client.get("/ops/api/openapi.json")).json()
        status = await client.get("/ops/api/status")
        elsewhere = await client.get("/api/v1/status")

    assert "/ops/api/status" in document["paths"]
    assert (status.status_code, elsewhere.status_code) == (200, 404)
