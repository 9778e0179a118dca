"""A host that an operator can look into, with work in it."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Protocol

import anyio
import pytest

from corner_host import Host, HostBuilder
from corner_host.operations import Actor, Operations

ADA = Actor("ada", via="code")


class Look(Protocol):
    """The way to look into a host inside an ``async with``."""

    def __call__(
        self,
        configure: Callable[[HostBuilder], object] = ...,
        *arguments: str,
        environment: str = ...,
        defaults: bool = ...,
    ) -> AbstractAsyncContextManager[Operations]: ...


@pytest.fixture
def look(tmp_path: Path) -> Look:
    """A host whose state is in a folder of the test; without a socket."""

    @asynccontextmanager
    async def run(
        configure: Callable[[HostBuilder], object] = lambda _: None,
        *arguments: str,
        environment: str = "Development",
        defaults: bool = False,
    ) -> AsyncGenerator[Operations]:
        builder = Host.create_builder() if defaults else Host.create_empty_builder()
        values: dict[str, str | None] = {
            "Operations:StateDirectory": str(tmp_path / "state"),
            "Operations:Socket:Enabled": "false",
            "Jobs:Engine": "memory",
        }
        builder.configuration.add_in_memory_collection(values)
        builder.configuration.add_command_line(arguments)
        builder.use_environment(environment).use_content_root(tmp_path)
        configure(builder)
        builder.services.add_operations(builder.configuration)
        async with builder.build() as host:
            yield host.services.get_required_service(Operations)

    return run


async def until(is_so: Callable[[], object]) -> None:
    """Return once it is so."""
    with anyio.fail_after(10):
        while not is_so():
            await anyio.sleep(0.005)
