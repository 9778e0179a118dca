"""The Unix socket: who gets in, and what becomes of its files."""

import json
import os
import signal
import socket
import stat
import subprocess
import sys
from contextlib import AsyncExitStack
from dataclasses import asdict
from pathlib import Path

import anyio
import pytest

from corner_host import Host
from corner_host.hosting import HostApplicationLifetime
from corner_host.operations.registry import RunningHost, open_runtime_directory, running_hosts, runtime_directory
from corner_host.web import ServerStartError

from .conftest import AskedHost, ask

PROGRAM = """
from corner_host import Host

builder = Host.create_empty_builder()
builder.services.add_operations(builder.configuration)
host = builder.build()
host.lifetime.application_started.register(lambda: print("started", flush=True))
host.run(backend={backend!r})
"""


async def test_the_socket_is_the_owners_alone(asked: AskedHost) -> None:
    """AS-1: mode 0600, and so is the file beside it, which tells the command line about the host."""
    async with asked() as host:
        files = {each.name: each.lstat() for each in host.path.parent.glob("h.*")}

    assert {name: oct(stat.S_IMODE(found.st_mode)) for name, found in files.items()} == {
        "h.sock": "0o600",
        "h.sock.json": "0o600",
    }


async def test_both_files_are_gone_after_the_stop(asked: AskedHost) -> None:
    """AS-2: nothing is left, whether or not somebody has asked."""
    async with asked() as host:
        await host.get("/status")
    after_questions = list(host.path.parent.glob("h.*"))
    async with asked() as host:
        pass

    assert after_questions == list(host.path.parent.glob("h.*")) == []


async def test_a_request_is_answered_while_the_host_stops(asked: AskedHost) -> None:
    """AS-3: the socket ends after all other services, so that one can see what they wait for."""
    phases: list[str] = []

    class Slow:
        async def start(self) -> None: ...

        async def stop(self) -> None:
            phases.append((await host.get("/status")).data["phase"])

    async with asked(lambda builder: builder.add_hosted_service(Slow())) as host:
        pass

    assert phases == ["stopping"]


async def test_what_a_killed_process_has_left_is_replaced(asked: AskedHost, tmp_path: Path) -> None:
    """AS-4: a socket that nobody answers at is removed."""
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(tmp_path / "h.sock"))

    async with asked() as host:
        answer = await host.get("/status")

    assert answer.status == 200


async def test_a_socket_that_answers_is_left_alone(asked: AskedHost) -> None:
    """AS-4: a second host at the same path does not start, and says how to fix it; the first goes on."""
    async with asked() as first:
        with pytest.raises(ServerStartError, match="Another host answers"):
            async with asked():
                pass
        answer = await first.get("/status")

    assert answer.status == 200


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("x" * 120 + ".sock", "bytes, and 1"),
        ("missing/h.sock", "is not there"),
        ("file", "that is none"),
        ("link", "that is none"),
    ],
)
async def test_a_path_that_cannot_be_is_told(asked: AskedHost, tmp_path: Path, name: str, message: str) -> None:
    """AS-5: too long, without a folder, or taken by something else: the start fails with the way to fix it."""
    (tmp_path / "file").touch()
    (tmp_path / "link").symlink_to("elsewhere")

    with pytest.raises(ServerStartError, match=message) as caught:
        async with asked(lambda _: None, f"--Operations:Socket:Path={tmp_path / name}"):
            pass

    assert "To fix" in str(caught.value)
    assert (tmp_path / "file").exists()


async def test_there_is_no_socket_where_it_is_turned_off(asked: AskedHost) -> None:
    """AS-6: ``Operations:Socket:Enabled``."""
    async with asked(lambda _: None, "--Operations:Socket:Enabled=false") as host:
        exists = host.path.exists()

    assert not exists


async def test_nothing_of_the_web_is_loaded_before_somebody_asks(tmp_path: Path, anyio_backend: str) -> None:
    """AS-7: the start pays for a socket, not for a web server."""
    program = PROGRAM.format(backend=anyio_backend).replace(
        'print("started", flush=True)',
        "(__import__('sys').stdout.write(str({'starlette', 'uvicorn', 'hypercorn'} & {*__import__('sys').modules})),"
        " host.lifetime.stop_application())",
    )

    process = await anyio.run_process([sys.executable, "-c", program], env=_environment(tmp_path))

    assert process.stdout == b"set()"


