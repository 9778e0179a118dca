"""What the API answers, over the Unix socket, by uvicorn on asyncio and by hypercorn on trio."""

import json
import logging
from typing import Any

import anyio.to_thread
import pytest
from pydantic import BaseModel

from corner_host import HostBuilder, JobClient
from corner_host.jobs import JobControl, JobEngineError, NotSupportedByEngineError
from corner_host.operations import Operations

from .conftest import Answer, AskedHost, ask


class Order(BaseModel):
    """A payload."""

    number: int
    api_key: str = "s3cret"


async def handle(job: Order) -> None:
    """Succeed."""


def _with_jobs(builder: HostBuilder) -> None:
    builder.services.add_jobs(builder.configuration)
    builder.services.add_job_handler(Order, handle, name="order")
    builder.configuration["Jobs:WorkerEnabled"] = "false"


def _problem(answer: Answer) -> dict[str, Any]:
    assert answer.headers["content-type"] == "application/problem+json"
    data: dict[str, Any] = answer.data
    assert data["status"] == answer.status
    return data


async def test_every_question_is_answered(asked: AskedHost) -> None:
    """API-1: each GET of the table that needs no parameter, on a host with nothing and on one with jobs."""
    paths = [
        "/status", "/about", "/dump", "/diagnose.zip", "/metrics", "/series", "/services", "/queues", "/jobs", "/jobs/facets",
        "/jobs/running", "/failures", "/schedules", "/configuration", "/configuration/schema", "/health", "/logs",
        "/logs/levels", "/runs", "/graph", "/graph.mmd", "/graph.dot", "/caches", "/audit", "/openapi.json",
    ]  # fmt: skip
    async with asked() as bare, asked(_with_jobs, f"--Operations:Socket:Path={bare.path}2") as full:
        statuses = {path: (await bare.get(path)).status for path in paths}
        full_path = type(full)(full.host, bare.path.with_name("h.sock2"))
        with_jobs = {path: (await full_path.get(path)).status for path in paths}

    assert {*statuses.values(), *with_jobs.values()} == {200}


async def test_jobs_are_paged_by_a_cursor(asked: AskedHost) -> None:
    """API-2: ``next`` of a page is the cursor of the one after it; the last has none."""
    async with asked(_with_jobs) as host:
        await host.host.services.get_required_service(JobClient).enqueue_many([Order(number=each) for each in range(5)])
        first = (await host.get("/jobs?limit=3")).data
        second = (await host.get(f"/jobs?limit=3&cursor={first['next']}")).data

    assert (len(first["items"]), first["total"], len(second["items"]), second["next"]) == (3, 5, 2, None)
    assert not {each["id"] for each in first["items"]} & {each["id"] for each in second["items"]}


async def test_a_job_is_shown_with_its_secrets_masked(asked: AskedHost) -> None:
    """API-3: the payload is there, and what its names promise to be secret is not."""
    async with asked(_with_jobs) as host:
        client = host.host.services.get_required_service(JobClient)
        job = await client.enqueue(Order(number=7))
        found = (await host.get(f"/jobs/{job.id}")).data

    assert found["payload"] == {"number": 7, "api_key": "••••••••"}
    assert (found["job"]["state"], found["can_cancel"], found["can_requeue"]) == ("WAITING", True, False)


async def test_a_bulk_action_counts_before_it_acts(asked: AskedHost) -> None:
    """API-4: a dry run changes nothing and leaves no line; the real one does; the actor is who the client says."""
    async with asked(_with_jobs) as host:
        await host.host.services.get_required_service(JobClient).enqueue_many([Order(number=each) for each in range(3)])
        tried = (await host.post("/jobs/cancel", {"names": ["order"], "dry_run": True})).data
        done = (await host.post("/jobs/cancel", {"names": ["order"], "reason": "wrong"}, x_actor="grace")).data
        states = (await host.get("/jobs/facets")).data["states"]
        audit = (await host.get("/audit")).data["items"]

    assert (tried["message"], tried["is_dry_run"]) == ("would cancel 3 jobs", True)
    assert (done["message"], done["count"]) == ("cancelled 3 jobs", 3)
    assert states == [{"value": "CANCELLED", "count": 3}]
    assert [(each["actor"], each["via"], each["action"], each["reason"], each["count"]) for each in audit] == [
        ("grace", "socket", "jobs.cancel", "wrong", 3)
    ]


async def test_everything_is_only_meant_if_it_is_said(asked: AskedHost) -> None:
    """API-4: a bulk action without a choice is refused, unless it says ``all``."""
    async with asked(_with_jobs) as host:
        refused = await host.post("/jobs/delete", {})
        allowed = await host.post("/jobs/delete", {"all": True, "dry_run": True})

    assert _problem(refused)["errors"][0]["field"] == "all"
    assert allowed.status == 200


async def test_settings_are_masked_by_name_for_who_is_on_the_machine(asked: AskedHost) -> None:
    """API-5: over the socket only secrets are masked, in Production too."""

    def configure(builder: HostBuilder) -> None:
        builder.use_environment("Production")
        builder.configuration["Payment:Url"] = "https://pay.example"
        builder.configuration["Payment:ApiKey"] = "s3cret"

    async with asked(configure) as host:
        url = (await host.get("/configuration/explain?key=Payment:Url")).data
        key = (await host.get("/configuration/explain?key=Payment:ApiKey")).data
        revealed = await host.post("/configuration/reveal", {"key": "Payment:ApiKey"})

    assert (url["value"], url["is_masked"]) == ("https://pay.example", False)
    assert (key["value"], key["is_masked"]) == ("••••••••", True)
    assert _problem(revealed)["detail"] == "Masked values stay masked (Operations:AllowReveal is false)."


