from collections.abc import Callable
from typing import Annotated, Any, TypeAlias, TypeVar

T = TypeVar("T")

def injected(service: Any) -> Callable[..., Any]:
    """Return the dependency behind ``Inject[service]``."""

Inject: TypeAlias = Annotated[T, "a service"]