async def test_the_command_line_finds_running_hosts(
    tmp_path: Path, anyio_backend: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AS-8: by the files in the run-time directory; those of a killed host are removed."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    folder = runtime_directory()
    program = [sys.executable, "-c", PROGRAM.format(backend=anyio_backend)]
    async with await anyio.open_process(program, env=_environment(tmp_path), stderr=subprocess.DEVNULL) as process:
        try:
            assert process.stdout is not None
            await process.stdout.receive()
            (found,) = running_hosts()
            answer = await anyio.to_thread.run_sync(ask, Path(found.socket), "GET", "/api/v1/status")
            process.send_signal(signal.SIGKILL)
            await process.wait()
        finally:
            if process.returncode is None:
                process.kill()

    assert (found.pid, answer.data["pid"]) == (process.pid, process.pid)
    assert oct(stat.S_IMODE(folder.stat().st_mode)) == "0o700"
    assert running_hosts() == ()
    assert list(folder.iterdir()) == []


async def test_two_hosts_of_one_process_have_a_socket_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """AS-11: both are found."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    async with AsyncExitStack() as stack:
        for number in range(2):
            builder = Host.create_empty_builder()
            builder.configuration["Operations:StateDirectory"] = str(tmp_path / "state")
            builder.configuration["Operations:Version"] = str(number)
            builder.services.add_operations(builder.configuration)
            await stack.enter_async_context(builder.build())
        hosts = running_hosts()

    assert {each.version for each in hosts} == {"0", "1"}
    assert len({each.socket for each in hosts}) == 2
    assert running_hosts() == ()


def test_a_folder_that_others_may_enter_is_refused(tmp_path: Path) -> None:
    """AS-9: somebody else could have put a socket there."""
    folder = tmp_path / "corner-host"
    folder.mkdir(mode=0o755)
    folder.chmod(0o755)
    link = tmp_path / "link"
    link.symlink_to(open_runtime_directory(tmp_path / "own"))

    with pytest.raises(PermissionError, match="To fix"):
        open_runtime_directory(folder)
    with pytest.raises(PermissionError, match="To fix"):
        open_runtime_directory(link)


def test_a_folder_of_others_tells_of_no_host_and_has_nothing_removed(tmp_path: Path) -> None:
    """AS-9: whoever made it could name any socket of ours as what a killed host has left."""
    ours = tmp_path / "agent.sock"
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(str(ours))
    told = RunningHost(
        application="a", version="", environment="", pid=2**22 + 1, started_at="", socket=str(ours), content_root=""
    )
    folder = tmp_path / "corner-host"
    folder.mkdir()
    (folder / "a.json").write_text(json.dumps(asdict(told)))
    folder.chmod(0o755)

    assert running_hosts(folder) == ()
    assert ours.is_socket()
    folder.chmod(0o700)
    assert running_hosts(folder) == ()
    assert not ours.exists()


async def test_a_file_of_the_same_name_is_left_alone(asked: AskedHost, tmp_path: Path) -> None:
    """AS-1: the socket may be among other files of the application."""
    (tmp_path / "h.json").write_text("{}")
    async with asked() as host:
        beside = host.path.with_suffix(".json")
        beside.write_text("{}")

    assert beside.read_text() == "{}"


async def test_a_host_without_a_folder_for_it_runs_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AS-10: where no path is configured, a socket that cannot be made is a warning."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    (tmp_path / "corner-host").mkdir(mode=0o755)
    (tmp_path / "corner-host").chmod(0o755)
    builder = Host.create_empty_builder()
    builder.configuration["Operations:StateDirectory"] = str(tmp_path / "state")
    builder.services.add_operations(builder.configuration)

    async with builder.build() as host:
        lifetime = host.services.get_required_service(HostApplicationLifetime)
        is_started = lifetime.application_started.is_cancellation_requested

    assert is_started


def _environment(folder: Path) -> dict[str, str]:
    return {**os.environ, "XDG_RUNTIME_DIR": str(folder), "XDG_STATE_HOME": str(folder / "state")}
