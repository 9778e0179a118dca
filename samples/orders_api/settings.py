"""The sections ``OrdersApi`` and ``Mail`` of the settings."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, Field

DATA = Path(__file__).parent / "data"


class OrdersApiSettings(BaseModel):
    """How the shop works.

    ``database`` is SQLAlchemy's URL: ``sqlite+aiosqlite:///orders.db``, ``postgresql+asyncpg://user@host/name``.

    ``when_queue_full`` decides what a customer hears when *max_waiting_orders* wait already, or the queue behind
    ``POST /do-something`` is full: ``refuse`` answers 503 with Retry-After before anything is stored, ``wait`` holds the
    request until there is room.

    What fails is tried again *attempts* times, after at most *retry_ceiling_seconds*; then it waits for a person.
    """

    database: str
    invoices: Path
    when_queue_full: Literal["refuse", "wait"] = "refuse"
    max_waiting_orders: Annotated[int, Field(ge=1)] = 1000
    attempts: Annotated[int, Field(ge=1)] = 100
    retry_ceiling_seconds: Annotated[float, Field(gt=0)] = 60.0
    sweep_seconds: Annotated[float, Field(gt=0)] = 15.0
    product_cache_seconds: Annotated[float, Field(gt=0)] = 60.0
    max_body_bytes: Annotated[int, Field(gt=0)] = 262_144


class MailSettings(BaseModel):
    """Where mail goes. ``embedded`` starts a server that keeps what it gets, so that the sample needs no other."""

    embedded: bool = True
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 0
    sender: str = "orders@corner-shop.example"
    timeout_seconds: Annotated[float, Field(gt=0)] = 5.0
