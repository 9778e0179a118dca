"""``python -m corner_host`` and the script ``corner-host``."""

import sys
from importlib import import_module


def script() -> None:
    """Do what the command line says, and exit with the status that tells how it went."""
    sys.exit(import_module("corner_host.cli").main())


if __name__ == "__main__":
    script()
