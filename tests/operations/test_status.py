"""What ``status`` and the overview show."""

import io
import os
import zipfile
from typing import Any

import pytest

from corner_host import BackgroundService, CancellationToken, Host, HostBuilder
from corner_host.diagnostics import HealthCheckResult
from corner_host.hosting import HostApplicationLifetime, HostedService
from corner_host.operations import HostStatus, InvalidRequestError, NotFoundError, Operations

from .conftest import ADA, Look, until


class Worker(BackgroundService):
    """Waits."""

    async def execute(self, stopping: CancellationToken) -> None:
        await stopping.wait()


async def test_a_running_host_is_ready(look: Look, anyio_backend: str) -> None:
    """OV-10: name, environment, process, back end, age, phase and services of a host that runs."""
    async with look(lambda builder: builder.add_hosted_service(Worker)) as operations:
        status = await operations.host.status()

    assert (status.phase, status.is_ready, status.reason) == ("running", True, "")
    assert (status.pid, status.environment, status.backend) == (os.getpid(), "Development", anyio_backend)
    assert [each.state for each in status.services if each.name.endswith("Worker")] == ["running"]
    assert status.uptime >= 0


async def test_a_host_that_starts_or_stops_is_not_ready(look: Look) -> None:
    """OV-10: readiness fails from the moment the host begins to stop, and before it has started; the reason says so."""
    seen: list[HostStatus] = []

    class Witness(HostedService):
        def __init__(self, operations: Operations) -> None:
            self.operations = operations

        async def start(self) -> None:
            seen.append(await self.operations.host.status())

        async def stop(self) -> None:
            seen.append(await self.operations.host.status())

    async with look(lambda builder: builder.add_hosted_service(Witness)):
        pass

    assert [(each.phase, each.is_ready, each.reason) for each in seen] == [
        ("starting", False, "starting"),
        ("stopping", False, "stopping"),
    ]


async def test_an_unhealthy_check_makes_the_host_not_ready(look: Look) -> None:
    """OV-11: the reason names the checks that are unhealthy; the time is that of the change."""
    results = [HealthCheckResult.unhealthy("no answer"), HealthCheckResult.healthy()]

    def configure(builder: HostBuilder) -> None:
        builder.services.add_health_checks().add_check("database", lambda: results[0])

    async with look(configure) as operations:
        await operations.health.run("database", by=ADA)
        sick = await operations.host.status()
        results.pop(0)
        await operations.health.run("DATABASE", by=ADA)
        well = await operations.host.status()

    assert (sick.is_ready, sick.reason) == (False, "unhealthy: database")
    assert (well.is_ready, well.reason) == (True, "")
    assert sick.ready_since is not None
    assert well.ready_since is not None
    assert sick.ready_since <= well.ready_since


async def test_an_optional_check_does_not_decide(look: Look) -> None:
    """OV-11: a check tagged ``optional`` is shown, and does not make the host unready."""

    def configure(builder: HostBuilder) -> None:
        builder.services.add_health_checks().add_check("extra", lambda: False, tags=["optional"])

    async with look(configure) as operations:
        overview = await operations.health.run(by=ADA)
        status = await operations.host.status()

    assert (overview.status, status.is_ready) == ("Healthy", True)
    assert {each.name: each.status for each in overview.checks}["extra"] == "Unhealthy"


async def test_the_history_of_a_check_is_kept(look: Look) -> None:
    """OV-12: each answer is kept with its time; secrets in its data are masked; an unknown check is named."""

    def check() -> HealthCheckResult:
        return HealthCheckResult.degraded("slow", password="hunter2", seconds=2)

    def configure(builder: HostBuilder) -> None:
        builder.services.add_health_checks().add_check("database", check)

    async with look(configure) as operations:
        for _ in range(2):
            await operations.health.run("database", by=ADA)
        found = await operations.health.get("database")
        with pytest.raises(NotFoundError, match="There is no health check 'disk'"):
            await operations.health.run("disk", by=ADA)

    assert [each.status for each in found.history][-2:] == ["Degraded", "Degraded"]
    assert (found.status, found.description) == ("Degraded", "slow")
    assert found.data == (("password", "••••••••"), ("seconds", "2"))


