"""What a builder's callbacks get, and what becomes of what they return."""

from corner_host.configuration import ConfigurationManager
from corner_host.di import ServiceCollection
from corner_host.hosting import Host, HostBuilderContext, HostBuilderSettings, HostOptions


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


def test_what_is_set_in_the_configuration_does_not_decide_the_environment() -> None:
    """AB-4: the host's own values are settled before, or by use_environment, whose last call wins at once."""
    builder = Host.create_empty_builder()
    builder.configuration["environment"] = "Set"
    builder.use_content_root("/tmp")
    untouched = builder.environment.environment_name
    builder.use_environment("First").use_environment("Last")
    at_once = builder.environment.environment_name
    host = builder.build()

    assert (untouched, at_once, host.environment.environment_name) == ("Production", "Last", "Last")


def test_what_is_set_in_a_given_configuration_does() -> None:
    """SE-3: it is there when the builder is made, and stays whatever is added later."""
    configuration = ConfigurationManager()
    configuration.add_in_memory_collection({})
    configuration["environment"] = "Given"
    builder = Host.create_empty_builder(HostBuilderSettings(configuration=configuration)).use_content_root("/tmp")

    assert builder.environment.environment_name == "Given"
    assert builder.build().environment.environment_name == "Given"
