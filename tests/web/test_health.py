"""The health endpoints: probes in .NET's words, and readiness that fails first."""

import anyio
import pytest
from fastapi import FastAPI

from corner_host import Host, HostBuilder
from corner_host.diagnostics import HealthCheckService
from corner_host.primitives import CancellationToken
from corner_host.web.asgi import Message, Scope
from corner_host.web.health import HealthMiddleware

from .conftest import Serve


@pytest.mark.parametrize("path", ["/alive", "/health", "/health/startup"])
async def test_a_running_host_is_healthy(serve: Serve, path: str) -> None:
    """200 and one word."""
    async with serve(FastAPI()) as site:
        response = await site.client.get(path)

    assert (response.status_code, response.text) == (200, "Healthy")


async def test_a_check_that_fails_makes_the_host_unready_but_not_dead(serve: Serve) -> None:
    """/health says 503; /alive does not ask it. JSON tells which check, not why."""

    def configure(builder: HostBuilder) -> None:
        builder.services.add_health_checks().add_check("database", lambda: False)

    async with serve(FastAPI(), configure) as site:
        health, alive = await site.client.get("/health"), await site.client.get("/alive")
        details = (await site.client.get("/health", headers={"accept": "application/json"})).json()

    assert (health.status_code, health.text, alive.status_code) == (503, "Unhealthy", 200)
    assert details["checks"]["database"]["status"] == "Unhealthy"
    assert details["checks"]["lifecycle"]["status"] == "Healthy"


async def test_readiness_fails_before_anything_is_stopped(serve: Serve) -> None:
    """While services still stop, the load balancer learns that it should look elsewhere."""
    release = anyio.Event()

    async def slow_to_stop(stopping: CancellationToken) -> None:
        await stopping.wait()
        await release.wait()

    app = FastAPI()
    answers: list[int] = []

    @app.get("/last")
    async def last() -> None:
        await release.wait()

    with anyio.fail_after(15):
        async with serve(app, lambda builder: builder.add_hosted_service(slow_to_stop)) as site:
            site.host.lifetime.stop_application()
            answers.append((await site.client.get("/health")).status_code)
            release.set()

    assert answers == [503]


async def test_the_endpoints_may_have_other_names(serve: Serve) -> None:
    """As a cluster's probes ask for them; those of ours answer too, and no others."""
    aliases = ["--Server:HealthAliases:/livez=/alive", "--Server:HealthAliases:/readyz=/health"]

    def configure(builder: HostBuilder) -> None:
        builder.services.add_health_checks().add_check("database", lambda: False)

    async with serve(FastAPI(), configure, *aliases) as site:
        answers = [(await site.client.get(path)).status_code for path in ("/livez", "/readyz", "/alive", "/healthz")]

    assert answers == [200, 503, 200, 404]


async def test_the_endpoints_can_be_switched_off(serve: Serve) -> None:
    """Then the application answers the paths, or nobody."""
    async with serve(FastAPI(), lambda _: None, "--Server:HealthEndpoints=false") as site:
        assert (await site.client.get("/alive")).status_code == 404


async def test_a_crowd_costs_one_round_however_slow_a_sick_check_is() -> None:
    """Nobody is told what was found before they asked; but a check that is in trouble is not asked once for each of them."""
    release = anyio.Event()
    rounds: list[int] = []
    answers: list[int] = []

    async def database() -> bool:
        rounds.append(1)
        await release.wait()
        return False

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            answers.append(message["status"])

    builder = Host.create_empty_builder()
    builder.services.add_health_checks().add_check("database", database)
    async with builder.build() as host, anyio.create_task_group() as crowd:
        app = HealthMiddleware(FastAPI(), host.services.get_required_service(HealthCheckService))

        async def ask() -> None:
            scope: Scope = {"type": "http", "method": "GET", "path": "/health", "headers": []}
            await app(scope, receive, send)

        for _ in range(20):
            crowd.start_soon(ask)
        await anyio.wait_all_tasks_blocked()
        release.set()

    assert (answers, len(rounds)) == ([503] * 20, 1)
