"""The pages in a real browser: what they look like to eyes, keys, screen readers, and to a page of somebody else."""

import os
import shutil
from collections.abc import AsyncGenerator
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]  # it has no types
from playwright.async_api import Browser, Page, async_playwright, expect

from corner_host import Host
from corner_host.hosting import HostedService
from corner_host.operations import Operations
from corner_host.web import WebAppService
from corner_host.web.dashboard.keyring import Keyring
from corner_host.web.dashboard.pages import SCREENS

from .conftest import OpenDashboard, Site
from .test_places import application

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
pytestmark = [
    pytest.mark.once,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine: apt-get install chromium"),
]
LEVERS = "Dashboard:ReadOnly=false"
QUICK = "Dashboard:RefreshSeconds=0.2"
WHOLE = [screen.name for screen in SCREENS if not screen.below]


@pytest.fixture
def anyio_backend() -> str:
    """Playwright is for asyncio."""
    return "asyncio"


@pytest.fixture
async def browser() -> AsyncGenerator[Browser]:
    """Debian's browser, driven by Playwright."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        await browser.close()


async def entered(browser: Browser, site: Site, **wishes: Any) -> tuple[Page, list[str]]:
    """Return a page that is signed in by the link, and a list of what goes wrong in it."""
    context = await browser.new_context(locale="en-GB", **wishes)
    page = await context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if message.type in {"error", "warning"} else None)
    page.on(
        "requestfailed", lambda request: faults.append(request.url) if request.failure != "net::ERR_ABORTED" else None
    )
    await page.goto(site.link)
    await page.wait_for_url(site.url)
    return page, faults


async def detail_pages(page: Page, site: Site) -> list[str]:
    """Return the addresses of one of each thing, and of questions that ask for more than a reason."""
    failures = await site.host.services.get_required_service(Operations).failures.list(since=None)
    dead = next(each for each in failures if each.source == "jobs")
    return [
        f"job?id={dead.sample_id}",
        f"failure?id={dead.id}",
        "service?name=OrderFeed",
        "schedule?id=report",
        "setting?key=Payment:ApiKey",
        "jobs?state=DEAD&sort=-ran",
        f"confirm?do=job.again&target={dead.sample_id}",
        "confirm?do=service.policy&target=OrderFeed",
        "confirm?do=filter.save&state=DEAD",
    ]


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (360, "light")])
async def test_every_screen_fits_and_everybody_can_use_it(
    shop: OpenDashboard, browser: Browser, width: int, scheme: Any
) -> None:
    """No violation that axe-core finds, nothing sticks out, nothing moves by itself, and the console stays empty."""
    async with shop(LEVERS) as site:
        page, faults = await entered(
            browser, site, viewport={"width": width, "height": 800}, color_scheme=scheme, reduced_motion="reduce"
        )
        most = ["", "jobs", "queues", "logs", "configuration"]
        rest = [*WHOLE, *await detail_pages(page, site), "confirm?do=queue.purge&target=orders", "job?id=nope"]
        for path in most if scheme == "dark" else rest:
            await page.goto(site.url + path)
            if width == 1280 or path in most:
                found = await Axe().run(page)
                violations = [f"{each['id']}: {each['nodes'][0]['html']}" for each in found.response["violations"]]

                assert violations == [], path
            assert await page.evaluate("document.documentElement.scrollWidth") <= width, path
            assert await page.evaluate("document.getAnimations().length") == 0, path
        assert [fault for fault in faults if "404" not in fault] == []


async def test_the_sign_in_page_is_for_everybody(dashboard: OpenDashboard, browser: Browser) -> None:
    """By the form; what was wanted comes after; the cookie is out of reach of scripts."""
    async with dashboard() as site:
        context = await browser.new_context(locale="es-ES")
        page = await context.new_page()
        await page.goto(site.url + "queues?x=1")
        await expect(page.get_by_role("heading", name="Entrar")).to_be_visible()
        found = await Axe().run(page)
        await page.get_by_label("Clave de acceso").fill("wrong-one")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("alert")).to_have_text("Esa no es la clave de acceso.")
        await page.get_by_label("Clave de acceso").fill(site.token)
        await page.keyboard.press("Enter")
        await page.wait_for_url(site.url + "queues?x=1")
        (cookie,) = [each for each in await context.cookies() if each.get("name") == site.cookie]

        assert found.response["violations"] == []
        assert (cookie.get("httpOnly"), cookie.get("sameSite")) == (True, "Strict")
        assert await page.evaluate("document.cookie") == ""


async def test_the_page_is_live_and_can_be_held(shop: OpenDashboard, browser: Browser) -> None:
    """P45: numbers move; while it is paused nothing does; afterwards it shows what it missed."""
    async with shop(LEVERS, QUICK) as site:
        page, faults = await entered(browser, site)
        await page.goto(site.url + "queues")
        lamp, row = page.locator("#lamp"), page.locator("section.queue", has_text="orders")
        await expect(lamp).to_have_text("live")
        await page.get_by_role("button", name="Pause", exact=True).first.click()
        await expect(lamp).to_have_text("paused")
        await site.client.post("act", data={"do": "queue.pause", "target": "orders", "reason": "INC-412"})
        await page.wait_for_timeout(600)
        held = await row.inner_text()
        await page.locator("#pause").click()
        await expect(lamp).to_have_text("live")
        await expect(row).to_contain_text("INC-412")

        assert "INC-412" not in held
        assert faults == []


async def test_the_page_says_that_the_host_stops_and_comes_back_by_itself(
    shop: OpenDashboard, browser: Browser, free_tcp_port: int
) -> None:
    """The lamp turns, the notice tells what is left; with the same token the next run is live again."""
    settings = (f"Dashboard:Port={free_tcp_port}", "Dashboard:Token=correct-horse-battery-staple", QUICK)
    async with shop(*settings) as site:
        context = await browser.new_context(locale="en-GB")
        page = await context.new_page()
        await page.goto(site.url + "login?t=correct-horse-battery-staple")
        await expect(page.locator("#lamp")).to_have_text("live")
    await expect(page.locator("#notice")).to_contain_text("The host is shutting down")
    await expect(page.locator("#lamp")).to_have_text("reconnecting")
    async with shop(*settings):
        await expect(page.locator("#lamp")).to_have_text("live", timeout=30_000)
        await expect(page.locator("#notice")).to_be_hidden()


async def test_a_lever_is_pulled_in_a_dialog(shop: OpenDashboard, browser: Browser) -> None:
    """Asked with the count, done, said; Escape changes nothing; the focus comes back."""
    async with shop(LEVERS, QUICK) as site:
        page, faults = await entered(browser, site)
        await page.goto(site.url + "jobs?state=DEAD")
        dialog = page.get_by_role("dialog")
        await page.get_by_role("button", name="Delete 3").click()
        await expect(dialog).to_contain_text("3 jobs")
        await page.keyboard.press("Escape")
        await expect(dialog).to_be_hidden()
        await page.locator("input[name=ids]").first.check()
        await expect(page.locator("[data-selected]")).to_have_text("1")
        await page.get_by_role("button", name="Delete", exact=True).click()
        await expect(dialog).to_contain_text("1 job")
        violations = (await Axe().run(page)).response["violations"]
        await dialog.get_by_label("Reason").fill("a duplicate")
        await dialog.get_by_role("button", name="Delete 1").click()
        await expect(dialog).to_contain_text("Done")
        await dialog.get_by_role("button", name="Back").or_(dialog.get_by_role("link", name="Back")).click()
        await expect(page.locator("tbody tr")).to_have_count(2)
        await page.goto(site.url + "audit")
        await expect(page.locator("tbody")).to_contain_text("a duplicate")

        assert violations == []
        assert faults == []


async def test_the_keyboard_is_enough(shop: OpenDashboard, browser: Browser) -> None:
    """``g`` and a letter, ``/``, ``j``, ``k``, Enter, ``?``."""
    async with shop() as site:
        page, faults = await entered(browser, site)
        await page.keyboard.press("g")
        await page.keyboard.press("j")
        await page.wait_for_url(site.url + "jobs")
        await page.keyboard.press("/")
        await expect(page.locator("[data-search]")).to_be_focused()
        await page.keyboard.type("order:1004")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/jobs?q=order%3A1004")
        await page.keyboard.press("j")
        await expect(page.locator("tbody tr a").first).to_be_focused()
        await page.keyboard.press("?")
        await expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
        await page.keyboard.press("Escape")
        await page.keyboard.press("k")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/job?id=*")

        assert faults == []


async def test_it_can_be_read_and_used_without_scripts(shop: OpenDashboard, browser: Browser) -> None:
    """Every link and form works; a question is a page of its own."""
    async with shop(LEVERS) as site:
        page, faults = await entered(browser, site, java_script_enabled=False)
        await expect(page.locator("svg.area").or_(page.get_by_text("No numbers yet.")).first).to_be_visible()
        await page.get_by_role("link", name="Jobs", exact=True).click()
        await page.get_by_role("link", name="dead 3").click()
        await expect(page.locator("tbody tr")).to_have_count(3)
        await page.get_by_label("Search").fill("order:1004")
        await page.get_by_role("button", name="Filter", exact=True).click()
        await expect(page.locator("tbody tr")).to_have_count(1)
        await page.goto(site.url + "queues")
        await page.locator("section.queue", has_text="mail").get_by_role("button", name="Pause").click()
        await page.get_by_label("Reason").fill("by hand")
        await page.get_by_role("button", name="Pause").click()
        await expect(page.get_by_role("heading", name="Done", level=2)).to_be_visible()
        await page.get_by_role("link", name="Back").click()
        await expect(page.locator("section.queue", has_text="mail")).to_contain_text("by hand")
        await page.locator("section.queue", has_text="background").get_by_role("button", name="Drain").click()
        await page.get_by_role("button", name="Drain").click()
        await page.get_by_role("link", name="Back").click()
        await expect(page.locator("section.queue", has_text="background")).to_contain_text("takes in nothing new")
        await page.locator("section.queue", has_text="background").get_by_role("button", name="Resume").click()
        await page.get_by_role("button", name="Resume").click()

        assert faults == []


async def test_it_works_below_a_path_of_the_application(browser: Browser, tmp_path: Any) -> None:
    """P45: every file, link, stream and form, with a catch-all route beside."""
    async with application("asyncio", tmp_path, LEVERS) as (client, host):
        context = await browser.new_context(locale="en-GB")
        page = await context.new_page()
        faults: list[str] = []
        page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
        token = host.services.get_required_service(Keyring).token
        await page.goto(f"{client.base_url}/ops/login?t={token}")
        await expect(page.locator("#lamp")).to_have_text("live")
        (cookie,) = [each for each in await context.cookies() if str(each.get("name")).startswith("corner_host_")]
        await page.get_by_role("link", name="Health").first.click()
        await page.get_by_role("button", name="Ask now").click()
        await page.get_by_role("dialog").get_by_role("button", name="Ask now").click()
        await expect(page.get_by_role("dialog")).to_contain_text("Done")

        assert cookie.get("path") == "/ops"
        assert faults == []


EVIL = """<!doctype html><title>evil</title>
<form method="post" action="{url}act" target="hidden">
<input name="do" value="queue.pause"><input name="target" value="orders"></form>
<iframe name="hidden"></iframe><iframe name="framed" src="{url}queues"></iframe><script src="{url}jobs.json"></script>"""


async def test_another_page_in_the_same_browser_can_do_nothing(shop: OpenDashboard, browser: Browser) -> None:
    """Another port of this machine is the same site, and gets the cookie sent: still no form, frame, script or fetch."""

    async def evil(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/html")]})
        await send({"type": "http.response.body", "body": EVIL.format(url=evil_target[0]).encode()})

    evil_target: list[str] = []
    own = ["--Server:Port=0", "--Logging:LogLevel:Default=None"]
    async with shop(LEVERS) as site, Host.create_builder(own).add_asgi(evil).build() as other:
        (server,) = [each for each in other.services.get_services(HostedService) if isinstance(each, WebAppService)]
        evil_target.append(site.url)
        page, _ = await entered(browser, site)
        await page.goto(server.addresses()[0])
        await page.evaluate("document.forms[0].submit()")
        read = await page.evaluate(
            "url => fetch(url, {credentials: 'include'}).then(answer => answer.text(), error => 'refused')", site.url
        )
        sent = {"method": "POST", "mode": "no-cors", "credentials": "include", "body": "do=queue.pause&target=orders"}
        opaque = await page.evaluate(
            "([url, sent]) => fetch(url, sent).then(answer => answer.status, error => 'refused')",
            [site.url + "act", sent],
        )
        framed = await page.frame_locator("iframe[name=framed]").locator("body").inner_text()
        queue = await site.host.services.get_required_service(Operations).queues.get("orders")

        assert (read, opaque) == ("refused", "refused")
        assert "orders" not in framed
        assert not queue.is_paused
