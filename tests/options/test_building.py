"""How options come about."""

from dataclasses import dataclass

import pytest
from pydantic import BaseModel, ConfigDict, Field

from corner_host.configuration import ConfigurationManager
from corner_host.di import ServiceCollection, ServiceProvider
from corner_host.options import (
    ConfigureOptions,
    Options,
    OptionsFactory,
    OptionsMonitor,
    OptionsSnapshot,
    OptionsValidationError,
    PostConfigureOptions,
    ValidateOptions,
)

from .conftest import Mail, Trail, build, step


def steps(services: ServiceCollection, name: str = "") -> str:
    """Return the trail of the options called *name*."""
    return build(services).get_required_service(OptionsMonitor[Trail]).get(name).steps


@pytest.mark.parametrize(("name", "expected"), [("1", "[]ABC"), ("+", "[++]A+BC+"), ("-", "-[]ABC-")])
def test_all_configures_run_before_all_post_configures(services: ServiceCollection, name: str, expected: str) -> None:
    """O-01, O-02, O-06: each kind in the order of registration, "all" and named ones mixed."""
    services.configure(Trail, step("-"), name="-")
    services.configure(Trail, step("["), name=None)
    services.post_configure(Trail, step("A"), name=None)
    services.configure(Trail, step("+"), name="+").configure(Trail, step("+"), name="+")
    services.post_configure(Trail, step("+"), name="+")
    services.configure(Trail, step("]"), name=None)
    services.post_configure(Trail, step("B"), name=None).post_configure(Trail, step("C"), name=None)
    services.post_configure(Trail, step("+"), name="+").post_configure(Trail, step("-"), name="-")

    assert steps(services, name) == expected


def test_an_action_touches_its_own_name_only(services: ServiceCollection) -> None:
    """O-02, O-04, O-05: without a name it is for the default options, which have the empty name."""
    services.configure(Trail, step("d")).configure(Trail, step("n"), name="named")

    monitor = build(services).get_required_service(OptionsMonitor[Trail])

    assert [monitor.get(name).steps for name in ("", "named", "other")] == ["d", "n", ""]


def test_names_have_case(services: ServiceCollection) -> None:
    """O-03: UP and up are different options."""
    services.configure(Trail, step("U"), name="UP").configure(Trail, step("l"), name="up")

    monitor = build(services).get_required_service(OptionsMonitor[Trail])

    assert (monitor.get("UP").steps, monitor.get("up").steps) == ("U", "l")


def test_an_action_may_return_other_options(services: ServiceCollection) -> None:
    """O-10: what it returns counts, so that frozen models can be configured."""
    services.configure(Trail, lambda trail: trail.model_copy(update={"steps": "copied"}))

    assert steps(services) == "copied"


def test_an_action_that_returns_something_else_is_told(services: ServiceCollection) -> None:
    """Only options of the same class can take the place of options."""
    services.configure(Trail, lambda trail: "oops")  # type: ignore[arg-type,return-value]

    with pytest.raises(TypeError, match=r"Trail returned str"):
        steps(services)


def test_only_a_section_or_a_function_configures(services: ServiceCollection) -> None:
    """A mapping, for example, is refused with the way out."""
    with pytest.raises(TypeError, match=r"To fix: pass a section"):
        services.configure(Trail, {"steps": "x"})  # type: ignore[call-overload]


class Twice(ConfigureOptions[Trail], PostConfigureOptions[Trail]):
    def __init__(self, greeting: str) -> None:
        self.greeting = greeting

    def configure(self, name: str, options: Trail) -> None:
        options.steps += self.greeting

    def post_configure(self, name: str, options: Trail) -> None:
        options.steps += "!"


class OfMail(ValidateOptions[Mail]):
    def validate(self, name: str, options: Mail) -> str | None:
        return f"{options.host} is closed" if options.port == 25 else None


def test_a_class_is_registered_for_all_that_it_is(services: ServiceCollection) -> None:
    """O-07, V-08: configure, post-configure and validate; it may take services."""
    services.add_singleton(str, instance="hello").configure_options(Twice).configure_options(OfMail)
    services.configure(Mail, lambda mail: setattr(mail, "host", "h"))
    provider = build(services)

    assert provider.get_required_service(Trail).steps == "hello!"
    with pytest.raises(OptionsValidationError, match="h is closed"):
        provider.get_required_service(Mail)


@pytest.mark.parametrize("setup", [Trail, step("x")])
def test_a_class_that_configures_nothing_is_refused(services: ServiceCollection, setup: type) -> None:
    """O-07: an action or a class without such a base is an error."""
    with pytest.raises(TypeError, match="configures no options"):
        services.configure_options(setup)


class FixedFactory(OptionsFactory[Trail]):
    def __init__(self) -> None:
        super().__init__(Trail, (), (), ())

    def make(self, name: str) -> Trail:
        return Trail(steps=f"made {name}")


