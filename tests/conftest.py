"""Every asynchronous test runs on asyncio and on trio, and no test hears of another."""

import logging
import signal
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from corner_host.logging import root
from corner_host.logging.pipeline import Pipeline

pytest_plugins = ["corner_host.testing.pytest_plugin"]  # also where the package is not installed

# a shell has what it runs in its background ignore SIGINT, and every program that a test starts would inherit that
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# a busy machine draws slowly; how long an example takes is no promise of ours
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    """The back end that the test runs on."""
    return str(request.param)


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    """Take away the logging of hosts that a test built and did not dispose of."""
    yield
    for handler in [each for each in logging.getLogger().handlers if isinstance(each, Pipeline)]:
        root.detach(handler)
