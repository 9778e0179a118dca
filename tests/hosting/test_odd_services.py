"""Services of unusual classes."""

from dataclasses import dataclass

from corner_host.hosting import BackgroundService, HostedServiceKind, HostedServiceState
from corner_host.primitives import CancellationToken
from tests.hosting.journal import host_of


class Obliging:
    """Has whatever it is asked for."""

    def __getattr__(self, name: str) -> object:
        async def act() -> None: ...

        return act

    async def start(self) -> None: ...

    async def stop(self) -> None: ...


@dataclass(frozen=True)
class Frozen(BackgroundService):
    path: str = "/"

    async def execute(self, stopping: CancellationToken) -> None:
        await stopping.wait()


async def test_an_object_that_answers_to_every_name_is_a_service() -> None:
    """It is not taken for a function, since it cannot be called."""
    async with host_of(Obliging()) as host:
        assert [each.kind for each in host.hosted_services] == [HostedServiceKind.SERVICE]


async def test_a_frozen_dataclass_may_be_a_background_service() -> None:
    """What the host keeps in it is none of its fields."""
    async with host_of(Frozen()) as host:
        assert host.hosted_services[0].state is HostedServiceState.RUNNING
