"""Models with a will of their own: validators that change values, hooks, private attributes, aliases."""

from typing import Annotated, Any

import pytest
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PrivateAttr, field_validator
from pydantic import model_validator as whole

from corner_host.configuration import AppendToDefault, ConfigurationManager
from corner_host.di import ServiceCollection
from corner_host.options import OptionsValidationError

from .conftest import build


class Changing(BaseModel):
    """Its validators change what they are given, so that running twice would show."""

    path: Annotated[str, AfterValidator(lambda path: f"/base{path}")] = "/default"
    parts: Annotated[list[str], BeforeValidator(lambda text: text.split(","))] = Field(default_factory=list[str])
    code: str
    limit: int = Field(default=1, gt=0)

    @field_validator("code")
    @classmethod
    def in_capitals(cls, code: str) -> str:
        if code != code.lower():
            raise ValueError("is in capitals already")
        return code.upper()


@pytest.fixture
def bound(services: ServiceCollection, configuration: ConfigurationManager) -> ServiceCollection:
    configuration.add_in_memory_collection({"C:Path": "/p", "C:Parts": "a,b"})
    return services.configure(Changing, configuration.get_section("C"))


def test_what_a_section_sets_is_validated_once(bound: ServiceCollection, configuration: ConfigurationManager) -> None:
    """V-09: also when another section and code come after it."""
    configuration.add_in_memory_collection({"C:Code": "x", "D:Limit": "5"})
    bound.configure(Changing, configuration.get_section("D"))
    bound.configure(Changing, lambda options: setattr(options, "limit", options.limit + 1))

    options = build(bound).get_required_service(Changing)

    assert options == Changing.model_construct(path="/base/p", parts=["a", "b"], code="X", limit=6)


def test_what_code_sets_is_validated_once(bound: ServiceCollection) -> None:
    """V-09: at the end; what is required may come from there, and defaults are left alone."""
    bound.post_configure(Changing, lambda options: setattr(options, "code", "late"))

    options = build(bound).get_required_service(Changing)

    assert options == Changing.model_construct(path="/base/p", parts=["a", "b"], code="LATE", limit=1)


def test_code_alone_can_fill_a_model(services: ServiceCollection) -> None:
    """V-09: what it sets converts as everywhere in pydantic."""
    services.configure(Changing, lambda options: options.__dict__.update(code="x", limit="7"))

    options = build(services).get_required_service(Changing)

    assert (options.path, options.code, options.limit) == ("/default", "X", 7)


def test_a_broken_constraint_beside_a_missing_value(
    bound: ServiceCollection, configuration: ConfigurationManager
) -> None:
    """V-02, V-09: both are told, each with its key."""
    configuration["C:Limit"] = "0"
    bound.configure(Changing, lambda options: None)
    with pytest.raises(OptionsValidationError) as caught:
        build(bound).get_required_service(Changing)

    assert [failure.split(" ")[0] for failure in sorted(caught.value.failures)] == ["C:Code:", "C:Limit:"]


def test_a_value_that_code_has_changed_is_not_blamed_on_the_section(
    services: ServiceCollection, configuration: ConfigurationManager
) -> None:
    """V-09: the binding's words are for the binding's value."""
    configuration.add_in_memory_collection({"C:Code": "x", "C:Limit": "0"})
    services.configure(Changing, configuration.get_section("C"))
    services.configure(Changing, lambda options: setattr(options, "limit", -7))
    with pytest.raises(OptionsValidationError) as caught:
        build(services).get_required_service(Changing)

    assert caught.value.failures == ("Changing.limit: Input should be greater than 0",)


class Smtp(BaseModel):
    host: str = "localhost"
    port: int = Field(default=25, gt=0)


class Nested(BaseModel):
    port: int
    smtp: Smtp = Field(default_factory=Smtp)
    spare: Smtp | None = None
    headers: dict[str, str] = Field(default_factory=lambda: {"a": "default"})
    hosts: Annotated[list[str], AppendToDefault] = Field(default_factory=lambda: ["default"])
    names: list[str] = Field(default_factory=lambda: ["default"])


@pytest.mark.parametrize("order", [("One", "Two"), ("Two", "One")])
def test_sections_are_merged_into_what_is_there(
    services: ServiceCollection, configuration: ConfigurationManager, order: tuple[str, str]
) -> None:
    """B-25, C1, O-01: nested models and dictionaries by key, lists are replaced unless they append; however it is split."""
    configuration.add_in_memory_collection(
        {
            "One:Smtp:Host": "one",
            "One:Headers:b": "one",
            "One:Spare:Host": "one",
            "Two:Smtp:Port": "2",
            "Two:Headers:c": "two",
            "Two:Hosts:0": "two",
            "Two:Names:0": "two",
            "Two:Port": "5",
        }
    )
    for name in order:
        services.configure(Nested, configuration.get_section(name))

    options = build(services).get_required_service(Nested)

    assert options == Nested(
        port=5,
        smtp=Smtp(host="one", port=2),
        spare=Smtp(host="one"),
        headers={"a": "default", "b": "one", "c": "two"},
        hosts=["default", "two"],
        names=["two"],
    )


def test_nested_failures_are_told_each_with_its_key(
    services: ServiceCollection, configuration: ConfigurationManager
) -> None:
    """V-02: a nested field is not taken for the outer one of the same name."""
    configuration.add_in_memory_collection({"N:Smtp:Port": "0", "N:Spare:Port": "-1"})
    services.configure(Nested, configuration.get_section("N")).configure(Nested, lambda options: None)
    with pytest.raises(OptionsValidationError) as caught:
        build(services).get_required_service(Nested)

    found = sorted(failure.partition(": ")[0] for failure in caught.value.failures)
    assert found == ["N:Port", "N:Smtp:Port", "N:Spare:Port"]


