"""Why a value is what it is: explanations and the debug view."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, SecretStr

from corner_host.configuration import (
    ConfigurationBindingError,
    ConfigurationBuilder,
    ConfigurationProvider,
    DebugViewContext,
    Origin,
)
from corner_host.primitives import MASK

from .conftest import Make
from .helpers import Planets, json_of


def test_the_debug_view_is_an_indented_tree(make: Make) -> None:
    """D-01: key=value (provider), inner nodes with a colon, two blanks a level, sorted."""
    view = make(Planets({"Section": "", "L:10": "b", "L:2": "a", "B:C:D": "x"}, name="p")).get_debug_view()

    assert view.splitlines() == ["B:", "  C:", "    D=x (p)", "L:", "  2=a (p)", "  10=b (p)", "Section= (p)"]


def test_the_debug_view_tells_who_wins(make: Make) -> None:
    """D-02: only the winner is shown."""
    view = make(Planets({"A": "1", "B": "1"}, name="first"), Planets({"a": "2"}, name="second")).get_debug_view()

    assert view.splitlines() == ["a=2 (second)", "B=1 (first)"]


def test_a_node_with_value_and_children_has_both(make: Make) -> None:
    """D-03: first its value."""
    view = make(Planets({"A": "1", "A:B": "2"}, name="p")).get_debug_view()

    assert view.splitlines() == ["A=1 (p)", "  B=2 (p)"]


def test_values_can_be_processed(make: Make) -> None:
    """D-04: the callback gets path, key, value and provider, and what it returns is shown."""
    planets = Planets({"A:Password": "hunter2"}, name="p")
    seen: list[DebugViewContext] = []

    def process(context: DebugViewContext) -> str:
        seen.append(context)
        return "***"

    view = make(planets).get_debug_view(process)

    assert view.splitlines() == ["A:", "  Password=*** (p)"]
    assert seen == [DebugViewContext("A:Password", "Password", "hunter2", planets)]


def test_secrets_are_masked(make: Make) -> None:
    """C5: by the words of the key; not even the length is told."""
    view = make({"Api:Key": "hunter2", "ConnectionStrings:Shop": "hunter2", "Monkey": "banana"}).get_debug_view()

    assert "hunter2" not in view
    assert view.count(MASK) == 2
    assert "Monkey=banana" in view


class Login(BaseModel):
    phrase: SecretStr
    user: str = ""


def test_what_was_bound_to_a_secret_type_is_masked(make: Make) -> None:
    """C5: whatever it is called, from the first binding on, also after a reload."""
    configuration = make({"Login:Phrase": "hunter2", "Login:User": "jo"})

    configuration.get_section("Login").get(Login)
    configuration.reload()

    assert "hunter2" not in configuration.get_debug_view()
    assert configuration.explain("login:phrase").value == MASK
    assert configuration.explain("login:user").value == "jo"


def test_an_explanation_has_every_layer(tmp_path: Path) -> None:
    """The highest first, each with its place."""
    path = tmp_path / "appsettings.json"
    path.write_text('{\n  "Payment": {"TimeoutSeconds": 2.0}\n}')
    builder = ConfigurationBuilder().add_json_file(path).add_in_memory_collection({"Other": "x"})
    configuration = builder.add_command_line(["--Payment:TimeoutSeconds=9"]).build()

    explanation = configuration.explain("payment:timeoutseconds")

    assert (explanation.key, explanation.value) == ("Payment:TimeoutSeconds", "9")
    assert explanation.winner is explanation.layers[0]
    assert [(layer.value, layer.file, layer.line, layer.column, layer.name) for layer in explanation.layers] == [
        ("9", None, None, None, "--Payment:TimeoutSeconds"),
        ("2.0", str(path), 2, 33, None),
    ]
    assert str(explanation).splitlines() == [
        "Payment:TimeoutSeconds = 9",
        "  9    command line --Payment:TimeoutSeconds  <- wins",
        f"  2.0  {path}:2:33",
    ]


def test_an_explanation_masks_secrets() -> None:
    """In every layer."""
    explanation = json_of('{"Api": {"Token": "hunter1"}}', '{"Api": {"Token": "hunter2"}}').explain("Api:Token")

    assert [layer.value for layer in explanation.layers] == [MASK, MASK]
    assert "hunter" not in f"{explanation}{explanation!r}"


@pytest.mark.parametrize(
    "value", ["postgresql://shop:hunter2@db/orders", "Server=db;Pwd=hunter2", "host=db password=hunter2"]
)
def test_a_password_within_a_value_is_masked(value: str) -> None:
    """C5: whatever the key is called, and in every layer, so that none tells what another hides."""
    configuration = json_of(f'{{"Db": {{"Url": "{value}"}}}}', '{"Db": {"Url": "sqlite:///orders.db"}}')
    explanation = configuration.explain("Db:Url")

    assert [layer.value for layer in explanation.layers] == [MASK, MASK]
    assert "hunter" not in configuration.get_debug_view()


def test_what_is_nowhere_is_explained_too() -> None:
    """There is no winner then."""
    explanation = json_of("{}").explain("A:B")

    assert (explanation.winner, explanation.layers, explanation.value) == (None, (), None)
    assert str(explanation) == "A:B is in no source."


def test_a_null_can_win() -> None:
    """It is told from absence."""
    explanation = json_of('{"A": "1"}', '{"A": null}').explain("A")

    assert explanation.winner is not None
    assert str(explanation).splitlines() == ["A = null", "  null  json stream  <- wins", "  1     json stream"]


def test_what_the_program_set_says_so(make: Make) -> None:
    """Not the place where the source had another value."""
    configuration = make({"A": "1"})
    configuration["A"] = "2"

    winner = configuration.explain("A").winner

    assert winner is not None
    assert winner.source == "memory, set by the program"


class Vault(ConfigurationProvider):
    def __init__(self, said: object) -> None:
        self.name = "vault"
        self.said = said

    def load(self) -> None:
        self.data = {"A:Limit": "many"}

    def origin(self, key: str) -> Any:
        return self.said

    def build(self, builder: object) -> "Vault":
        return self


@pytest.mark.parametrize(
    ("said", "shown"), [(None, "vault"), ("entry 7", "vault entry 7"), (Origin("vault", "box.db", 3), "box.db:3")]
)
def test_a_provider_may_say_in_words_where_a_value_is_from(make: Make, said: object, shown: str) -> None:
    """Or not at all; explanations and errors show it."""
    configuration = make(Vault(said))

    with pytest.raises(ConfigurationBindingError) as caught:
        configuration.get_value("A:Limit", int)

    assert caught.value.errors[0].source == shown
    assert shown in str(configuration.explain("A:Limit"))
