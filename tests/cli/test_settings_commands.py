"""``config`` and ``secrets``: which setting is in force, from where, and what nobody reads."""

import json
import stat
from pathlib import Path

import pytest

from .programs import SHOP, SHOP_PRODUCTION, SHOP_SETTINGS
from .shell import Shell


@pytest.fixture
def shop(here: Shell) -> Shell:
    """A shop with settings for every environment and for Production, and two variables."""
    here.write("program.py", SHOP)
    here.write("appsettings.json", SHOP_SETTINGS)
    here.write("appsettings.Production.json", SHOP_PRODUCTION)
    return here


VARIABLES = {"Payment__ApiKey": "sk-very-secret", "Payment__TimeoutSeconds": "9.0"}


def test_show_tells_value_source_and_shadow_and_what_no_option_reads(shop: Shell) -> None:
    """Defaults are shown as such, secrets are masked, and a misspelled key is named with the right one."""
    answer = shop.call("config", "show", "--sources", "-q", **VARIABLES)

    assert (
        answer.output
        == """\
Payment
  ApiKey          ••••••••             environment Payment__ApiKey
  TimeoutSeconds  9.0                  environment Payment__TimeoutSeconds   (shadows appsettings.Production.json:3 = 2.5)
  Url             https://pay.example  appsettings.Production.json:4
Queue
  Capacity        1000                 appsettings.json:6
  MaxConcurrency  8                    default
Unknown keys (no option reads them)
  Queue:MaxConcurency  8   appsettings.Production.json:6   did you mean Queue:MaxConcurrency?
"""
    )


def test_show_keeps_to_its_columns_and_hides_nothing_where_nothing_is(shop: Shell) -> None:
    """A secret that nobody has set does not look as if somebody had."""
    shop.write("appsettings.Production.json", '{\n"Mail": { "Host": "mail.example" },\n"Queue": { "Size": 8 }\n}')
    shop.write("program.py", SHOP.replace('api_key: SecretStr = SecretStr("")', 'api_key: str = ""'))
    answer = shop.call("config", "show", "--sources", "-q")

    assert "\n  ApiKey                default\n" in answer.output
    assert "\n  Mail:Host   mail.example   appsettings.Production.json:2\n" in answer.output
    assert "\n  Queue:Size  8              appsettings.Production.json:3\n" in answer.output


def test_explain_tells_every_layer_with_the_winner_first(shop: Shell) -> None:
    """The incident's question: who set this, and what would it be otherwise."""
    answer = shop.call("config", "explain", "payment:timeoutseconds", "-q", **VARIABLES)

    assert (
        answer.output
        == """\
Payment:TimeoutSeconds = 9.0
  environment   Payment__TimeoutSeconds          9.0   ← wins
  file          appsettings.Production.json:3    2.5
  file          appsettings.json:3               2.0
  default       PaymentOptions.timeout_seconds   5.0
"""
    )


@pytest.mark.parametrize("command", ["show", "explain Payment:ApiKey", "env", "diff Staging Production", "show --json"])
def test_no_command_shows_a_secret_that_was_not_asked_to(shop: Shell, command: str) -> None:
    """Masked by its name, in every form of answer."""
    answer = shop.call("config", *command.split(), **VARIABLES)

    assert answer.status == 0
    assert "sk-very-secret" not in answer.output + answer.error


def test_reveal_shows_it(shop: Shell) -> None:
    """Who asks for it by name gets it."""
    answer = shop.call("config", "explain", "Payment:ApiKey", "--reveal", **VARIABLES)

    assert answer.output.startswith("Payment:ApiKey = sk-very-secret\n")


def test_diff_names_what_two_environments_do_not_share(shop: Shell) -> None:
    """A comment for a review: key, one value, the other."""
    answer = shop.call("config", "diff", "Staging", "Production", "-q")

    assert answer.output.splitlines() == [
        "                        Staging    Production",
        "Payment:TimeoutSeconds  2.0        2.5",
        "Payment:Url                        https://pay.example",
        "Queue:MaxConcurency     (not set)  8",
    ]


def test_env_can_be_read_by_the_program_again(shop: Shell) -> None:
    """Section__Key=value, one a line; what is secret is left to be filled in."""
    answer = shop.call("config", "env", "-q", **VARIABLES)

    assert "Queue__Capacity=1000\n" in answer.output
    assert "# Payment__ApiKey=\n" in answer.output


STRICT = """\
{
  "shutdownTimeoutSeconds": 10, "servicesStopConcurrently": true, "Payment": { "Url": "https://pay.example" },
  "Dashboard": { "Port": 5099 }
}
"""


