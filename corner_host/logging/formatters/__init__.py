"""How a record becomes text: one file a format, and the list of their names.

``rich`` lives in ``corner_host.console``, which alone imports rich; it is found by name when it is first asked for.
"""

from corner_host.primitives.door import door

__getattr__, __dir__ = door(
    __name__,
    {
        "contracts": (
            "FormatterFactory",
            "FormatterOptions",
        ),
        "json": ("JsonFormatter",),
        "registry": (
            "BUILT_IN",
            "load_formatter",
        ),
        "simple": (
            "SimpleFormatter",
            "SimpleLine",
        ),
        "simple_dotnet": ("SimpleDotnetFormatter",),
        "systemd": ("SystemdFormatter",),
    },
)
