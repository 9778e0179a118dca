"""The console lifetime inside one process (section 19); whole processes are in test_signals.py."""

import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
import pytest

from corner_host.hosting import Host, HostBuilderSettings
from corner_host.primitives import OperationCancelledError
from tests.hosting.journal import Journal, builder_of, host_of
from tests.hosting.records import LIFETIME, Records

SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGQUIT]
STARTED = "Application started. Press Ctrl+C to shut down."
STOPPING = "Application is shutting down..."
HINT = "Content root path is the current working directory ("


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    """Whatever a test does, the process's signal handlers are afterwards what they were."""
    before = {number: signal.getsignal(number) for number in SIGNALS}
    yield
    after = {number: signal.getsignal(number) for number in SIGNALS}

    assert after == before


async def test_the_start_is_told(journal: Journal, records: Records, tmp_path: Path) -> None:
    """CL-1, CL-3, CL-5: three records, then one; INFO, id 0, category Microsoft.Hosting.Lifetime."""
    settings = HostBuilderSettings(environment_name="Jungle", content_root_path=str(tmp_path))
    async with Host.create_empty_builder(settings).build():
        started = records.messages()

    assert started == [STARTED, "Hosting environment: Jungle", f"Content root path: {tmp_path}"]
    assert records.messages() == [*started, STOPPING]
    assert {record.levelname for record in records.of(LIFETIME)} == {"INFO"}
    assert {vars(record).get("event_id", 0) for record in records.of(LIFETIME)} == {0}


async def test_the_start_is_told_once_it_is_over(records: Records) -> None:
    """CL-2: after every `started` hook."""
    seen: list[list[str]] = []

    class Service:
        async def start(self) -> None: ...

        async def started(self) -> None:
            seen.append(records.messages())

        async def stop(self) -> None: ...

    async with builder_of(Service).build():
        pass

    assert seen == [[]]
    assert STARTED in records.messages()


async def test_a_terminal_shows_more_than_the_records_say(records: Records) -> None:
    """CL-1, CL-3, CL-5: the records are .NET's; a person reads how long the start took, and that Ctrl+C forces a stop."""
    host = Host.create_empty_builder().build()
    host.lifetime.application_started.register(lambda: os.kill(os.getpid(), signal.SIGINT))
    await host.run_async()

    fields = [vars(record) for record in records.of(LIFETIME) if "root" not in record.getMessage()]
    shown = [(each["console_category"], each.get("console_message")) for each in fields]
    assert shown[1] == ("corner_host.lifetime", None)
    assert re.fullmatch(r"Application started in \d+\.\d\d s\. Press Ctrl\+C to shut down\.", str(shown[0][1]))
    assert shown[2] == ("corner_host.lifetime", "Application is shutting down... (Ctrl+C again to force)")
    assert not any("event_id" in each for each in fields)


async def test_status_messages_can_be_suppressed(records: Records) -> None:
    """CL-4: none of them; signals still count."""
    host = Host.create_empty_builder().use_console_lifetime(suppress_status_messages=True).build()
    host.lifetime.application_started.register(lambda: os.kill(os.getpid(), signal.SIGTERM))
    await host.run_async()

    assert records.messages() == []
    assert host.lifetime.application_stopped.is_cancellation_requested


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
async def test_a_signal_stops_the_run(journal: Journal, records: Records, number: int) -> None:
    """CL-7, CL-20: gracefully, and the run returns."""
    host = journal.watch(host_of(journal.service("a")))

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(host.run_async)
        await host.lifetime.application_started.wait()
        os.kill(os.getpid(), number)

    assert journal.lines == ["a start", "application started", "application stopping", "a stop", "application stopped"]
    assert records.messages()[-1] == STOPPING


async def test_a_signal_during_the_start_cancels_it(journal: Journal) -> None:
    """H1, CL-7: unwound; start() says it was cancelled."""
    host = host_of(journal.service("a"), journal.service("b", start=anyio.sleep_forever))

    async with anyio.create_task_group() as tasks:

        async def interrupt() -> None:
            await anyio.wait_all_tasks_blocked()
            os.kill(os.getpid(), signal.SIGTERM)

        tasks.start_soon(interrupt)
        with pytest.raises(OperationCancelledError):
            await host.start()

    assert journal.lines == ["a start", "b start", "b start cancelled", "a stop"]
    await host.aclose()


