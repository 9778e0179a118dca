"""What makes options invalid, and what is said then."""

import pickle
from collections.abc import Iterable
from functools import partial

import pytest
from pydantic import BaseModel, Field, SecretStr, field_validator, model_validator

from corner_host.configuration import ConfigurationManager
from corner_host.di import ServiceCollection
from corner_host.options import Options, OptionsMonitor, OptionsValidationError, ValidateOptions

from .conftest import Mail, Trail, build, step


def failures(services: ServiceCollection, kind: type[BaseModel] = Trail, name: str = "") -> tuple[str, ...]:
    """Return what is wrong with the options; nothing when they are valid."""
    monitor = build(services).get_required_service(OptionsMonitor[kind])  # type: ignore[valid-type]
    try:
        monitor.get(name)
    except OptionsValidationError as error:
        assert (error.options_type, error.options_name) == (kind, name)  # noqa: PT017 - the caller asks what is wrong
        return error.failures
    return ()


def test_validators_see_the_finished_options(services: ServiceCollection) -> None:
    """V-01: they run when the value is made, after every post-configure."""
    seen: list[str] = []

    def look(trail: Trail) -> bool:
        seen.append(trail.steps)
        return True

    services.add_options(Trail).validate(look)
    services.post_configure(Trail, step("p")).configure(Trail, step("c"))
    provider = build(services)
    assert seen == []

    assert provider.get_required_service(Options[Trail]).value.steps == "cp"
    assert seen == ["cp"]


def test_every_failure_is_told(services: ServiceCollection) -> None:
    """V-02: all validators run, and their failures are in one error."""
    services.add_options(Trail).validate(lambda _: False, "first").validate(lambda _: True, "never").validate(
        lambda _: False, "second"
    )

    assert failures(services) == ("first", "second")
    with pytest.raises(OptionsValidationError, match=r"Trail is not valid:\n  first\n  second"):
        build(services).get_required_service(Trail)


def test_a_check_without_a_message_is_named(services: ServiceCollection) -> None:
    """V-03: there is a text anyway."""

    def has_steps(trail: Trail) -> bool:
        return bool(trail.steps)

    services.add_options(Trail).validate(has_steps)

    assert failures(services)[0].endswith("has_steps failed")


@pytest.mark.parametrize("answer", [None, 0, ""])
def test_a_predicate_that_answers_nothing_fails(services: ServiceCollection, answer: object) -> None:
    """V-01: ``re.match`` answers None when nothing matches, and that is a failure."""
    services.add_options(Trail).validate(lambda _: answer, "no")

    assert failures(services) == ("no",)


def test_a_check_is_for_its_name_only(services: ServiceCollection) -> None:
    """V-04: other names skip it."""
    services.add_options(Trail, "strict").validate(lambda _: False, "no")

    assert failures(services, name="strict") == ("no",)
    assert failures(services, name="loose") == ()


class OneForAll(ValidateOptions[Trail]):
    def __init__(self, allowed: str) -> None:
        self.allowed = allowed

    def validate(self, name: str, options: Trail) -> Iterable[str] | None:
        return None if name == self.allowed else [f"{name} is not {self.allowed}", "really"]


def test_a_validator_object_sees_every_name(services: ServiceCollection) -> None:
    """V-05, V-07, V-08: it decides itself, may take services, and nothing means success."""
    services.add_singleton(str, instance="good").add_options(Trail)
    services.add_singleton(ValidateOptions[Trail], OneForAll)

    assert failures(services, name="good") == ()
    assert failures(services, name="bad") == ("bad is not good", "really")


def test_a_validator_that_breaks_is_seen_as_it_is(services: ServiceCollection) -> None:
    """V-06: its exception is not dressed up as an invalid value."""
    services.add_options(Trail).validate(lambda _: 1 / 0 > 0)

    with pytest.raises(ZeroDivisionError):
        build(services).get_required_service(Trail)


def test_a_check_may_take_services(services: ServiceCollection) -> None:
    """V-08: behind the options."""

    def allowed(trail: Trail, word: str) -> bool:
        return trail.steps == word

    services.add_singleton(str, instance="x").configure(Trail, step("y"))
    services.add_options(Trail).validate(allowed, "not the word")

    assert failures(services) == ("not the word",)


class Strict(BaseModel):
    name: str = Field(default="abc", min_length=2)
    count: int = Field(default=1, gt=0)


