"""What lies where in the stream. Pure.

Everything is in one stream, so that any number of messages can be stored all or none. A job has one message at a time
under ``<stream>.<place>.<queue>.<name>.<id>``, and moving it is storing it at the next place: the newest one tells where
it is. Beside the jobs lie keys, signs of life, wishes to cancel, schedules and pauses.
"""

import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final, final
from urllib.parse import quote

_PLAIN: Final = re.compile(r"[A-Za-z0-9_-]{1,100}")
_MOST_CHARACTERS: Final = 150


class Place(StrEnum):
    """Where a job lies."""

    WORK = "work"
    """Ready, or with a worker; the only place that workers are given messages from."""
    LATER = "later"
    """The server moves it to `WORK` at its time."""
    ENDED = "end"
    """Succeeded or cancelled; forgotten after a while."""
    DEAD = "dead"
    """The dead letters."""


def place_of(subject: str) -> Place:
    """Return the place in a job's subject."""
    return Place(subject.split(".", 2)[1])


@lru_cache(maxsize=4096)
def token(text: str) -> str:
    """Return *text* as one part of a subject or as a name of the server's; equal texts only have equal ones.

    Example:
        >>> token("orders"), token("mail.out *")
        ('orders', 'mail%2Eout%20%2A')
    """
    if _PLAIN.fullmatch(text):
        return text
    quoted = quote(text, safe="", errors="surrogatepass").replace(".", "%2E").replace("~", "%7E") or "%"
    return quoted if len(quoted) <= _MOST_CHARACTERS else "%%" + hashlib.sha256(quoted.encode()).hexdigest()


@final
@dataclass(frozen=True, slots=True)
class Subjects:
    """The subjects of one stream."""

    stream: str

    def job(self, place: Place, queue: str, name: str, job_id: str) -> str:
        """Return where a job lies at *place*."""
        return f"{self.stream}.{place.value}.{token(queue)}.{token(name)}.{token(job_id)}"

    def wherever(self, job_id: str) -> str:
        """Return a pattern of the places where a job may lie."""
        return f"{self.stream}.*.*.*.{token(job_id)}"

    def all_at(self, place: Place) -> str:
        """Return a pattern of all jobs at *place*."""
        return f"{self.stream}.{place}.>"

    def queue(self, queue: str) -> str:
        """Return a pattern of what workers of *queue* are given."""
        return f"{self.stream}.{Place.WORK}.{token(queue)}.*.*"

    def consumer(self, queue: str) -> str:
        """Return the name of the consumer that gives out *queue*."""
        return f"work-{token(queue)}"

    def key(self, name: str, key: str) -> str:
        """Return where it is kept which job has *key*."""
        digest = hashlib.sha256(f"{name}\0{key}".encode("utf-8", "surrogatepass")).hexdigest()
        return f"{self.stream}.key.{digest}"

    def run(self, job_id: str) -> str:
        """Return where the worker of a running job shows how far it is."""
        return f"{self.stream}.run.{token(job_id)}"

    def cancel(self, job_id: str) -> str:
        """Return where it is said that a running job is to stop; all workers listen there."""
        return f"{self.stream}.cancel.{token(job_id)}"

    @property
    def all_wishes(self) -> str:
        """Return a pattern of `cancel`."""
        return f"{self.stream}.cancel.*"

    @property
    def all_schedules(self) -> str:
        """Return a pattern of `schedule`."""
        return f"{self.stream}.schedule.*"

    @property
    def all_pauses(self) -> str:
        """Return a pattern of `pause`."""
        return f"{self.stream}.pause.*"

    def schedule(self, schedule_id: str) -> str:
        """Return where a recurring job is kept."""
        return f"{self.stream}.schedule.{token(schedule_id)}"

    def pause(self, queue: str) -> str:
        """Return where the pause of a queue is kept."""
        return f"{self.stream}.pause.{token(queue)}"