async def test_the_host_is_asked_to_stop(look: Look) -> None:
    """OV-13: the answer comes before the stop; the audit has the reason."""
    async with look() as operations:
        lifetime = _lifetime(operations)
        answer = await operations.host.stop(by=ADA, reason="deploy", timeout=5)
        await until(lambda: lifetime.application_stopping.is_cancellation_requested)
        (line,) = (await operations.audit.search()).items

    assert answer.message == "asked to stop within 5 s"
    assert (line.action, line.actor, line.reason, line.outcome) == ("host.stop", "ada", "deploy", "done")


async def test_about_tells_versions_and_no_secrets(look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    """OV-14: packages with versions and licences; what was given to options on the command line is left out."""
    monkeypatch.setattr("sys.argv", ["program.py", "--Payment:ApiKey=s3cret", "run"])
    async with look() as operations:
        about = await operations.host.about()

    assert about.command_line == ("program.py", "--Payment:ApiKey=…", "run")
    assert any(each.name == "anyio" and each.version for each in about.packages)


async def test_the_dump_shows_where_tasks_and_threads_are(look: Look) -> None:
    """OV-15: every task and thread with its stack; the line of the application where a task waits."""
    async with look(lambda builder: builder.add_hosted_service(Worker)) as operations:
        dump = await operations.host.dump()

    waiting = [
        each.waiting_at for each in dump.tasks if any("Worker.execute" in frame.function for frame in each.frames)
    ]
    assert [place.code for place in waiting if place is not None] == ["await stopping.wait()"]
    assert any(each.name == "MainThread" for each in dump.threads)
    assert "await stopping.wait()" in dump.text


async def test_a_bundle_has_everything_and_no_secret(look: Look) -> None:
    """OV-16: a zip file with status, settings, graph, stacks, logs and numbers; secrets are masked."""

    def configure(builder: HostBuilder) -> None:
        builder.configuration["Payment:ApiKey"] = "s3cret-value"

    async with look(configure, environment="Production") as operations:
        archive = zipfile.ZipFile(io.BytesIO(await operations.diagnose()))
        parts = {name: archive.read(name).decode() for name in archive.namelist()}

    assert {"status.json", "configuration.json", "graph.json", "stacks.txt", "logs.json", "metrics.txt"} <= parts.keys()
    assert not [name for name, text in parts.items() if "s3cret-value" in text or '{"error"' in text]


async def test_a_read_only_host_refuses_every_action(look: Look) -> None:
    """OV-17: with ``Operations:ReadOnly`` nothing can be changed, and what was tried is in the audit."""
    async with look(lambda _: None, "--Operations:ReadOnly=true") as operations:
        with pytest.raises(PermissionError, match="read-only"):
            await operations.host.stop(by=ADA)
        (line,) = (await operations.audit.search()).items

    assert operations.is_read_only
    assert (line.action, line.outcome) == ("host.stop", "refused")


async def test_operations_are_there_once(look: Look) -> None:
    """OV-18: a second `add_operations` does nothing, and the service that records is the first to start."""

    def configure(builder: HostBuilder) -> None:
        builder.add_hosted_service(Worker)
        builder.services.add_operations(builder.configuration)

    async with look(configure) as operations:
        names = [each.name for each in await operations.services.list()]

    assert [name.rpartition(".")[2] for name in names] == ["OperationsService", "AdminSocketService", "Worker"]


async def test_a_wrong_setting_is_named() -> None:
    """OV-18: a setting that cannot be fails when the view is added, with its key."""
    builder = Host.create_empty_builder()
    builder.configuration["Operations:LogLines"] = "many"

    with pytest.raises(ValueError, match="Operations:LogLines"):
        builder.services.add_operations(builder.configuration)


@pytest.mark.parametrize("limit", [0, 501])
async def test_limits_have_bounds(look: Look, limit: int) -> None:
    """OV-19: nobody can ask for more than is cheap to answer."""
    async with look() as operations:
        with pytest.raises(InvalidRequestError, match="limit must be"):
            await operations.failures.list(limit=limit)


def _lifetime(operations: Operations) -> Any:
    return operations.host._workplace.services.get_required_service(HostApplicationLifetime)  # pyright: ignore[reportPrivateUsage]


@pytest.mark.parametrize(("value", "expected"), [("true", True), ("false", False), (None, False)])
def test_the_default_builder_adds_the_view_where_a_setting_says_so(value: str | None, expected: bool) -> None:
    """OV-18: ``Operations:Enabled``; without it a host pays nothing."""
    builder = Host.create_builder()
    builder.configuration["Operations:Enabled"] = value
    builder.configuration["Operations:Socket:Enabled"] = "false"

    with builder.build().services as services:
        assert services.is_service(Operations) is expected
