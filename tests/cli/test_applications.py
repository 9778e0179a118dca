"""Looking into an application that does not run: services, schedules, jobs; and running a single job."""

import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import islice

import pytest

from corner_host.cli.recurring import upcoming
from corner_host.jobs.schedule import Cron

from .programs import SHOP
from .shell import Answer, Shell


@pytest.fixture
def receipts(here: Shell, new: Callable[..., Answer]) -> Shell:
    """The project that the template ``jobs`` makes."""
    new("jobs", "receipts")
    return here


def test_services_are_listed_with_the_line_that_added_them(receipts: Shell) -> None:
    """Lifetime, maker, place; what the package itself registers is left out unless asked for."""
    listed = receipts.call("services", "list", "-q")
    everything = json.loads(receipts.call("services", "list", "--all", "--json").output)
    hosted = receipts.call("services", "hosted", "-q")

    assert "receipts.worker.Worker" in listed.output
    assert "src/receipts/program.py:" in listed.output
    assert any(each["service"] == "corner_host.jobs.client.JobClient" for each in everything)
    assert [line.split()[1] for line in hosted.output.splitlines()] == ["JobStoreService", "JobWorker", "Worker"]


@pytest.mark.parametrize(("kind", "begin"), [("mermaid", "graph LR\n"), ("dot", "digraph services {\n")])
def test_the_graph_is_drawn(receipts: Shell, kind: str, begin: str) -> None:
    """For Markdown, and for Graphviz."""
    answer = receipts.call("services", "list", "--graph", kind)

    assert answer.output.startswith(begin)
    assert "Worker" in answer.output


def test_schedules_are_listed_with_their_next_time(receipts: Shell) -> None:
    """Which job, when, in which zone, what becomes of missed times."""
    listed = json.loads(receipts.call("schedules", "list", "--json").output)
    following = receipts.call("schedules", "next", "-n", "3", "--tz", "America/Lima", "-q")

    assert [(each["id"], each["job"], each["misfire"]) for each in listed] == [
        ("count-receipts", "CountReceipts", "once")
    ]
    assert datetime.fromisoformat(listed[0]["next"]) > datetime.now(UTC)
    assert len(following.output.splitlines()) == 3


def test_the_change_of_clocks_is_pointed_out() -> None:
    """Half past two at night, in the week in which Madrid goes to winter time."""
    found = list(islice(upcoming(Cron("30 4 * * *", "Europe/Madrid"), datetime(2026, 10, 23, tzinfo=UTC), None), 4))

    assert [each.local for each in found] == [
        "Fri 2026-10-23 04:30:00 CEST",
        "Sat 2026-10-24 04:30:00 CEST",
        "Sun 2026-10-25 04:30:00 CET",
        "Mon 2026-10-26 04:30:00 CET",
    ]
    assert [each.note for each in found] == ["", "", "the clocks went back by 60 min", ""]


def test_one_job_is_run_in_a_full_host_and_its_outcome_is_the_status(receipts: Shell) -> None:
    """One and done: the payload from fields, the result on standard output, the log elsewhere."""
    kinds = receipts.call("job", "list", "-q")
    done = receipts.type("corner-host", "job", "run", "SendReceipt", "--arg", "order=7", "--json")
    wrong = receipts.type("corner-host", "job", "run", "SendReceipt", "--arg", "ordr=7")
    unknown = receipts.type("corner-host", "job", "run", "SendReciept")

    assert "SendReceipt    default  receipts.receipts.send_receipt    order: int" in kinds.output
    assert json.loads(done.output)["result"] == "receipt 7"
    assert done.status == 0
    assert wrong.status == 2
    assert "order: Field required" in wrong.error
    assert "Application started" not in wrong.error
    assert unknown.status == 2
    assert "There is no job SendReciept. There are: SendReceipt, CountReceipts." in unknown.error


def test_a_job_that_fails_for_good_ends_with_one(receipts: Shell) -> None:
    """The reason is told, with the status 1."""
    module = receipts.folder / "src/receipts/receipts.py"
    text = module.read_text("utf-8").replace(
        '    return f"receipt', '    raise ValueError("no paper")\n    return f"receipt'
    )
    module.write_text("from corner_host.jobs import JobFailed\n" + text.replace("ValueError", "JobFailed"), "utf-8")
    answer = receipts.type("corner-host", "job", "run", "SendReceipt", "--arg", "order=7", "-q")

    assert answer.status == 1
    assert "no paper" in answer.error


def test_an_application_without_jobs_says_so(here: Shell) -> None:
    """And what to add."""
    here.write("program.py", SHOP)
    answer = here.call("job", "run", "X")

    assert answer.status == 2
    assert "The application has no jobs." in answer.error


def test_a_project_with_its_own_environment_is_run_there(here: Shell) -> None:
    """A corner-host from elsewhere says so, and goes on in the project's Python, where its packages are."""
    here.write("pyproject.toml", "")
    here.write("program.py", SHOP)
    python = here.folder / ".venv" / "bin" / "python"
    (here.folder / ".venv/lib/python3.11/site-packages/corner_host").mkdir(parents=True)
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\necho "in its own" >&2\nexec "{sys.executable}" "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    answer = here.type("corner-host", "check", "-q")

    assert answer.status == 0
    assert answer.error == f"using {python}\nin its own\n"
