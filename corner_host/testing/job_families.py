"""How any job engine keeps to families: jobs that wait for another one's end."""

from dataclasses import replace
from typing import Final

from corner_host.jobs import Dead, Done, Failure, JobNotFoundError, JobState, Outcome

from .job_bench import new_job
from .job_suite import JobEngineSuite, equal

_FAILURE: Final = Failure("OSError", "the printer is on fire", "shop.py:7", "Traceback ...")
_CHILDREN: Final[tuple[tuple[str, Outcome, JobState], ...]] = (
    ("success", Done(), JobState.SUCCEEDED),
    ("failure", Dead(_FAILURE), JobState.SUCCEEDED),
    ("end", Dead(_FAILURE), JobState.SUCCEEDED),
    ("failure", Done(), JobState.CANCELLED),
    ("success", Dead(_FAILURE), JobState.SCHEDULED),  # a dead parent may yet be requeued
)


class JobFamilyTests(JobEngineSuite):
    """Tests of children, in one process."""

    async def test_a_child_runs_when_its_parent_ends_as_it_wishes(self) -> None:
        """A child waits for its parent, and then runs or is cancelled by its condition."""
        for run_on, outcome, expected in _CHILDREN:
            async with self.on_the_bench() as bench:
                if not bench.engine.capabilities.children:
                    return
                parent = await bench.put("parent")
                child = await bench.put("child", parent=parent, run_on=run_on)
                async with bench.worker(lambda each, outcome=outcome: outcome if each.name == "parent" else Done()):  # type: ignore[misc]
                    await bench.ended(parent)
                    if expected.has_ended:
                        await bench.ended(child)

                equal((run_on, await bench.state(child)), (run_on, expected))

    async def test_a_child_may_be_put_together_with_its_parent(self) -> None:
        """In any order; where the parent is a duplicate, with whoever has its key."""
        async with self.on_the_bench() as bench:
            if not bench.engine.capabilities.children:
                return
            holder = await bench.put("parent", key="7")
            parent, duplicate = new_job("parent"), new_job("parent", key="7")
            batch = [new_job("grandchild"), new_job("child", parent=parent.id), parent, duplicate]
            batch += [new_job("child", parent=duplicate.id)]
            batch[0] = replace(batch[0], parent=batch[1].id)
            answers = await bench.engine.put(batch)
            equal([each.id for each in answers], [holder if each is duplicate else each.id for each in batch])
            equal((await bench.info(batch[-1].id)).parent, holder)
            async with bench.worker(slots=1):
                await bench.ended(*(each.id for each in answers))

            order = [delivery.id for delivery in bench.delivered]
            equal(sorted(order), sorted(each.id for each in answers))
            family = [order.index(each.id) for each in (parent, batch[1], batch[0])]
            equal(family, sorted(family))

    async def test_jobs_that_wait_for_each_other_are_refused(self) -> None:
        """They would wait for ever, and nobody would hear of it."""
        async with self.on_the_bench() as bench:
            if not bench.engine.capabilities.children:
                return
            one, other = new_job("egg"), new_job("hen")
            try:
                await bench.engine.put([new_job(), replace(one, parent=other.id), replace(other, parent=one.id)])
            except JobNotFoundError as error:
                equal("egg, hen" in str(error), wanted=True)
            else:
                raise AssertionError("jobs that wait for each other were stored")
            equal(await bench.engine.records.get(one.id), None)

    async def test_a_child_of_a_job_that_there_is_not_is_refused(self) -> None:
        """It would wait for ever, and nobody would hear of it."""
        async with self.on_the_bench() as bench:
            if not bench.engine.capabilities.children:
                return
            child = new_job(parent="nobody")
            try:
                await bench.engine.put([new_job(), child])
            except JobNotFoundError as error:
                equal("nobody" in str(error), wanted=True)
            else:
                raise AssertionError("a child of nobody was stored")
            equal(await bench.engine.records.get(child.id), None)
