"""What the answers of a host look like, without a host."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from corner_host.cli.answering import answer
from corner_host.cli.invocation import Invocation
from corner_host.cli.screens.document import as_html, as_markdown
from corner_host.cli.screens.lists import failure_lines, job_lines, log_line, queue_rows, run_lines, running_lines
from corner_host.cli.screens.report import incident_report
from corner_host.cli.screens.status import status_lines
from corner_host.operations import as_json
from corner_host.operations.contracts import (
    AuditEntry,
    CheckSample,
    CheckStatus,
    CodePlace,
    ConfigurationReport,
    FailureGroup,
    HostRun,
    HostStatus,
    JobDetail,
    JobHistoryEvent,
    JobSummary,
    LogEntry,
    LoopStatus,
    PhaseTime,
    QueueStatus,
    RunningItem,
    ScheduleStatus,
    Series,
    ServiceDetail,
    ServiceStatus,
    Setting,
    SettingLayer,
    StateChange,
)

NOW = datetime.now(UTC).replace(hour=3, minute=13, second=12, microsecond=0)
LONG_AGO = NOW - timedelta(days=6, hours=4, minutes=11)
PLACE = "orders/payment.py:41"


@pytest.fixture(autouse=True)
def time_zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Times are shown on the clock of the machine; here that of Greenwich."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def data(view: Any) -> Any:
    """Return a view as the API writes it."""
    return as_json(view)


STATUS = HostStatus(
    application="orders",
    version="1.8.2",
    environment="Production",
    pid=1,
    backend="asyncio",
    started_at=LONG_AGO,
    uptime=(NOW - LONG_AGO).total_seconds(),
    phase="running",
    is_ready=False,
    ready_since=NOW - timedelta(seconds=80),
    loop=LoopStatus(lag_p99=0.004, memory_bytes=212_000_000, worker_threads=14, worker_thread_limit=40),
    services=(
        ServiceStatus(
            name="orders.web.ApiServer", state="running", since=LONG_AGO, detail="http://0.0.0.0:8000   in flight 212"
        ),
        ServiceStatus(
            name="corner_host.background.QueuedHostedService",
            state="running",
            since=LONG_AGO,
            detail="saturated 1 min 20 s",
        ),
        ServiceStatus(name="orders.Mailer", state="faulted", since=NOW, restarts=2, last_error="OSError: away"),
    ),
    queues=(
        QueueStatus(
            name="orders",
            depth=1000,
            capacity=1000,
            in_rate=41,
            out_rate=3.9,
            wait_p95=48,
            running=8,
            concurrency=8,
            rejected=1911,
        ),
        QueueStatus(
            name="mail",
            depth=12,
            capacity=1000,
            in_rate=2,
            out_rate=2,
            wait_p95=0.1,
            running=1,
            concurrency=2,
            is_paused=True,
            paused_until=NOW + timedelta(minutes=15),
            pause_reason="INC-412",
        ),
    ),
    health=(
        CheckStatus(name="database", status="Healthy", seconds=0.003),
        CheckStatus(name="queue:orders", status="Unhealthy", description="full for 80 s (limit 30 s)"),
    ),
    failing=(
        FailureGroup(
            id="a",
            source="jobs",
            name="process_order",
            error_type="PaymentTimeout",
            message="gateway did not answer in 9.0 s",
            place=PLACE,
            count=1204,
            first_at=NOW,
            last_at=NOW,
        ),
    ),
    schedules=(ScheduleStatus(id="sweep", words="every hour", next=(NOW + timedelta(minutes=5),)),),
)


def test_the_status_says_where_it_hurts() -> None:
    """One screen: is it up, which part is not well, which queue is full, what fails, at which line."""
    lines = status_lines(data(STATUS), now=NOW)

    assert (
        "\n".join(lines)
        == """\
orders 1.8.2 · Production · pid 1 · up 6 d 04:11 · NOT READY since 03:11:52

services
  ● ApiServer            running  6 d  http://0.0.0.0:8000   in flight 212
  ● QueuedHostedService  running  6 d  saturated 1 min 20 s
  ✗ Mailer               faulted  0 s  restarts 2   OSError: away
