"""What the shop answers when it cannot do what was asked."""

from corner_host.primitives import CornerHostError


class ShopSettingsError(CornerHostError, ValueError):
    """A setting with which the shop cannot open; shown without a traceback, which would tell nothing more."""


class ShopError(Exception):
    """Something the customer can put right: an HTTP status, a title, and what to do."""

    status = 400
    title = "The order cannot be taken"
    retry_after: int | None = None


class UnknownProductError(ShopError):
    """Nothing by this name is on the shelves."""

    status = 422
    title = "Unknown product"


class UnknownCustomerError(ShopError):
    """Nobody by this name is known."""

    status = 422
    title = "Unknown customer"


class OrderNotFoundError(ShopError):
    """There is no such order."""

    status = 404
    title = "No such order"


class TooLateError(ShopError):
    """The order has been settled."""

    status = 409
    title = "Too late"


class KeyReusedError(ShopError):
    """The Idempotency-Key belongs to a different order."""

    status = 409
    title = "Idempotency-Key was used for another order"


class BooksAreClosedError(ShopError):
    """The database is away, or locked."""

    status = 503
    title = "The shop's books are out of reach"
    retry_after = 2


class ShopIsFullError(ShopError):
    """Too many orders wait."""

    status = 503
    title = "Too many orders wait"
    retry_after = 5
