from .factory import HostFactory, HostUnderTest, assert_graph_valid
from .job_bench import JobBench
from .job_engines import JobEngineConformance
from .jobs import JobDriver
from .logs import LogCollector, LogLine, UnexpectedLogError
from .process import HostProcess, ProcessEndedError, ProcessResult
from .queue import NothingQueuedError, QueueDriver
from .running import HostTooOldError, run_service, running_host, start_and_stop
from .virtual_clock import NoVirtualTimeError, VirtualClock, VirtualClockInUseError, virtual_time
from .web_client import NoWebClientError

__all__ = [
    "HostFactory",
    "HostProcess",
    "HostTooOldError",
    "HostUnderTest",
    "JobBench",
    "JobDriver",
    "JobEngineConformance",
    "LogCollector",
    "LogLine",
    "NoVirtualTimeError",
    "NoWebClientError",
    "NothingQueuedError",
    "ProcessEndedError",
    "ProcessResult",
    "QueueDriver",
    "UnexpectedLogError",
    "VirtualClock",
    "VirtualClockInUseError",
    "assert_graph_valid",
    "run_service",
    "running_host",
    "start_and_stop",
    "virtual_time",
]
