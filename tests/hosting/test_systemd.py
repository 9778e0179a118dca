"""The systemd lifetime (section 20)."""

import os
import re
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import anyio.lowlevel
import pytest

from corner_host.hosting import BackgroundService, Host, HostBuilderSettings, HostLifetime
from corner_host.hosting.lifetimes.systemd import ServiceState, SystemdLifetime, SystemdNotifier
from corner_host.primitives import CancellationToken, Clock
from tests.hosting.clock import ManualClock
from tests.hosting.journal import Journal, assign, builder_of, failing
from tests.hosting.programs import run_program
from tests.hosting.records import LIFETIME, Records


class Notifications:
    """systemd's end of the socket."""

    def __init__(self, address: str) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(address)
        self._socket.setblocking(False)

    def received(self) -> list[str]:
        """The datagrams that have come, oldest first."""
        texts = []
        try:
            while True:
                texts.append(self._socket.recv(4096).decode())
        except BlockingIOError:
            return texts

    def close(self) -> None:
        self._socket.close()


@pytest.fixture(params=["path", "abstract"])
def systemd(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Notifications]:
    """A notification socket of either kind, announced in the environment."""
    name = str(tmp_path / "notify") if request.param == "path" else f"@corner-host-{os.getpid()}-{tmp_path.name}"
    notifications = Notifications(f"\0{name[1:]}" if name.startswith("@") else name)
    monkeypatch.setenv("NOTIFY_SOCKET", name)
    yield notifications
    notifications.close()


@pytest.fixture
def no_systemd(monkeypatch: pytest.MonkeyPatch) -> None:
    """No notification socket."""
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    monkeypatch.delenv("SYSTEMD_EXEC_PID", raising=False)


async def test_outside_systemd_nothing_changes(no_systemd: None) -> None:
    """SD-1: the lifetime is not systemd's."""
    host = Host.create_empty_builder().use_systemd().build()

    assert not isinstance(host.services.get_required_service(HostLifetime), SystemdLifetime)
    await host.aclose()


async def test_the_socket_is_enough(systemd: Notifications) -> None:
    """SD-2: NOTIFY_SOCKET chooses the systemd lifetime."""
    host = Host.create_empty_builder().use_systemd().build()

    assert isinstance(host.services.get_required_service(HostLifetime), SystemdLifetime)
    await host.aclose()


async def test_systemd_hears_of_start_and_stop(systemd: Notifications, records: Records, tmp_path: Path) -> None:
    """SD-7, SD-8, SD-10: a record, then READY=1; a record, then STOPPING=1; one datagram each, either kind of socket."""
    settings = HostBuilderSettings(environment_name="Jungle", content_root_path=str(tmp_path))
    host = Host.create_empty_builder(settings).use_systemd().build()
    await host.start()
    ready = systemd.received()
    await host.stop()
    stopping = systemd.received()

    assert "READY=1" in "\n".join(ready).split("\n")
    assert "STOPPING=1" in "\n".join(stopping).split("\n")
    assert records.messages() == [
        f"Application started. Hosting environment: Jungle; Content root path: {tmp_path}",
        "Application is shutting down...",
    ]
    assert {record.levelname for record in records.of(LIFETIME)} == {"INFO"}
    await host.aclose()


async def test_systemd_waits_for_the_whole_budget(systemd: Notifications) -> None:
    """SD-8, section 13: with STOPPING=1, and again when a delay is over; five seconds more than the host wants."""
    clock = ManualClock()
    builder = Host.create_empty_builder().use_systemd()
    builder.configure_host_options(lambda options: assign(options, {"shutdown_delay": 5.0, "shutdown_timeout": 20.0}))
    builder.services.add_singleton(Clock, instance=clock)
    host = builder.build()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(host.run_async)
        await host.lifetime.application_started.wait()
        started = systemd.received()
        signal.raise_signal(signal.SIGTERM)
        await clock.advance(4.9)
        delayed = systemd.received()
        await clock.advance(0.1)
        stopped = systemd.received()

    assert started == ["READY=1"]
    assert delayed == ["STOPPING=1\nSTATUS=Stopping\nEXTEND_TIMEOUT_USEC=30000000"]
    assert stopped == ["STOPPING=1\nSTATUS=Stopping\nEXTEND_TIMEOUT_USEC=25000000"]