async def test_a_run_whose_start_a_signal_cancelled_ends_normally(journal: Journal) -> None:
    """H1, CL-20: the user asked for it, so it is no error."""
    host = host_of(journal.service("a"), journal.service("b", start=anyio.sleep_forever))

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(host.run_async)
        await anyio.wait_all_tasks_blocked()
        os.kill(os.getpid(), signal.SIGINT)

    assert journal.lines == ["a start", "b start", "b start cancelled", "a stop"]


@pytest.mark.parametrize("end", ["aclose", "failed start", "never started"])
async def test_handlers_are_what_they_were(journal: Journal, end: str) -> None:
    """CL-12, DI-15: after disposal, and after a failed start (the fixture looks)."""
    error = RuntimeError("no") if end == "failed start" else None
    host = host_of(journal.service("a", start=error))
    if end == "failed start":
        with pytest.raises(RuntimeError, match=r"^no$"):
            await host.start()
    elif end == "aclose":
        await host.start()
        assert signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL
    await host.aclose()


async def test_two_hosts_in_one_process_stop_by_one_signal(journal: Journal) -> None:
    """CL-7: one after the other, and one beside the other."""
    one, two = host_of(journal.service("one")), host_of(journal.service("two"))

    async with anyio.create_task_group() as tasks:
        for host in (one, two):
            tasks.start_soon(host.run_async)
            await host.lifetime.application_started.wait()
        os.kill(os.getpid(), signal.SIGTERM)
        await two.lifetime.application_stopping.wait()
        one.lifetime.stop_application()

    assert sorted(journal.lines) == ["one start", "one stop", "two start", "two stop"]


async def test_off_the_main_thread_a_host_works_without_signals(journal: Journal, anyio_backend: str) -> None:
    """CL-6: nothing to register, no error."""
    host = host_of(journal.service("a"))
    host.lifetime.application_started.register(host.lifetime.stop_application)

    await anyio.to_thread.run_sync(lambda: host.run(backend=anyio_backend))

    assert journal.lines == ["a start", "a stop"]


@pytest.fixture
def in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def hints(records: Records) -> list[str]:
    """The records about the content root."""
    return [message for message in records.messages() if message.startswith(HINT)]


async def test_a_missing_settings_file_is_hinted_at(in_folder: Path, records: Records) -> None:
    """CL-14: the working directory is the content root, and none of the settings files is there."""
    async with Host.create_builder().build():
        pass

    assert len(hints(records)) == 1
    assert str(in_folder) in hints(records)[0]


async def test_no_hint_if_the_settings_are_there(in_folder: Path, records: Records) -> None:
    """CL-15: one of the files is enough."""
    (in_folder / "appsettings.json").write_text("{}", encoding="utf-8")
    async with Host.create_builder().build():
        pass

    assert hints(records) == []


async def test_no_hint_without_a_file_source(in_folder: Path, records: Records) -> None:
    """CL-16: nobody looks for files."""
    settings = HostBuilderSettings(content_root_path=str(in_folder))
    async with Host.create_empty_builder(settings).build():
        pass

    assert hints(records) == []


async def test_no_hint_if_the_content_root_is_elsewhere(in_folder: Path, records: Records) -> None:
    """CL-17: even if the two mean the same folder, written differently."""
    for elsewhere in (f"{in_folder}/.", str(in_folder.parent)):
        async with Host.create_builder(settings=HostBuilderSettings(content_root_path=elsewhere)).build():
            pass

    assert hints(records) == []


async def test_the_root_of_the_file_system_is_hinted_at(monkeypatch: pytest.MonkeyPatch, records: Records) -> None:
    """CL-13: whatever the sources."""
    monkeypatch.chdir("/")
    async with Host.create_empty_builder(HostBuilderSettings(content_root_path="/")).build():
        pass

    assert len(hints(records)) == 1


async def test_the_hint_comes_although_the_start_fails(in_folder: Path, records: Records, journal: Journal) -> None:
    """CL-18: that is when it helps most."""
    host = Host.create_builder().add_hosted_service(Broken).build()
    with pytest.raises(RuntimeError, match=r"^broken$"):
        await host.start()

    assert len(hints(records)) == 1
    assert STARTED not in records.messages()
    await host.aclose()


class Broken:
    async def start(self) -> None:
        raise RuntimeError("broken")

    async def stop(self) -> None: ...


async def test_suppressed_messages_include_the_hint(in_folder: Path, records: Records) -> None:
    """CL-4: all of them."""
    host: Any = Host.create_builder().use_console_lifetime(suppress_status_messages=True).build()
    async with host:
        pass

    assert records.messages() == []
