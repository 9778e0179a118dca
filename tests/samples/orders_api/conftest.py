"""The shop on a free port, on SQLite and on PostgreSQL, in this process and in one of its own."""

from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path

import pytest

from tests.once import mark_once
from tests.postgres import PostgresServer, running_postgres

from .shop import Shop, open_shop

OpenShop = Callable[..., AbstractAsyncContextManager[Shop]]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A shop behind real servers: what it shows on one Python it shows on all."""
    mark_once(items, Path(__file__).parent)


@pytest.fixture
def anyio_backend() -> str:
    """uvicorn, aiosqlite and asyncpg are for asyncio."""
    return "asyncio"


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """One PostgreSQL server for all tests."""
    with running_postgres() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path}/books/orders.db"
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.new_database()


@pytest.fixture
def settings(database: str, tmp_path: Path) -> list[str]:
    """The settings of a shop that disturbs nobody."""
    return [f"--OrdersApi:Database={database}", f"--OrdersApi:Invoices={tmp_path}/invoices", "--Server:Port=0"]


@pytest.fixture
def shop(settings: list[str]) -> OpenShop:
    """The way to open the shop in this process; takes more settings."""
    return partial(open_shop, *settings)
