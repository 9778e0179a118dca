"""What a builder's callbacks get, and what becomes of what they return."""

from corner_host.di import ServiceCollection
from corner_host.hosting import Host, HostBuilderContext, HostOptions


def test_a_callback_that_may_take_the_context_gets_it() -> None:
    """A second parameter may have the default None; another default is its own affair, as in a loop's lambda."""
    given: list[object] = []

    def optional(_: ServiceCollection, context: HostBuilderContext | None = None) -> None:
        given.append(context)

    builder = Host.create_empty_builder().configure_services(optional)
    for number in range(2):
        builder.configure_services(lambda _, number=number: given.append(number))
    host = builder.build()

    assert given == [host.services.get_required_service(HostBuilderContext), 0, 1]


def test_a_callback_may_return_other_host_options() -> None:
    """As for all options: changed in place, or others returned."""
    builder = Host.create_empty_builder().configure_host_options(lambda _: HostOptions(shutdown_timeout=3.0))

    assert builder.build().services.get_required_service(HostOptions).shutdown_timeout == 3.0