def test_pydantic_constraints_are_failures(services: ServiceCollection) -> None:
    """V-09: one for each broken rule, with class, member and text."""
    services.configure(Strict, lambda strict: setattr(strict, "name", ""))
    services.configure(Strict, lambda strict: setattr(strict, "count", 0))

    assert failures(services, Strict) == (
        "Strict.name: String should have at least 2 characters",
        "Strict.count: Input should be greater than 0",
    )


class Pair(BaseModel):
    low: int = 0
    high: int = 0

    @model_validator(mode="after")
    def ordered(self) -> "Pair":
        if self.low > self.high:
            raise ValueError("low is above high")
        return self


def test_a_model_validator_sees_the_whole(services: ServiceCollection, configuration: ConfigurationManager) -> None:
    """V-09: once everything is filled in, not between two sections."""
    configuration["Low:Low"] = "5"
    configuration["High:High"] = "9"
    services.configure(Pair, configuration.get_section("Low")).configure(Pair, configuration.get_section("High"))

    assert build(services).get_required_service(Pair) == Pair(low=5, high=9)

    services.post_configure(Pair, lambda pair: setattr(pair, "high", 1))

    assert failures(services, Pair) == ("Pair: Value error, low is above high",)


def test_bound_values_fail_with_key_value_and_source(
    services: ServiceCollection, configuration: ConfigurationManager
) -> None:
    """V-09, C3: all of them at once."""
    configuration.add_in_memory_collection({"Mail:Port": "lots"})
    services.configure(Mail, configuration.get_section("Mail"))

    host, port = sorted(failures(services, Mail))

    assert host.startswith("Mail:Host: ")
    assert "required" in host
    assert port.startswith("Mail:Port: ")
    assert "'lots'" in port
    assert "from " in port


class Account(BaseModel):
    password: str = Field(default="", min_length=20)
    pin: SecretStr = Field(default=SecretStr(""), min_length=20)


@pytest.mark.parametrize("how", ["section", "code"])
def test_no_message_shows_a_secret(services: ServiceCollection, configuration: ConfigurationManager, how: str) -> None:
    """C5: neither the error nor anything that hangs on it."""
    configuration["Account:Password"] = "hunter2"
    configuration["Account:Pin"] = "hunter2"
    if how == "section":
        services.configure(Account, configuration.get_section("Account"))
    else:
        services.configure(Account, lambda a: Account.model_construct(password="hunter2", pin=SecretStr("hunter2")))
    with pytest.raises(OptionsValidationError) as caught:
        build(services).get_required_service(Account)

    assert len(caught.value.failures) == 2
    assert "hunter2" not in f"{caught.value}{caught.value.__cause__}{caught.value.__context__}"


class Talkative(BaseModel):
    api_key: str = ""
    pin: SecretStr = SecretStr("")
    name: str = ""

    @field_validator("api_key", "pin", "name")
    @classmethod
    def tell_all(cls, value: str | SecretStr) -> str:
        raise ValueError(f"{value if isinstance(value, str) else value.get_secret_value()} is bad")


def test_a_talkative_validator_tells_no_secret(services: ServiceCollection) -> None:
    """C5: its own message is masked where the field is secret."""
    secrets = {"api_key": "hunter2", "pin": SecretStr("hunter2"), "name": "anna"}
    services.configure(Talkative, lambda options: options.__dict__.update(secrets))

    assert failures(services, Talkative) == (
        "Talkative.api_key: Value error, •••••••• is bad",
        "Talkative.pin: Value error, •••••••• is bad",
        "Talkative.name: Value error, anna is bad",
    )


def test_an_undeclared_coroutine_is_told(services: ServiceCollection) -> None:
    """VS-11: what gives something to await must say so, else it would pass unasked."""

    async def later(trail: Trail) -> bool:
        return True

    services.add_options(Trail).validate(partial(later).__call__)

    with pytest.raises(TypeError, match="async def"):
        build(services).get_required_service(Trail)


def test_the_error_survives_pickling() -> None:
    """It may cross a process boundary with its fields."""
    error = pickle.loads(pickle.dumps(OptionsValidationError(Mail, "spare", ["a", "b"])))

    assert (error.options_type, error.options_name, error.failures) == (Mail, "spare", ("a", "b"))
    assert str(error) == "Mail named 'spare' is not valid:\n  a\n  b"