queues
  orders  1000/1000  ██████████  in 41/s   out 3.9/s  wait p95 48 s   running 8/8  rejected 1,911
  mail    12/1000    ▏           in 2.0/s  out 2.0/s  wait p95 0.1 s  running 1/2  rejected 0  PAUSED until 03:28:12 (INC-412)
health
  ✗ queue:orders  Unhealthy  full for 80 s (limit 30 s)
  ✓ database      Healthy    3 ms
failing now (last 10 min)
  process_order   1,204 failed   PaymentTimeout: gateway did not answer in 9.0 s   orders/payment.py:41
next schedules
  sweep  03:18:12 UTC  every hour
event loop lag p99 4 ms · memory 212 MB · threads 14/40"""
    )


def test_what_is_stuck_at_one_place_is_counted() -> None:
    """Eight jobs that wait at one line are one fact, not eight rows."""
    where = CodePlace(file="orders/payment.py", line=41, code="await self.http.post(...)")
    items = [
        RunningItem(
            id=f"01JD2{letter}",
            name="process_order",
            queue="orders",
            started_at=NOW,
            seconds=8.9 - number / 10,
            attempt=1,
            max_attempts=3,
            waiting_at=where,
        )
        for number, letter in enumerate("KMNPQRST")
    ]

    assert running_lines(data(items)) == [
        "id      job            attempt  running  waiting at",
        "01JD2K  process_order  1/3      8.9 s    orders/payment.py:41  await self.http.post(...)",
        "01JD2M  process_order  1/3      8.8 s    orders/payment.py:41",
        "…6 more at the same place",
    ]


def test_a_job_is_shown_with_its_history_and_traceback() -> None:
    """The whole traceback is one command away from the line in the log."""
    job = JobSummary(id="01J9", name="process_order", state="DEAD", queue="orders", attempt=3, enqueued_at=NOW)
    event = JobHistoryEvent(
        at=NOW, event="FAILED", attempt=1, error_type="PaymentTimeout", error="no answer", error_place=PLACE
    )
    log = LogEntry(id=1, at=NOW, level="Warning", logger="orders.payment", message="slow", job_id="01J9")
    detail = JobDetail(
        job=job,
        payload={"order": 7},
        history=(event,),
        traceback="Traceback:\n  line",
        logs=(log,),
        waiting_at=CodePlace(file="a.py", line=1, code="await x"),
    )
    text = "\n".join(job_lines(data(detail)))

    assert text.startswith("01J9  process_order  DEAD")
    assert 'payload   {"order": 7}' in text
    assert "03:13:12  FAILED  attempt 1  PaymentTimeout: no answer  orders/payment.py:41" in text
    assert "traceback\n  Traceback:\n    line" in text
    assert "waits at  a.py:1  await x" in text
    assert "warn  orders.payment         slow   job=01J9" in text


def test_a_run_is_shown_step_by_step() -> None:
    """What was lost at the stop is named."""
    run = HostRun(
        id="r1",
        application="orders",
        version="1.8.2",
        environment="Production",
        pid=7,
        python="3.13.1",
        backend="trio",
        started_at=NOW,
        ended_at=NOW,
        outcome="stopped",
        exit_status=4,
        start_seconds=0.04,
        stop_seconds=25.0,
        stop_phases=(PhaseTime(name="orders.Worker", began=0, seconds=0.42, outcome="stopped"),),
        abandoned=("process_order 01J9 at orders/payment.py:41",),
    )

    assert run_lines(data(run)) == [
        "orders 1.8.2 · Production · pid 7 · Python 3.13.1 · trio",
        "stopped with status 4",
        "",
        "started  03:13:12  40 ms",
        "ended    03:13:12  25 s",
        "",
        "stop",
        "  Worker  0.42 s  stopped",
        "",
        "abandoned",
        "  process_order 01J9 at orders/payment.py:41",
    ]


def test_queues_and_failures_are_tables() -> None:
    """Columns are as wide as they have to be."""
    queues = queue_rows(data(STATUS.queues))
    failures = failure_lines(data(STATUS.failing))

    assert queues[1] == "orders  memory  1,000/1,000  8/8      0          0       1,911     open"
    assert queues[2].endswith("paused: INC-412")
    assert failures[1].startswith("1,204  process_order  PaymentTimeout: gateway did not answer in 9.0 s")


def test_a_terminal_obeys_nothing_that_comes_from_elsewhere(capsys: pytest.CaptureFixture[str]) -> None:
    """Keys and messages may hold control sequences, and ends of lines that would look like rows of ours."""
    queue = data(QueueStatus(name="mail\x1b]0;owned\x07\n  all is well", kind="memory"))
    answer(Invocation(), queue, lambda: queue_rows([queue]))
    head, row = capsys.readouterr().out.splitlines()

    assert head.startswith("queue")
    assert row.startswith("mail�]0;owned�   all is well  memory")


def test_a_message_cannot_forge_the_start_of_a_record() -> None:
    """Its further lines are indented, like those of the traceback."""
    forged = "no\n03:13:12 info  orders                 all is well"
    record = LogEntry(id=1, at=NOW, level="Error", logger="orders", message=forged, traceback="Traceback:\n  a\nb")

    assert [line[:6] for line in log_line(data(record)).splitlines()[1:]] == [" " * 6] * 4


def test_the_report_tells_the_incident_in_order() -> None:
    """Who reads it the next day sees what changed when, what failed, who did what, and which setting was out of line."""
    audit = AuditEntry(
        id="1", at=NOW, actor="ana", action="queue.pause", target="orders", reason="gateway | down\n<img> ![](x)"
    )
    setting = Setting(
        key="Payment:TimeoutSeconds",
        value="9.0",
        layers=(
            SettingLayer(value="9.0", source="environment", origin="environment Payment__TimeoutSeconds"),
            SettingLayer(value="2.0", source="JSON", origin="appsettings.json:22"),
        ),
    )
    records = [
        LogEntry(
            id=n, at=NOW + timedelta(seconds=n), level="Warning", logger="orders", message="slow", exception="E: x"
        )
        for n in (3, 2, 1)
    ]
    report = incident_report(
        (NOW - timedelta(minutes=1)).isoformat(),
        (NOW + timedelta(minutes=1)).isoformat(),
        status=data(STATUS),
        about={
            "application": "orders",
            "version": "1.8.2",
            "environment": "Production",
            "corner_host": "0.1.0",
            "python": "3.13.1",
            "platform": "Linux",
        },
        runs=[],
        audit=data([audit]),
        failures=data(STATUS.failing),
        records=data(records),
        marks=[],
        configuration=data(ConfigurationReport(settings=(setting,))),
        services=data(
            [ServiceDetail(status=ServiceStatus(name="shop.Feed"), history=(StateChange(at=NOW, state="faulted"),))]
        ),
        checks=data(
            [
                CheckStatus(
                    name="db", history=tuple(CheckSample(at=NOW, status=s, seconds=0) for s in ("Healthy", "Unhealthy"))
                )
            ]
        ),
        series=data(
            [Series(name="jobs_per_second", unit="1/s", step=10.0, start=NOW.timestamp(), values=(1.0, 3.0, None))]
        ),
    )
    text, page = as_markdown(report), as_html(report)

    assert "| 03:13:12 | Feed: faulted |" in text
    assert "| 03:13:12 | health of db: Healthy → Unhealthy |" in text
    assert "| jobs and work items that ended | 40 | 2.0/s | 3.0/s | 03:13:22 |" in text
    assert "<td>gateway | down\n&lt;img&gt; ![](x)</td>" in page
    assert '| 03:13:12 | ana: queue.pause orders: done "gateway \\| down \\<img> !\\[](x)" |' in text
    assert "| 03:13:13 | Warning orders: slow (and 2 more like it) |" in text
    assert "| 1,204 | process_order | PaymentTimeout: gateway did not answer in 9.0 s | orders/payment.py:41 |" in text
    assert "gateway \\| down \\<img> !\\[](x)" in text
    assert "| Payment:TimeoutSeconds | 9.0 | environment Payment__TimeoutSeconds | 2.0 (appsettings.json:22) |" in text