def test_it_is_known_what_was_set(services: ServiceCollection, configuration: ConfigurationManager) -> None:
    """O-10: ``model_fields_set`` holds what a section or code has set."""
    configuration.add_in_memory_collection({"S:Host": "h"})
    services.configure(Smtp, configuration.get_section("S"))
    assert build(services).get_required_service(Smtp).model_fields_set == {"host"}
    services.configure(Smtp, lambda options: setattr(options, "port", 7))

    assert build(services).get_required_service(Smtp).model_fields_set == {"host", "port"}


class Hooked(BaseModel):
    host: str
    port: int = 25
    _address: str = PrivateAttr(default="")

    def model_post_init(self, context: Any, /) -> None:
        self._address += f"{self.host.lower()}:{self.port}"

    @property
    def address(self) -> str:
        return self._address


@pytest.mark.parametrize("how", ["section", "sections", "code", "copy", "new", "frozen"])
def test_hooks_run_when_the_fields_are_there(
    services: ServiceCollection, configuration: ConfigurationManager, how: str
) -> None:
    """O-10: once, whichever way the options came about."""

    class Hard(Hooked):
        model_config = ConfigDict(frozen=True)

    kind = Hard if how == "frozen" else Hooked
    configuration["H:Host"] = "h"
    if how in {"section", "frozen"}:
        services.configure(kind, configuration.get_section("H"))
    elif how == "sections":
        configuration["P:Port"] = "25"
        services.configure(kind, configuration.get_section("P")).configure(kind, configuration.get_section("H"))
    elif how == "code":
        services.configure(kind, lambda options: setattr(options, "host", "h"))
    elif how == "copy":
        services.configure(kind, lambda options: options.model_copy(update={"host": "h"}))
    else:
        services.configure(kind, lambda options: Hooked(host="h"))

    assert build(services).get_required_service(kind).address == "h:25"


class Aliased(BaseModel):
    host: str = Field(alias="HostName")
    port: int = Field(default=25, validation_alias="PortNumber", gt=0)


def test_aliases_are_keys_and_fields_are_attributes(
    services: ServiceCollection, configuration: ConfigurationManager
) -> None:
    """B-04: a section goes by the alias, code by the field's name."""
    configuration.add_in_memory_collection({"A:HostName": "h", "A:PortNumber": "0"})
    services.configure(Aliased, configuration.get_section("A"))
    services.post_configure(Aliased, lambda options: setattr(options, "port", options.port + 1))

    assert build(services).get_required_service(Aliased).model_dump() == {"host": "h", "port": 1}


class Ordered(BaseModel):
    low: int = 0
    high: int = 10
    tags: list[str] = Field(default_factory=list[str])

    @whole(mode="after")
    def ordered(self) -> "Ordered":
        if self.low > self.high:
            raise ValueError("low is above high")
        return self


def test_two_changes_are_judged_together(services: ServiceCollection) -> None:
    """V-09: a model's validator sees the end, not the middle; its failure is told once."""
    services.configure(Ordered, lambda options: options.__dict__.update(low=20, high=30))
    assert build(services).get_required_service(Ordered) == Ordered(low=20, high=30)

    services.configure(Ordered, lambda options: options.__dict__.update(low=40, high=35))

    with pytest.raises(OptionsValidationError) as caught:
        build(services).get_required_service(Ordered)
    assert caught.value.failures == ("Ordered: Value error, low is above high",)


def test_two_sections_are_judged_together(services: ServiceCollection, configuration: ConfigurationManager) -> None:
    """V-09: each is fine by itself."""
    configuration.add_in_memory_collection({"High:High": "3", "Low:Low": "5"})
    services.configure(Ordered, configuration.get_section("High")).configure(Ordered, configuration.get_section("Low"))

    with pytest.raises(OptionsValidationError, match="low is above high"):
        build(services).get_required_service(Ordered)


def test_a_default_changed_in_place_stays_changed(services: ServiceCollection) -> None:
    """O-10: and every making begins with a fresh one."""
    services.configure(Ordered, lambda options: options.tags.append("x"))
    providers = build(services), build(services)

    assert [provider.get_required_service(Ordered).tags for provider in providers] == [["x"], ["x"]]


class Picky(BaseModel):
    ok: bool = False

    @whole(mode="after")
    def must_be_set(self) -> "Picky":
        if not self.ok:
            raise ValueError("say yes")
        return self


def test_defaults_alone_are_judged_too(services: ServiceCollection) -> None:
    """V-09: as ``Picky()`` would be."""
    services.add_options(Picky)

    with pytest.raises(OptionsValidationError, match="say yes"):
        build(services).get_required_service(Picky)


class Shell(Hooked):
    model_config = ConfigDict(validate_assignment=True)

    port: int = Field(default=25, gt=0)


def test_models_that_check_assignments_fail_the_same_way(services: ServiceCollection) -> None:
    """V-09: pydantic's error inside a configuring function is a failure of the options."""
    services.configure(Shell, lambda options: setattr(options, "port", 0))

    with pytest.raises(OptionsValidationError, match=r"Shell\.port: Input should be greater than 0"):
        build(services).get_required_service(Shell)
