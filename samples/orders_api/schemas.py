"""What comes in and goes out. Money is text in JSON, so that no client's floats touch it."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

from .tables import Order, Status

Money = Annotated[Decimal, PlainSerializer(lambda value: f"{value:.2f}", return_type=str)]
Text = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f]+$")]


def _a_number(value: object) -> object:
    """Let 2 and 2.0 be two, as JSON Schema does, but not "2" or true."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("a number is needed")
    return value


class OrderLineIn(BaseModel):
    """One product and how many of it."""

    model_config = ConfigDict(extra="forbid")

    sku: Text
    quantity: Annotated[int, Field(ge=1, le=1000), BeforeValidator(_a_number)]


class OrderIn(BaseModel):
    """An order as a customer places it."""

    model_config = ConfigDict(extra="forbid")

    customer_id: Text
    lines: Annotated[list[OrderLineIn], Field(min_length=1, max_length=50)]


class OrderLineOut(BaseModel):
    """A line of an order, at the price of that day."""

    sku: str
    name: str
    quantity: int
    price: Money


class OrderOut(BaseModel):
    """An order as the shop knows it."""

    id: int
    customer_id: str
    status: Status
    total: Money
    reason: str | None
    created_at: datetime
    processed_at: datetime | None
    notified_at: datetime | None
    lines: Sequence[OrderLineOut]

    @classmethod
    def of(cls, order: Order) -> Self:
        """Return what is shown of *order*."""
        return cls.model_validate(order, from_attributes=True)


class OrderStatusOut(BaseModel):
    """How far an order is."""

    id: int
    status: Status
    reason: str | None
    customer_was_told: bool


class ProductOut(BaseModel):
    """A product on the shelf."""

    sku: str
    name: str
    price: Money
    stock: int


class Problem(BaseModel):
    """What was wrong, and what to do about it (RFC 9457)."""

    title: str
    status: int
    detail: str
