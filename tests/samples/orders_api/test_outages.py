"""What customers notice when something that the shop needs is away, and that all is made good when it is back."""

import sqlite3
from contextlib import AsyncExitStack, closing
from pathlib import Path

import anyio
import pytest

from samples.orders_api.mail import MailServer
from samples.orders_api.tables import Status
from tests.postgres import PostgresServer

from .conftest import OpenShop
from .process import post_office
from .shop import Shop, order

RETRY = "--OrdersApi:RetryCeilingSeconds=0.1"


async def test_orders_are_served_while_no_mail_can_be_sent(shop: OpenShop) -> None:
    """They are taken and processed; when the mail server is back, each customer is told, once, by the same Message-ID."""
    async with shop(RETRY) as open_:
        server = open_.get(MailServer)
        await server.stop()
        numbers = [await open_.placed(order()) for _ in range(3)]
        for number in numbers:
            await open_.until(number, lambda each: each.status is Status.PROCESSED)
        untold = [row.notified_at for row in await open_.rows()]
        mail_meanwhile = open_.mail
        await server.start()
        for number in numbers:
            await open_.told(number)
        stock = await open_.stock("ROLL")

        assert (untold, mail_meanwhile) == ([None] * 3, [])
        assert sorted(each["Message-ID"] for each in open_.mail) == [
            f"<order-{n}@corner-shop.example>" for n in numbers
        ]
        assert stock == 5000 - 3


async def test_an_address_that_is_refused_for_good_is_a_dead_letter(shop: OpenShop) -> None:
    """It is not tried again; the order stands, others go on, and an operator sees why."""
    async with post_office() as (office, mail):
        office.unknown = "ana@"
        async with shop(RETRY, *mail) as open_:
            refused, told = await open_.placed(order()), await open_.placed(order(customer="ben"))
            await open_.told(told)
            (letter,) = await open_.dead_letters(1)
            row = await open_.row(refused)

    assert (row.status, row.notified_at) == (Status.PROCESSED, None)
    assert (letter.attempt, letter.key, letter.error_type) == (1, f"order {refused}", "JobFailed")
    assert "ana@" in (letter.error or "")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_a_locked_database_is_said_and_waited_for(shop: OpenShop, database: str) -> None:
    """While another process writes, an order waits its time and is then answered 503; afterwards all goes on."""
    path = database.removeprefix("sqlite+aiosqlite:///")
    async with shop(f"--OrdersApi:Database={database}?timeout=0.2") as open_:
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            refused = await open_.post(order(), "key")
            listed = await open_.client.get("/orders")
            other.execute("ROLLBACK")
        taken = await open_.post(order(), "key")
        await open_.told(taken.json()["id"])

        assert (refused.status_code, refused.headers["retry-after"]) == (503, "2")
        assert refused.json()["title"] == "The shop's books are out of reach"
        assert (listed.status_code, listed.json()) == (200, [])
        assert taken.status_code == 201


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_an_order_whose_processing_finds_the_database_locked_is_processed_later(
    shop: OpenShop, database: str
) -> None:
    """Its job waits, or fails and is tried again; stock is taken once."""
    path = database.removeprefix("sqlite+aiosqlite:///")
    async with shop(RETRY, f"--OrdersApi:Database={database}?timeout=0.1") as open_:
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            number = await open_.placed(order())
            other.execute("BEGIN IMMEDIATE")
            await anyio.sleep(0.3)  # longer than anybody here waits for a lock
            other.execute("ROLLBACK")
        await open_.told(number)

        assert await open_.stock("ROLL") == 5000 - 1
        assert {each["Message-ID"] for each in open_.mail} == {f"<order-{number}@corner-shop.example>"}


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
async def test_a_database_that_went_away_comes_back(shop: OpenShop, postgres: PostgresServer) -> None:
    """While it is away every question about orders is answered 503; orders left behind are processed when it is back."""
    async with shop(RETRY) as open_:
        await open_.told(await open_.placed(order()))
        async with open_.resting():
            left_behind = await open_.placed(order())
            await anyio.to_thread.run_sync(postgres.stop)
            try:
                answers = [
                    await open_.post(order(), "key"),
                    await open_.client.get("/orders"),
                    await open_.client.get("/orders/1"),
                    await open_.client.post("/orders/1/cancel"),
                ]
                alive, ready = await open_.client.get("/alive"), await open_.client.get("/health")
            finally:
                await anyio.to_thread.run_sync(postgres.start)
            while (ready_again := await open_.client.get("/health")).status_code != 200:
                await anyio.sleep(0.05)
        again = await open_.post(order(), "key")
        for number in (left_behind, again.json()["id"]):
            await open_.told(number)

        assert [(each.status_code, each.headers["retry-after"]) for each in answers] == [(503, "2")] * 4
        assert [each.status_code for each in (alive, ready, ready_again)] == [200, 503, 200]
        assert again.status_code == 201
        assert (await open_.stock("ROLL"), len(open_.mail)) == (5000 - 3, 3)


