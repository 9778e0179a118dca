"""What survives a restart: runs and audit."""

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import anyio
import pytest

from corner_host import Host
from corner_host.operations import Actor, AuditQuery, HostRun, InvalidRequestError, NotFoundError
from corner_host.operations.recording.alive import Alive, last_sign_of_life
from corner_host.operations.recording.journal import Journal
from corner_host.operations.recording.state import open_state_directory

from .conftest import ADA, Look

PROGRAM = """
import sys
from corner_host import Host
{body}
builder = Host.create_empty_builder()
builder.use_environment("Production")
builder.configuration["Operations:Socket:Enabled"] = "false"
builder.configuration["shutdownTimeoutSeconds"] = "1"
builder.configuration["Operations:Version"] = "1.8.2"
builder.services.add_operations(builder.configuration)
builder.add_hosted_service(work)
Host.main(lambda args: builder, backend={backend!r})
"""
WAIT = "async def work(stopping):\n    print('runs', flush=True)\n    await stopping.wait()\n"
FAIL = "async def work(stopping):\n    raise ValueError('no table')\n"
LEAVE = "import sys\nasync def work(stopping):\n    sys.exit(0)\n"
REFUSE = (
    "class work:\n    async def start(self):\n        raise OSError('port in use')\n    async def stop(self): ...\n"
)
LINGER = "import anyio\nasync def work(stopping):\n    print('runs', flush=True)\n    await anyio.sleep_forever()\n"


async def _runs(look: Look, folder: Path) -> tuple[HostRun, ...]:
    async with look(lambda _: None, f"--Operations:StateDirectory={folder}") as operations:
        await _ready(operations.runs.get)
        return await operations.runs.list()


async def _run(folder: Path, backend: str, body: str, sent: signal.Signals | None) -> int | None:
    program = PROGRAM.format(body=body, backend=backend)
    environment = {**os.environ, "XDG_STATE_HOME": str(folder), "PYTHONPATH": str(Path.cwd())}
    async with await anyio.open_process(
        [sys.executable, "-c", program], env=environment, stderr=subprocess.DEVNULL
    ) as process:
        if sent is not None:
            assert process.stdout is not None
            await process.stdout.receive()
            process.send_signal(sent)
        with anyio.fail_after(30):
            await process.wait()
    return process.returncode


@pytest.mark.parametrize(
    ("body", "sent", "outcome", "status", "error"),
    [
        (WAIT, signal.SIGTERM, "stopped", 0, ""),
        (LEAVE, None, "stopped", 0, "SystemExit"),
        (FAIL, None, "failed", 1, "ValueError: no table"),
        (REFUSE, None, "failed", 3, "OSError: port in use"),
        (LINGER, signal.SIGTERM, "failed", 4, "ShutdownTimeoutError"),
        (WAIT, signal.SIGKILL, "crashed", None, ""),
    ],
    ids=["stopped", "a service asked for it", "a service failed", "the start failed", "out of time", "killed"],
)
async def test_each_life_of_a_host_is_written_down(
    look: Look,
    tmp_path: Path,
    anyio_backend: str,
    body: str,
    sent: signal.Signals | None,
    outcome: str,
    status: int | None,
    error: str,
) -> None:
    """OV-90: how it ended, with the status that the process had; a crash is told by the next run."""
    ended = await _run(tmp_path, anyio_backend, body, sent)
    (folder,) = (tmp_path / "corner-host").iterdir()
    runs = await _runs(look, folder)
    run = runs[1]

    assert (len(runs), runs[0].is_current, runs[0].outcome) == (2, True, "running")
    assert (run.outcome, run.exit_status, run.version, run.backend) == (outcome, status, "1.8.2", anyio_backend)
    assert run.error.startswith(error)
    assert (run.ended_at is not None, status in {None, ended}) == (True, True)
    assert bool(run.abandoned) is (status == 4)


async def test_a_signal_writes_all_stacks_into_the_log(tmp_path: Path, anyio_backend: str) -> None:
    """OV-97: SIGUSR1, for when nothing else answers; the program goes on."""
    body = WAIT + "import logging; logging.basicConfig()\n"
    environment = {**os.environ, "XDG_STATE_HOME": str(tmp_path), "PYTHONPATH": str(Path.cwd())}
    program = PROGRAM.format(body=body, backend=anyio_backend)
    async with await anyio.open_process([sys.executable, "-c", program], env=environment) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        await process.stdout.receive()
        process.send_signal(signal.SIGUSR1)
        told = b""
        with anyio.fail_after(20):
            while b"Thread MainThread" not in told:
                told += await process.stderr.receive()
            process.terminate()
            await process.wait()

    assert b"SIGUSR1 received" in told
    assert process.returncode == 0


