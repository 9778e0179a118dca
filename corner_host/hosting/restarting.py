"""How one background service is stopped, begun, or run again while the host runs, because somebody asks for it."""

from enum import Enum

import anyio
from anyio.lowlevel import current_token

from corner_host.primitives import Duration

from . import log
from .call import Call
from .contracts import BackgroundServiceCompletionBehavior, BackgroundServiceExceptionBehavior
from .crew import Crew, budget
from .errors import HostStateError
from .execution import Execution
from .member import Member
from .tasks import is_cancellation


async def restart_service(crew: Crew, member: Member, timeout: Duration | None) -> None:
    """Ask the ``execute`` of *member* to stop, wait for its end, and run it again.

    Order:
        1. its token is cancelled; after *timeout* seconds, so is the work
        2. what it raises counts as any other failure of it, but under ``RESTART`` it is run again by this and no other
        3. record 113
        4. ``execute`` begins, with a token of its own

    When whoever asked for it is cancelled, so is the work, at once; it begins again nevertheless.

    Raises:
        HostStateError: The service, or the state of the host, does not allow it; or the work did not end.
    """
    limit = budget(timeout)
    execution = _refuse_unless_possible(crew, member, "restarted")
    try:
        if not execution.has_ended:
            crew.supervisor.halted.discard(execution)
            await _end(crew, member, execution, limit, "restarted")
    except BaseException as error:
        if is_cancellation(error) and execution.has_ended and not _why_not_now(crew):
            _begin_again(crew, member, execution)  # nobody has asked for its end
        raise
    _refuse_unless_running(crew, member, "restarted")
    _begin_again(crew, member, execution)


async def stop_service(crew: Crew, member: Member, timeout: Duration | None) -> None:
    """Ask the ``execute`` of *member* to stop, and return when it has; it stays so until it is begun again.

    What it raises meanwhile is recorded, and neither stops the host nor has it run again. Its hooks are still called
    when the host stops, once. When whoever asked for it is cancelled, so is the work, at once.

    Raises:
        HostStateError: The service, or the state of the host, does not allow it; or the work did not end.
    """
    limit = budget(timeout)
    execution = _refuse_unless_possible(crew, member, "stopped")
    if execution.has_ended:
        raise HostStateError(f"{member.name} cannot be stopped: it does not run.")
    crew.supervisor.halted.add(execution)
    await _end(crew, member, execution, limit, "stopped")
    log.SERVICE_HALTED(service=member.name)


def begin_service(crew: Crew, member: Member) -> None:
    """Run the ``execute`` of *member* again, which has ended, by itself or because somebody stopped it.

    Raises:
        HostStateError: It runs, or the service or the state of the host does not allow it.
    """
    execution = _refuse_unless_possible(crew, member, "started")
    if not execution.has_ended:
        still = " yet" if execution.stopping.is_cancellation_requested else ""
        raise HostStateError(f"{member.name} cannot be started: it has not ended{still}.")
    log.SERVICE_BEGUN(service=member.name)
    crew.supervisor.begin_again(execution)


def set_policy(
    crew: Crew,
    member: Member,
    after_failure: BackgroundServiceExceptionBehavior | None,
    after_return: BackgroundServiceCompletionBehavior | None,
) -> None:
    """Decide what follows the end of *member*'s ``execute``; None leaves it as it is.

    Raises:
        HostStateError: It has no ``execute`` that has begun.
        TypeError: One is no such behavior.
    """
    _refuse_other(after_failure, BackgroundServiceExceptionBehavior, "exception_behavior")
    _refuse_other(after_return, BackgroundServiceCompletionBehavior, "completion_behavior")
    execution = member.execution
    if execution is None:
        raise HostStateError(f"{member.name} has no policy: it is no background service, or has not started yet.")
    before = crew.supervisor.policy_of(execution)
    policy = crew.supervisor.policies[execution] = (after_failure or before[0], after_return or before[1])
    log.SERVICE_POLICY(service=member.name, failure=policy[0].name, end=policy[1].name)


async def _end(crew: Crew, member: Member, execution: Execution, limit: float, doing: str) -> None:
    crew.supervisor.restarting.add(execution)
    try:
        async with crew.open_restart(limit) as stage:
            call = Call(member.name, execution.stop, hook="execute", member=execution)
            try:
                await stage.run([call], concurrently=False)
            except BaseException:
                stage.cut("whoever asked for it was cancelled")
                execution.cut()
                with anyio.move_on_after(stage.grace, shield=True):
                    await execution.until_ended()
                raise
        if call.error is not None:  # what listens to the token raised
            log.SERVICE_FAILED(call.error, service=member.name)
        if not execution.has_ended:
            crew.supervisor.halted.add(execution)
            raise HostStateError(
                f"{member.name} cannot be {doing}: it does not heed its cancellation, and runs on.\n"
                "It is stopping until it ends; nothing follows its end then, and it can be started again."
            )
    finally:
        crew.supervisor.restarting.discard(execution)


def _begin_again(crew: Crew, member: Member, execution: Execution) -> None:
    log.SERVICE_RESTARTED(service=member.name, restarts=execution.restarts + 1)
    crew.supervisor.begin_again(execution)


def _refuse_other(chosen: object, kind: type[Enum], name: str) -> None:
    if chosen is not None and not isinstance(chosen, kind):
        words = ", ".join(f"{kind.__name__}.{each.name}" for each in kind)
        raise TypeError(f"{name} must be one of {words}, not {chosen!r}")


def _refuse_unless_possible(crew: Crew, member: Member, doing: str) -> Execution:
    _refuse_unless_running(crew, member, doing)
    execution = member.execution
    if not member.can_restart or execution is None:
        raise HostStateError(
            f"{member.name} cannot be {doing}.\n"
            "Why: only a background service can, whose class leaves start() and stop() as they are or says can_restart = True."
        )
    if getattr(execution.work, "cr_running", False):
        raise HostStateError(
            f"{member.name} cannot be {doing} from within its own execute(): that would wait for its own end.\n"
            "To fix: ask for it in another task that is none of its own, or return, under a completion_behavior of RESTART."
        )
    if execution in crew.supervisor.restarting:
        already = "stopped" if execution in crew.supervisor.halted else "restarted"
        raise HostStateError(f"{member.name} is being {already} already.")
    return execution


def _refuse_unless_running(crew: Crew, member: Member, doing: str) -> None:
    _refuse_elsewhere(crew, member, doing)
    if why := _why_not_now(crew):
        raise HostStateError(f"{member.name} cannot be {doing}: the host {why}.")


def _refuse_elsewhere(crew: Crew, member: Member, doing: str) -> None:
    try:
        is_here = current_token() == crew.loop
    except RuntimeError:  # a thread without an event loop
        is_here = False
    if not is_here:
        raise HostStateError(
            f"{member.name} cannot be {doing} from here: its host runs in another event loop.\n"
            "To fix: have that loop do it, by anyio.from_thread for instance."
        )


def _why_not_now(crew: Crew) -> str:
    """Return what the host does instead of running; empty while it runs."""
    if not crew.lifetime.application_started.is_cancellation_requested:
        return "has not started yet"
    return "is stopping" if crew.lifetime.application_stopping.is_cancellation_requested else ""
