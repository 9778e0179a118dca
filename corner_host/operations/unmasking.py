"""Arguments that were edited without having been seen in full: what is masked in them is as it was. Pure."""

from typing import Any, Final

from corner_host.primitives import MASK, holds_password, is_secret_key

from .errors import InvalidRequestError

_CUT: Final = "..."
"""What stands in a view for data that lies too deep."""


def unmasked(given: Any, stored: Any, name: str = "", path: str = "payload") -> Any:
    """Return the arguments *given*, with what is masked in them as it is *stored*.

    Raises:
        InvalidRequestError: There is a mask where nothing was masked.

    Example:
        >>> unmasked({"card": {"api_key": "••••••••", "amount": 7}}, {"card": {"api_key": "s3cret", "amount": 5}})
        {'card': {'api_key': 's3cret', 'amount': 7}}
    """
    new: Any = given  # narrowed, checkers would not know what is in it
    old: Any = stored
    if isinstance(given, dict):
        fields: Any = old if isinstance(stored, dict) else {}
        return {key: unmasked(inner, fields.get(key), key, f"{path}.{key}") for key, inner in new.items()}
    if isinstance(given, list):
        items: Any = old if isinstance(stored, list) else []
        return [
            unmasked(inner, items[at] if at < len(items) else None, "", f"{path}.{at}") for at, inner in enumerate(new)
        ]
    if given == MASK:
        if stored is None or not (is_secret_key(name) or (isinstance(stored, str) and holds_password(stored))):
            raise InvalidRequestError(f"{path} is a mask, and nothing is masked there.", field="payload")
        return stored
    return old if new == _CUT and isinstance(stored, dict | list) else new


def changed_fields(given: Any, stored: Any) -> str:
    """Return the names of the fields that differ, for the audit; not their values.

    Example:
        >>> changed_fields({"a": 1, "b": 2}, {"a": 1, "b": 3, "c": 4})
        'b, c'
    """
    if given == stored:
        return ""
    one: Any = given
    other: Any = stored
    if not isinstance(given, dict) or not isinstance(stored, dict):
        return "all"
    names = {*one, *other}
    return ", ".join(sorted(each for each in names if (each in one, one.get(each)) != (each in other, other.get(each))))
