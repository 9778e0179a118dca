"""The builder's callbacks, and what they find (section 13)."""

import logging
from pathlib import Path
from typing import Any

import pytest

from corner_host import ConfigurationBuilder
from corner_host.configuration import Configuration
from corner_host.di import ScopeValidationError, ServiceCollection, ServiceProvider
from corner_host.hosting import (
    Host,
    HostApplicationLifetime,
    HostBuilderContext,
    HostEnvironment,
    HostLifetime,
    HostOptions,
    HostStateError,
)
from corner_host.options import Options
from tests.hosting.journal import Journal


def values(**pairs: str) -> Any:
    """A callback that adds *pairs* to a configuration."""
    return lambda configuration: configuration.add_in_memory_collection(pairs)


def test_build_goes_through_its_stages_in_order(journal: Journal) -> None:
    """HB-1: host configuration, application configuration, services, container; whatever the order of the calls."""
    builder = Host.create_empty_builder()
    builder.configure_container(lambda _: journal.note("container"))
    builder.configure_services(lambda _: journal.note("services"))
    builder.configure_app_configuration(lambda _: journal.note("app configuration"))
    builder.configure_host_configuration(lambda _: journal.note("host configuration"))
    before = list(journal.lines)
    builder.build()

    assert before == []
    assert journal.lines == ["host configuration", "app configuration", "services", "container"]


def test_host_configuration_adds_up(journal: Journal) -> None:
    """HB-2: in order, later values hide earlier ones; seen by the context and through the container."""
    builder = Host.create_empty_builder()
    builder.configure_host_configuration(values(a="1", b="1"))
    builder.configure_host_configuration(values(b="2"))
    builder.configure_app_configuration(
        lambda _, context: journal.note(f"{context.configuration['a']} {context.configuration['b']}")
    )
    host = builder.build()
    configuration = host.services.get_required_service(Configuration)

    assert journal.lines == ["1 2"]
    assert (configuration["a"], configuration["b"]) == ("1", "2")


def test_application_configuration_begins_with_the_hosts(journal: Journal, tmp_path: Path) -> None:
    """HB-3: the host's values are there already; files are looked for in the content root."""
    (tmp_path / "shop.json").write_text('{"shop": "corner"}', encoding="utf-8")
    builder = Host.create_empty_builder().use_content_root(str(tmp_path))
    builder.configure_host_configuration(values(a="host"))

    def add_file(configuration: ConfigurationBuilder, context: HostBuilderContext) -> None:
        journal.note(str(context.configuration["a"]))
        configuration.add_json_file("shop.json")

    builder.configure_app_configuration(add_file)
    host = builder.build()

    assert journal.lines == ["host"]
    assert host.configuration["shop"] == "corner"


def test_the_last_application_value_wins() -> None:
    """HB-4, DF-17: in order, over the host's."""
    builder = Host.create_empty_builder()
    builder.configure_app_configuration(values(a="1"))
    builder.configure_app_configuration(values(a="2"))
    builder.configure_host_configuration(values(a="0"))

    assert builder.build().configuration["a"] == "2"


@pytest.mark.parametrize("configure", ["configure_services", "configure_logging"])
def test_services_and_logging_see_the_finished_configuration(journal: Journal, configure: str) -> None:
    """HB-5: the context holds the application's configuration."""
    builder = Host.create_empty_builder()
    getattr(builder, configure)(lambda _, context: journal.note(str(context.configuration["a"])))
    builder.configure_app_configuration(values(a="app"))
    builder.build()

    assert journal.lines == ["app"]


@pytest.mark.parametrize("configure", ["configure_services", "configure_logging", "configure_container"])
def test_callbacks_run_once_and_in_order(journal: Journal, configure: str) -> None:
    """HB-6, HB-7, HB-20: each once, cumulative."""
    builder = Host.create_empty_builder()
    for name in "abc":
        getattr(builder, configure)(lambda _, name=name: journal.note(name))
    builder.build()

    assert journal.lines == ["a", "b", "c"]


def test_services_of_several_callbacks_are_all_there() -> None:
    """HB-6, HB-27: what the callbacks add can be resolved."""
    builder = Host.create_empty_builder()
    builder.configure_services(lambda services: services.add_singleton(Journal))
    builder.configure_services(lambda services: services.add_singleton(str, instance="hello"))
    provider = builder.build().services

    assert isinstance(provider.get_required_service(Journal), Journal)
    assert provider.get_required_service(str) == "hello"


def test_building_twice_is_an_error() -> None:
    """HB-8, AB-5: a builder builds one host."""
    builder = Host.create_empty_builder()
    builder.build()

    with pytest.raises(HostStateError, match=r"[Bb]uil[dt].*once|once.*buil"):
        builder.build()


