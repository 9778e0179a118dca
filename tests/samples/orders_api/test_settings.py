"""Which databases the shop opens, and what it says of others."""

from pathlib import Path

import pytest

from samples.orders_api.database import database_url
from samples.orders_api.errors import ShopSettingsError

from .conftest import OpenShop


@pytest.mark.parametrize(
    ("text", "driver"),
    [
        ("sqlite:///orders.db", "sqlite+aiosqlite"),
        ("sqlite+aiosqlite:///orders.db", "sqlite+aiosqlite"),
        ("postgresql://shop:secret@db/shop", "postgresql+asyncpg"),
    ],
)
def test_the_driver_need_not_be_named(text: str, driver: str) -> None:
    """There is one that fits for each."""
    assert database_url(text).drivername == driver


@pytest.mark.parametrize("text", ["", "orders.db", "mysql://shop:secret@db/shop"])
def test_other_databases_are_refused_in_words(text: str) -> None:
    """With what would do, and without what was given: there may be a password in it."""
    with pytest.raises(ShopSettingsError, match=r"To fix: sqlite\+aiosqlite") as caught:
        database_url(text)

    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "message"), [("orders.db", "file is not a database"), ("orders.db/x.db", "cannot be made")]
)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_a_file_that_will_not_do_ends_the_start(shop: OpenShop, tmp_path: Path, name: str, message: str) -> None:
    """Waiting would not make a database of it."""
    (tmp_path / "orders.db").write_text("no database, and long enough to be seen to be none " * 100)
    with pytest.raises(ShopSettingsError, match=message):
        async with shop(f"--OrdersApi:Database=sqlite:///{tmp_path / name}"):
            pass
