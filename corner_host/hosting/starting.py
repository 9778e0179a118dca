"""How a host starts: everything, or nothing."""

from collections.abc import Awaitable, Callable, Sequence
from typing import NoReturn

from corner_host.primitives import (
    CancellationToken,
    CancellationTokenSource,
    LoopHandle,
    OperationCancelledError,
)

from . import log
from .call import Call
from .crew import Crew, errors_of
from .errors import ShutdownTimeoutError, StartupTimeoutError, gather
from .member import Member
from .stage import Stage


async def start_services(
    crew: Crew,
    called_off: CancellationToken,
    *,
    validate: Callable[[], Awaitable[None]],
    construct: Callable[[], Awaitable[Sequence[object]]],
) -> None:
    """Start the services of *crew*, unless *called_off*.

    Order:
        1. record 1, Starting
        2. the host lifetime's ``wait_for_start``
        3. startup validation
        4. the hosted services are constructed
        5. all ``starting``, all ``start``, all ``started``, each in order of registration
        6. ``application_started``
        7. record 2, Started

    When a step fails or the start is called off, the steps after it do not happen: what had started is stopped, in
    reverse order, and what went wrong is raised.
    """
    log.STARTING()
    loop = LoopHandle.current()
    async with crew.open_start() as stage:

        def call_off() -> None:
            is_asked = crew.lifetime.application_stopping.is_cancellation_requested
            stage.cut("the application was asked to stop" if is_asked else "whoever started it called it off")

        with CancellationTokenSource.linked(crew.lifetime.application_stopping, called_off) as off:

            def look() -> None:
                if off.is_cancellation_requested:
                    call_off()

            look()
            off.token.register(lambda: loop.post(call_off))
            stage.enter("host lifetime")
            stage.after_each = look  # a service may ask for it and start without ever suspending
            made = await stage.run(
                [Call(type(crew.host_lifetime).__qualname__, crew.host_lifetime.wait_for_start)],
                concurrently=False,
                until_error=True,
            )
            if _has_failed(stage, made):
                raise _why_not_started(crew, stage, made)
            made = await _make_calls(crew, stage, validate, construct)
    if _has_failed(stage, made):
        await _give_up(crew, stage, made)
    if crew.story is not None:
        crew.story.services_started(stage, made)
    crew.lifetime.notify_started(stage.elapsed)
    log.STARTED()


async def _make_calls(
    crew: Crew,
    stage: Stage,
    validate: Callable[[], Awaitable[None]],
    construct: Callable[[], Awaitable[Sequence[object]]],
) -> list[Call]:
    """Make the calls of a start up to the first that fails; returns those that were made."""

    async def recruit() -> None:
        if crew.story is not None:
            crew.story.start_begins()
        crew.members = tuple(Member(service, crew.clock.monotonic()) for service in await construct())
        if crew.story is not None:
            crew.story.services_start(crew.members)

    made: list[Call] = []
    for phase, function in (("startup validation", validate), ("construction of the hosted services", recruit)):
        if not _has_failed(stage, made):
            stage.enter(phase)
            made += await stage.run([Call(phase, function)], concurrently=False, until_error=True)
    concurrently = crew.options.services_start_concurrently
    for hook in ("starting", "start", "started"):
        if _has_failed(stage, made):
            break
        stage.enter(hook)
        made += await crew.run_hook(stage, hook, crew.members, concurrently=concurrently)
    return made


def _has_failed(stage: Stage, made: list[Call]) -> bool:
    return stage.was_cut or bool(errors_of(made))


async def _give_up(crew: Crew, stage: Stage, made: list[Call]) -> NoReturn:
    """Stop what had started, in reverse order, and raise what went wrong."""
    why = _why_not_started(crew, stage, made)
    if crew.supervisor.is_told_at_end:
        log.START_FAILED_TOLD()
    else:
        log.START_FAILED(why)
    started = [call.member for call in made if call.hook == "start" and call.succeeded]
    members = [member for member in reversed(started) if isinstance(member, Member)]
    async with crew.open_stop() as unwinding:
        unwinding.enter("stop")
        undone = await crew.run_hook(unwinding, "stop", members, concurrently=False)
        undone += await crew.end_executions(unwinding)
    errors = [why, *errors_of(undone)]
    if unwinding.was_cut:
        errors.append(ShutdownTimeoutError(unwinding.budget, crew.waiting(undone)))
    raise gather("The host did not start, and not all of it could be stopped.", errors) or why


def _why_not_started(crew: Crew, stage: Stage, made: list[Call]) -> BaseException:
    errors = errors_of(made)
    if stage.is_overdue:
        errors.append(StartupTimeoutError(stage.budget, crew.waiting(made)))
    elif stage.was_cut and crew.supervisor.faults:
        errors += crew.supervisor.faults
    if crew.lifetime.exit_request is not None:
        errors.append(crew.lifetime.exit_request)
    cancelled = OperationCancelledError(f"The start was called off: {stage.why_cut}.")
    return gather("One or more hosted services failed to start.", errors) or cancelled
