"""What an item was called with, in a form that can be logged: a hash, which shows no secret. Pure."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any


def arguments_hash(work: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> str:
    """Return the first eight digits of the SHA-256 of ``repr((args, kwargs))``, with those of a ``functools.partial``.

    Two calls with the same hash were most likely made with the same arguments, and whoever knows these can find his own.
    Empty without arguments, and where they cannot be written.

    Example:
        >>> arguments_hash(print, ("order", 7), {}), arguments_hash(partial(print, "order"), (7,), {})
        ('c964166d', 'c964166d')
    """
    from hashlib import sha256  # noqa: PLC0415 - it loads OpenSSL, and is asked for seldom

    while isinstance(work, partial):
        args, kwargs, work = (*work.args, *args), {**work.keywords, **kwargs}, work.func
    if not args and not kwargs:
        return ""
    try:
        text = repr((args, dict(kwargs)))
    except Exception:  # noqa: BLE001 - an object of the application may fail in any way, and costs nothing but its hash
        return ""
    return sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:8]
