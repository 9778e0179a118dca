"""The page and its stream of events: over HTTP, and in a real browser."""

import os
import shutil
import sqlite3
from collections.abc import AsyncGenerator
from contextlib import closing
from pathlib import Path

import anyio
import pytest
from playwright.async_api import Browser, async_playwright, expect

from .conftest import OpenShop
from .shop import order

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine: apt-get install chromium")
on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
async def browser() -> AsyncGenerator[Browser]:
    """Debian's browser, driven by Playwright."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        await browser.close()


@on_sqlite
@pytest.mark.parametrize("path", ["/", "/static/page.css", "/static/page.js", "/static/icon.svg"])
async def test_the_page_may_load_nothing_but_its_own(shop: OpenShop, path: str) -> None:
    """A strict policy, no guessing of types; and nothing in the page that the policy forbids."""
    async with shop() as open_:
        answer = await open_.client.get(path)

        assert answer.status_code == 200
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "style=" not in answer.text
        assert "https://" not in answer.text


async def test_changes_of_orders_are_streamed_and_the_stream_ends_with_the_host(shop: OpenShop) -> None:
    """Received, processed, told; then a clean end, and the stop does not wait for whoever watches."""
    async with shop() as open_, open_.client.stream("GET", "/events") as response:
        lines = response.aiter_lines()
        first = await anext(lines)
        number = await open_.placed(order())
        await open_.told(number)
        with anyio.fail_after(8):  # less than the silence after which the stream says something by itself
            async with anyio.create_task_group() as group:
                group.start_soon(open_.host.stop)
                rest = [line async for line in lines]
        data = [line for line in rest if line.startswith("data: ")]

    assert (response.headers["content-type"], first) == ("text/event-stream; charset=utf-8", "retry: 1000")
    assert ['"status":"received"' in data[0], '"status":"processed"' in data[1]] == [True, True]
    assert '"notified_at":null' not in data[2]
    assert len(data) == 3


@needs_chromium
@on_sqlite
async def test_an_order_from_the_form_becomes_processed_live(shop: OpenShop, browser: Browser) -> None:
    """Waiting while it waits, processed when it is, with the counters; the keyboard is enough."""
    async with shop() as open_:
        page = await browser.new_page()
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
        await page.goto(open_.url)
        await expect(page.locator("#lamp")).to_have_text("open, live")
        await expect(page.locator("#empty")).to_be_visible()
        async with open_.resting():
            await page.get_by_label("Product").select_option("ROLL")
            await page.get_by_label("Quantity").fill("20")
            await expect(page.locator("#total")).to_have_text("11.00")
            await page.keyboard.press("Enter")
            await expect(page.locator("#order-1 .pill")).to_have_text("waiting")
            await expect(page.locator("#count-received")).to_have_text("1")
        await expect(page.locator("#order-1 .pill")).to_have_text("processed")
        await expect(page.locator("#order-1 .pill")).to_have_attribute("data-told", "yes")
        await expect(page.locator("#count-processed")).to_have_text("1")
        await expect(page.locator("#answer")).to_have_text("Order 1 is taken.")
        row = await open_.row(1)

        assert [(line.sku, line.quantity) for line in row.lines] == [("ROLL", 20)]
        assert faults == []


@needs_chromium
@on_sqlite
async def test_the_page_says_what_is_wrong_and_cancels(shop: OpenShop, browser: Browser) -> None:
    """What the shop refuses is read out in the form; a waiting order is cancelled by its button."""
    async with shop() as open_:
        page = await browser.new_page()
        await page.goto(open_.url)
        await expect(page.locator("#lamp")).to_have_text("open, live")
        await page.get_by_label("Customer").fill("nobody")
        await page.get_by_role("button", name="Place the order").click()
        await expect(page.locator("#answer")).to_have_text("There is no customer nobody.")
        async with open_.resting():
            number = await open_.placed(order())
            await page.get_by_role("button", name=f"Cancel order {number}").click()
            await expect(page.locator(f"#order-{number} .pill")).to_have_text("cancelled")

        assert len(await open_.rows()) == 1


@needs_chromium
@on_sqlite
async def test_the_page_knows_when_the_shop_closes_and_opens_again(
    shop: OpenShop, browser: Browser, free_tcp_port: int
) -> None:
    """The lamp turns while the host stops; reopened, the page is live again by itself, with what it missed."""
    port = f"--Server:Port={free_tcp_port}"
    page = await browser.new_page()
    async with shop(port) as open_:
        await page.goto(open_.url)
        await expect(page.locator("#lamp")).to_have_text("open, live")
    await expect(page.locator("#lamp")).to_have_text("closed, knocking again")
    async with shop(port) as open_:
        number = await open_.placed(order())
        await open_.told(number)
        await expect(page.locator("#lamp")).to_have_text("open, live", timeout=20_000)
        await expect(page.locator(f"#order-{number} .pill")).to_have_text("processed")


@needs_chromium
@on_sqlite
@pytest.mark.parametrize("width", [360, 768, 1280])
async def test_nothing_sticks_out(shop: OpenShop, browser: Browser, width: int) -> None:
    """The page fits a telephone, in the dark and with reduced motion."""
    async with shop() as open_:
        await open_.told(await open_.placed(order()))
        page = await browser.new_page(
            viewport={"width": width, "height": 740}, color_scheme="dark", reduced_motion="reduce"
        )
        await page.goto(open_.url)
        await expect(page.locator("#order-1")).to_be_visible()

        assert await page.evaluate("document.documentElement.scrollWidth") == width
        assert await page.evaluate("document.getAnimations().length") == 0


@needs_chromium
@on_sqlite
async def test_the_page_explains_itself_without_javascript(shop: OpenShop, browser: Browser) -> None:
    """It says what is missing and where the same can be had; nothing that cannot work is shown."""
    async with shop() as open_:
        page = await browser.new_page(java_script_enabled=False)
        await page.goto(open_.url)

        await expect(page.locator("noscript p")).to_be_visible()
        await expect(page.locator("noscript a", has_text="/orders")).to_be_visible()
        await expect(page.locator("form")).to_be_hidden()


@needs_chromium
@on_sqlite
async def test_the_page_says_that_the_books_are_out_of_reach(
    shop: OpenShop, database: str, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A shop that has opened without its database; once it is there, the page is live and can be ordered from."""
    monkeypatch.setattr("corner_host.jobs.engines.sqlite.schema._BUSY_MILLISECONDS", 50)
    path = Path(database.removeprefix("sqlite+aiosqlite:///"))
    path.parent.mkdir()
    page = await browser.new_page()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        async with shop(f"--OrdersApi:Database={database}?timeout=0.05") as open_:
            await page.goto(open_.url)
            await expect(page.locator("#lamp")).to_have_text("open, its books out of reach")
            other.execute("ROLLBACK")
            await expect(page.locator("#lamp")).to_have_text("open, live", timeout=20_000)
            await page.get_by_role("button", name="Place the order").click()
            await expect(page.locator("#count-processed")).to_have_text("1")
