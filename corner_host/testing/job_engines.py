"""What every `JobEngine` must do, as tests that an engine inherits.

    from functools import partial
    from corner_host.testing import JobEngineConformance

    class TestMyEngine(JobEngineConformance):
        def engine_factory(self, *, lease):
            return partial(MyEngine, "a store that is empty", lease=lease)

Each test is an ``async def`` method that runs on any back end of anyio: under pytest with its anyio plugin, or by itself
with ``anyio.run``. What an engine says in its `Capabilities` that it cannot do is not asked of it.

- ``job_working``: one process: order, keys, delays, retries, limits, cancellation, stop
- ``job_families``: jobs that wait for another one's end
- ``job_operating``: the operator's half: search, counts, failures, bulk changes, pauses
- ``job_surviving``: other processes, killed, stopped, blocked, with another clock; the server restarted
- ``job_suite``: what they stand on
"""

from .job_families import JobFamilyTests
from .job_operating import JobOperatingTests
from .job_surviving import JobSurvivingTests
from .job_working import JobWorkingTests


class JobEngineConformance(JobWorkingTests, JobFamilyTests, JobOperatingTests, JobSurvivingTests):
    """Tests that any engine passes; derive from it and give ``engine_factory``."""
