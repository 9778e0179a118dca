from .contracts import FormatterFactory, FormatterOptions
from .json import JsonFormatter
from .registry import BUILT_IN, load_formatter
from .simple import SimpleFormatter, SimpleLine
from .simple_dotnet import SimpleDotnetFormatter
from .systemd import SystemdFormatter

__all__ = [
    "BUILT_IN",
    "FormatterFactory",
    "FormatterOptions",
    "JsonFormatter",
    "SimpleDotnetFormatter",
    "SimpleFormatter",
    "SimpleLine",
    "SystemdFormatter",
    "load_formatter",
]
