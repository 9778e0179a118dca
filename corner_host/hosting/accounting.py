"""What a stop came to, from what was called: made when somebody wants to know, and when it is told.

A stop is told in every environment: what is in flight when it begins, and that nothing was lost, or else what. What becomes of
queues is told by who works them off (``queue_stop``).
"""

from math import inf

from . import log
from .call import Call
from .crew import Crew, errors_of
from .errors import ShutdownTimeoutError
from .execution import Execution
from .in_flight import CANCELLED, Loss, WorkInFlight, counted, fields_of, loss_of, told, work_of
from .member import Member
from .places import is_application
from .report import ShutdownReport, StopOutcome, StoppedService, short
from .stage import Stage
from .waiting_at import Place, raised_at
from .waiting_service import WaitingService


def tell_stop_begins(crew: Crew, stage: Stage) -> None:
    """Tell what is in flight, and how long the stop may take, as far as that is not told otherwise."""
    work = [each for member in reversed(crew.members) for each in work_of(member.service)]
    if crew.lifetime.counts_work:
        budget = "" if stage.budget == inf else f"; budget {stage.budget:.1f} s"
        log.STOP_BEGINS(busy=counted(work) or "nothing", budget=budget)
    elif busy := counted(each for each in work if each.kind != "job"):
        log.IN_FLIGHT(busy=busy)


def tell_stop_ended(crew: Crew, made: list[Call]) -> None:
    """Tell what the stop came to, if it is clean; one that is not is told in any case."""
    report = report_of(crew, made)
    if report.is_clean:
        log.STOP_ENDED(report=report)


def report_of(crew: Crew, made: list[Call]) -> ShutdownReport:
    """Return what the stop came to in which *made* was called."""
    stage = crew.stages["stop"]
    calls: dict[Member, list[Call]] = {member: [] for member in reversed(crew.members)}
    by_execution = {member.execution: member for member in crew.members if member.execution is not None}
    for call in made:
        member = by_execution.get(call.member) if isinstance(call.member, Execution) else call.member
        if isinstance(member, Member):
            calls[member].append(call)
    services = tuple(_account(crew, member, calls[member]) for member in calls)
    return ShutdownReport(
        seconds=stage.elapsed, budget=stage.budget, services=services, abandoned_jobs=crew.lifetime.abandoned
    )


def _account(crew: Crew, member: Member, calls: list[Call]) -> StoppedService:
    """Say what became of a service: the worst of it counts."""
    error = next(iter(errors_of(calls)), member.failure)
    cut = next((call for call in calls if call.was_cut), None)
    place = Place() if cut is None else crew.place(cut)
    if any(call.was_abandoned for call in calls):
        outcome = StopOutcome.ABANDONED
    elif error is not None:
        outcome = StopOutcome.FAILED
    else:
        outcome = StopOutcome.STOPPED if cut is None else StopOutcome.CANCELLED
    took = sum(call.seconds for call in calls)
    return StoppedService(
        name=member.name, outcome=outcome, seconds=took, file=place.file, line=place.line, error=error
    )


def tell_loss(crew: Crew, stage: Stage, running: list[Call]) -> None:
    """Tell what a stop loses that is about to be cut, while *running* still runs: jobs and requests, else services."""
    losses: list[Loss] = []
    calls = {id(_service(call)): call for call in running}
    begun = {id(execution.service) for execution in crew.supervisor.running}
    for member in reversed(crew.members):
        call = calls.pop(id(member.service), None)
        if work := work_of(member.service):
            losses += map(loss_of, work)
        elif call is not None:
            losses.append(_loss(member.name, call, crew.place(call)))
        elif id(member.service) in begun and (place := crew.place_of(member)).file and is_application(place.file):
            losses.append(
                Loss(CANCELLED, WorkInFlight("service", short(member.name), place=place), "not asked to stop")
            )
    losses += [_loss(call.name, call, crew.place(call)) for call in calls.values()]
    why = f"Deadline ({stage.budget:.1f} s) passed" if stage.is_overdue else f"The stop was cut short ({stage.why_cut})"
    log.DEADLINE(lost=f"{why}: {told(losses)}", losses=fields_of(losses))


def closed_too_late(error: BaseException, limit: float) -> ShutdownTimeoutError:
    """Tell who did not close within *limit* seconds, from the cancellation that went through it; returns what to raise.

    What failed to close before stands in its notes, and in those of what is returned.
    """
    place = raised_at(error)
    name = place.function or "the container"
    log.CUT(doing="closing of the services", why=f"its budget of {limit:g} s is spent", services=f"{name}{place}")
    late = ShutdownTimeoutError(limit, (WaitingService(name=name, file=place.file, line=place.line, waited=limit),))
    for note in getattr(error, "__notes__", ()):
        late.add_note(note)
    return late


def _service(call: Call) -> object:
    return call.member.service if isinstance(call.member, Member | Execution) else call


def _loss(name: str, call: Call, place: Place) -> Loss:
    return Loss(CANCELLED, WorkInFlight("service", short(name), place=place), f"stopping {call.seconds:.1f} s")