async def test_an_answer_that_has_not_changed_is_not_sent_again(asked: AskedHost) -> None:
    """API-6: ``ETag`` and ``If-None-Match``."""
    async with asked() as host:
        first = await host.get("/services")
        second = await host.get("/services", if_none_match=first.headers["etag"])

    assert (first.status, second.status, second.body) == (200, 304, b"")


async def test_the_head_of_an_answer_can_be_asked_for(asked: AskedHost) -> None:
    """API-6: ``HEAD`` gives what ``GET`` does, without the body."""
    async with asked() as host:
        answer = await anyio.to_thread.run_sync(ask, host.path, "HEAD", "/api/v1/services")
        whole = await host.get("/services")

    assert (answer.status, answer.body, answer.headers["etag"]) == (200, b"", whole.headers["etag"])


async def test_records_are_followed(asked: AskedHost) -> None:
    """API-7: a request waits for the next record, and gets it."""
    async with asked() as host:
        last = (await host.get("/logs")).data["last_id"]
        logging.getLogger("acme").warning("hello", extra={"job_id": "J1"})
        page = (await host.get(f"/logs/follow?after={last}&wait=10&job_id=J1")).data
        nothing = (await host.get(f"/logs/follow?after={page['last_id']}&wait=0.01&logger=acme")).data

    assert [each["message"] for each in page["items"]] == ["hello"]
    assert nothing["items"] == []


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/jobs?limit=0", "limit"),
        ("/jobs?limit=many", "limit"),
        ("/jobs?states=SLEEPING", "states.0"),
        ("/jobs?since=yesterday", "since"),
        ("/jobs?since=1767225600", "since"),
        ("/jobs?since=2026-01-01T00:00:00", "since"),
        ("/jobs?unknown=1", "unknown"),
        ("/jobs?text=%00", "text"),
        ("/logs?limit=1001", "limit"),
        ("/configuration/difference?environment=../../etc/passwd", "environment"),
        ("/configuration/explain?key=", "key"),
        ("/series?seconds=-1", "seconds"),
    ],
)
async def test_a_query_that_does_not_fit_is_refused(asked: AskedHost, path: str, field: str) -> None:
    """API-8: 422, and the field is named."""
    async with asked(_with_jobs) as host:
        answer = await host.get(path)

    assert answer.status == 422
    assert [each["field"] for each in _problem(answer)["errors"]] == [field]


@pytest.mark.parametrize(
    ("path", "body", "headers", "status"),
    [
        ("/stop", b"{", {}, 400),
        ("/stop", b"\xff\xfe", {}, 400),
        ("/stop", b"[" * 50_000, {}, 400),
        ("/stop", b"[]", {}, 422),
        ("/stop", {"reason": 1}, {}, 422),
        ("/stop", {"speed": 1}, {}, 422),
        ("/stop", {"timeout": -1}, {}, 422),
        ("/stop", {"reason": "x" * 70_000}, {}, 413),
        ("/stop", b"reason=x", {"content-type": "application/x-www-form-urlencoded"}, 415),
        ("/stop", b"{}", {"content-type": "text/plain"}, 415),
        ("/queues/nothing/pause", {}, {}, 404),
        ("/services/Nobody/restart", {}, {}, 404),
        ("/services/OperationsService/restart", {}, {}, 409),
        ("/caches/default/clear", {}, {}, 404),
        ("/logs/levels", {"logger": "acme", "level": "Loud"}, {}, 422),
        ("/logs/levels/reset", {"logger": "acme"}, {}, 404),
        ("/jobs/requeue", {"ids": ["nothing"]}, {}, 409),
        ("/status", {}, {}, 405),
        ("/nothing", {}, {}, 404),
    ],
)
async def test_an_action_that_cannot_be_is_a_problem(
    asked: AskedHost, path: str, body: Any, headers: dict[str, str], status: int
) -> None:
    """API-9: each has its status, told as problem+json; the host goes on."""
    async with asked() as host:
        answer = await host.post(path, body, **headers)
        after = await host.get("/status")

    assert (answer.status, _problem(answer)["title"] != "", after.data["phase"]) == (status, True, "running")


async def test_what_is_wrong_on_our_side_is_not_told_outside(
    asked: AskedHost, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """API-10: 500 without a detail; the log has it."""
    async with asked() as host:
        operations = host.host.services.get_required_service(Operations)

        async def fail() -> None:
            raise ZeroDivisionError("secret detail")

        monkeypatch.setattr(operations.host, "status", fail)
        answer = await host.get("/status")

    assert "secret detail" not in json.dumps(_problem(answer))
    assert answer.status == 500
    assert "GET /status failed" in caplog.text


@pytest.mark.parametrize(
    ("error", "status"),
    [(JobEngineError("The database does not answer."), 503), (NotSupportedByEngineError("It has no lists."), 409)],
)
async def test_what_a_store_cannot_do_is_told_as_such(
    asked: AskedHost, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int
) -> None:
    """API-16: a store that is away is 503, one that cannot do it 409; both say so."""

    async def fail(*_: object, **__: object) -> None:
        raise error

    async with asked(_with_jobs) as host:
        monkeypatch.setattr(JobControl, "list", fail)
        answer = await host.get("/jobs")

    assert (answer.status, _problem(answer)["detail"]) == (status, str(error))


async def test_a_read_only_host_is_only_looked_at(asked: AskedHost) -> None:
    """API-11: every action is 403; questions are answered."""
    async with asked(lambda _: None, "--Operations:ReadOnly=true") as host:
        action = await host.post("/logs/levels", {"logger": "acme", "level": "Debug"})
        question = await host.get("/logs/levels")

    assert (action.status, question.status) == (403, 200)
