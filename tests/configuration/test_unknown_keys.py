"""Keys that no option reads, and the schema that helps to write them right."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from corner_host.configuration import ConfigurationBuilder, UnknownKey, find_unknown_keys, json_schema
from corner_host.primitives import MASK

from .helpers import json_of, root_of


class Retry(BaseModel):
    attempts: int = 1


class Queue(BaseModel):
    max_concurrency: int = 1
    retries: list[Retry] = []
    by_name: dict[str, Retry] = {}
    either: Retry | int = 1
    optional: Retry | None = None
    renamed: str = Field("", alias="other-name")


@dataclass
class Payment:
    url: str = ""
    api_key: SecretStr | None = None


def found(memory: dict[str, str | None], *options: tuple[str, Any]) -> dict[str, str | None]:
    return {unknown.key: unknown.near for unknown in find_unknown_keys(root_of(memory), options)}


def test_a_misspelled_key_is_found_with_what_was_meant() -> None:
    """C7, P57: at any depth; what a field reads is not told."""
    memory: dict[str, str | None] = {
        "Queue:MaxConcurency": "8",
        "Queue:MAX_CONCURRENCY": "8",
        "Queue:Retries:0:Atempts": "1",
        "Queue:Retries:0:Attempts": "1",
        "Queue:ByName:x:Attemts": "1",
        "Queue:Either:Attempt": "1",
        "Queue:Optional:Attempts": "1",
        "Queue:Other-Name": "x",
        "Queue:Nonsense": "x",
        "$schema": "x",
        "Queue:$comment": "x",
    }

    assert found(memory, ("Queue", Queue)) == {
        "Queue:MaxConcurency": "Queue:MaxConcurrency",
        "Queue:Retries:0:Atempts": "Queue:Retries:0:Attempts",
        "Queue:ByName:x:Attemts": "Queue:ByName:x:Attempts",
        "Queue:Either:Attempt": "Queue:Either:Attempts",
        "Queue:Nonsense": None,
    }


def test_sections_may_lie_within_each_other() -> None:
    """C7: and one section may have several options; what one of them reads is known."""
    memory: dict[str, str | None] = {
        "A:Queue:MaxConcurrency": "1", "A:Url": "x", "A:Attempts": "1", "A:Quee:X": "1", "A:ByName:Any:X": "1",
    }  # fmt: skip
    options: list[tuple[str, Any]] = [("A", Payment), ("A", Retry), ("A:Queue", Queue), ("A:ByName", dict[str, Any])]

    assert found(memory, *options) == {"A:Quee:X": "A:Queue:X"}


def test_a_misspelled_section_is_found() -> None:
    """C7: also in the environment, which else is full of what is for others."""
    memory: dict[str, str | None] = {"PATH": "/bin", "QUEU:MAXCONCURRENCY": "1", "QUEUE:MAXCONCURRENCY": "1"}

    assert found(memory, ("Queue", Queue)) == {"QUEU:MAXCONCURRENCY": "Queue:MAXCONCURRENCY"}


def test_keys_of_files_count_wherever_they_are(tmp_path: Path) -> None:
    """C7: with value and line; the type Any reads all of a section."""
    path = tmp_path / "a.json"
    path.write_text('{"Logging": {"LogLevel": {"Default": "x"}},\n "Paymnt": {"Password": "hunter2"}, "Spare": 1}')
    configuration = ConfigurationBuilder().add_json_file(path).build()

    unknown = find_unknown_keys(configuration, [("Payment", Payment), ("Logging", Any)])

    assert unknown == (
        UnknownKey("Paymnt:Password", MASK, f"{path}:2:25", "Payment:Password"),
        UnknownKey("Spare", "1", f"{path}:2:46", None),
    )
    assert str(unknown[0]) == f"No option reads Paymnt:Password ({path}:2:25). Did you mean Payment:Password?"


class Open(BaseModel):
    model_config = ConfigDict(extra="allow")
    known: int = 1


def test_a_model_that_takes_everything_knows_everything() -> None:
    """C7: nothing below is unknown."""
    assert found({"A:Other:Deep": "1"}, ("A", Open)) == {}


def test_a_value_that_has_children_is_looked_into() -> None:
    """C7: what is below a scalar field is unknown."""
    assert found({"Queue:MaxConcurrency:X": "1", "Queue:MaxConcurrency": "2"}, ("Queue", Queue)) == {
        "Queue:MaxConcurrency:X": None,
    }  # fmt: skip


def test_options_may_be_at_the_root() -> None:
    """C7: the section without a name."""
    assert found({"Url": "x", "Urll": "x"}, ("", Payment)) == {"Urll": "Url"}


def test_a_schema_describes_all_options() -> None:
    """Fields are named as in files; nothing is required or forbidden, since other sources and keys may be there."""

    class Strict(BaseModel):
        model_config = ConfigDict(extra="forbid")
        max_size: int = Field(ge=1, description="Largest size.")

    schema = json_schema([("A:Queue", Queue), ("Strict", Strict), ("", Payment)])

    assert schema["properties"]["$schema"] == {"type": "string"}
    assert schema["properties"]["A"]["properties"]["Queue"] == {"type": "object", "allOf": [{"$ref": "#/$defs/Queue"}]}
    assert schema["allOf"] == [{"$ref": "#/$defs/Payment"}]
    assert list(schema["$defs"]["Queue"]["properties"]) == [
        "MaxConcurrency", "Retries", "ByName", "Either", "Optional", "Other-name",
    ]  # fmt: skip
    assert schema["$defs"]["Strict"]["properties"]["MaxSize"] == {
        "description": "Largest size.", "minimum": 1, "title": "Max Size", "type": "integer",
    }  # fmt: skip
    assert "required" not in str(schema)
    assert "'additionalProperties': False" not in str(schema)


def test_the_schema_of_a_file_is_ignored_by_the_binder() -> None:
    """``"$schema"`` speaks to editors."""
    configuration = json_of('{"$schema": "./appsettings.schema.json", "Attempts": 5}')

    assert configuration.get(Retry, forbid_unknown=True) == Retry(attempts=5)
