"""Which keys are read by which options."""

from pydantic import BaseModel, Field

from corner_host.configuration import ConfigurationManager
from corner_host.di import ServiceCollection
from corner_host.logging import LoggingBuilder
from corner_host.options import BoundSection, options_schema, unknown_keys

from .conftest import Trail, build


class Retry(BaseModel):
    max_attempts: int = 3


class Payment(BaseModel):
    api_url: str = ""
    retry: Retry = Field(default_factory=Retry)


def test_unknown_keys_come_with_what_was_meant(
    services: ServiceCollection, configuration: ConfigurationManager
) -> None:
    """C7: of every section that options are bound to, by section or by path, for whichever name."""
    configuration.add_in_memory_collection(
        {
            "Payment:ApiUlr": "https://pay.example",
            "Payment:API_URL": "https://pay.example",
            "Spare:Retry:MaxAttemps": "3",
            "Trail:Stepps": "x",
        }
    )
    services.configure(Payment, configuration.get_section("Payment"))
    services.configure(Payment, configuration.get_section("Spare"), name="spare")
    services.add_options(Trail).bind_configuration("Trail")

    found = {unknown.key: unknown.near for unknown in unknown_keys(build(services))}

    assert found == {
        "Payment:ApiUlr": "Payment:ApiUrl",
        "Spare:Retry:MaxAttemps": "Spare:Retry:MaxAttempts",
        "Trail:Stepps": "Trail:Steps",
    }


def test_what_is_read_by_hand_is_known(services: ServiceCollection, configuration: ConfigurationManager) -> None:
    """C7: once it is said; logging says it of its own section."""
    configuration.add_in_memory_collection({"Logging:LogLevel:acme": "Debug", "Legacy:Odd": "x", "Legcy:Odd": "x"})
    LoggingBuilder(services, configuration)
    services.add_singleton(BoundSection, instance=BoundSection(object, "", "Legacy"))

    assert [unknown.key for unknown in unknown_keys(build(services))] == ["Legcy:Odd"]


def test_the_schema_holds_every_bound_section(services: ServiceCollection, configuration: ConfigurationManager) -> None:
    """C7: with names as settings files have them; a section that is bound twice stands there once."""
    for name in ("", "spare"):
        services.configure(Payment, configuration.get_section("Shop:Payment"), name=name)
    services.add_options(Trail).bind_configuration("Trail")

    schema = options_schema(build(services))

    assert schema["properties"]["Shop"]["properties"]["Payment"]["allOf"] == [{"$ref": "#/$defs/Payment"}]
    assert list(schema["$defs"]["Payment"]["properties"]) == ["ApiUrl", "Retry"]
    assert schema["properties"]["Trail"]["allOf"] == [{"$ref": "#/$defs/Trail"}]


def test_options_of_the_whole_configuration(services: ServiceCollection, configuration: ConfigurationManager) -> None:
    """C7: an empty path is the root, whose keys are then the fields."""
    configuration.add_in_memory_collection({"Steps": "x", "Stps": "y"})
    services.add_options(Trail).bind_configuration("")
    provider = build(services)

    assert provider.get_required_service(Trail).steps == "x"
    assert [(unknown.key, unknown.near) for unknown in unknown_keys(provider)] == [("Stps", "Steps")]