async def test_a_run_has_its_start_and_stop_by_service(look: Look) -> None:
    """OV-91: how long each service took to start and stop, in order."""

    class Slow:
        async def start(self) -> None:
            await anyio.sleep(0.02)

        async def stop(self) -> None: ...

    async with look(lambda builder: builder.add_hosted_service(Slow())) as operations:
        run = await _ready(operations.runs.get)
    async with look() as operations:
        before = await operations.runs.get("-1")
        current = await operations.runs.get("current")
        with pytest.raises(NotFoundError):
            await operations.runs.get("-2")
        with pytest.raises(InvalidRequestError):
            await operations.runs.list(limit=0)

    assert run.start_phases[-1].name.endswith("Slow")
    assert run.start_phases[-1].seconds >= 0.015
    assert (before.id, before.outcome, current.is_current) == (run.id, "stopped", True)
    assert [each.outcome for each in before.stop_phases] == ["stopped"] * 3


async def _ready(get: object) -> HostRun:
    with anyio.fail_after(10):
        while (run := await get("current")).ready_at is None:  # type: ignore[operator]
            await anyio.sleep(0.005)
    assert isinstance(run, HostRun)
    return run


async def test_a_host_without_a_folder_runs_all_the_same(look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    """OV-92: what cannot be kept is kept in memory; a folder that was configured and cannot be is an error."""
    monkeypatch.setenv("XDG_STATE_HOME", "/proc/nothing")
    builder = Host.create_empty_builder()
    builder.configuration["Operations:Socket:Enabled"] = "false"
    builder.services.add_operations(builder.configuration)
    async with builder.build() as host:
        is_running = host.lifetime.application_started.is_cancellation_requested

    assert is_running
    assert open_state_directory(None, "shop") is None
    with pytest.raises(OSError, match="/proc/nothing"):
        open_state_directory("/proc/nothing", "shop")


async def test_the_audit_survives_a_restart_and_is_searched(look: Look) -> None:
    """OV-93: who, when, what, why, what came of it; by action, actor, text, and page."""
    async with look() as operations:
        for number in range(3):
            await operations.logs.set_level(f"acme.{number}", "Debug", by=Actor("grace", via="dashboard"), reason="why")
    async with look() as operations:
        with pytest.raises(NotFoundError):
            await operations.services.restart("Nobody", by=ADA)
        everything = (await operations.audit.search()).items
        first = await operations.audit.search(AuditQuery(actor="grace", limit=2))
        second = await operations.audit.search(AuditQuery(actor="grace", limit=2, cursor=first.next))
        by_text = await operations.audit.search(AuditQuery(text="ACME.1"))
        by_action = await operations.audit.search(AuditQuery(action="service.restart"))
        none = await operations.audit.search(AuditQuery(until=datetime(2020, 1, 1, tzinfo=UTC)))

    assert [(each.actor, each.outcome) for each in everything] == [("ada", "failed")] + [("grace", "done")] * 3
    assert [each.target for each in (*first.items, *second.items)] == [f"acme.{number}=Debug" for number in (2, 1, 0)]
    assert (second.next, by_text.items[0].reason, by_action.items[0].detail[:22], none.items) == (
        None,
        "why",
        "There is no service 'N",
        (),
    )


def test_a_torn_line_costs_only_itself(tmp_path: Path) -> None:
    """OV-94: what a crash has left half written is skipped, and the next line is whole."""
    journal = Journal(tmp_path / "j.jsonl")
    journal.append({"n": 1})
    with (tmp_path / "j.jsonl").open("ab") as file:
        file.write(b'{"n": 2, "text": "half')
    journal.append({"n": 3})

    assert [each["n"] for each in journal.entries()] == [1, 3]
    assert oct((tmp_path / "j.jsonl").stat().st_mode & 0o777) == "0o600"


def test_a_journal_that_grows_is_put_aside(tmp_path: Path) -> None:
    """OV-95: the last files are kept, and read together, oldest first."""
    journal = Journal(tmp_path / "j.jsonl", rotate_bytes=100)
    for number in range(100):
        journal.append({"n": number})
    kept = [each["n"] for each in journal.entries()]

    assert kept == list(range(kept[0], 100))
    assert len(list(tmp_path.iterdir())) == 6  # with the lock


def test_several_processes_write_one_journal(tmp_path: Path) -> None:
    """OV-95: no line is torn or lost, also while the file is put aside."""
    program = (
        "import sys; from pathlib import Path; from corner_host.operations.recording.journal import Journal\n"
        "journal = Journal(Path(sys.argv[1]), rotate_bytes=5000)\n"
        "for number in range(150): journal.append({'who': sys.argv[2], 'n': number})"
    )
    path = tmp_path / "j.jsonl"
    writers = [subprocess.Popen([sys.executable, "-c", program, str(path), str(who)]) for who in range(3)]

    assert [writer.wait(60) for writer in writers] == [0, 0, 0]
    found = [(each["who"], each["n"]) for each in Journal(path).entries()]
    assert sorted(found) == [(str(who), number) for who in range(3) for number in range(150)]


def test_a_process_that_lives_is_not_buried(tmp_path: Path) -> None:
    """OV-96: its lock tells, whatever number it has; what is gone without a trace has been dead for ever."""
    alive = Alive(tmp_path / "x.alive")
    alive.begin()
    while_alive = last_sign_of_life(tmp_path / "x.alive")
    alive.end()

    assert while_alive is None
    assert last_sign_of_life(tmp_path / "x.alive") == datetime.fromtimestamp(0, UTC)
