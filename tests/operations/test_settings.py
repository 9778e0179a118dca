"""Settings in the operator's view."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from pydantic import BaseModel, SecretStr

from corner_host import HostBuilder
from corner_host.operations import ActionRefusedError, InvalidRequestError, NotFoundError, Operations, Setting

from .conftest import ADA, Look


@dataclass
class PaymentOptions:
    """Options."""

    timeout_seconds: float = 5.0
    url: str = ""
    api_key: str = ""


def _configure(builder: HostBuilder) -> None:
    folder = Path(builder.environment.content_root_path)
    (folder / "appsettings.json").write_text(
        '{"Payment": {"TimeoutSeconds": 2.0, "ApiKey": "s3cret",\n "Url": "https://pay", "TimeoutSecond": 3}}'
    )
    (folder / "appsettings.Staging.json").write_text('{"Payment": {"Url": "https://test", "ApiKey": "other"}}')
    builder.configuration.set_base_path(folder).add_json_file("appsettings.json")
    builder.configuration.add_command_line(["--Payment:TimeoutSeconds=9.0"])
    builder.services.add_options(PaymentOptions).bind(builder.configuration.get_section("Payment"))


async def _by_key(operations: Operations) -> dict[str, Setting]:
    return {each.key: each for each in (await operations.configuration.report()).settings}


async def test_a_setting_is_explained(look: Look) -> None:
    """OV-70: every source that has it, the winner marked, with file and line; type, default and reader from the options."""
    async with look(_configure) as operations:
        setting = await operations.configuration.explain("payment:timeoutseconds")

    assert (setting.key, setting.value, setting.type, setting.default) == (
        "Payment:TimeoutSeconds",
        "9.0",
        "number",
        "5.0",
    )
    assert setting.read_by == "PaymentOptions"
    assert [(each.value, each.wins, each.line) for each in setting.layers] == [("9.0", True, 0), ("2.0", False, 1)]
    assert setting.layers[1].file.endswith("appsettings.json")


async def test_secrets_are_masked_everywhere(look: Look) -> None:
    """OV-71: by name, in every source and in the difference to another environment, also where all else is shown."""
    async with look(_configure) as operations:
        found = (await _by_key(operations))["Payment:ApiKey"]
        differences = {each.key: each for each in await operations.configuration.difference("Staging")}

    assert (found.value, found.is_secret, {each.value for each in found.layers}) == ("••••••••", True, {"••••••••"})
    assert (differences["Payment:ApiKey"].here, differences["Payment:ApiKey"].there) == ("••••••••", "••••••••")
    assert (differences["Payment:Url"].here, differences["Payment:Url"].there) == ("https://pay", "https://test")


async def test_secrets_are_known_by_their_type_too(look: Look) -> None:
    """OV-71: what an option reads as a secret is one, whatever it is called."""

    class Door(BaseModel):
        pin: SecretStr = SecretStr("")

    def configure(builder: HostBuilder) -> None:
        builder.configuration.add_in_memory_collection({"Door:Pin": "1234"})
        (Path(builder.environment.content_root_path) / "appsettings.Staging.json").write_text(
            '{"Door": {"Pin": "4321"}}'
        )
        builder.services.add_options(Door).bind(builder.configuration.get_section("Door")).validate_on_start()

    async with look(configure) as operations:
        found = (await _by_key(operations))["Door:Pin"]
        (differing,) = await operations.configuration.difference("Staging")

    assert (found.value, found.is_secret, found.layers[0].value) == ("••••••••", True, "••••••••")
    assert (differing.here, differing.there) == (None, "••••••••")


async def test_a_password_within_a_value_is_a_secret(look: Look) -> None:
    """OV-71: such as that of a URL, whatever the setting is called; it can be revealed like any other secret."""
    url = "amqp://shop:s3cret@mq/orders"

    def configure(builder: HostBuilder) -> None:
        builder.configuration.add_in_memory_collection({"Broker:Url": url})

    async with look(configure, "--Operations:AllowReveal=true") as operations:
        found = (await _by_key(operations))["Broker:Url"]
        revealed = await operations.configuration.reveal("Broker:Url", by=ADA)

    assert (found.value, found.is_secret, found.layers[0].value) == ("••••••••", True, "••••••••")
    assert revealed.value == url


async def test_in_production_everything_is_masked_but_what_may_be_shown(look: Look) -> None:
    """OV-72: ``Operations:ShowValues`` names keys and prefixes; never a secret. Who is on the machine sees values by name."""
    show = ("--Operations:ShowValues:0=Payment:Timeout*", "--Operations:ShowValues:1=payment:apikey")
    async with look(_configure, *show, environment="Production") as operations:
        masked = await _by_key(operations)
        report = await operations.configuration.report(by_name=True)

    shown = {each.key: each.value for each in report.settings}
    assert report.masks_all is False
    assert [masked[f"Payment:{key}"].value for key in ("Url", "ApiKey", "TimeoutSeconds")] == ["••••••••"] * 2 + ["9.0"]
    assert [shown[f"Payment:{key}"] for key in ("Url", "ApiKey", "TimeoutSeconds")] == [
        "https://pay",
        "••••••••",
        "9.0",
    ]


async def test_keys_that_nobody_reads_are_told(look: Look) -> None:
    """OV-73: with the key that was probably meant; what areas of ours read by hand is known."""
    async with look(_configure) as operations:
        report = await operations.configuration.report()

    assert [(each.key, each.did_you_mean) for each in report.unknown] == [
        ("Payment:TimeoutSecond", "Payment:TimeoutSeconds")
    ]


async def test_settings_are_searched(look: Look) -> None:
    """OV-74: by section, and by text in key or source."""
    async with look(_configure) as operations:
        section = await operations.configuration.report(section="payment")
        text = await operations.configuration.report(text="apikey")
        source = await operations.configuration.report(text="appsettings.json", section="Payment")

    assert {each.key.partition(":")[0] for each in section.settings} == {"Payment"}
    assert [each.key for each in text.settings] == ["Payment:ApiKey"]
    assert len(source.settings) == 4


async def test_the_environment_is_not_shown_but_for_what_is_read(look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    """OV-75: the environment is full of values for others, and of secrets."""
    monkeypatch.setenv("SOMEBODY_ELSES", "x")
    monkeypatch.setenv("Payment__Url", "https://variable")

    def configure(builder: HostBuilder) -> None:
        _configure(builder)
        builder.configuration.add_environment_variables()

    async with look(configure) as operations:
        settings = await _by_key(operations)

    assert settings["Payment:Url"].value == "https://variable"
    assert "SOMEBODY_ELSES" not in settings


async def test_a_secret_is_revealed_only_where_that_is_allowed(look: Look) -> None:
    """OV-76: ``Operations:AllowReveal``; each time is in the audit, without the value."""
    async with look(_configure) as operations:
        with pytest.raises(ActionRefusedError, match="Operations:AllowReveal"):
            await operations.configuration.reveal("Payment:ApiKey", by=ADA)
        refused = (await operations.audit.search()).items
    async with look(_configure, "--Operations:AllowReveal=true", environment="Production") as operations:
        shown = await operations.configuration.reveal("Payment:ApiKey", by=ADA, reason="call 12")
        with pytest.raises(NotFoundError, match="no setting 'Payment:Nothing'"):
            await operations.configuration.reveal("Payment:Nothing", by=ADA)
        lines = (await operations.audit.search()).items

    assert (shown.value, shown.is_masked) == ("s3cret", False)
    assert [(each.target, each.outcome) for each in (*refused, lines[1])] == [
        ("Payment:ApiKey", "refused"),
        ("Payment:ApiKey", "done"),
    ]
    assert "s3cret" not in str(lines)


@pytest.mark.parametrize("environment", ["../Production", "", "a b", "x" * 61])
async def test_another_environment_is_a_plain_name(look: Look, environment: str) -> None:
    """OV-77: no file outside of the application's can be read through it."""
    async with look(_configure) as operations:
        with pytest.raises(InvalidRequestError):
            await operations.configuration.difference(environment)
        with pytest.raises(NotFoundError, match=r"appsettings\.Nowhere\.json"):
            await operations.configuration.difference("Nowhere")


async def test_settings_are_read_again(look: Look) -> None:
    """OV-78: all sources, and what is changed counts."""
    async with look(_configure) as operations:
        folder = Path(operations.host._workplace.environment.content_root_path)  # pyright: ignore[reportPrivateUsage]
        (folder / "appsettings.json").write_text('{"Payment": {"Url": "https://new"}}')
        await operations.configuration.reload(by=ADA)
        setting = await operations.configuration.explain("Payment:Url")

    assert setting.value == "https://new"


async def test_the_schema_has_the_options(look: Look) -> None:
    """OV-79: for an editor."""
    async with look(_configure) as operations:
        schema = await operations.configuration.schema()

    assert "Payment" in schema["properties"]
