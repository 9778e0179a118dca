"""What a person reads when a command fails, and the exit status.

A mistake of the user is told in words, without a frame of this package; what the application's own code raised, with the
line it came from. ``--traceback`` shows everything.
"""

import sys
import sysconfig
import traceback
from pathlib import Path
from typing import Final

from corner_host.di import ServiceCollection, ServiceValidationError
from corner_host.hosting.exit_status import exit_status
from corner_host.primitives import CornerHostError, without_passwords

from .errors import CommandError
from .invocation import Invocation
from .mistakes import SettingProblem, flattened, graph_text, setting_problems, settings_text
from .words import harmless

_PACKAGE: Final = str(Path(__file__).parents[1])
_LIBRARIES: Final = tuple(sysconfig.get_paths()[name] for name in ("stdlib", "platstdlib", "purelib", "platlib"))


def tell(error: BaseException, invocation: Invocation, services: ServiceCollection | None = None) -> int:
    """Write on standard error what went wrong.

    Args:
        error: What was raised.
        invocation: What the command line says.
        services: The registrations, to tell where each is.

    Returns:
        The exit status.
    """
    if invocation.traceback:
        print(without_passwords("".join(traceback.format_exception(error))), file=sys.stderr)  # noqa: T201
    told = without_passwords("\n\n".join(texts(error, invocation, services)))
    print(harmless(told), file=sys.stderr)  # noqa: T201 - a command line prints
    return status_of(error)


def status_of(error: BaseException) -> int:
    """Return the exit status for a command that ended with *error*."""
    return error.exit_status if isinstance(error, CommandError) else exit_status(error, has_started=False)


def texts(error: BaseException, invocation: Invocation, services: ServiceCollection | None = None) -> list[str]:
    """Return what to write: one text for all settings, one for the graph, one for everything else."""
    settings: list[SettingProblem] = []
    others: list[str] = []
    for each in flattened(error):
        problems = setting_problems(each, program=invocation.program)
        if problems is not None:
            settings += problems
        elif isinstance(each, ServiceValidationError):
            others.append(graph_text(each, services))
        else:
            others.append(_told(each, invocation))
    return [*dict.fromkeys(others), *([settings_text(list(dict.fromkeys(settings)))] if settings else [])]


def _told(error: BaseException, invocation: Invocation) -> str:
    if isinstance(error, SyntaxError):
        return syntax_text(error)
    if isinstance(error, CornerHostError):
        lines = [f"error: {error}"]
    else:
        lines = [f"error: {type(error).__name__}: {error}" if str(error) else f"error: {type(error).__name__}"]
    if not isinstance(error, CommandError):
        place = place_outside(error)
        if place:
            lines.append(f"  at {place}")
        if not invocation.traceback and not isinstance(error, CornerHostError):
            lines.append("  (--traceback shows the traceback)")
    return "\n".join(lines)


def syntax_text(error: SyntaxError) -> str:
    """Return a syntax error as file, line, and the line itself with a mark below."""
    first, *rest = syntax_lines(error, error.filename or "?")
    return "\n".join([f"error: {first}", *rest])


def syntax_lines(error: SyntaxError | ValueError, path: str) -> list[str]:
    """Return what is wrong with a file of Python: place and message, the line, and a mark below the column."""
    if not isinstance(error, SyntaxError):
        return [f"{Path(path).name}: {error}"]
    lines = [f"{Path(error.filename or path).name}:{error.lineno}: {type(error).__name__}: {error.msg}"]
    if error.text:
        line = error.text.rstrip().lstrip()
        indentation = len(error.text.rstrip()) - len(line)
        lines.append(f"    {line}")
        if error.offset:
            lines.append("    " + " " * max(0, error.offset - 1 - indentation) + "^")
    return lines


def place_outside(error: BaseException) -> str | None:
    """Return file and line of the last frame that is the application's own, relative to the working directory."""
    place: str | None = None
    frame = error.__traceback__
    while frame is not None:
        file = frame.tb_frame.f_code.co_filename
        if not file.startswith((_PACKAGE, *_LIBRARIES)) and Path(file).is_file():
            path = Path(file)
            near = path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
            place = f"{near}:{frame.tb_lineno}, in {frame.tb_frame.f_code.co_name}"
        frame = frame.tb_next
    return place
