"""Which parameter of a function is meant for a cancellation token: one rule for hosted functions, work items and the like."""

import inspect
from typing import Any, Final

from .cancellation import CancellationToken

TOKEN_NAMES: Final = frozenset({"cancellation_token", "stopping", "token"})
"""What a parameter without an annotation is called that is meant for a token."""

_TOKENS: Final = (CancellationToken, CancellationToken | None)
_ANYTHING: Final = (inspect.Parameter.empty, Any, object)


def is_unannotated(parameter: inspect.Parameter) -> bool:
    """Whether the annotation of *parameter* says nothing: there is none, or it is ``Any`` or ``object``."""
    return parameter.annotation in _ANYTHING


def takes_token(parameter: inspect.Parameter) -> bool:
    """Whether *parameter*, whose annotation is evaluated, is meant for a token: by its annotation, or by its name.

    Example:
        >>> async def work(order: int, stopping, token: CancellationToken | None): ...
        >>> [name for name, each in inspect.signature(work).parameters.items() if takes_token(each)]
        ['stopping', 'token']
    """
    if is_unannotated(parameter):
        return parameter.name in TOKEN_NAMES
    return parameter.annotation in _TOKENS
