"""What is asked of an engine that it cannot do is refused where it is asked for, with the way out. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from corner_host.primitives import name_of

from .contracts import Capabilities, NewJob
from .errors import JobRegistrationError, NotSupportedByEngineError
from .registry import JobHandlerRegistration

_WISHES: Final[Mapping[str, tuple[str, str]]] = {
    "delay": ("delay a job", "leave delay and run_at out"),
    "priority": ("give priorities", "leave priority out, and give what is urgent a queue of its own (queue=)"),
    "unique_key": ("keep keys unique", "leave key out, and have the handler see whether the work is done already"),
    "children": (
        "run a job after another",
        "leave after out, and put the second job where the first one's handler ends",
    ),
    "concurrency_limit": (
        "limit how many of a kind run at once (max_concurrency)",
        "leave it out; Jobs:MaxConcurrency limits each worker",
    ),
    "rate_limit": ("limit how many of a kind begin in a time (rate_limit)", "leave it out, and have the handler wait"),
    "recurring": ("put jobs again and again (add_recurring_job)", "leave it out, and put them from outside"),
}


def check_registrations(
    handlers: Iterable[JobHandlerRegistration], schedules: Iterable[str], can: Capabilities
) -> None:
    """Refuse handlers, and recurring jobs by their ids, that would miss something at run time.

    Raises:
        JobRegistrationError: The message names it, and what it asks for.
    """
    for each in handlers:
        who = f"The handler {name_of(each.handler)} for {name_of(each.payload_type)}"
        if each.max_concurrency is not None and not can.concurrency_limit:
            raise JobRegistrationError(f"{who}: {_refusal(can, 'concurrency_limit')}")
        if each.rate_limit is not None and not can.rate_limit:
            raise JobRegistrationError(f"{who}: {_refusal(can, 'rate_limit')}")
    if not can.recurring:
        for schedule in schedules:
            raise JobRegistrationError(f"The recurring job {schedule!r}: {_refusal(can, 'recurring')}")


def check_jobs(jobs: Sequence[NewJob], can: Capabilities) -> None:
    """Refuse jobs that the engine would take for others, wherever they got what it cannot do: of who puts, or on the way.

    Raises:
        NotSupportedByEngineError: One asks for it.
    """
    if can.delay and can.priority and can.unique_key and can.children:
        return
    for job in jobs:
        for wish, is_wanted in (
            ("delay", job.run_at is not None),
            ("priority", job.priority != 0),
            ("unique_key", job.key is not None),
            ("children", job.parent is not None),
        ):
            if is_wanted and not getattr(can, wish):
                raise NotSupportedByEngineError(f"The job {job.name}: {_refusal(can, wish)}")


def _refusal(can: Capabilities, wish: str) -> str:
    what, instead = _WISHES[wish]
    return (
        f"the engine {can.engine} cannot {what}.\n"
        f"To fix: {instead}; or set Jobs:Engine to one that can, such as sqlite or postgres."
    )