def test_what_the_host_reads_itself_is_known(shop: Shell) -> None:
    """The keys of the host at the root of the settings, and those of the page that ``dev`` shows, are no mistakes."""
    shop.write("appsettings.json", STRICT)
    (shop.folder / "appsettings.Production.json").unlink()

    in_development = shop.call("check", "-q", "--strict", "-e", "Development")
    elsewhere = shop.call("check", "-q", "--strict")
    schema = json.loads(shop.call("config", "schema", "-q").output)

    assert in_development.error == ""
    assert in_development.status == 0
    assert (elsewhere.error.count("No option reads"), elsewhere.status) == (1, 78)  # where nobody shows a page
    assert schema["properties"]["shutdownTimeoutSeconds"] == {"type": "integer", "allOf": [{"type": "integer"}]}


WRONG_QUEUE = """\
{
  "Payment": { "TimeoutSeconds": "soon", "Url": "https://pay.example" },
  "BackgroundJobs": { "Queue": { "Capacity": "lots" } }
}
"""


@pytest.mark.parametrize("command", ["check", "run", "dev --no-reload"])
def test_every_wrong_setting_is_told_at_once(shop: Shell, command: str) -> None:
    """Also by a start, when one of them already keeps the host from being built."""
    shop.write("appsettings.json", WRONG_QUEUE)
    (shop.folder / "appsettings.Production.json").unlink()
    queue = "    builder.services.add_background_jobs(builder.configuration)\n    return builder"
    shop.write("program.py", SHOP.replace("    return builder", queue))

    answer = shop.call(*command.split(), "-q")

    assert answer.status == 78
    assert "error: configuration is not valid (2 problems)\n" in answer.error
    assert '  Payment:TimeoutSeconds               "soon" is not a number ' in answer.error


def test_schema_can_be_written_to_a_file(shop: Shell) -> None:
    """What editors complete with."""
    answer = shop.call("config", "schema", "-o", "schema.json")

    schema = json.loads((shop.folder / "schema.json").read_text("utf-8"))
    assert answer.output == "Written to schema.json\n"
    assert {"Payment", "Queue"} <= schema["properties"].keys()


def test_settings_of_an_application_that_cannot_be_built_can_still_be_seen(shop: Shell) -> None:
    """The tool that explains a mistake must not need that it is gone."""
    shop.write(
        "program.py",
        SHOP.replace(
            "    return builder", "    builder.configure_services(lambda services: 1 / 0)\n    return builder"
        ),
    )
    answer = shop.call("config", "explain", "Queue:Capacity")

    assert answer.status == 0
    assert answer.output.startswith("Queue:Capacity = 1000\n")


def test_secrets_are_kept_outside_the_project_for_its_owner_alone(shop: Shell) -> None:
    """0600, never shown, read by the application in Development and nowhere else."""
    shop.write("pyproject.toml", '[tool.corner-host]\nuser-secrets-id = "shop"\n')
    told = shop.call("secrets", "set", "Payment:ApiKey", typed="sk-from-stdin\n")
    listed = shop.call("secrets", "list", "-q")
    explained = shop.call("config", "explain", "Payment:ApiKey", "--reveal", "-e", "Development")
    in_production = shop.call("config", "explain", "Payment:ApiKey", "--reveal")
    path = Path(told.output.strip().rpartition(" ")[2])

    assert told.output == f"Payment:ApiKey is set in {path}\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not path.is_relative_to(shop.folder)
    assert listed.output == "Payment:ApiKey = ••••••••\n"
    assert "sk-from-stdin" in explained.output
    assert "sk-from-stdin" not in in_production.output


def test_a_program_keeps_the_secrets_that_it_reads(shop: Shell) -> None:
    """python program.py secrets ... and corner-host secrets ... mean the same file, that of the application's name."""
    own = shop.type("python", "program.py", "secrets", "set", "Payment:ApiKey", "sk-own")
    listed = shop.call("secrets", "list", "-q")
    explained = shop.type(
        "python", "program.py", "-e", "Development", "config", "explain", "Payment:ApiKey", "--reveal"
    )

    assert own.output.endswith("/usersecrets/program/secrets.json\n")
    assert listed.output == "Payment:ApiKey = ••••••••\n"
    assert explained.output.startswith("Payment:ApiKey = sk-own\n")


def test_secrets_can_be_removed(shop: Shell) -> None:
    """One by one, or all; a missing one is an error."""
    shop.call("secrets", "set", "A:Token", "1")
    shop.call("secrets", "set", "B:Token", "2")
    removed = shop.call("secrets", "remove", "a:token")
    missing = shop.call("secrets", "remove", "A:Token")
    cleared = shop.call("secrets", "clear")

    assert (removed.status, missing.status) == (0, 1)
    assert "There is no secret A:Token" in missing.error
    assert cleared.output == "1 secret is removed\n"
