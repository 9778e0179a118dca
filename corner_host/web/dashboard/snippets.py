"""A job as a test: what was asked of it, ready to be pasted beside the application's tests. Pure."""

import re
from typing import Any, Final

_TEST: Final = """from corner_host.jobs import JobClient


async def test_{function}(host_factory):
    async with host_factory(create_builder, settings={{"Jobs:Engine": "memory"}}) as host:
        job = await host.services.get_required_service(JobClient).enqueue({call})
        info = await host.jobs.wait_for(job.id)

    assert info.state == "SUCCEEDED", info.error
"""


def as_test(name: str, payload: Any) -> str:
    """Return a test that runs such a job; what was masked has to be filled in.

    Example:
        >>> print(as_test("ProcessOrder", {"order": 7}).splitlines()[3])
        async def test_process_order(host_factory):
        >>> "enqueue(ProcessOrder(order=7))" in as_test("ProcessOrder", {"order": 7})
        True
    """
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|\W+", "_", name).strip("_").lower() or "job"
    kind = re.sub(r"\W", "", name.rpartition(".")[2]) or "Job"
    return _TEST.format(function=words, call=f"{kind}({_arguments(payload)})")


def _arguments(payload: Any) -> str:
    items: Any = getattr(payload, "items", None)
    given: dict[str, Any] = {str(key): value for key, value in items()} if items else {}
    if given and all(key.isidentifier() for key in given):
        return ", ".join(f"{key}={value!r}" for key, value in given.items())
    return "" if payload is None or payload == {} else repr(payload)