async def closed(open_: Shop) -> tuple[int, int, int, str]:
    """What an order, a look at the shelves and the probes get to hear while the books are closed."""
    answers = [await open_.post(order(), "key"), await open_.client.get("/products")]
    assert [each.headers["content-type"] for each in answers] == ["application/problem+json"] * 2
    assert [each.headers["retry-after"] for each in answers] == ["2", "2"]
    ready, alive = await open_.client.get("/health"), await open_.client.get("/alive")
    assert (ready.status_code, alive.status_code) == (503, 200)
    return answers[0].status_code, answers[1].status_code, len(open_.mail), answers[0].json()["title"]


async def taken(open_: Shop) -> int:
    """Wait until the shop is ready, and order."""
    while (await open_.client.get("/health")).status_code != 200:
        await anyio.sleep(0.05)
    number = await open_.placed(order())
    await open_.told(number)
    return number


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
async def test_a_shop_whose_database_is_away_at_the_start_opens_when_it_comes(
    shop: OpenShop, postgres: PostgresServer, caplog: pytest.LogCaptureFixture
) -> None:
    """It starts all the same, says what it waits for, answers 503, and is ready when the server is there."""
    async with AsyncExitStack() as back:
        await anyio.to_thread.run_sync(postgres.stop)
        back.push_async_callback(anyio.to_thread.run_sync, postgres.start)
        async with shop("--Logging:LogLevel:samples=Warning") as open_:
            meanwhile = await closed(open_)
            await back.aclose()
            number = await taken(open_)
            mail = len(open_.mail)

    assert meanwhile == (503, 503, 0, "The shop's books are out of reach")
    assert (number, mail) == (1, 1)
    warnings = [each.getMessage() for each in caplog.records if each.name.startswith("samples")]
    assert warnings[0].startswith("The books cannot be opened: ")
    assert warnings[0].endswith("until then the shop answers 503.")
    assert len(warnings) <= 3


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_a_shop_whose_database_is_locked_at_the_start_opens_when_it_is_free(
    shop: OpenShop, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same, where another process has the file to itself."""
    monkeypatch.setattr("corner_host.jobs.engines.sqlite.schema._BUSY_MILLISECONDS", 100)
    path = Path(database.removeprefix("sqlite+aiosqlite:///"))
    path.parent.mkdir()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        async with shop(f"--OrdersApi:Database={database}?timeout=0.1") as open_:
            meanwhile = await closed(open_)
            other.execute("ROLLBACK")
            number = await taken(open_)
            mail = len(open_.mail)

    assert meanwhile == (503, 503, 0, "The shop's books are out of reach")
    assert (number, mail) == (1, 1)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
async def test_a_database_that_will_never_do_ends_the_start(shop: OpenShop, database: str) -> None:
    """No waiting makes a database of the name."""
    with pytest.raises(Exception, match="nowhere"):
        async with shop(f"--OrdersApi:Database={database.replace('/shop', '/nowhere')}"):
            pass


async def test_an_invoice_that_cannot_be_written_is_made_good(shop: OpenShop, tmp_path: Path) -> None:
    """A file where the folder should be: the order is processed, and told when there is an invoice to send."""
    blocked = tmp_path / "invoices"
    blocked.write_text("in the way")
    async with shop(RETRY) as open_:
        number = await open_.placed(order())
        await open_.until(number, lambda each: each.status is Status.PROCESSED)
        while await open_.failed_attempts() < 1:
            await anyio.sleep(0.01)
        mail = open_.mail
        blocked.unlink()
        await open_.told(number)

        assert mail == []
        assert len(open_.mail) == 1
        assert [path.name for path in blocked.iterdir()] == [f"invoice-{number}.pdf"]
