"""Functions from source text, where texts that are equal share their code.

A plan's text names no class: all that tells two plans of one shape apart are the values that they close over. Compiling
is what costs (some 0.1 ms), so it is done once for each shape.
"""

from collections.abc import Callable, Sequence
from types import CodeType, FunctionType
from typing import Any, Final

MOST_SHAPES: Final = 4096

_codes: dict[tuple[str, int], CodeType] = {}


def function_from(body: Sequence[str], constants: Sequence[Any], names: dict[str, Any], *, asynchronous: bool) -> Any:
    """Return ``def plan(context)`` with the lines of *body*, in which ``k0``, ``k1``, ... are *constants*.

    Args:
        body: Indented source lines.
        constants: The values that tell this function from others of its shape.
        names: What the body may use besides: its globals. They are to be the same for all functions, since what CPython
            remembers about a look-up is part of the code, and goes by the dict.
        asynchronous: Whether it is an ``async def``.
    """
    head = " async def plan(context):" if asynchronous else " def plan(context):"
    text = "\n".join([head, *body])
    code = _codes.get((text, len(constants)))
    if code is None:
        code = _code_of(text, len(constants))
        if len(_codes) >= MOST_SHAPES:
            _codes.clear()
        _codes[text, len(constants)] = code
    make: Callable[..., Any] = FunctionType(code, names)
    return make(*constants)


def _code_of(text: str, count: int) -> CodeType:
    parameters = ", ".join(f"k{number}" for number in range(count))
    module = compile(f"def make({parameters}):\n{text}\n return plan", "<corner_host plan>", "exec")
    return next(constant for constant in module.co_consts if isinstance(constant, CodeType))
