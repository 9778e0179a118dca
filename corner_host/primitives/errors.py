"""The root of every error that this package raises on purpose.

Each area keeps its own errors in its ``errors.py``; all of them derive from `CornerHostError` and from the builtin
that a Python user would catch (``LookupError``, ``ValueError``, ``TimeoutError``, ``RuntimeError``).
"""

from collections.abc import Callable
from typing import Any

import corner_host.primitives as door


class CornerHostError(Exception):
    """Root of the errors that `corner_host` raises on purpose.

    An error carries its data in fields and says in ``str()`` what happened, why, and how to fix it. It survives
    pickling, so it can cross a process boundary: a field whose value cannot be pickled arrives as its ``repr()``.

    Example:
        >>> import pickle
        >>> error = CornerHostError("The file is not valid JSON.")
        >>> str(pickle.loads(pickle.dumps(error)))
        'The file is not valid JSON.'
    """

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return door.pickling.reduced(self)
