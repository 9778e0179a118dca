"""What an order costs. Pure, and all money is `Decimal`: no float comes near it."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from pydantic import BaseModel, ConfigDict

from .orders import Order, Reason, RefusedError

CENT = Decimal("0.01")
DELIVERY_FEE = Decimal("2.90")
FREE_DELIVERY_FROM = Decimal("25.00")
DELIVERY_VAT = Decimal(19)


class Product(BaseModel):
    """A product on the shelf. The price includes VAT, which is in percent."""

    model_config = ConfigDict(frozen=True)

    sku: str
    name: str
    price: Decimal
    vat: Decimal
    stock: int


class Customer(BaseModel):
    """Somebody the shop knows, with the loyalty points collected so far."""

    model_config = ConfigDict(frozen=True)

    id: str
    name: str
    email: str
    points: int


class ReceiptLine(BaseModel):
    """One line of an invoice."""

    model_config = ConfigDict(frozen=True)

    name: str
    quantity: int
    price: Decimal
    amount: Decimal


class Receipt(BaseModel):
    """A processed order: all that its paperwork says, so that the paperwork can be written again, byte for byte."""

    model_config = ConfigDict(frozen=True)

    order_id: str
    issued_at: datetime
    customer: Customer
    lines: tuple[ReceiptLine, ...]
    total: Decimal
    vat: dict[str, Decimal]
    points_earned: int
    note: str = ""


def price_order(order: Order, customer: Customer, catalogue: Mapping[str, Product], issued_at: datetime) -> Receipt:
    """Return the receipt for *order*, whose *customer* gets a point for every full euro.

    Raises:
        RefusedError: A product is not in the *catalogue*, or there is too little of it.
    """
    wanted = Counter[str]()
    for line in order.lines:
        wanted[line.sku] += line.quantity
    for sku, quantity in wanted.items():
        if sku not in catalogue:
            raise RefusedError(Reason.UNKNOWN_PRODUCT, f"there is no {sku}")
        if quantity > catalogue[sku].stock:
            product = catalogue[sku]
            raise RefusedError(Reason.OUT_OF_STOCK, f"{quantity} of {product.name} asked for, {product.stock} left")

    lines: list[ReceiptLine] = []
    by_rate: dict[Decimal, Decimal] = defaultdict(Decimal)

    def charge(name: str, quantity: int, price: Decimal, vat: Decimal) -> None:
        lines.append(ReceiptLine(name=name, quantity=quantity, price=price, amount=quantity * price))
        by_rate[vat] += quantity * price

    for line in order.lines:
        product = catalogue[line.sku]
        charge(product.name, line.quantity, product.price, product.vat)
    if order.delivery == "bring" and sum(by_rate.values()) < FREE_DELIVERY_FROM:
        charge("Delivery", 1, DELIVERY_FEE, DELIVERY_VAT)
    total = sum(by_rate.values(), Decimal())
    points = int(total)
    return Receipt(
        order_id=order.id,
        issued_at=issued_at,
        customer=customer.model_copy(update={"points": customer.points + points}),
        lines=tuple(lines),
        total=total,
        vat={f"{rate} %": _contained_vat(gross, rate) for rate, gross in sorted(by_rate.items())},
        points_earned=points,
        note=order.note,
    )


def _contained_vat(gross: Decimal, rate: Decimal) -> Decimal:
    return (gross * rate / (100 + rate)).quantize(CENT, ROUND_HALF_UP)
