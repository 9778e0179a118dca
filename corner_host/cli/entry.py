"""Where every command line enters."""

import sys
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from typing import Any

USAGE_ERROR = 2


def main(
    args: Sequence[str] | None = None, *, create_builder: Callable[..., Any] | None = None, program: str = "corner-host"
) -> int:
    """Do what a command line says, and return the exit status.

    Args:
        args: The arguments; None for those of the program.
        create_builder: The application to work on; None to find it.
        program: What the program is called in messages.

    Returns:
        0 when it was done; 2 for a wrong command line; else as ``Host.main``.
    """
    if not _has_typer():
        print(  # noqa: T201 - a command line prints
            f"error: The commands of {program} need the package typer.\nTo fix: pip install 'corner-host[cli]'.",
            file=sys.stderr,
        )
        return USAGE_ERROR
    from .app import run  # noqa: PLC0415 - Typer is an extra
    from .invocation import Invocation  # noqa: PLC0415

    invocation = Invocation(program=program, create_builder=create_builder)
    try:
        run(list(sys.argv[1:] if args is None else args), invocation)
    except SystemExit as demanded:
        return demanded.code if isinstance(demanded.code, int) else int(demanded.code is not None)
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output is gone, and nobody wants to hear of it
        return 0
    except Exception as error:  # noqa: BLE001 - it is told, and decides the status
        from .failing import tell  # noqa: PLC0415 - loads the areas whose errors it knows

        return tell(error, invocation)
    return 0


def _has_typer() -> bool:
    try:
        return find_spec("typer") is not None
    except ValueError:  # somebody keeps it from being imported
        return False
