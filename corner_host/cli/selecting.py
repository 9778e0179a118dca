"""Which jobs a command means: the same options for each command, said once."""

import inspect
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Annotated, Any, Final, TypeAlias

import typer

from corner_host.operations.choices import STATES

from .errors import CommandError
from .words import moment_of

Selection: TypeAlias = dict[str, Any]
"""What is asked of the API: each option that was given."""


def _texts(option: str, metavar: str, told: str) -> Any:
    return Annotated[list[str] | None, typer.Option(option, metavar=metavar, help=told)]


def _text(option: str, metavar: str, told: str) -> Any:
    return Annotated[str | None, typer.Option(option, metavar=metavar, help=told)]


_OPTIONS: Final[dict[str, Any]] = {
    "states": _texts("--state", "STATE", f"{', '.join(STATES)}; repeatable."),
    "names": _texts("--job", "NAME", "Kinds of job; repeatable."),
    "queues": _texts("--queue", "NAME", "Queues; repeatable."),
    "error": _text("--error", "TEXT", "Part of the last error's type or message."),
    "error_type": _text("--error-type", "TYPE", "The last error's type, exactly."),
    "place": _text("--place", "FILE:LINE", "Where the last error came from, exactly."),
    "parent": _text("--after", "ID", "Those that run after this job."),
    "key": _text("--key", "KEY", "The key, exactly."),
    "text": _text("--text", "TEXT", "Part of id, key or payload."),
    "worker": _text("--worker", "NAME", "Who runs them, or ran them last."),
    "since": _text("--since", "TIME", "Such as 03:00, 2026-11-25T03:00, or 10m ago."),
    "until": _text("--until", "TIME", "As --since."),
}


def selecting(command: Callable[..., None]) -> Callable[..., None]:
    """Give *command* an option for each way to narrow jobs down, in place of its parameter ``selection``."""
    signature = inspect.signature(command)
    parameters: list[inspect.Parameter] = []
    for each in signature.parameters.values():
        if each.name != "selection":
            parameters.append(each)
            continue
        for name, annotation in _OPTIONS.items():
            parameters.append(each.replace(name=name, annotation=annotation, default=None))

    @wraps(command)
    def select(**given: Any) -> None:
        command(selection=_selection({name: given.pop(name) for name in _OPTIONS}), **given)

    vars(select)["__signature__"] = signature.replace(parameters=parameters)  # where inspect looks for it
    select.__annotations__ = {each.name: each.annotation for each in parameters}
    return select


def _selection(given: dict[str, Any]) -> Selection:
    """Return the query that the options say, without what was not given.

    Raises:
        CommandError: A time or a state is none.
    """
    now = datetime.now(UTC).astimezone()
    for name in ("since", "until"):
        if given[name] is not None:
            given[name] = moment_of(given[name], now)
    if given["states"]:
        for state in given["states"]:
            if state.upper() not in STATES:
                raise CommandError(f"{state!r} is no state of a job; there are {', '.join(STATES)}.")
        given["states"] = [state.upper() for state in given["states"]]
    return {name: value for name, value in given.items() if value}