def test_a_factory_of_ones_own_makes_them_all(services: ServiceCollection) -> None:
    """O-08: options, snapshot and monitor all use it."""
    services.add_options(Trail)
    services.add_transient(OptionsFactory[Trail], FixedFactory)
    provider = build(services)

    with provider.create_scope() as scope:
        snapshot = scope.service_provider.get_required_service(OptionsSnapshot[Trail])

        assert snapshot.get("n").steps == "made n"
    assert provider.get_required_service(Options[Trail]).value.steps == "made "
    assert provider.get_required_service(OptionsMonitor[Trail]).get("m").steps == "made m"


def test_lifetimes(services: ServiceCollection) -> None:
    """O-09: options and monitor are singletons, the snapshot is scoped, the factory transient."""
    services.add_options(Trail)
    provider = build(services)

    def both(kind: type) -> bool:
        with provider.create_scope() as one, provider.create_scope() as other:
            first: object = one.service_provider.get_required_service(kind)
            assert (first is one.service_provider.get_required_service(kind)) == (kind != OptionsFactory[Trail])
            return first is other.service_provider.get_required_service(kind)

    assert both(Options[Trail])
    assert both(OptionsMonitor[Trail])
    assert not both(OptionsSnapshot[Trail])
    assert not both(OptionsFactory[Trail])


def test_the_class_itself_can_be_asked_for(services: ServiceCollection) -> None:
    """O-11: it is the value of the default-named options, the very same object."""
    services.configure(Trail, step("x"))
    provider = build(services)

    assert provider.get_required_service(Trail) is provider.get_required_service(Options[Trail]).value


def test_ones_own_registration_of_the_class_wins(services: ServiceCollection) -> None:
    """An options class that is registered as a service already stays so."""
    mine = Trail(steps="mine")
    services.add_singleton(Trail, instance=mine).configure(Trail, step("x"))

    assert build(services).get_required_service(Trail) is mine


def test_an_action_may_take_services(services: ServiceCollection) -> None:
    """V-08: parameters behind the options are found by their annotations."""

    def greet(trail: Trail, greeting: str) -> None:
        trail.steps = greeting

    services.add_singleton(str, instance="hello").configure(Trail, greet)

    assert steps(services) == "hello"


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)

    host: str = "default"
    port: int = Field(default=25, gt=0)


@dataclass
class Plain:
    host: str = "default"
    port: int = 25


@pytest.mark.parametrize("kind", [Frozen, Plain])
def test_frozen_models_and_dataclasses_are_bound_too(
    services: ServiceCollection, configuration: ConfigurationManager, kind: type[Frozen] | type[Plain]
) -> None:
    """O-10: a section fills them, and what it does not hold keeps its default."""
    configuration["Mail:Port"] = "587"
    services.configure(kind, configuration.get_section("Mail"))

    options = build(services).get_required_service(kind)

    assert (options.host, options.port) == ("default", 587)


def test_two_sections_and_code_fill_in_turn(services: ServiceCollection, configuration: ConfigurationManager) -> None:
    """O-01: what is required may come from any of them; the last one wins."""
    configuration["One:Port"] = "1"
    configuration["Two:Port"] = "2"
    services.configure(Mail, configuration.get_section("One")).configure(Mail, configuration.get_section("Two"))
    services.post_configure(Mail, lambda mail: setattr(mail, "host", f"host{mail.port}"))

    assert build(services).get_required_service(Mail) == Mail(host="host2", port=2)


def test_a_broken_constraint_may_be_put_right_later(
    services: ServiceCollection, configuration: ConfigurationManager
) -> None:
    """V-01: constraints are looked at when everything has run."""
    configuration["Mail:Host"] = "h"
    configuration["Mail:Port"] = "-5"
    services.configure(Mail, configuration.get_section("Mail"))
    services.post_configure(Mail, lambda mail: setattr(mail, "port", abs(mail.port)))

    assert build(services).get_required_service(Mail).port == 5


def test_an_absent_section_gives_the_defaults(services: ServiceCollection, configuration: ConfigurationManager) -> None:
    """B-18: nothing there is no error, as long as nothing is required."""
    services.add_options(Trail).bind_configuration("Nothing:Here")

    assert build(services).get_required_service(Trail) == Trail()


def test_options_may_depend_on_options(services: ServiceCollection) -> None:
    """V-08: an action may take other options."""

    def follow(mail: Mail, trail: Options[Trail]) -> None:
        mail.host = trail.value.steps

    services.configure(Trail, step("x")).configure(Mail, follow)

    assert build(services).get_required_service(Mail).host == "x"


def test_sections_of_another_provider_do_not_meet(configuration: ConfigurationManager) -> None:
    """Two containers on one collection have options of their own."""
    services = ServiceCollection().configure(Trail, step("x"))
    first, second = (provider.get_required_service(Options[Trail]).value for provider in _two(services))

    assert first is not second


def _two(services: ServiceCollection) -> tuple[ServiceProvider, ServiceProvider]:
    return build(services), build(services)