async def test_a_stop_without_a_limit_is_limited_by_systemd(systemd: Notifications) -> None:
    """SD-8: then nothing is said of time."""
    builder = Host.create_empty_builder().use_systemd()
    builder.configure_host_options(lambda options: assign(options, {"shutdown_timeout": None}))
    async with builder.build():
        pass

    assert systemd.received()[-1] == "STOPPING=1\nSTATUS=Stopping"


async def test_systemd_reads_what_the_services_say(systemd: Notifications) -> None:
    """Section 13: every ten seconds, if it has changed; who cannot say anything is named, and fails nothing."""

    class Telling(BackgroundService):
        status_text = ""

        async def execute(self, stopping: CancellationToken) -> None:
            await stopping.wait()

    class Speechless(BackgroundService):
        @property
        def status_text(self) -> str:
            raise LookupError("no words")

        async def execute(self, stopping: CancellationToken) -> None:
            await stopping.wait()

    told, clock = Telling(), ManualClock()
    builder = builder_of(told, Speechless).use_systemd()
    builder.services.add_singleton(Clock, instance=clock)
    async with builder.build():
        await clock.advance(10.0)
        first = systemd.received()
        for text in ("12 of 1,000\nwaiting", "12 of 1,000\nwaiting", "none waiting"):
            told.status_text = text
            await clock.advance(10.0)
        changes = systemd.received()

    name = f"{__name__}.test_systemd_reads_what_the_services_say.<locals>.Speechless"
    mute = f"{name} cannot tell: LookupError"
    assert first == ["READY=1", f"STATUS={mute}"]
    assert changes == [f"STATUS=12 of 1,000 waiting; {mute}", f"STATUS=none waiting; {mute}"]


async def test_systemd_hears_of_a_reload(systemd: Notifications, tmp_path: Path, records: Records) -> None:
    """Section 13: RELOADING=1 with the time at which it began, in one datagram, then READY=1, as Type=notify-reload wants."""
    settings = tmp_path / "settings.json"
    settings.write_text('{"Pace": "slow"}', encoding="utf-8")
    builder = Host.create_empty_builder().use_systemd()
    builder.configuration.add_json_file(settings)
    earliest = time.monotonic_ns() // 1000
    async with builder.build() as host:
        systemd.received()
        settings.write_text('{"Pace": "fast"}', encoding="utf-8")
        lifetime = host.services.get_required_service(HostLifetime)
        assert isinstance(lifetime, SystemdLifetime)
        lifetime._reload()
        heard: list[str] = []
        with anyio.fail_after(20):
            while len(heard) < 2:
                heard += systemd.received()
                await anyio.sleep(0.01)

    begun = re.fullmatch(r"RELOADING=1\nMONOTONIC_USEC=(\d+)", heard[0])
    assert begun is not None
    assert earliest <= int(begun[1]) <= time.monotonic_ns() // 1000
    assert heard[1:] == ["READY=1"]
    assert host.configuration["Pace"] == "fast"
    assert records.messages("corner_host.config") == [
        "SIGHUP received; settings.json changed: Pace slow → fast (reloaded in place)"
    ]


async def test_only_sigterm_is_taken(systemd: Notifications) -> None:
    """SD-9: SIGINT and SIGQUIT keep what they had; everything is put back."""
    numbers = (signal.SIGINT, signal.SIGQUIT, signal.SIGTERM)
    before = [signal.getsignal(number) for number in numbers]
    async with Host.create_empty_builder().use_systemd().build() as host:
        during = [signal.getsignal(number) for number in numbers]
        os.kill(os.getpid(), signal.SIGTERM)
        await host.lifetime.application_stopping.wait()

    assert during[:2] == before[:2]
    assert during[2] != before[2]
    assert [signal.getsignal(number) for number in numbers] == before


