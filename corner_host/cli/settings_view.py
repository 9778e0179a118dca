"""The settings of an application as a table: what counts, and where it comes from."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final, final

from corner_host.configuration import ConfigurationManager, Layer, UnknownKey
from corner_host.configuration.keys import fold
from corner_host.operations.defaults import Default, defaults_of
from corner_host.options import BoundSection, unknown_keys
from corner_host.primitives import is_secret_key, mask

from .building import Application

_OWN: Final = frozenset(fold(key) for key in ("environment", "applicationName", "contentRoot", "$schema"))


@final
@dataclass(frozen=True, slots=True)
class Row:
    """One key.

    Args:
        key: Full key.
        value: Its value, masked when it is secret.
        source: Where the value comes from.
        shadowed: The next lower layer, if it has another value.
    """

    key: str
    value: str
    source: str
    shadowed: str | None = None

    @property
    def section(self) -> str:
        """The key without its last part."""
        return self.key.rpartition(":")[0]

    @property
    def name(self) -> str:
        """The last part of the key."""
        return self.key.rpartition(":")[2]


@final
class SettingsView:
    """Reads the settings of an application that is built.

    Args:
        application: The application; if it could not be built, what is known of it.
        reveals: Whether secrets are shown.
    """

    def __init__(self, application: Application, *, reveals: bool = False) -> None:
        self.configuration: ConfigurationManager = application.builder.configuration
        self._reveals = reveals
        self._root = Path(application.builder.environment.content_root_path)
        provider = None if application.host is None else application.host.services
        self.defaults: dict[str, Default] = {} if provider is None else defaults_of(provider)
        bound = () if provider is None else provider.get_services(BoundSection)
        self._sections = {fold(each.path) for each in bound}
        self.unknown: tuple[UnknownKey, ...] = () if provider is None else unknown_keys(provider)

    def rows(self, section: str = "", *, everything: bool = False) -> list[Row]:
        """Return the settings that are for this application, sorted by section.

        Args:
            section: Only what is below this key.
            everything: Also variables that are for others.
        """
        wanted = fold(section)
        found: dict[str, Row] = {}
        for key, _ in self.configuration.as_enumerable():
            if _is_below(key, wanted) and (everything or self._is_ours(key)):
                row = self._row(key)
                if row is not None:
                    found[fold(key)] = row
        for folded, default in self.defaults.items():
            if folded not in found and _is_below(default.key, wanted):
                found[folded] = Row(default.key, self._shown(default.key, default.value), "default")
        return sorted(found.values(), key=lambda row: (row.section.casefold(), row.name.casefold()))

    def raw(self) -> dict[str, str]:
        """Return every setting for this application with its real value."""
        return {row.key: self._real(row) for row in self.rows()}

    def _real(self, row: Row) -> str:
        value = self.configuration[row.key]
        if value is not None:
            return value
        return self.defaults[fold(row.key)].value if row.source == "default" else ""

    def _row(self, key: str) -> Row | None:
        explained = self.configuration.explain(key)
        if explained.winner is None or explained.winner.value is None:
            return None
        lower = next((each for each in explained.layers if each is not explained.winner), None)
        real = self.configuration[key]
        shadowed = None
        if lower is not None and lower.value is not None and lower.value != explained.value:
            shadowed = f"{self.place(lower)} = {lower.value}"
        value = (real if self._reveals else explained.value) or ""
        return Row(explained.key, value, self.place(explained.winner), shadowed)

    def _shown(self, key: str, value: str) -> str:
        return value if self._reveals or not value or not is_secret_key(key) else mask(value) or ""

    def place(self, layer: Layer) -> str:
        """Return where a value comes from: file and line, or variable, or argument."""
        if layer.file is not None:
            path = Path(layer.file)
            near = path.relative_to(self._root) if path.is_relative_to(self._root) else path
            return f"{near}:{layer.line}" if layer.line is not None else str(near)
        return f"{layer.source} {layer.name}" if layer.name else layer.source

    def _is_ours(self, key: str) -> bool:
        folded = fold(key)
        if folded.partition(":")[0] in _OWN:
            return False
        if any(section and _is_below(key, section) for section in self._sections):
            return True
        return any(each.source != "environment" for each in self.configuration.explain(key).layers)


def _is_below(key: str, folded_section: str) -> bool:
    folded = fold(key)
    return not folded_section or folded == folded_section or folded.startswith(folded_section + ":")
