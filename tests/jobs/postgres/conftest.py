"""A real PostgreSQL server, from a wheel, for all tests here; each test has a schema of its own in it."""

from collections.abc import Iterator
from itertools import count

import pytest

from tests.postgres import PostgresServer, running_postgres

_numbers = count(1)


@pytest.fixture
def anyio_backend() -> str:
    """The engine is for asyncio."""
    return "asyncio"


@pytest.fixture(scope="session")
def server() -> Iterator[PostgresServer]:
    """One server for all tests."""
    with running_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def url(server: PostgresServer) -> str:
    """The URL of a database on it."""
    return server.new_database().replace("+asyncpg", "")


def new_schema() -> str:
    """A schema that nobody has used."""
    return f"jobs_{next(_numbers)}"


@pytest.fixture
def schema() -> str:
    """A schema that nobody has used."""
    return new_schema()
