"""What a terminal shows; the only area that imports rich.

The log format ``rich`` is found here by its name, see ``corner_host.logging``. Its module is entered by full path, because
importing this door loads nothing.
"""

__all__: list[str] = []
