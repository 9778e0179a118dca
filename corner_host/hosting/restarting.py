"""How one background service is run again while the host runs, because somebody asks for it."""

from corner_host.primitives import Duration

from . import log
from .call import Call
from .crew import Crew, budget
from .errors import HostStateError
from .execution import Execution
from .member import Member


async def restart_service(crew: Crew, member: Member, timeout: Duration | None) -> None:
    """Ask the ``execute`` of *member* to stop, wait for its end, and run it again.

    Order:
        1. its token is cancelled; after *timeout* seconds, so is the work
        2. what it raises counts as any other failure of it
        3. record 113
        4. ``execute`` begins, with a token of its own

    Raises:
        HostStateError: The service, or the state of the host, does not allow it; or the work did not end.
    """
    execution = _refuse_unless_possible(crew, member)
    if not execution.has_ended:
        crew.restarting.add(execution)
        try:
            async with crew.open_restart(budget(timeout)) as stage:
                call = Call(member.name, execution.stop, hook="execute", member=execution)
                await stage.run([call], concurrently=False)
        finally:
            crew.restarting.discard(execution)
        if not execution.has_ended:
            raise HostStateError(f"{member.name} cannot be restarted: it does not heed its cancellation, and runs on.")
    _refuse_unless_running(crew, member)
    log.SERVICE_RESTARTED(service=member.name, restarts=execution.restarts + 1)
    crew.supervisor.begin_again(execution)


def _refuse_unless_possible(crew: Crew, member: Member) -> Execution:
    _refuse_unless_running(crew, member)
    execution = member.execution
    if not member.can_restart or execution is None:
        raise HostStateError(
            f"{member.name} cannot be restarted.\n"
            "Why: only a background service can, whose class leaves start() and stop() as they are or says can_restart = True."
        )
    if execution in crew.restarting:
        raise HostStateError(f"{member.name} is being restarted already.")
    return execution


def _refuse_unless_running(crew: Crew, member: Member) -> None:
    lifetime = crew.lifetime
    if not lifetime.application_started.is_cancellation_requested:
        raise HostStateError(f"{member.name} cannot be restarted: the host has not started yet.")
    if lifetime.application_stopping.is_cancellation_requested:
        raise HostStateError(f"{member.name} cannot be restarted: the host is stopping.")
