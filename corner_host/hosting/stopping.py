"""How a host stops: everything, whatever happens, within one budget."""

from logging import INFO

import corner_host.hosting as door

from . import log
from .call import Call
from .crew import Crew, errors_of
from .errors import ShutdownTimeoutError, gather
from .stage import Stage


async def stop_services(crew: Crew, stage: Stage) -> tuple[BaseException | None, list[Call]]:
    """Stop the services of *crew*; returns what is to be raised for it, and what was called.

    Order:
        1. record 3, Stopping
        2. all ``stopping``, in reverse order of registration
        3. ``application_stopping``, if it has not happened already
        4. all ``stop``, all ``stopped``, each in reverse order
        5. ``application_stopped``
        6. the host lifetime's ``stop``
        7. background services that nobody has waited for
        8. the report, if it is not clean, and record 4, Stopped; or 5, if something is to be raised

    Each step happens, whatever the ones before it came to. Once the budget is spent, what still runs is cancelled, and
    what is called later is called in a cancelled scope.
    """
    log.STOPPING()
    concurrently = crew.options.services_stop_concurrently
    members = crew.members[::-1]
    async with stage:
        stage.enter("stopping")
        made = await crew.run_hook(stage, "stopping", members, concurrently=concurrently)
        stage.enter("application_stopping")
        crew.lifetime.stop_application()
        if is_read := _is_read(crew):
            door.accounting.tell_stop_begins(crew, stage)
        stage.enter("stop")
        made += await crew.run_hook(stage, "stop", members, concurrently=concurrently)
        stage.enter("stopped")
        made += await crew.run_hook(stage, "stopped", members, concurrently=concurrently)
        stage.enter("application_stopped")
        crew.lifetime.notify_stopped()
        stage.enter("host lifetime")
        last = Call(type(crew.host_lifetime).__qualname__, crew.host_lifetime.stop)
        made += await stage.run([last], concurrently=False)
        made += await crew.end_executions(stage)
    errors = [*crew.supervisor.faults, *errors_of(made)]
    if crew.lifetime.exit_request is not None:
        errors.append(crew.lifetime.exit_request)
    if waiting := crew.waiting(made):
        errors.append(ShutdownTimeoutError(stage.budget if stage.is_overdue else None, waiting))
    error = gather("One or more hosted services failed to stop.", errors)
    if not _is_clean(crew, made):
        report = door.accounting.report_of(crew, made)
        log.SHUTDOWN_REPORT(report=report, news=report.news(crew.supervisor.faults))
    elif is_read:
        door.accounting.tell_stop_ended(crew, made)
    if error is None:
        log.STOPPED()
    else:
        log.STOPPED_WITH_ERROR(error)
    return error, made


def _is_read(crew: Crew) -> bool:
    """Tell whether anybody is to be told of the stop of *crew*."""
    return not crew.lifetime.is_silent and log.STAGES.isEnabledFor(INFO)


async def stop_rest(crew: Crew) -> list[Call]:
    """Stop those of *crew* that have started and not been stopped, after the task group that held them broke; returns the calls.

    Their work was cancelled with the group, and so was who was just stopping.
    """
    running = [] if crew.stage is None else crew.stage.running
    begun = {call.member for call in running if call.hook == "stop"}
    left = [member for member in crew.members[::-1] if member.stop_seconds is None and member not in begun]
    members = [member for member in left if member.has_started]
    has_started = crew.lifetime.application_started.is_cancellation_requested
    async with crew.open_stop() as stage:
        if has_started:
            crew.lifetime.stop_application()
        stage.enter("stop")
        made = await crew.run_hook(stage, "stop", members, concurrently=False)
        if has_started:
            crew.lifetime.notify_stopped()
    return made


def _is_clean(crew: Crew, made: list[Call]) -> bool:
    return all(call.succeeded and not call.was_cut for call in made) and not any(
        member.failure for member in crew.members
    )
