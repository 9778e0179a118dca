from .job_bench import JobBench
from .job_engines import JobEngineConformance
from .running import HostTooOldError, running_host, start_and_stop

__all__ = ["HostTooOldError", "JobBench", "JobEngineConformance", "running_host", "start_and_stop"]
