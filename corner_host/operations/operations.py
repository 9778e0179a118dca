"""`Operations`: the way in, by noun."""

from functools import cached_property
from typing import final

import corner_host.operations as door

from .workplace import Workplace


@final
class Operations:
    """What an operator can see of a host, and do to it; a singleton of the container.

    Every question is answered by a value of ``contracts``, every action takes who acts (`Actor`) and why, and leaves a line
    in the audit. What the host does not have is answered by nothing: no queues, no jobs. All methods belong into the host's
    event loop, and leave to threads what takes long.

    Each noun is loaded when it is first asked for.

    Attributes:
        is_read_only: Whether every action is refused.
    """

    def __init__(self, workplace: Workplace) -> None:
        self._workplace = workplace
        self.is_read_only = workplace.settings.read_only

    @cached_property
    def host(self) -> "door.HostOperations":
        """The host as a whole: status, about, dump, stop."""
        return door.HostOperations(
            self._workplace,
            services=self.services,
            queues=self.queues,
            health=self.health,
            failures=self.failures,
            schedules=self.schedules,
        )

    @cached_property
    def services(self) -> "door.ServiceOperations":
        """The hosted services."""
        return door.ServiceOperations(self._workplace, logs=self.logs, health=self.health)

    @cached_property
    def queues(self) -> "door.QueueOperations":
        """What waits, and the valve before it."""
        return door.QueueOperations(self._workplace)

    @cached_property
    def jobs(self) -> "door.JobOperations":
        """Durable jobs, and everything that runs."""
        return door.JobOperations(self._workplace, logs=self.logs)

    @cached_property
    def filters(self) -> "door.FilterOperations":
        """Filters of the list of jobs, by name."""
        return door.FilterOperations(self._workplace)

    @cached_property
    def failures(self) -> "door.FailureOperations":
        """One error or many."""
        return door.FailureOperations(self._workplace, jobs=self.jobs)

    @cached_property
    def schedules(self) -> "door.ScheduleOperations":
        """Recurring jobs."""
        return door.ScheduleOperations(self._workplace)

    @cached_property
    def configuration(self) -> "door.ConfigurationOperations":
        """Settings and where they come from."""
        return door.ConfigurationOperations(self._workplace)

    @cached_property
    def health(self) -> "door.HealthOperations":
        """Health checks."""
        return door.HealthOperations(self._workplace)

    @cached_property
    def logs(self) -> "door.LogOperations":
        """The last records, and levels."""
        return door.LogOperations(self._workplace)

    @cached_property
    def runs(self) -> "door.RunOperations":
        """The lives of the host."""
        return door.RunOperations(self._workplace)

    @cached_property
    def graph(self) -> "door.GraphOperations":
        """The container."""
        return door.GraphOperations(self._workplace)

    @cached_property
    def caches(self) -> "door.CacheOperations":
        """Memory caches."""
        return door.CacheOperations(self._workplace)

    @cached_property
    def audit(self) -> "door.AuditOperations":
        """Who did what."""
        return door.AuditOperations(self._workplace)

    @cached_property
    def metrics(self) -> "door.MetricsOperations":
        """Numbers."""
        return door.MetricsOperations(
            self._workplace, services=self.services, health=self.health, schedules=self.schedules
        )

    async def diagnose(self) -> bytes:
        """Return a zip file for a support case: versions, masked configuration, graph, stacks, logs, metrics."""
        return await door.diagnosis.Diagnosis(
            host=self.host,
            configuration=self.configuration,
            graph=self.graph,
            jobs=self.jobs,
            logs=self.logs,
            metrics=self.metrics,
            runs=self.runs,
            audit=self.audit,
        ).make()
