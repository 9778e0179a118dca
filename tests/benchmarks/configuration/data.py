"""The data of the benchmarks: 10,000 keys in five layers of JSON, and models of fifty fields."""

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel, create_model

LAYERS = 5
FIELDS = 50


def write_layers(directory: Path) -> list[Path]:
    """Write five files of 2,010 keys each; half of them override the file before."""
    files: list[Path] = []
    for layer in range(LAYERS):
        sections: dict[str, Any] = {
            f"Section{layer * 10 + number}": {
                f"Group{group}": {f"SettingName{index}": f"value {layer} {index}" for index in range(10)}
                for group in range(10)
            }
            for number in range(20)
        }
        sections["Limits"] = {f"Limit{index}": index * layer for index in range(10)}
        files.append(directory / f"layer{layer}.json")
        files[-1].write_text(json.dumps(sections, indent=2))
    return files


def flat_model() -> type[BaseModel]:
    """A model of fifty integers."""
    return create_model("Flat", **{f"setting_name_{index}": (int, 0) for index in range(FIELDS)})  # type: ignore[call-overload, no-any-return]


def nested_model() -> type[BaseModel]:
    """A model of fifty integers in ten groups."""
    group = create_model("Group", **{f"setting_name_{index}": (int, 0) for index in range(5)})  # type: ignore[call-overload]
    return create_model("Nested", **{f"group_{index}": (group, group()) for index in range(10)})  # type: ignore[call-overload, no-any-return]


def flat_data() -> dict[str, str]:
    """What fills the flat model."""
    return {f"setting_name_{index}": str(index) for index in range(FIELDS)}


def nested_data() -> dict[str, dict[str, str]]:
    """What fills the nested model."""
    return {f"group_{index}": {f"setting_name_{inner}": str(inner) for inner in range(5)} for index in range(10)}
