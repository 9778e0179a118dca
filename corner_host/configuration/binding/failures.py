"""pydantic's errors in the words of configuration: full keys, values, places. Shows no secret."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from corner_host.configuration.failure import BindingFailure
from corner_host.configuration.keys import join, pascal_case
from corner_host.primitives import MASK, holds_password, is_secret_key, mask

from .layout import Items, Layout, Leaf, Planner, Record


def failures(planner: Planner, layout: Layout, errors: Sequence[Mapping[str, Any]]) -> list[BindingFailure]:
    """Return what *errors*, as pydantic lists them, are about; each key once."""
    found: dict[tuple[str, str], BindingFailure] = {}
    for error in errors:
        failure = _failure(planner, layout, error)
        found.setdefault((failure.key, failure.message), failure)
    return list(found.values())


def _failure(planner: Planner, layout: Layout, error: Mapping[str, Any]) -> BindingFailure:
    part, missing = _find(layout, error["loc"], is_missing=error["type"] == "missing")
    message = _message(error, part)
    if missing is not None:
        field = error["loc"][-1]
        return BindingFailure(join(part.key, missing), None, None, f"is missing, but the field {field} is required.")
    if isinstance(part, Leaf):
        secret = _is_secret(part)
        origin = planner.origin(part.path)
        shown = mask(part.text) if secret else part.text
        return BindingFailure(part.key, shown, None if origin is None else str(origin), message)
    return BindingFailure(part.key or "(root)", None, None, message)


def _find(layout: Layout, loc: Sequence[Any], *, is_missing: bool) -> tuple[Layout, str | None]:
    """Follow pydantic's location; what is no member (the tag of a union, say) is passed over."""
    part = layout
    for depth, step in enumerate(loc):
        if isinstance(part, Record):
            if step in part.members:
                part = part.members[step]
                continue
            field = next((f for f in part.shape.fields if step in f.names), None) if part.shape is not None else None
            if field is not None and field.name in part.members:
                part = part.members[field.name]
            elif is_missing and depth == len(loc) - 1:
                return part, pascal_case(str(step))
        elif isinstance(part, Items) and isinstance(step, int) and 0 <= step - part.offset < len(part.members):
            part = part.members[step - part.offset]
    return part, None


def _message(error: Mapping[str, Any], part: Layout) -> str:
    """Return pydantic's sentence; a validator of the application may quote a secret, which is masked."""
    message = str(error["msg"])
    for secret in _secrets(part):
        message = message.replace(secret, MASK)
    return message if message.endswith((".", "!", "?")) else f"{message}."


def _is_secret(part: Leaf) -> bool:
    return part.secret or is_secret_key(part.key) or holds_password(part.text)


def _secrets(part: Layout) -> Iterator[str]:
    if isinstance(part, Leaf):
        if part.text and _is_secret(part):
            yield part.text
        return
    members = part.members.values() if isinstance(part, Record) else part.members
    for member in members:
        yield from _secrets(member)
