"""Why one setting is what it is when the application starts in this shell, with the default of the option at the end."""

from corner_host.configuration.keys import fold
from corner_host.primitives import is_secret_key, mask

from .explanation import Explanation
from .settings_view import SettingsView


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
