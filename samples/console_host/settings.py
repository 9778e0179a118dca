"""The section ``Shop`` of the settings."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, FilePath, NonNegativeFloat


class ShopSettings(BaseModel):
    """Where the shop finds and leaves things. A relative path starts at the working directory.

    ``display`` is ``live`` (a terminal that redraws), ``plain`` (log lines), or ``auto``: live where the output is a
    terminal. ``seconds_per_order`` is how long the till takes for one order; 0 is as fast as the machine can.
    """

    orders: FilePath
    products: FilePath
    customers: FilePath
    outbox: Path
    display: Literal["auto", "live", "plain"] = "auto"
    seconds_per_order: NonNegativeFloat = 0.0

    @property
    def database(self) -> Path:
        """The SQLite file; it lies in the outbox, so that deleting the outbox begins anew."""
        return self.outbox / "shop.db"