def test_building_again_after_a_failure_is_an_error_too() -> None:
    """HB-8: also if the first attempt failed."""
    builder = Host.create_empty_builder()
    builder.configure_services(lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        builder.build()

    with pytest.raises(HostStateError):
        builder.build()


def test_the_configuration_of_a_bare_host_can_be_written() -> None:
    """HB-10: there is a place in memory for it."""
    host = Host.create_empty_builder().build()
    host.configuration["a"] = "1"

    assert host.configuration["a"] == "1"


@pytest.mark.parametrize(
    "service",
    [
        HostEnvironment,
        Configuration,
        HostBuilderContext,
        HostApplicationLifetime,
        HostLifetime,
        Host,
        Options[HostOptions],
        ServiceProvider,
    ],
    ids=str,
)
def test_every_host_has_the_basic_services(service: Any) -> None:
    """HB-11, AB-8, AB-14: also the empty one."""
    host = Host.create_empty_builder().build()

    assert host.services.get_service(service) is not None


def test_the_hosts_own_objects_are_in_the_container() -> None:
    """HB-11, HB-24, AB-11: the very objects."""
    host = Host.create_empty_builder().build()
    provider = host.services

    assert provider.get_required_service(Host) is host
    assert provider.get_required_service(HostEnvironment) is host.environment
    assert provider.get_required_service(Configuration) is host.configuration
    assert provider.get_required_service(HostApplicationLifetime) is host.lifetime


def test_a_class_gets_its_logger() -> None:
    """HB-11: the standard library's, named after the class."""

    class Service:
        def __init__(self, log: logging.Logger) -> None:
            self.log = log

    builder = Host.create_empty_builder()
    builder.services.add_singleton(Service)

    assert builder.build().services.get_required_service(Service).log.name.endswith("Service")


@pytest.mark.parametrize("case", [str, str.upper, str.lower])
def test_host_configuration_sets_the_environment(case: Any, tmp_path: Path) -> None:
    """HB-12, EN-2, EN-8: three keys, in any case."""
    pairs = {"applicationName": "shop", "environment": "Staging", "contentRoot": str(tmp_path)}
    builder = Host.create_empty_builder()
    builder.configure_host_configuration(values(**{case(key): value for key, value in pairs.items()}))
    environment = builder.build().environment

    assert environment.application_name == "shop"
    assert environment.environment_name == "Staging"
    assert environment.content_root_path == str(tmp_path)


def test_an_absolute_content_root_is_kept_as_it_is(tmp_path: Path) -> None:
    """HB-14: not even normalised."""
    odd = f"{tmp_path}/a/../b"

    assert Host.create_empty_builder().use_content_root(odd).build().environment.content_root_path == odd


def test_the_last_call_to_use_environment_wins() -> None:
    """HB-16: and a later host configuration beats it."""
    last = Host.create_empty_builder().use_environment("One").use_environment("Two")
    over = Host.create_empty_builder().use_environment("One").configure_host_configuration(values(environment="Two"))
    under = Host.create_empty_builder().configure_host_configuration(values(environment="One")).use_environment("Two")

    assert [builder.build().environment.environment_name for builder in (last, over, under)] == ["Two"] * 3


@pytest.mark.parametrize("method", ["use_environment", "use_content_root"])
def test_nothing_is_no_name(method: str) -> None:
    """HB-17: refused at the call."""
    with pytest.raises((TypeError, ValueError)):
        getattr(Host.create_empty_builder(), method)(None)


@pytest.mark.parametrize(
    "method",
    [
        "configure_host_configuration",
        "configure_app_configuration",
        "configure_services",
        "configure_logging",
        "configure_container",
        "configure_host_options",
        "add_hosted_service",
    ],
)
def test_nothing_is_no_callback(method: str) -> None:
    """HB-18: refused at the call, not at build."""
    with pytest.raises((TypeError, ValueError)):
        getattr(Host.create_empty_builder(), method)(None)


def test_the_provider_options_apply() -> None:
    """HB-19, DV-5: scope validation on request."""
    builder = Host.create_empty_builder().use_default_service_provider(validate_scopes=True, validate_on_build=False)
    builder.services.add_scoped(Journal)
    provider = builder.build().services

    with pytest.raises(ScopeValidationError):
        provider.get_required_service(Journal)


def test_container_callbacks_come_last(journal: Journal) -> None:
    """HB-20, AB-7: they get the collection with everything in it."""

    def look(services: ServiceCollection) -> None:
        journal.note(str(any(descriptor.service_type is Journal for descriptor in services)))

    builder = Host.create_empty_builder().configure_container(look)
    builder.configure_services(lambda services: services.add_singleton(Journal))
    builder.build()

    assert journal.lines == ["True"]


def test_properties_are_shared_by_builder_and_context(journal: Journal) -> None:
    """HB-23: one dictionary."""
    builder = Host.create_empty_builder()
    builder.properties["a"] = "1"
    builder.configure_services(lambda _, context: journal.note(context.properties["a"]))
    builder.configure_services(lambda _, context: context.properties.update(b="2"))
    builder.build()

    assert journal.lines == ["1"]
    assert builder.properties["b"] == "2"


def test_every_method_returns_the_builder() -> None:
    """The builder chains."""
    builder = Host.create_empty_builder()

    def nothing(_: object) -> None: ...

    async def service() -> None: ...

    chained = [
        builder.add_hosted_service(service),
        builder.configure_host_configuration(nothing),
        builder.configure_app_configuration(nothing),
        builder.configure_services(nothing),
        builder.configure_logging(nothing),
        builder.configure_container(nothing),
        builder.configure_host_options(nothing),
        builder.use_environment("Test"),
        builder.use_content_root("/"),
        builder.use_console_lifetime(),
        builder.use_systemd(),
        builder.use_default_service_provider(validate_scopes=False, validate_on_build=False),
    ]

    assert all(link is builder for link in chained)
