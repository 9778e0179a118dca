"""All errors at once, each with key, value and place."""

import pickle
from pathlib import Path

import pytest
from pydantic import BaseModel, Field, SecretStr, field_validator, model_validator

from corner_host.configuration import BindingFailure, ConfigurationBindingError, ConfigurationBuilder, ConfigurationRoot
from corner_host.primitives import MASK
from tests.configuration.helpers import Planets, json_of, root_of


class Retry(BaseModel):
    attempts: int = 1
    delays: list[float] = []


class Payment(BaseModel):
    url: str
    timeout_seconds: float = Field(1.0, gt=0)
    api_key: SecretStr = Field(SecretStr(""), max_length=5)
    retry: Retry = Retry()


@pytest.fixture
def broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ConfigurationRoot:
    """A configuration in which nothing fits."""
    path = tmp_path / "appsettings.json"
    path.write_text(
        '{\n  "Payment": {\n    "TimeoutSeconds": -1, // too short\n    "Retry": {"Delays": [1, "x"]}\n  }\n}'
    )
    monkeypatch.setenv("BROKEN_Payment__ApiKey", "hunter2")
    builder = ConfigurationBuilder().add_json_file(path).add_environment_variables("BROKEN_")
    return builder.add_command_line(["--Payment:Retry:Attempts=many"]).build()


def test_all_errors_are_told_at_once(broken: ConfigurationRoot, tmp_path: Path) -> None:
    """B-11, C3: file with line and column, variable, argument; secrets are masked."""
    with pytest.raises(ConfigurationBindingError) as caught:
        broken.get_section("Payment").get(Payment)

    found = {error.key: (error.value, error.source) for error in caught.value.errors}
    assert found == {
        "Payment:Url": (None, None),
        "Payment:TimeoutSeconds": ("-1", f"{tmp_path / 'appsettings.json'}:3:23"),
        "Payment:ApiKey": (MASK, "environment BROKEN_Payment__ApiKey"),
        "Payment:Retry:Attempts": ("many", "command line --Payment:Retry:Attempts"),
        "Payment:Retry:Delays:1": ("x", f"{tmp_path / 'appsettings.json'}:4:29"),
    }
    assert caught.value.target.endswith("Payment")


def test_the_text_has_it_all(broken: ConfigurationRoot) -> None:
    """C3: one line for each error, and one for its place; nothing secret."""
    with pytest.raises(ConfigurationBindingError) as caught:
        broken.get_section("Payment").get(Payment)

    text = str(caught.value)
    assert text.startswith("5 values do not fit ")
    assert "\n  Payment:Retry:Attempts: Input should be a valid integer" in text
    assert "(found 'many')\n    from command line --Payment:Retry:Attempts" in text
    assert "hunter2" not in f"{text}{caught.value!r}{caught.value.errors}"


def test_the_error_survives_pickling(broken: ConfigurationRoot) -> None:
    """As every error of this package."""
    with pytest.raises(ConfigurationBindingError) as caught:
        broken.get_section("Payment").get(Payment)

    copy = pickle.loads(pickle.dumps(caught.value))

    assert (str(copy), copy.errors) == (str(caught.value), caught.value.errors)


class Talkative(BaseModel):
    password: str
    phrase: SecretStr = SecretStr("")
    other: str = ""

    @field_validator("password")
    @classmethod
    def _check_password(cls, value: str) -> str:
        if value == "hunter2":
            raise ValueError(f"{value} is too simple")
        return value

    @model_validator(mode="after")
    def _check_all(self) -> "Talkative":
        if self.other:
            raise ValueError(f"{self.password} and {self.phrase.get_secret_value()} with {self.other}")
        return self


@pytest.mark.parametrize(
    "memory", [{"Password": "hunter2"}, {"Password": "hunter3", "Phrase": "hunter4", "Other": "x"}]
)
def test_what_validators_quote_is_masked(memory: dict[str, str | None]) -> None:
    """C3: a validator of the application may put a secret into its message."""
    with pytest.raises(ConfigurationBindingError) as caught:
        root_of(memory).get(Talkative)

    assert "hunter" not in str(caught.value)
    assert MASK in str(caught.value)


def test_an_error_of_the_whole_model_has_its_key() -> None:
    """C3: that of the section."""
    with pytest.raises(ConfigurationBindingError) as caught:
        root_of({"A:Password": "pw", "A:Other": "x"}).get_section("A").get(Talkative)

    assert [error.key for error in caught.value.errors] == ["A"]


class Fields(BaseModel):
    max_items: int = 0
    http_client: Retry = Retry()


def test_two_keys_of_one_source_for_one_field_are_an_error() -> None:
    """C6: the error names both, and the source."""
    with pytest.raises(ConfigurationBindingError) as caught:
        json_of('{"S": {"MaxItems": 1, "max_items": 2}}').get_section("S").get(Fields)

    (error,) = caught.value.errors
    assert {"S:MaxItems", "S:max_items"} <= set(error.message.split())
    assert error.source == "json stream"


def test_two_keys_of_one_source_are_found_below_too() -> None:
    """C6: also if they only have children."""
    with pytest.raises(ConfigurationBindingError, match="both fill the field http_client"):
        json_of('{"HttpClient": {"Attempts": 1}, "HTTP_CLIENT": {"Delays": [1]}}').get(Fields)


def test_of_two_sources_the_last_wins_in_any_spelling() -> None:
    """C6, P56: merged before it is bound, MAX_ITEMS of the environment overrides MaxItems of the file; below, key by key."""
    file = {"MaxItems": "1", "HttpClient:Attempts": "1", "HttpClient:Delays:0": "1"}

    forth = root_of(file, {"MAX_ITEMS": "2", "HTTP_CLIENT:ATTEMPTS": "2"}).get(Fields)
    back = root_of({"MAX_ITEMS": "2", "HTTP_CLIENT:ATTEMPTS": "2"}, file).get(Fields)

    assert forth == Fields(max_items=2, http_client=Retry(attempts=2, delays=[1.0]))
    assert back == Fields(max_items=1, http_client=Retry(attempts=1, delays=[1.0]))


def test_an_error_names_the_spelling_that_won() -> None:
    """C6: and its source."""
    with pytest.raises(ConfigurationBindingError) as caught:
        root_of({"MaxItems": "1"}).__class__(
            [_loaded({"MaxItems": "1"}, "low"), _loaded({"max_items": "x"}, "high")]
        ).get(Fields)

    assert [(error.key, error.source) for error in caught.value.errors] == [("max_items", "high")]


def _loaded(values: dict[str, str | None], name: str) -> Planets:
    planets = Planets(values, name=name)
    planets.load()
    return planets


def test_a_failure_reads_well() -> None:
    """Key, message, value, place."""
    assert (
        str(BindingFailure("A:B", "x", "a.json:1:2", "is wrong.")) == "A:B: is wrong. (found 'x')\n    from a.json:1:2"
    )
    assert str(BindingFailure("A:B", None, None, "is missing.")) == "A:B: is missing."


def test_a_later_reload_is_bound_anew() -> None:
    """What is remembered of a picture ends with it."""
    planets = Planets({"MaxItems": "1"})
    configuration = ConfigurationBuilder().add(planets).build()
    first = configuration.get(Fields)

    planets.values["MaxItems"] = "2"
    configuration.reload()
    second = configuration.get(Fields)
    configuration["MaxItems"] = "3"

    assert [first, second, configuration.get(Fields)] == [Fields(max_items=n) for n in (1, 2, 3)]
