"""The formats by name."""

from collections.abc import Mapping
from importlib import import_module
from typing import Final

from .contracts import FormatterFactory

BUILT_IN: Final[Mapping[str, str]] = {
    "simple": "corner_host.logging.formatters.simple:SimpleFormatter",
    "simple-dotnet": "corner_host.logging.formatters.simple_dotnet:SimpleDotnetFormatter",
    "json": "corner_host.logging.formatters.json:JsonFormatter",
    "systemd": "corner_host.logging.formatters.systemd:SystemdFormatter",
    "rich": "corner_host.console.log_formatter:RichFormatter",
}
"""Where each format's class is found; imported when it is asked for."""


def load_formatter(name: str, registered: Mapping[str, FormatterFactory]) -> FormatterFactory | None:
    """Return what makes the formatter called *name* (in any case), None if there is no such format."""
    folded = name.lower()
    if folded in registered:
        return registered[folded]
    if folded not in BUILT_IN:
        return None
    module, _, attribute = BUILT_IN[folded].partition(":")
    factory: FormatterFactory = getattr(import_module(module), attribute)
    return factory
