"""A worker process, as it signs the jobs that it has claimed, and whether one on this machine is gone."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self, final
from uuid import UUID, uuid4

from corner_host.jobs.engines.sqlite.owner import Owner


@final
@dataclass(frozen=True, slots=True)
class Worker:
    """A worker: *id* for pgqueuer, and *owner* for people and for its neighbours."""

    id: UUID
    owner: Owner

    @classmethod
    def this_process(cls) -> Self:
        """Return a new signature of this process."""
        return cls(uuid4(), Owner.this_process())

    @property
    def name(self) -> str:
        """Host, process and a draw."""
        return self.owner.name

    def row(self) -> tuple[Any, ...]:
        """Return the values of its row."""
        owner = self.owner
        return self.id, owner.name, owner.host, owner.boot, owner.namespace, owner.pid, owner.pid_started

    def is_missed(self, row: Mapping[str, Any]) -> bool:
        """Tell whether the worker of *row*, a neighbour on this machine, is certainly gone."""
        owner = Owner(row["name"], row["host"], row["boot"], row["namespace"], row["pid"], row["pid_started"])
        return row["id"] != self.id and owner.is_dead()
