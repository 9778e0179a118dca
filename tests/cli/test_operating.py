"""The first production incident, on a real host: the gateway slows, the queue fills, and the operator finds the line.

Nothing is timed: each command is typed until the host has come so far.
"""

import json
import os
import re
import signal
import stat
import subprocess
import threading
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from .shell import SECONDS, Answer, Shell

SHOP = """\
import logging
from pathlib import Path

import anyio
from pydantic import BaseModel

from corner_host import BackgroundService, BackgroundTaskQueue, CancellationToken, Host, HostBuilder, JobClient
from corner_host.jobs import RetryPolicy

OPEN = Path("gateway-is-open")


class PaymentTimeout(Exception): ...


class Receipt(BaseModel):
    order: int


async def gateway() -> None:
    while not OPEN.exists():
        await anyio.sleep(0.02)


async def process_order(order: int, logger: logging.Logger) -> None:
    logger.debug("order %d goes to the gateway", order)
    await gateway()


async def send_receipt(job: Receipt) -> str:
    if not OPEN.exists():
        raise PaymentTimeout("gateway did not answer in 9.0 s")
    return f"receipt {job.order}"


class Intake(BackgroundService):
    def __init__(self, queue: BackgroundTaskQueue, jobs: JobClient) -> None:
        self.queue = queue
        self.jobs = jobs

    async def execute(self, stopping: CancellationToken) -> None:
        for order in range(6):  # two run, four wait
            await self.queue.queue_background_work_item(process_order, order)
        for order in range(12):
            await self.jobs.enqueue(Receipt(order=order))
        await stopping.wait()


def create_builder(args: list[str]) -> HostBuilder:
    builder = Host.create_builder(args)
    builder.services.add_background_jobs(builder.configuration)
    builder.services.add_jobs(builder.configuration)
    builder.services.add_job_handler(Receipt, send_receipt, retry=RetryPolicy(max_attempts=1))
    builder.services.add_recurring_job("yearly", Receipt(order=0), cron="0 9 1 1 *", time_zone="Europe/Madrid")
    builder.add_hosted_service(Intake)
    return builder


if __name__ == "__main__":
    Host.main(create_builder)
"""
SETTINGS = """\
{
  "BackgroundJobs": { "Queue": { "Capacity": 4, "MaxConcurrency": 2 } },
  "Jobs": { "ConnectionString": "jobs.db" }
}
"""


