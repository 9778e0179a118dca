"""Wrong registrations and settings are refused as early as it is certain that they are wrong."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from corner_host import Host, JobClient, ServiceCollection
from corner_host.configuration import ConfigurationBindingError
from corner_host.di import ServiceValidationError
from corner_host.jobs import JobContext, JobEngine, JobEngineError, JobNotFoundError, JobRegistrationError
from corner_host.jobs.engines.sqlite import SqliteEngine


class Receipt(BaseModel):
    order: int


class Report(BaseModel):
    day: str


async def send(job: Receipt) -> None: ...


async def write(job: Report) -> None: ...


def plain(job: Receipt) -> None: ...


class NoHandler: ...


class WithoutContext:
    async def handle(self, job: Receipt) -> None: ...


class WithService:
    async def handle(self, job: Receipt, context: JobContext, mailer: object) -> None: ...


@pytest.mark.parametrize(
    ("register", "message"),
    [
        (lambda services: services.add_job_handler(Receipt, plain), "must be async"),
        (lambda services: services.add_job_handler(Receipt, NoHandler), "async def handle"),
        (lambda services: services.add_job_handler(Receipt, WithoutContext), r"handle\(self, job, context\)"),
        (lambda services: services.add_job_handler(Receipt, WithService), "services go to __init__"),
        (lambda services: services.add_job_handler(Receipt, send, name=""), "name"),
        (lambda services: services.add_job_handler(Receipt, send, queue=""), "queue"),
        (lambda services: services.add_job_handler(Receipt, send, timeout=0), "timeout"),
        (lambda services: services.add_job_handler(Receipt, send, max_concurrency=0), "max_concurrency"),
        (lambda services: services.add_job_handler(Receipt, send).add_job_handler(Receipt, send), "same name"),
        (
            lambda services: services.add_job_handler(Receipt, send).add_job_handler(Report, write, name="Receipt"),
            "same name",
        ),
        (lambda services: services.add_recurring_job("r", Receipt(order=1)), "either cron= or every="),
        (lambda services: services.add_recurring_job("r", Receipt(order=1), every=0.5), "at least 1 second"),
        (lambda services: services.add_recurring_job("r", Receipt(order=1), cron="0 0 31 2 *"), "no cron expression"),
        (lambda services: services.add_recurring_job("r", Receipt(order=1), cron="soon"), "no cron expression"),
        (
            lambda services: services.add_recurring_job("r", Receipt(order=1), cron="0 9 * * *", time_zone="Mars"),
            "no time zone",
        ),
        (lambda services: services.add_recurring_job("r", Receipt(order=1), every=60, misfire="never"), "misfire"),
        (lambda services: services.add_recurring_job("", Receipt(order=1), every=60), "id"),
    ],
)
def test_a_wrong_registration_is_refused_when_it_is_added(
    register: Callable[[ServiceCollection], Any], message: str
) -> None:
    """It is certain then; the message names what is wrong."""
    with pytest.raises(JobRegistrationError, match=message):
        register(ServiceCollection())


def test_a_recurring_job_without_a_handler_is_refused_at_build() -> None:
    """The handler may be added later, so only the build knows."""
    builder = Host.create_builder(["--Jobs:Engine=memory"])
    builder.services.add_jobs(builder.configuration).add_recurring_job("nightly", Receipt(order=1), every=60)

    with pytest.raises(JobNotFoundError, match="Receipt"):
        builder.build()


def test_what_a_handler_needs_is_checked_when_the_host_is_built() -> None:
    """In Development a handler's missing service is found before any job fails for want of it."""

    class Mailer: ...

    async def needy(job: Receipt, mailer: Mailer) -> None: ...

    builder = Host.create_builder(["--Jobs:Engine=memory"]).use_environment("Development")
    builder.services.add_jobs(builder.configuration).add_job_handler(Receipt, needy)

    with pytest.raises(ServiceValidationError, match="Mailer"):
        builder.build()


@pytest.mark.parametrize("setting", ["MaxConcurrency=0", "LeaseSeconds=0.5", "Engine=oracle", "Synchronous=OFF"])
def test_a_wrong_setting_is_named_with_its_value(setting: str) -> None:
    """At build, before anything starts."""
    builder = Host.create_builder([f"--Jobs:{setting}"])

    builder.services.add_jobs(builder.configuration)

    with pytest.raises(ConfigurationBindingError, match=f"Jobs:{setting.partition('=')[0]}"):
        builder.build()


@pytest.mark.parametrize("text", ["postgresql://shop:hunter2@localhost/shop", "host=db password=hunter2"])
def test_a_connection_string_of_another_engine_is_refused(text: str) -> None:
    """The sqlite engine takes a path, or sqlite:///path; what was given instead may hold a password, and is not shown."""
    builder = Host.create_builder([f"--Jobs:ConnectionString={text}"])

    builder.services.add_jobs(builder.configuration)

    with pytest.raises(JobRegistrationError, match="ConnectionString") as caught:
        builder.build()

    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("first", ["engine", "jobs"])
async def test_an_engine_of_the_application_s_own_is_taken(first: str) -> None:
    """The plug point: registered before or after add_jobs; the settings of the other engines do not matter then."""
    engine = SqliteEngine(":memory:")
    builder = Host.create_builder(["--Jobs:ConnectionString=mine://somewhere", "--Logging:LogLevel:Default=None"])
    if first == "engine":
        builder.services.add_singleton(JobEngine, instance=engine)
    builder.services.add_jobs(builder.configuration).add_job_handler(Receipt, send)
    if first == "jobs":
        builder.services.add_singleton(JobEngine, instance=engine)

    async with builder.build() as host:
        answer = await host.services.get_required_service(JobClient).enqueue(Receipt(order=7))
        assert await engine.records.wait_ended(answer.id) is not None


async def test_settings_may_come_after_the_services() -> None:
    """They are read when the host is built, with everything that callbacks add; a second call changes nothing."""
    builder = Host.create_builder(["--Logging:LogLevel:Default=None"])
    builder.services.add_jobs(builder.configuration).add_jobs(builder.configuration)
    builder.configure_app_configuration(lambda it: it.add_in_memory_collection({"Jobs:Engine": "memory"}))

    async with builder.build() as host:
        assert host.services.get_required_service(JobEngine).capabilities.engine == "memory"


@pytest.mark.parametrize("what", ["damaged", "folder missing", "a folder"])
async def test_a_store_that_cannot_be_used_fails_the_start_with_a_way_out(tmp_path: Path, what: str) -> None:
    """Which file, why, and what to do."""
    path = tmp_path / "jobs.db"
    match what:
        case "damaged":
            path.write_bytes(b"this is no database " * 100)
        case "folder missing":
            path = tmp_path / "nowhere" / "jobs.db"
        case _:
            path.mkdir()
    builder = Host.create_builder([f"--Jobs:ConnectionString={path}", "--Logging:LogLevel:Default=None"])
    builder.services.add_jobs(builder.configuration).add_job_handler(Receipt, send)
    host = builder.build()

    with pytest.raises(JobEngineError, match=str(path)):
        async with host:
            pass
