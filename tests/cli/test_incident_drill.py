"""The incident as a drill: the gateway slows, the operator finds the line and the setting, pauses, deploys, and replays.

Two processes of one application, one after the other, on one store; the operator types, and nothing is timed.
"""

import json
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from .shell import SECONDS, Answer, Shell
from .test_operating import _until as until

pytestmark = [pytest.mark.once, pytest.mark.timeout(180)]  # many commands, each a process of its own
ORDERS = 12
SHOP = """\
from pathlib import Path

import anyio
from pydantic import BaseModel

from corner_host import BackgroundService, CancellationToken, Host, HostBuilder, JobClient
from corner_host.jobs import RetryPolicy
from corner_host.primitives import Backoff

NEW_ORDERS = Path("new-orders")
SLOW = Path("gateway-is-slow")


class Payment(BaseModel):
    timeout_seconds: float = 1.0


class PaymentTimeout(Exception): ...


class ProcessOrder(BaseModel):
    order: int


async def process_order(job: ProcessOrder, payment: Payment) -> str:
    with anyio.move_on_after(payment.timeout_seconds):
        while SLOW.exists():
            await anyio.sleep(0.02)
        return f"order {job.order} is paid"
    raise PaymentTimeout(f"gateway did not answer in {payment.timeout_seconds} s")


class Intake(BackgroundService):
    def __init__(self, jobs: JobClient) -> None:
        self.jobs = jobs

    async def execute(self, stopping: CancellationToken) -> None:
        if NEW_ORDERS.exists():
            for order in range(int(NEW_ORDERS.read_text())):
                await self.jobs.enqueue(ProcessOrder(order=order), key=f"order {order}")
            NEW_ORDERS.unlink()
        await stopping.wait()


def create_builder(args: list[str]) -> HostBuilder:
    builder = Host.create_builder(args)
    builder.services.add_options(Payment).bind_configuration("Payment").validate_on_start()
    builder.services.add_jobs(builder.configuration)
    retry = RetryPolicy(max_attempts=2, backoff=Backoff(first=0.01, ceiling=0.01))
    builder.services.add_job_handler(ProcessOrder, process_order, queue="orders", retry=retry)
    return builder.add_hosted_service(Intake)


if __name__ == "__main__":
    Host.main(create_builder)
"""
SETTINGS = """\
{
  "Jobs": { "ConnectionString": "jobs.db", "MaxConcurrency": 2 },
  "Payment": { "TimeoutSeconds": 20 }
}
"""


@contextmanager
def deployed(shell: Shell, log: str, **variables: str) -> Iterator[None]:
    """A process of the application, until the next deploy stops it."""
    with (shell.folder / log).open("w") as output:
        process = subprocess.Popen(
            shell.command("python", "program.py"),
            cwd=shell.folder,
            env=shell.environment(Logging__Console__FormatterName="json", **variables),
            stdout=output,
            stderr=output,
        )
        guard = threading.Timer(2 * SECONDS, process.kill)
        guard.start()
        try:
            yield
            process.send_signal(signal.SIGTERM)
            assert process.wait(SECONDS) == 0
        finally:
            guard.cancel()
            process.kill()
            process.wait()


def told(shell: Shell, *words: str, **variables: str) -> Any:
    """What a command answers in JSON."""
    answer: Answer = shell.type("corner-host", *words, "--json", **variables)
    assert answer.status == 0, answer.error
    return json.loads(answer.output)


def two_wait(running: list[dict[str, Any]]) -> bool:
    """Whether two jobs are seen at work."""
    return len(running) == 2 and all(each["waiting_at"] for each in running)


def logged(shell: Shell, log: str, text: str) -> int:
    """How many records of a process say *text*."""
    records = [json.loads(line) for line in (shell.folder / log).read_text("utf-8").splitlines()]
    return sum(text in record["message"] for record in records)


def test_the_incident_from_the_alert_to_the_replay(here: Shell) -> None:
    """Every number that the operator saw agrees with the log, and each order is paid once."""
    here.write("program.py", SHOP)
    here.write("appsettings.json", SETTINGS)
    here.write("new-orders", str(ORDERS))
    here.write("gateway-is-slow", "")

    container = {"Payment__TimeoutSeconds": "0.3"}  # somebody set it last week
    with deployed(here, "before.log", **container):
        running = until(here, "jobs", "running", "--json", holds=two_wait)
        until(here, "failures", "--json", holds=lambda found: bool(found) and found[0]["count"] >= 2)
        explained = told(here, "config", "explain", "Payment:TimeoutSeconds", **container)
        here.type("corner-host", "queue", "pause", "orders", "--reason", "gateway is slow, INC-412")
        until(here, "jobs", "running", "--json", holds=lambda found: not found)
        failures = told(here, "failures")
    here.folder.joinpath("gateway-is-slow").unlink()
    with deployed(here, "after.log"):
        until(here, "status", "--json", holds=bool)
        paused = told(here, "queue", "list")
        tried = here.type("corner-host", "jobs", "requeue", "--error", "PaymentTimeout", "--dry-run")
        dead = len(told(here, "jobs", "list", "--state", "dead")["items"])
        here.type("corner-host", "jobs", "requeue", "--error", "PaymentTimeout", "--yes", "--reason", "INC-412")
        here.type("corner-host", "queue", "resume", "orders")
        until(here, "jobs", "list", "--state", "succeeded", "--json", holds=lambda found: len(found["items"]) == ORDERS)
        results = [told(here, "jobs", "show", job["id"]) for job in told(here, "jobs", "list")["items"]]
        audit = here.type("corner-host", "audit").output
        failures_afterwards = told(here, "failures")

    line = SHOP.splitlines().index("            await anyio.sleep(0.02)") + 1
    assert {each["waiting_at"]["line"] for each in json.loads(running.output)} == {line}
    assert [each["kind"] for each in explained["layers"]] == ["environment", "file", "default"]
    assert (explained["value"], explained["layers"][0]["place"]) == ("0.3", "Payment__TimeoutSeconds")
    (failing,) = failures
    assert failing["count"] == logged(here, "before.log", "PaymentTimeout: gateway did not answer in 0.3 s")
    assert (failing["jobs"], dead) == (
        len({*_jobs(here, "before.log")}),
        logged(here, "before.log", " died, attempt 2"),
    )
    assert [each["pause_reason"] for each in paused if each["is_paused"]] == ["gateway is slow, INC-412"]
    assert tried.output.startswith(f"would requeue {dead} jobs")
    assert sorted(each["result"] for each in results) == sorted(f"order {n} is paid" for n in range(ORDERS))
    assert logged(here, "before.log", "succeeded") + logged(here, "after.log", "succeeded") == ORDERS
    assert [each["count"] for each in failures_afterwards] == [failing["count"]]
    assert all(word in audit for word in ("pause", "resume", "requeue", "INC-412"))


def _jobs(shell: Shell, log: str) -> Iterator[str]:
    for line in (shell.folder / log).read_text("utf-8").splitlines():
        record = json.loads(line)
        if "PaymentTimeout" in record["message"]:
            yield record["job_id"]
