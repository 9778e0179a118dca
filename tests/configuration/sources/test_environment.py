"""Environment variables."""

from collections.abc import Mapping

import pytest

from corner_host.configuration import ConfigurationBuilder, ConfigurationRoot
from corner_host.configuration.sources.environment import EnvironmentSource, colon_and_dot
from tests.configuration.helpers import loaded, names, values


def of(variables: Mapping[str, str], prefix: str = "") -> ConfigurationRoot:
    return loaded(EnvironmentSource(prefix, variables))


def test_names_are_keys_without_case() -> None:
    """E-01: a colon in a name is a colon in the key."""
    configuration = of({"DefaultConnection:ConnectionString": "x"})

    assert configuration["defaultconnection:connectionstring"] == "x"


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("data__ConnectionString", "data:ConnectionString"),
        ("A__B__C", "A:B:C"),
        ("A___B", "A:_B"),
        ("A____B", "A::B"),
        ("__A", ":A"),
        ("A__", "A:"),
        ("A_B", "A_B"),
    ],
)
def test_two_underscores_are_a_colon(name: str, key: str) -> None:
    """E-02: every pair of them, from the left; a segment may be empty."""
    assert values(of({name: "x"})) == {key: "x"}


@pytest.mark.parametrize("prefix", ["DefaultConnection:", "defaultCONNECTION:"])
def test_a_prefix_selects_and_is_cut_off(prefix: str) -> None:
    """E-03: case does not count in it."""
    configuration = of({"DefaultConnection:Provider": "x", "Other": "y"}, prefix)

    assert values(configuration) == {"Provider": "x"}


@pytest.mark.parametrize("name", ["App__X", "APP__X", "App:X"])
@pytest.mark.parametrize("prefix", ["App__", "app:", "APP__"])
def test_the_prefix_is_translated_as_names_are(prefix: str, name: str) -> None:
    """E-04: the match is between keys."""
    assert values(of({name: "x", "APPLE": "y"}, prefix)) == {"X": "x"}


def test_an_underscore_goes_only_with_the_prefix() -> None:
    """E-05: what does not begin with the prefix is left out whole."""
    assert values(of({"APP_A__B": "x", "OTHERVAR": "y"}, "APP_")) == {"A:B": "x"}


@pytest.mark.parametrize(
    ("prefix", "provider"),
    [
        ("MYSQLCONNSTR_", "MySql.Data.MySqlClient"),
        ("SQLAZURECONNSTR_", "System.Data.SqlClient"),
        ("SQLCONNSTR_", "System.Data.SqlClient"),
        ("POSTGRESQLCONNSTR_", "Npgsql"),
        ("sqlconnstr_", "System.Data.SqlClient"),
        ("APIHUBCONNSTR_", None),
        ("DOCDBCONNSTR_", None),
        ("EVENTHUBCONNSTR_", None),
        ("NOTIFICATIONHUBCONNSTR_", None),
        ("REDISCACHECONNSTR_", None),
        ("SERVICEBUSCONNSTR_", None),
        ("CUSTOMCONNSTR_", None),
    ],
)
def test_connection_strings_have_prefixes_of_their_own(prefix: str, provider: str | None) -> None:
    """E-06, E-07: where a provider is known it is added."""
    configuration = of({f"{prefix}db1": "server=x"})

    assert configuration.get_connection_string("db1") == "server=x"
    assert configuration.get_connection_string("db1_ProviderName") == provider
    assert ("db1_ProviderName" in names(configuration.get_section("ConnectionStrings"))) is (provider is not None)


def test_other_prefixes_of_azure_stay() -> None:
    """E-08: APPSETTING_ is not cut off."""
    assert values(of({"APPSETTING_AppName": "x"})) == {"APPSETTING_AppName": "x"}


def test_connection_strings_can_be_the_prefix() -> None:
    """E-09: the made key is what is matched."""
    configuration = of({"CUSTOMCONNSTR_db1": "x", "SQLCONNSTR_db2": "y", "Other": "z"}, "ConnectionStrings:")

    assert values(configuration) == {"db1": "x", "db2": "y", "db2_ProviderName": "System.Data.SqlClient"}


def test_another_prefix_leaves_connection_strings_out() -> None:
    """E-10: their made key does not begin with it."""
    assert values(of({"SQLCONNSTR_db1": "x", "test__a": "y"}, "test:")) == {"a": "y"}


def test_a_connection_prefix_is_cut_before_the_rest_is_translated() -> None:
    """E-11: of two underscores one belongs to the prefix."""
    configuration = of({"CUSTOMCONNSTR__db1": "x", "CUSTOMCONNSTR_a__b": "y"})

    assert values(configuration) == {"ConnectionStrings:_db1": "x", "ConnectionStrings:a:b": "y"}


def test_names_that_differ_in_case_are_no_error() -> None:
    """E-12: the last in the order of names wins, whatever the order of the environment."""
    forth = of({"KEY": "1", "key": "2", "Key": "3"})
    back = of({"Key": "3", "key": "2", "KEY": "1"})

    assert forth["key"] == back["key"] == "2"


@pytest.mark.parametrize("value", [" x ", "007", "true", "[1]", "", "a=b", "ä"])
def test_values_stay_as_they_are(value: str) -> None:
    """E-13: nothing is trimmed, parsed or guessed."""
    assert of({"A": value})["A"] == value


def test_a_change_shows_after_a_reload(monkeypatch: pytest.MonkeyPatch) -> None:
    """E-14: the environment is read when the source is loaded."""
    monkeypatch.setenv("ENVIRONMENT_TEST_A", "1")
    configuration = ConfigurationBuilder().add_environment_variables("ENVIRONMENT_TEST_").build()

    monkeypatch.setenv("ENVIRONMENT_TEST_A", "2")
    monkeypatch.setenv("ENVIRONMENT_TEST_B", "2")
    before = values(configuration)
    configuration.reload()

    assert before == {"A": "1"}
    assert values(configuration) == {"A": "2", "B": "2"}


def test_names_can_be_made_keys_in_another_way() -> None:
    """E-16: the prefix too."""
    source = EnvironmentSource("app-", {"APP-A-B": "x", "A__B": "y"}, lambda name: name.replace("-", ":"))

    assert values(loaded(source)) == {"A:B": "x"}


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("A_B", "A_B"),
        ("A__B", "A:B"),
        ("A___B", "A.B"),
        ("A____B", "A._B"),
        ("A_____B", "A.:B"),
        ("A______B", "A..B"),
    ],
)
def test_three_underscores_can_be_a_dot(name: str, key: str) -> None:
    """E-17: three are taken first, from the left."""
    assert values(loaded(EnvironmentSource("", {name: "x"}, colon_and_dot))) == {key: "x"}


def test_the_prefix_is_in_the_name() -> None:
    """E-18: so that the debug view tells it."""
    assert of({"APP_A": "1"}, "APP_").get_debug_view() == "A=1 (environment APP_*)"


def test_a_value_knows_its_variable() -> None:
    """The name is told as it is in the environment."""
    origin = of({"PAYMENT__Url": "x"}).providers[0].origin("payment:url")

    assert (origin.name, str(origin)) == ("PAYMENT__Url", "environment PAYMENT__Url")
