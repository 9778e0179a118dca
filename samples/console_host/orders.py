"""What an order is, and the reasons for which the shop refuses one. Pure: text in, `Order` or `RefusedError` out."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

LARGEST_QUANTITY = 999


class Reason(StrEnum):
    """Why an order was refused."""

    MALFORMED = "malformed"
    DUPLICATE = "duplicate"
    BAD_QUANTITY = "bad quantity"
    UNKNOWN_CUSTOMER = "unknown customer"
    UNKNOWN_PRODUCT = "unknown product"
    OUT_OF_STOCK = "out of stock"


class RefusedError(Exception):
    """The shop does not take this order; trying again would not help."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail


class OrderLine(BaseModel):
    """So many of one product."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sku: str
    quantity: Annotated[int, Field(strict=True, ge=1, le=LARGEST_QUANTITY)]


class Order(BaseModel):
    """What a customer asked for. The id names files, so it is held to letters, digits and hyphens."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[str, Field(pattern="^[A-Za-z0-9-]{1,40}$")]
    customer: str
    placed_at: datetime
    lines: Annotated[tuple[OrderLine, ...], Field(min_length=1)]
    delivery: Literal["collect", "bring"] = "collect"
    note: str = ""


def parse_order(text: bytes | str) -> Order:
    """Read one line of the orders file.

    Raises:
        RefusedError: The line is not an order (`Reason.MALFORMED`), or asks for a quantity that cannot be
            (`Reason.BAD_QUANTITY`).
    """
    try:
        return Order.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        reason = Reason.MALFORMED
        if place.endswith("quantity") and first["type"] != "missing":
            reason = Reason.BAD_QUANTITY
        what = first["msg"].replace(" at line 1 column ", " at column ")  # each order is one line
        raise RefusedError(reason, f"{place}: {what}" if place else what) from None
