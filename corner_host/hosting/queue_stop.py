"""What a stop tells of the queues that a hosted service works off, so that anybody can prove what was lost: nothing.

Whoever works a queue off tells, in every environment, how much there is when it begins to stop, and what has become of it at
its end. If the time is up before, the host tells what is lost.
"""

from corner_host.di import ServiceProvider

from . import log
from .contracts import HostApplicationLifetime
from .lifetime import ApplicationLifetime


def tell_queue_stops(provider: ServiceProvider, queue: str, *, running: int, waiting: int | None, policy: str) -> None:
    """Tell that a queue is about to stop, unless there is nothing in it.

    A person who has pressed Ctrl+C has just read how much is in flight: the policy is news to him where something waits.

    Args:
        provider: The host's.
        queue: What it is called.
        running: How much of it runs.
        waiting: How much waits; None where that cannot be told.
        policy: What becomes of that: ``drain``, ``persist``.
    """
    if not running and waiting == 0:
        return
    lifetime = provider.get_service(HostApplicationLifetime)
    is_known = waiting == 0 and isinstance(lifetime, ApplicationLifetime) and lifetime.counts_work
    tell = log.QUEUE_STOPS_UNTOLD if is_known else log.QUEUE_STOPS
    known = "waiting: unknown" if waiting is None else f"{waiting} waiting"
    tell(queue=queue, running=running, waiting=known, policy=policy)


def note_abandoned(provider: ServiceProvider, number: int) -> None:
    """Have the report of the stop count *number* jobs that were given up, so that it does not say that nothing was."""
    lifetime = provider.get_service(HostApplicationLifetime)
    if isinstance(lifetime, ApplicationLifetime):
        lifetime.abandoned += number


def tell_queue_stopped(what: str, *, finished: int, rest: str) -> None:
    """Tell what has become of what there was in a queue.

    Args:
        what: What the queue is called, or what was done with it.
        finished: How much has been finished since the stop began.
        rest: What has become of all else: ``1000 kept in /data/jobs.db``. If it was given up, `note_abandoned`, too.
    """
    log.QUEUE_STOPPED(what=what, finished=finished, rest=rest)
