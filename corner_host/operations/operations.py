"""`Operations`: the way in, by noun."""

from typing import final

from .audit import AuditOperations
from .caches import CacheOperations
from .configuration import ConfigurationOperations
from .diagnosis import Diagnosis
from .failures import FailureOperations
from .graph import GraphOperations
from .health import HealthOperations
from .host import HostOperations
from .jobs import JobOperations
from .logs import LogOperations
from .metrics import MetricsOperations
from .queues import QueueOperations
from .runs import RunOperations
from .schedules import ScheduleOperations
from .services import ServiceOperations
from .workplace import Workplace


@final
class Operations:
    """What an operator can see of a host, and do to it; a singleton of the container.

    Every question is answered by a value of ``contracts``, every action takes who acts (`Actor`) and why, and leaves a line
    in the audit. What the host does not have is answered by nothing: no queues, no jobs. All methods belong into the host's
    event loop, and leave to threads what takes long.

    Attributes:
        host: The host as a whole: status, about, dump, stop.
        services: The hosted services.
        queues: What waits, and the valve before it.
        jobs: Durable jobs, and everything that runs.
        failures: One error or many.
        schedules: Recurring jobs.
        configuration: Settings and where they come from.
        health: Health checks.
        logs: The last records, and levels.
        runs: The lives of the host.
        graph: The container.
        caches: Memory caches.
        audit: Who did what.
        metrics: Numbers.
        is_read_only: Whether every action is refused.
    """

    def __init__(self, workplace: Workplace) -> None:
        self.is_read_only = workplace.settings.read_only
        self.logs = LogOperations(workplace)
        self.health = HealthOperations(workplace)
        self.services = ServiceOperations(workplace, logs=self.logs, health=self.health)
        self.jobs = JobOperations(workplace, logs=self.logs)
        self.queues = QueueOperations(workplace, jobs=self.jobs)
        self.failures = FailureOperations(workplace, jobs=self.jobs)
        self.schedules = ScheduleOperations(workplace)
        self.configuration = ConfigurationOperations(workplace)
        self.runs = RunOperations(workplace)
        self.graph = GraphOperations(workplace)
        self.caches = CacheOperations(workplace)
        self.audit = AuditOperations(workplace)
        self.metrics = MetricsOperations(workplace, services=self.services, health=self.health)
        self.host = HostOperations(
            workplace,
            services=self.services,
            queues=self.queues,
            health=self.health,
            failures=self.failures,
            schedules=self.schedules,
        )
        self._diagnosis = Diagnosis(
            host=self.host,
            configuration=self.configuration,
            graph=self.graph,
            jobs=self.jobs,
            logs=self.logs,
            metrics=self.metrics,
            runs=self.runs,
            audit=self.audit,
        )

    async def diagnose(self) -> bytes:
        """Return a zip file for a support case: versions, masked configuration, graph, stacks, logs, metrics."""
        return await self._diagnosis.make()
