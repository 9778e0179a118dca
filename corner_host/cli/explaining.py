"""Why one setting is what it is, with the default of the option at the end."""

from dataclasses import dataclass
from typing import Any, final

from corner_host.configuration.keys import fold
from corner_host.primitives import is_secret_key, mask

from .settings_view import SettingsView


@final
@dataclass(frozen=True, slots=True)
class Explanation:
    """Every layer that has a key, the winner first: kind, place, value."""

    key: str
    value: str
    layers: tuple[tuple[str, str, str], ...]

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
        return {"key": self.key, "value": self.value, "layers": layers}


def explanation(view: SettingsView, key: str, *, reveals: bool) -> Explanation | None:
    """Return why *key* is what it is; None if nothing has it."""
    found = view.configuration.explain(key)
    layers: list[tuple[str, str, str]] = []
    for layer in found.layers:
        value = layer.value
        if reveals and layer is found.winner:
            value = view.configuration[key]
        kind = "file" if layer.file is not None else layer.source
        place = view.place(layer) if layer.file is not None else layer.name or ""
        layers.append((kind, place, "null" if value is None else value))
    default = view.defaults.get(fold(key))
    if default is not None:
        shown = mask(default.value) if is_secret_key(default.key) and not reveals else default.value
        layers.append(("default", default.field, shown or ""))
    if not layers:
        return None
    return Explanation(
        default.key if default is not None and not found.layers else found.key, layers[0][2], tuple(layers)
    )
