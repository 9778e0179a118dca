"""Which keys are read by which options."""

import json
from dataclasses import dataclass, field

from pydantic import BaseModel, Field

from corner_host.configuration import ConfigurationManager
from corner_host.di import ServiceCollection
from corner_host.options import BoundSection, UnknownKey, options_schema, unknown_keys

from .conftest import Trail, build


class Retry(BaseModel):
    """How often, and how long to wait."""

    max_attempts: int = 3
    wait_seconds: float = 1.0


class Payment(BaseModel):
    api_url: str = ""
    retry: Retry = Field(default_factory=Retry)
    spare: Retry | None = None
    headers: dict[str, str] = Field(default_factory=dict)
    hosts: list[str] = Field(default_factory=list)


def test_unknown_keys_come_with_what_was_meant(
    services: ServiceCollection, configuration: ConfigurationManager
) -> None:
    """C7: at every depth of a bound section; case and underscores do not matter, dictionaries and lists take all."""
    configuration.add_in_memory_collection(
        {
            "Payment:ApiUlr": "https://pay.example",
            "Payment:API_URL": "https://pay.example",
            "Payment:Retry:MaxAttemps": "3",
            "Payment:Retry:waitseconds": "1",
            "Payment:Spare:Nonsense": "1",
            "Payment:Headers:X-Anything": "1",
            "Payment:Hosts:0": "a",
            "Elsewhere:Free": "1",
        }
    )
    services.configure(Payment, configuration.get_section("Payment"))

    assert unknown_keys(build(services)) == (
        UnknownKey("Payment:ApiUlr", "Payment:ApiUrl"),
        UnknownKey("Payment:Retry:MaxAttemps", "Payment:Retry:MaxAttempts"),
        UnknownKey("Payment:Spare:Nonsense", None),
    )


def test_a_key_that_any_options_read_is_known(services: ServiceCollection, configuration: ConfigurationManager) -> None:
    """C7: two classes may share a section."""
    configuration.add_in_memory_collection({"Payment:Steps": "x", "Payment:ApiUrl": "y", "Payment:Odd": "z"})
    services.add_options(Payment).bind_configuration("Payment")
    services.add_options(Trail).bind_configuration("Payment")

    assert [unknown.key for unknown in unknown_keys(build(services))] == ["Payment:Odd"]


@dataclass
class Plain:
    port: int = 25
    names: list[str] = field(default_factory=list[str])


def test_the_schema_holds_every_bound_section(services: ServiceCollection, configuration: ConfigurationManager) -> None:
    """C7: with names as settings files have them, nested sections and models, for editors."""
    services.configure(Payment, configuration.get_section("Shop:Payment"))
    services.configure(Plain, configuration.get_section("Shop:Plain"))

    schema = options_schema(build(services).get_services(BoundSection))

    shop = schema["properties"]["Shop"]["properties"]
    assert list(shop["Payment"]["properties"]) == ["ApiUrl", "Retry", "Spare", "Headers", "Hosts"]
    assert list(shop["Plain"]["properties"]) == ["Port", "Names"]
    assert list(schema["$defs"]["Retry"]["properties"]) == ["MaxAttempts", "WaitSeconds"]
    assert schema["additionalProperties"] is True
    assert json.loads(json.dumps(schema)) == schema


def test_options_of_the_whole_configuration(services: ServiceCollection, configuration: ConfigurationManager) -> None:
    """C7: an empty path is the root, whose keys are then the fields."""
    configuration.add_in_memory_collection({"Steps": "x", "Stps": "y"})
    services.add_options(Trail).bind_configuration("")
    provider = build(services)

    assert provider.get_required_service(Trail).steps == "x"
    assert unknown_keys(provider) == (UnknownKey("Stps", "Steps"),)
    assert list(options_schema(provider.get_services(BoundSection))["properties"]) == ["Steps"]