async def test_children_do_not_inherit_the_socket(systemd: Notifications) -> None:
    """SD-11: the notifier reads the variable and takes it out of the environment."""
    host = Host.create_empty_builder().use_systemd().build()
    notifier = host.services.get_required_service(SystemdNotifier)

    assert notifier.is_enabled
    assert "NOTIFY_SOCKET" not in os.environ
    await host.aclose()


async def test_further_states_may_be_sent(systemd: Notifications) -> None:
    """SD-14: any text is a state; its string form is the text."""
    host = Host.create_empty_builder().use_systemd().build()
    notifier = host.services.get_required_service(SystemdNotifier)
    notifier.notify(ServiceState("STATUS=drinking tea ☕"))

    assert systemd.received() == ["STATUS=drinking tea ☕"]
    assert str(ServiceState("WATCHDOG=1")) == "WATCHDOG=1"
    await host.aclose()


@pytest.mark.parametrize("wrong", [None, 5])
def test_a_state_is_a_text(wrong: object) -> None:
    """SD-14: nothing is no state."""
    with pytest.raises((TypeError, ValueError)):
        ServiceState(wrong)  # type: ignore[arg-type]


async def test_a_socket_that_fails_does_not_stop_the_host(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, records: Records, journal: Journal
) -> None:
    """SD-12: nobody listens; the host starts and stops; the failure is in the log, CRITICAL 6 and 7."""
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "nobody"))
    builder = Host.create_empty_builder().use_systemd()
    async with journal.watch(builder.build()):
        pass

    assert journal.lines == ["application started", "application stopping", "application stopped"]
    assert [number for number in (6, 7) if records.with_id(number)] == [6, 7]


async def test_a_failed_start_is_not_ready(systemd: Notifications) -> None:
    """SD-13: READY=1 is never sent."""

    class Broken:
        async def start(self) -> None:
            await failing(RuntimeError("broken"))()

        async def stop(self) -> None: ...

    host = Host.create_empty_builder().use_systemd().add_hosted_service(Broken).build()
    with pytest.raises(RuntimeError, match=r"^broken$"):
        await host.start()

    assert "READY=1" not in "\n".join(systemd.received())
    await host.aclose()


async def test_without_a_socket_notifying_does_nothing(no_systemd: None) -> None:
    """SD-10: disabled, and quiet."""
    notifier = SystemdNotifier()
    notifier.notify(ServiceState("READY=1"))

    assert not notifier.is_enabled
    await anyio.lowlevel.checkpoint()


DETECT = """
    import os, sys
    if sys.argv[1] == "own":
        os.environ["SYSTEMD_EXEC_PID"] = str(os.getpid())
    elif sys.argv[1] != "none":
        os.environ["SYSTEMD_EXEC_PID"] = sys.argv[1]
    if sys.argv[2] == "socket":
        os.environ["NOTIFY_SOCKET"] = "/nowhere"
    from corner_host.hosting.lifetimes.systemd import is_systemd_service
    print(is_systemd_service())
    os.environ["SYSTEMD_EXEC_PID"] = str(os.getpid()) if sys.argv[1] != "own" else "1"
    print(is_systemd_service())
"""


@pytest.mark.parametrize(
    ("pid", "notify", "answer"),
    [
        ("own", "no", True),
        ("none", "no", False),
        ("1x", "no", False),
        ("2", "no", False),
        ("2", "socket", False),
    ],
)
def test_a_service_of_systemd_is_recognised(tmp_path: Path, pid: str, notify: str, answer: bool) -> None:
    """SD-3, SD-4, SD-5, SD-6: by SYSTEMD_EXEC_PID; decided once, later changes count no more."""
    result = run_program(DETECT, folder=tmp_path, args=[pid, notify], env={"NOTIFY_SOCKET": ""})

    assert result.lines == [str(answer)] * 2
