"""What a cache refuses."""

from corner_host.primitives import CornerHostError


class CacheClosedError(CornerHostError, RuntimeError):
    """A cache was used after its container had closed it."""

    def __init__(self) -> None:
        super().__init__("The memory cache is closed. It ends with the service provider that made it.")


class CacheEntryError(CornerHostError, RuntimeError):
    """An entry cannot be stored, or not be changed any more.

    Attributes:
        key: The entry's key.
    """

    def __init__(self, message: str, *, key: object) -> None:
        super().__init__(message)
        self.key = key
