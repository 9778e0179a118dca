"""Why one setting is what it is, as it is shown; and what a running host says of it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, final


@final
@dataclass(frozen=True, slots=True)
class Explanation:
    """Every layer that has a key, the winner first: kind, place, value; and who says so, a running host or this shell."""

    key: str
    value: str
    layers: tuple[tuple[str, str, str], ...]
    told_by: str = "this shell"

    def __str__(self) -> str:
        kinds, places, values = (max(len(layer[column]) for layer in self.layers) for column in range(3))
        lines = [f"{self.key} = {self.value}"]
        for number, (kind, place, value) in enumerate(self.layers):
            line = f"  {kind:{kinds}}   {place:{places}}   {value:{values}}"
            lines.append(f"{line}   ← wins" if number == 0 else line.rstrip())
        return "\n".join(lines)

    def as_json(self) -> dict[str, Any]:
        """Return it for programs."""
        layers = [{"kind": kind, "place": place, "value": value} for kind, place, value in self.layers]
        return {"key": self.key, "value": self.value, "layers": layers, "told_by": self.told_by}


def of_running(setting: Mapping[str, Any], *, told_by: str, root: str) -> Explanation | None:
    """Return why a setting is what it is in a running host, as it says; None if nothing has it.

    Args:
        setting: Its answer.
        told_by: What the host is called.
        root: Its content root, relative to which files are told.
    """
    layers = [_layer(each, root) for each in setting["layers"]]
    if setting["default_of"]:
        layers.append(("default", setting["default_of"], setting["default"] or ""))
    if not layers:
        return None
    value = setting["value"] if setting["layers"] else layers[0][2]
    return Explanation(setting["key"], "null" if value is None else value, tuple(layers), told_by)


def _layer(layer: Mapping[str, Any], root: str) -> tuple[str, str, str]:
    value = "null" if layer["value"] is None else str(layer["value"])
    if not layer["file"]:
        return layer["source"], layer["name"], value
    path = Path(layer["file"])
    near = path.relative_to(root) if path.is_relative_to(root) else path
    return "file", f"{near}:{layer['line']}" if layer["line"] else str(near), value
