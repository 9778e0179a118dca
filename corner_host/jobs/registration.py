"""``services.add_jobs(configuration)``, ``services.add_job_handler(...)``, ``services.add_recurring_job(...)``."""

from collections.abc import Callable
from typing import Any, TypeVar

from corner_host.configuration import Configuration
from corner_host.di import ServiceCollection
from corner_host.hosting import BuildCheck
from corner_host.primitives import Clock, Duration, SystemClock, seconds

from .client import JobClient
from .contracts import JobEngine, RateLimit
from .control import JobControl
from .errors import JobRegistrationError
from .handlers import register_handler
from .middleware import EnqueueMiddleware
from .recurring import RecurringJobRegistration, RecurringJobs, check_recurring
from .registry import JobHandlerRegistration, JobRegistry
from .retry import RetryPolicy
from .running import RunningJobs
from .schedule import Cron, Every, Misfire
from .store import JobStoreService, JobStoreState, add_engine_health_check
from .support import check_registrations
from .worker import JobWorker, WorkerOptions

T = TypeVar("T")


def add_jobs(services: ServiceCollection, configuration: Configuration) -> ServiceCollection:
    """Register durable jobs by the section ``Jobs``: the engine, `JobClient`, and the worker.

    The settings are read when the host is built, so that they may still come. Call it before the services that put jobs,
    so that the store opens before they start and closes after they stop. An engine that is registered as `JobEngine` by
    then or later is taken instead of the one that is named. The first call decides.

    Args:
        services: The registrations.
        configuration: The whole configuration.

    A wrong setting is found when the host is built: a ``ConfigurationBindingError`` names it with its value and where it
    comes from, a `JobRegistrationError` a connection string that does not fit the engine.
    """
    if any(each.service_type is WorkerOptions for each in services):
        return services
    from .settings import JobsSettings  # noqa: PLC0415 - loads pydantic

    section = configuration.get_section("Jobs")

    def make_engine(settings: JobsSettings) -> JobEngine:
        return settings.make_engine()

    def make_worker_options(settings: JobsSettings) -> WorkerOptions:
        return WorkerOptions(
            enabled=settings.worker_enabled, max_concurrency=settings.max_concurrency, grace=settings.grace_seconds
        )

    def check() -> None:
        settings = section.get(JobsSettings) or JobsSettings()
        chosen = [each for each in services if each.service_type is JobEngine][-1]
        engine: JobEngine | None = None
        if chosen.factory is make_engine:
            engine = settings.make_engine()
        elif chosen.has_instance:
            engine = chosen.instance
        _check(services)
        if engine is not None:
            check_registrations(
                _instances(services, JobHandlerRegistration),
                [each.id for each in _instances(services, RecurringJobRegistration)],
                engine.capabilities,
            )

    services.add_options(JobsSettings).bind(section)
    services.try_add_singleton(Clock, SystemClock)
    services.try_add_singleton(JobEngine, factory=make_engine)
    services.add_singleton(JobRegistry, factory=_registry)
    services.add_singleton(RecurringJobs, factory=_recurring)
    services.add_singleton(JobClient)
    services.add_singleton(JobStoreState)
    services.add_singleton(RunningJobs)
    services.add_singleton(JobControl, factory=_control)
    services.add_singleton(WorkerOptions, factory=make_worker_options)
    services.add_singleton(BuildCheck, instance=BuildCheck(check))
    add_engine_health_check(services)
    services.add_hosted_service(JobStoreService)
    return services.add_hosted_service(JobWorker)


def add_job_handler(
    services: ServiceCollection,
    payload: type[Any],
    handler: type[Any] | Callable[..., Any],
    *,
    name: str | None = None,
    queue: str = "default",
    retry: RetryPolicy | None = None,
    timeout: Duration | None = None,
    max_concurrency: int | None = None,
    rate_limit: RateLimit | None = None,
) -> ServiceCollection:
    """Register what runs the jobs of a payload's class.

    Args:
        services: The registrations.
        payload: The class of the payload, a pydantic model or whatever pydantic can write as JSON.
        handler: A class with ``async def handle(self, job, context)``, made for each job in a scope of its own; or an
            ``async def`` whose parameters are injected, the payload and a `JobContext` among them.
        name: What the job is called in the store; the payload's class name unless given. Keep it when you rename the class.
        queue: The queue its jobs are put into.
        retry: What happens after a failure.
        timeout: How long one attempt may take; float seconds or a ``timedelta``, above 0.
        max_concurrency: How many of these run at once, over all processes.
        rate_limit: How many of these begin in a time, over all processes; what is over it waits in the store.

    Raises:
        JobRegistrationError: One of these cannot be.
    """
    registration = JobHandlerRegistration(
        payload_type=payload,
        handler=handler,
        name=payload.__name__ if name is None else name,
        queue=queue,
        retry=RetryPolicy() if retry is None else retry,
        timeout=None if timeout is None else seconds(timeout, "timeout"),
        max_concurrency=max_concurrency,
        rate_limit=rate_limit,
    )
    JobRegistry([*_instances(services, JobHandlerRegistration), registration])  # two of a name are refused here
    services.add_singleton(JobHandlerRegistration, instance=registration)
    register_handler(services, registration.name, payload, handler)
    return services


def add_recurring_job(
    services: ServiceCollection,
    id: str,  # noqa: A002 - the field's name
    payload: Any,
    *,
    cron: str | None = None,
    every: Duration | None = None,
    time_zone: str = "UTC",
    misfire: Misfire = "once",
) -> ServiceCollection:
    """Register a job that is put again and again, once for all processes.

    Args:
        services: The registrations.
        id: What the schedule is called.
        payload: The job's data; its class needs a handler.
        cron: Five fields: minute, hour, day, month, weekday.
        every: The period instead; float seconds or a ``timedelta``, from 1 second.
        time_zone: Where the fields of *cron* are read.
        misfire: What becomes of times at which no worker ran: ``skip``, ``once`` for all of them, or ``all``.

    Raises:
        JobRegistrationError: One of these cannot be.
    """
    if (cron is None) == (every is None):
        raise JobRegistrationError(f"The recurring job {id!r} needs either cron= or every=.")
    times = Cron(cron, time_zone) if cron is not None else Every(seconds(every or 0.0, "every"))
    return services.add_singleton(
        RecurringJobRegistration, instance=RecurringJobRegistration(id, payload, times, misfire)
    )


def _instances(services: ServiceCollection, kind: type[T]) -> list[T]:
    return [each.instance for each in services if each.service_type is kind]


def _check(services: ServiceCollection) -> None:
    """Refuse what only shows when everything is registered: a recurring job without a handler, two of one id."""
    registry = JobRegistry(_instances(services, JobHandlerRegistration))
    check_recurring(_instances(services, RecurringJobRegistration), registry)


def _registry(registrations: list[JobHandlerRegistration]) -> JobRegistry:
    return JobRegistry(registrations)


def _recurring(
    registrations: list[RecurringJobRegistration],
    engine: JobEngine,
    registry: JobRegistry,
    clock: Clock,
    middleware: list[EnqueueMiddleware],
) -> RecurringJobs:
    return RecurringJobs(registrations, engine, registry, clock, middleware)


def _control(
    registrations: list[RecurringJobRegistration],
    engine: JobEngine,
    registry: JobRegistry,
    clock: Clock,
    running: RunningJobs,
) -> JobControl:
    return JobControl(engine, registry, registrations, clock, running)
