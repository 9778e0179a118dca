"""What a constructor needs is made from left to right."""

import pytest

from corner_host.di import ServiceLifetime
from tests.di.toys import Journal, add, journalled

OFTEN = 5
NOT_SHARED_BY_ALL = [ServiceLifetime.SCOPED, ServiceLifetime.TRANSIENT]


class Loud:
    def __init__(self, journal: Journal) -> None:
        journal.write(type(self).__name__)


class LoudFirst(Loud):
    pass


class LoudSecond(Loud):
    pass


class LoudThird(Loud):
    pass


class Listens:
    def __init__(self, first: LoudFirst, second: LoudSecond, *, third: LoudThird) -> None:
        pass


@pytest.mark.parametrize("first", NOT_SHARED_BY_ALL)
@pytest.mark.parametrize("second", NOT_SHARED_BY_ALL)
@pytest.mark.parametrize("third", NOT_SHARED_BY_ALL)
@pytest.mark.parametrize("top", NOT_SHARED_BY_ALL)
def test_parameters_are_made_in_their_order_each_time(
    first: ServiceLifetime, second: ServiceLifetime, third: ServiceLifetime, top: ServiceLifetime
) -> None:
    """RES-17, DIS-03: from left to right, whatever their lifetimes."""
    services, journal = journalled()
    for lifetime, kind in ((first, LoudFirst), (second, LoudSecond), (third, LoudThird), (top, Listens)):
        add(services, lifetime, kind)
    provider = services.build_service_provider()

    for _ in range(OFTEN):
        journal.lines.clear()
        provider.create_scope().service_provider.get_service(Listens)

        assert journal.lines == ["LoudFirst", "LoudSecond", "LoudThird"]
