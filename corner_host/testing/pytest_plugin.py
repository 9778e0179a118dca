"""The pytest plug-in: fixtures for hosts and for time. Loaded by itself where corner_host is installed.

It has two fixtures and changes nothing else: no mode, no marker, no loop. Asynchronous tests are run by anyio's plug-in
(``anyio_mode = "auto"``), on asyncio, trio or both, as the project's ``anyio_backend`` says. Nothing of corner_host is
loaded until a fixture is asked for.
"""

from collections.abc import AsyncGenerator
from typing import Any

import pytest


@pytest.fixture
def host_factory(request: pytest.FixtureRequest) -> Any:
    """Start an application's host around a block of the test: a `corner_host.testing.HostFactory`.

    With ``virtual_clock`` beside it, the host lives by that clock.
    """
    from .factory import HostFactory  # noqa: PLC0415 - loaded where it is used

    clock = request.getfixturevalue("virtual_clock") if "virtual_clock" in request.fixturenames else None
    return HostFactory(clock)


@pytest.fixture
async def virtual_clock(anyio_backend: Any) -> AsyncGenerator[Any]:
    """Make the time of the test's event loop virtual: a `corner_host.testing.VirtualClock`."""
    from .virtual_clock import virtual_time  # noqa: PLC0415 - loaded where it is used

    _ = anyio_backend  # the loop runs by then
    async with virtual_time() as clock:
        yield clock


def pytest_configure(config: pytest.Config) -> None:
    """Warn where two plug-ins both run every asynchronous test, which ends in an event loop that is not there."""
    modes = [name for name in ("anyio_mode", "asyncio_mode") if _is_auto(config, name)]
    if len(modes) == 2 and config.pluginmanager.has_plugin("asyncio"):
        config.issue_config_time_warning(
            pytest.PytestConfigWarning(
                "anyio and pytest-asyncio are both in auto mode; corner_host's fixtures are anyio's.\n"
                'To fix: set asyncio_mode = "strict", or leave out pytest-asyncio.'
            ),
            2,
        )


def _is_auto(config: pytest.Config, name: str) -> bool:
    try:
        return "auto" in {config.getoption(name, default=None), config.getini(name)}
    except ValueError:  # no plug-in knows this setting
        return False