@pytest.fixture(scope="module")
def incident(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    """The shop runs by its own main program, and everything that can fail has failed."""
    shell = Shell(tmp_path_factory.mktemp("incident"), None)
    shell.write("program.py", SHOP)
    shell.write("appsettings.json", SETTINGS)
    with (shell.folder / "host.log").open("w") as log:
        process = subprocess.Popen(
            shell.command("python", "program.py"), cwd=shell.folder, env=shell.environment(), stdout=log, stderr=log
        )
        guard = threading.Timer(3 * SECONDS, process.kill)
        guard.start()
        try:
            _until(shell, "jobs", "list", "--state", "dead", "--json", holds=lambda found: len(found["items"]) == 12)
            _until(shell, "jobs", "running", "--json", holds=lambda found: len(found) == 2)
            yield shell
        finally:
            guard.cancel()
            (shell.folder / "gateway-is-open").touch()
            process.send_signal(signal.SIGTERM)
            process.wait(SECONDS)
    assert process.returncode == 0, (shell.folder / "host.log").read_text("utf-8")


def _until(shell: Shell, *words: str, holds: Callable[[Any], bool]) -> Answer:
    pause = threading.Event()
    for _ in range(300):
        answer = shell.type("corner-host", *words)
        if answer.status == 0 and holds(json.loads(answer.output)):
            return answer
        pause.wait(0.1)
    raise AssertionError(f"{' '.join(words)}:\n{answer.output}{answer.error}")


def test_status_says_where_it_hurts(incident: Shell) -> None:
    """03:13: the full queue, the failing job, its error and the line, on one screen."""
    answer = incident.type("corner-host", "status")

    assert answer.status == 0
    assert "program" in answer.output.splitlines()[0]
    assert re.search(r"4/4 +██████████", answer.output)
    assert "running 2/2" in answer.output
    assert "PaymentTimeout: gateway did not answer in 9.0 s" in answer.output
    assert "\x1b" not in answer.output


def test_running_names_the_line_where_each_waits(incident: Shell) -> None:
    """03:14: the top line of user code of each task."""
    answer = incident.type("corner-host", "jobs", "running")
    line = SHOP.splitlines().index("        await anyio.sleep(0.02)") + 1

    assert f"program.py:{line}  await anyio.sleep(0.02)" in answer.output
    assert "process_order" in answer.output


def test_a_queue_is_paused_for_a_while_and_the_audit_says_why(incident: Shell) -> None:
    """03:15: until when, what still happens, and who did it."""
    queues = json.loads(incident.type("corner-host", "queue", "list", "--json").output)
    name = next(each["name"] for each in queues if each["kind"] == "memory")
    paused = incident.type("corner-host", "queue", "pause", name, "--for", "15m", "--reason", "gateway down, INC-412")
    listed = incident.type("corner-host", "queue", "list")
    audit = incident.type("corner-host", "audit")
    resumed = incident.type("corner-host", "queue", "resume", name)

    assert paused.output.startswith(f"{name} paused until ")
    assert "gateway down, INC-412" in listed.output
    assert '"gateway down, INC-412"' in audit.output
    assert resumed.output == f"{name} goes on\n"


def test_a_log_level_is_changed_for_a_while(incident: Shell) -> None:
    """03:15: from what to what, and until when."""
    changed = incident.type("corner-host", "log-level", "program", "debug", "--for", "10m")
    read = incident.type("corner-host", "log-level", "program")
    reset = incident.type("corner-host", "log-level", "program", "--reset")

    assert changed.output.startswith("program: Information → Debug until ")
    assert "instead of Information until" in read.output
    assert reset.status == 0


def test_one_service_is_stopped_started_and_given_a_policy(incident: Shell) -> None:
    """services stop, start, policy: the host goes on, and each says what it did; what makes no sense is refused."""
    stopped = incident.type("corner-host", "services", "stop", "Intake", "--reason", "noisy")
    twice = incident.type("corner-host", "services", "stop", "Intake")
    policy = incident.type("corner-host", "services", "policy", "Intake", "--on-failure", "restart")
    nothing = incident.type("corner-host", "services", "policy", "Intake")
    audit = incident.type("corner-host", "audit")

    assert stopped.output == "Intake stopped; the host goes on without it\n"
    assert (twice.status, "it does not run" in twice.error) == (1, True)
    assert policy.output == "Intake: after a failure restart, until the host ends\n"
    assert (nothing.status, "--on-failure restart" in nothing.error) == (2, True)
    assert '"noisy"' in audit.output


def test_failures_are_one_kind_and_not_twelve_rows(incident: Shell) -> None:
    """Is it one error or many?"""
    answer = incident.type("corner-host", "failures", "--json")

    receipts = [each for each in json.loads(answer.output) if each["error_type"].endswith("PaymentTimeout")]
    assert [(each["name"], each["count"]) for each in receipts] == [("Receipt", 12)]


def test_only_what_failed_so_is_requeued_after_a_look(incident: Shell) -> None:
    """03:30: first what would be done, then, after a yes, the doing; the rate is kept."""
    words = ["jobs", "requeue", "--job", "Receipt", "--error", "PaymentTimeout", "--since", "1h"]
    tried = incident.type("corner-host", *words, "--dry-run")
    refused = incident.type("corner-host", *words)
    (incident.folder / "gateway-is-open").touch()
    done = incident.type("corner-host", *words, "--rate", "100/s", "--yes")
    _until(incident, "jobs", "list", "--state", "succeeded", "--json", holds=lambda found: len(found["items"]) == 12)
    drained = incident.type("corner-host", "queue", "drain", "default", "-q")
    closed = incident.type("corner-host", "queue", "drain", "background", "-q", "--reason", "deploy")
    listed = incident.type("corner-host", "queue", "list")
    opened = incident.type("corner-host", "queue", "resume", "background")

    assert tried.output.startswith("would requeue 12 jobs")
    assert (refused.status, refused.error.splitlines()[-1]) == (2, "To fix: say --yes to do it.")
    assert done.status == 0
    assert "12 jobs" in done.output
    assert drained.output == "default is empty\n"
    assert closed.output == (
        "background is empty; it takes in nothing new until: corner-host queue resume background\n"
    )
    assert "drained" in listed.output
    assert opened.output == "background goes on\n"


def test_schedules_are_told_by_the_host_that_runs(incident: Shell) -> None:
    """Whether each is alive: when it runs next, on the clock of its own zone, and when it succeeded last."""
    listed = incident.type("corner-host", "schedules", "list")
    following = incident.type("corner-host", "schedules", "next", "yearly", "-n", "1", "-q")

    head, row = listed.output.splitlines()
    assert head.split("  ")[0] == "schedule"
    assert "last success" in head
    assert row.startswith("yearly")
    assert following.output.strip() in row
    assert following.output.strip().endswith("-01-01 09:00:00 CET")


def test_a_job_is_shown_by_the_begin_of_its_id(incident: Shell) -> None:
    """History and result; a begin that several jobs have is refused with some of them."""
    jobs = json.loads(incident.type("corner-host", "jobs", "list", "--json").output)["items"]
    shown = incident.type("corner-host", "jobs", "show", jobs[0]["id"])
    many = incident.type("corner-host", "jobs", "show", jobs[0]["id"][:2])
    none = incident.type("corner-host", "jobs", "show", "nothing")

    assert shown.output.startswith(f"{jobs[0]['id']}  Receipt  ")
    assert (many.status, "Several jobs begin with" in many.error) == (2, True)
    assert none.status == 2


def test_export_writes_every_job_on_a_line(incident: Shell) -> None:
    """For whatever reads JSON lines."""
    answer = incident.type("corner-host", "jobs", "export", "-o", "jobs.jsonl")
    lines = (incident.folder / "jobs.jsonl").read_text("utf-8").splitlines()

    assert answer.output == "Written 12 jobs to jobs.jsonl\n"
    assert {json.loads(line)["name"] for line in lines} == {"Receipt"}


def test_probes_answer_by_their_status(incident: Shell) -> None:
    """For Docker and Kubernetes: one line, 0 or 1."""
    live = incident.type("corner-host", "health", "--live")
    startup = incident.type("corner-host", "health", "--startup")
    both = incident.type("corner-host", "health", "--live", "--ready")

    assert (live.output, live.status) == ("Healthy\n", 0)
    assert (startup.output, startup.status) == ("Healthy\n", 0)
    assert both.status == 2


def test_everything_for_support_is_in_one_file_of_its_owner(incident: Shell) -> None:
    """diagnose: a zip that nobody else may read."""
    answer = incident.type("corner-host", "diagnose", "-o", "support.zip")
    path = incident.folder / "support.zip"

    assert answer.status == 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert zipfile.ZipFile(path).namelist()


@pytest.mark.parametrize(
    ("name", "begin"), [("report.md", "# Incident: program, "), ("report.html", "<!doctype html>")]
)
def test_the_report_of_the_incident_is_written(incident: Shell, name: str, begin: str) -> None:
    """The next day: what failed, who did what, for a ticket or for a browser."""
    answer = incident.type("corner-host", "report", "--from", "1h", "-o", name)
    text = (incident.folder / name).read_text("utf-8")

    assert answer.output == f"Written to {name}\n"
    assert text.startswith(begin)
    assert "PaymentTimeout" in text
    assert "Intake: running" in text


@pytest.mark.parametrize("words", ["logs -n 3", "dump", "metrics", "runs list", "runs show", "audit --since 1h"])
def test_every_question_has_an_answer(incident: Shell, words: str) -> None:
    """Each command answers, by itself and as JSON where it can."""
    answer = incident.type("corner-host", *words.split())

    assert (answer.status, answer.error) == (0, "")
    assert answer.output.strip()


def test_the_application_has_the_commands_itself(incident: Shell) -> None:
    """Host.main: python program.py status is corner-host status."""
    answer = incident.type("python", "program.py", "status", "--json")

    assert json.loads(answer.output)["application"] == "program"


def test_a_host_of_another_folder_is_named_before_something_is_done_to_it(incident: Shell) -> None:
    """The only host that runs is taken, and which one that is, is said."""
    elsewhere = Shell(incident.folder_of_home(), None)
    runtime = incident.environment()["XDG_RUNTIME_DIR"]
    answer = elsewhere.type("corner-host", "health", "--live", XDG_RUNTIME_DIR=runtime)

    assert answer.status == 0
    assert re.fullmatch(r"program, pid \d+ \(the only host that runs; it is not of this folder\)\n", answer.error)


def test_a_host_of_another_folder_is_not_changed_by_accident(incident: Shell) -> None:
    """Whoever looks may; who would change something has to say which host is meant. A dry run is looking."""
    elsewhere = Shell(incident.folder_of_home(), None)
    runtime = incident.environment()["XDG_RUNTIME_DIR"]
    pid = json.loads(incident.type("corner-host", "status", "--json").output)["pid"]
    words = ["log-level", "program", "Debug"]
    refused = elsewhere.type("corner-host", *words, XDG_RUNTIME_DIR=runtime)
    tried = elsewhere.type("corner-host", "jobs", "cancel", "--all", "--dry-run", XDG_RUNTIME_DIR=runtime)
    meant = elsewhere.type("corner-host", *words, "--pid", str(pid), XDG_RUNTIME_DIR=runtime)
    incident.type("corner-host", "log-level", "program", "--reset")

    assert refused.status == 2
    assert f"To fix: say --pid {pid} if it is meant, or go to its folder." in refused.error
    assert [tried.status, meant.status] == [0, 0]


def test_a_setting_is_explained_by_the_host_that_runs(incident: Shell) -> None:
    """Its environment counts, not this shell's; --offline is this shell's, and each answer says which it is."""
    own = {"BackgroundJobs__Queue__Capacity": "9"}
    running = incident.type("corner-host", "config", "explain", "BackgroundJobs:Queue:Capacity", **own)
    offline = incident.type("corner-host", "config", "explain", "BackgroundJobs:Queue:Capacity", "--offline", **own)
    data = json.loads(
        incident.type("corner-host", "config", "explain", "BackgroundJobs:Queue:Capacity", "--json", **own).output
    )

    assert running.output.splitlines()[0] == "BackgroundJobs:Queue:Capacity = 4"
    assert re.search(r"file +appsettings\.json:\d+ +4 +← wins", running.output)
    assert re.search(r"as program \(pid \d+\) runs with it", running.error)
    assert offline.output.splitlines()[0] == "BackgroundJobs:Queue:Capacity = 9"
    assert "as a start in this shell would read it" in offline.error
    assert (data["value"], data["told_by"].startswith("program (pid ")) == ("4", True)


def test_the_socket_is_for_its_user_alone(incident: Shell) -> None:
    """0600, in a folder of 0700."""
    status = json.loads(incident.type("corner-host", "status", "--json").output)
    folder = Path(incident.environment()["XDG_RUNTIME_DIR"]) / "corner-host"
    (path,) = folder.glob(f"*-{status['pid']}.sock")

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert path.stat().st_uid == os.getuid()


def test_an_ended_job_is_run_again(incident: Shell) -> None:
    """jobs again: as it was; other arguments are for Development. (After what counts the jobs.)"""
    (job, *_) = json.loads(incident.type("corner-host", "jobs", "list", "--state", "succeeded", "--json").output)[
        "items"
    ]
    as_it_was = incident.type("corner-host", "jobs", "again", job["id"])
    edited = incident.type("corner-host", "jobs", "again", job["id"], "--arg", "order=99")
    shown = json.loads(incident.type("corner-host", "jobs", "show", job["id"], "--json").output)

    assert as_it_was.output == f"put job {shown['followers'][0]['id']}\n"
    assert (edited.status, "Operations:AllowEditedJobs" in edited.error) == (1, True)


def test_two_hosts_are_told_apart(here: Shell, incident: Shell) -> None:
    """Several running hosts: the one of this folder, else a list to choose from; --pid chooses."""
    pid = json.loads(incident.type("corner-host", "status", "--json").output)["pid"]
    here.write("program.py", SHOP)
    runtime = incident.environment()["XDG_RUNTIME_DIR"]
    with here.begin("corner-host", "run", "-q", XDG_RUNTIME_DIR=runtime) as second:
        try:
            assert second.stdout is not None
            next(line for line in second.stdout if "Application started" in line)
            mine = here.type("corner-host", "status", "--json", XDG_RUNTIME_DIR=runtime)
            elsewhere = Shell(here.folder_of_home(), None)
            lost = elsewhere.type("corner-host", "status", XDG_RUNTIME_DIR=runtime)
            told = elsewhere.type("corner-host", "status", "--json", "--pid", str(pid), XDG_RUNTIME_DIR=runtime)
            stopped = here.type("corner-host", "stop", "--timeout", "1s", XDG_RUNTIME_DIR=runtime)
        finally:
            second.terminate()
            second.communicate(timeout=SECONDS)

    assert json.loads(mine.output)["pid"] == second.pid
    assert lost.status == 69
    assert "2 hosts are running:" in lost.error
    assert json.loads(told.output)["pid"] == pid
    assert stopped.status == 0
