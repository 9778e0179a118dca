"""Recursion without Python's stack: so that a chain of services may be of any length. Pure."""

from collections.abc import Generator
from typing import Any

Task = Generator["Task", Any, Any]
"""A piece of work that yields the pieces it waits for, and is sent their results."""


def run(task: Task) -> Any:
    """Run *task* with all that it waits for, and return its result.

    Example:
        >>> def depth(number: int) -> Task:
        ...     return 0 if number == 0 else 1 + (yield depth(number - 1))
        >>> run(depth(100_000))
        100000
    """
    stack = [task]
    result = None
    while stack:
        try:
            stack.append(stack[-1].send(result))
            result = None
        except StopIteration as stop:
            stack.pop()
            result = stop.value
    return result
