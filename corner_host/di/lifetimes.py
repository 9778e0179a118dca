"""How long a service lives."""

from enum import Enum


class ServiceLifetime(Enum):
    """How long the object that a registration makes is kept.

    - ``SINGLETON``: one for the root provider, made when first asked for.
    - ``SCOPED``: one for each scope.
    - ``TRANSIENT``: a new one each time.
    """

    SINGLETON = "singleton"
    SCOPED = "scoped"
    TRANSIENT = "transient"

    def __str__(self) -> str:
        return self.value
