"""Who gets in: each attack is tried."""

import sys
from pathlib import Path

import anyio
import httpx2
import pytest

from corner_host import Host, HostBuilder
from corner_host.web import ServerStartError
from corner_host.web.dashboard import DashboardSettingsError
from corner_host.web.dashboard.attempts import Attempts
from corner_host.web.dashboard.keyring import Keyring
from corner_host.web.dashboard.pages import SCREENS

from .conftest import TOKEN, OpenDashboard

PAGES = [f"{screen.name}" for screen in SCREENS]
STREAMS = [f"live/{screen.name}" for screen in SCREENS if screen.is_live]
OTHERS = ["jobs.csv", "jobs.json", "audit.csv", "diagnose.zip", "confirm?do=queue.pause&target=x"]


async def test_nobody_sees_anything_without_signing_in(dashboard: OpenDashboard) -> None:
    """P43: pages lead to the sign-in, streams and files are refused, and neither tells anything of the host."""
    async with dashboard() as site:
        for path in [*PAGES, *OTHERS]:
            answer = await site.client.get(path)
            assert (answer.status_code, answer.headers.get("location", "").partition("?")[0]) == (303, "login"), path
        for path in STREAMS:
            assert (await site.client.get(path)).status_code == 401, path
        answer = await site.client.post("act", data={"do": "queue.pause", "target": "x"})

        assert answer.status_code == 401
        assert site.host.environment.application_name not in (await site.client.get("login")).text


async def test_the_link_of_the_log_signs_in_and_leaves_the_address(dashboard: OpenDashboard) -> None:
    """The token is good for this run; the page goes on by itself to an address without it."""
    async with dashboard() as site:
        answer = await site.client.get(site.link)
        page = await site.client.get("")

    assert answer.status_code == 200
    assert 'content="0;url=./"' in answer.text
    assert site.token not in answer.text
    assert page.status_code == 200


async def test_every_run_in_development_has_a_token_of_its_own(dashboard: OpenDashboard) -> None:
    """A cookie of another run is worth nothing."""
    async with dashboard() as first:
        await first.sign_in()
        cookie = first.client.cookies[first.cookie]
    async with dashboard() as second:
        second.client.cookies.set(second.cookie, cookie)
        answer = await second.client.get("")

    assert answer.status_code == 303


async def test_the_cookie_is_for_our_pages_alone(dashboard: OpenDashboard) -> None:
    """No script reads it, no other site sends it, it ends, and it is bound to the folder."""
    async with dashboard("Dashboard:PathBase=/ops", "Dashboard:SessionHours=2") as site:
        set_cookie = (await site.client.post("login", data={"token": site.token})).headers["set-cookie"].lower()

    assert {"httponly", "samesite=strict", "path=/ops", "max-age=7200"} <= {
        part.strip() for part in set_cookie.split(";")
    }


async def test_the_cookie_is_secure_where_the_connection_is(dashboard: OpenDashboard) -> None:
    """Behind a proxy that speaks TLS, the page that the form is on tells; without one, it would not be kept."""
    async with dashboard() as site:
        plain = await site.client.post("login", data={"token": site.token})
        origin = site.url.rstrip("/").replace("http://", "https://")
        encrypted = await site.client.post("login", data={"token": site.token}, headers={"origin": origin})

    assert "; secure" not in plain.headers["set-cookie"].lower()
    assert "; secure" in encrypted.headers["set-cookie"].lower()


@pytest.mark.parametrize("part", [0, 1, 2, 3, 4])
async def test_a_cookie_that_was_tampered_with_is_worth_nothing(dashboard: OpenDashboard, part: int) -> None:
    """Version, end, name, user and signature: whichever is changed, the signature does not fit."""
    async with dashboard() as site:
        await site.sign_in()
        parts = site.client.cookies[site.cookie].split(".")
        parts[part] = parts[part][:-1] + ("0" if parts[part][-1] != "0" else "1")
        site.client.cookies.clear()
        site.client.cookies.set(site.cookie, ".".join(parts))
        answer = await site.client.get("")

    assert answer.status_code == 303


@pytest.mark.parametrize("junk", ["", ".", "...", "a.b.c.d", "\u00ff" * 10, "2.99999999999.x.u." + "0" * 64])
async def test_junk_as_a_cookie_is_worth_nothing(dashboard: OpenDashboard, junk: str) -> None:
    """And does no harm."""
    async with dashboard() as site:
        header = f"{site.cookie}={junk}".encode("latin-1")
        answer = await site.client.get("", headers=[(b"cookie", header)])

    assert answer.status_code == 303


def test_a_cookie_ends() -> None:
    """When it says; the browser is not trusted to forget it."""
    now = [1000.0]
    keys = Keyring(TOKEN, lifetime=60, now=lambda: now[0])
    cookie = keys.issue()
    before = keys.session_of(cookie)
    now[0] = 1060.0

    assert before is not None
    assert keys.session_of(cookie) is None


async def test_the_right_token_passes_whoever_has_guessed_from_the_same_address(dashboard: OpenDashboard) -> None:
    """Of the length that nobody guesses; wrong ones are still refused unread, and said to be too many."""
    async with dashboard() as site:
        for _ in range(11):
            wrong = await site.client.post("login", data={"token": "wrong"})
        wrong_header = await site.client.get("", headers={"authorization": "Bearer wrong"})
        by_header = await site.client.get("", headers={"authorization": f"Bearer {site.token}"})
        by_form = await site.client.post("login", data={"token": site.token})
        by_link = await site.client.get(site.link)

    assert [wrong.status_code, wrong_header.status_code] == [429, 429]
    assert [by_form.status_code, by_link.status_code, by_header.status_code] == [200, 200, 200]


async def test_guessing_a_token_that_somebody_made_up_is_limited(dashboard: OpenDashboard) -> None:
    """After ten wrong tokens even the right one, if it is short, is refused for a while; the page says for how long."""
    async with dashboard("Dashboard:Token=correct horse battery") as site:
        for _ in range(10):
            assert (await site.client.post("login", data={"token": "wrong"})).status_code == 403
        by_form = await site.client.post("login", data={"token": site.token})
        by_link = await site.client.get(site.link)
        by_header = await site.client.get("", headers={"authorization": f"Bearer {site.token}"})

    assert [by_form.status_code, by_link.status_code, by_header.status_code] == [429, 429, 429]
    assert "set-cookie" not in by_form.headers
    assert "Too many attempts" in by_form.text


async def test_who_has_signed_in_is_not_kept_out_by_who_guesses(dashboard: OpenDashboard) -> None:
    """From the same address: the cookie counts on pages, at the sign-in, and beside a token in a header."""
    async with dashboard("Dashboard:Token=correct horse battery") as site:
        await site.sign_in()
        async with httpx2.AsyncClient(base_url=site.url, headers=site.client.headers) as guesser:
            for _ in range(11):
                await guesser.post("login", data={"token": "wrong"})
            refused = await guesser.post("login", data={"token": site.token})
        page = await site.client.get("")
        again = await site.client.get(site.link)
        beside = await site.client.get("", headers={"authorization": "Bearer wrong"})

    assert refused.status_code == 429
    assert [page.status_code, again.status_code, beside.status_code] == [200, 200, 200]


def test_guessing_from_elsewhere_keeps_nobody_out() -> None:
    """Wrong tokens count for their own address, however many there are."""
    attempts = Attempts()
    for number in range(5000):
        attempts.failed(f"10.0.{number // 256}.{number % 256}", now=0.0)

    assert attempts.wait("192.0.2.1", now=1.0) == 0.0


async def test_a_script_may_send_the_token_along(dashboard: OpenDashboard) -> None:
    """By a header, which no other site can make a browser send; then no cookie and no origin is needed."""
    async with dashboard() as site, httpx2.AsyncClient(base_url=site.url) as script:
        right = await script.get("", headers={"authorization": f"Bearer {site.token}"})
        wrong = await script.get("", headers={"authorization": "Bearer nonsense"})

    assert [right.status_code, wrong.status_code] == [200, 401]


@pytest.mark.parametrize("wanted", ["https://evil.test/", "//evil.test/", "\\\\evil.test", "javascript:alert(1)"])
async def test_signing_in_leads_nowhere_else(dashboard: OpenDashboard, wanted: str) -> None:
    """What comes after is always a page below the dashboard."""
    async with dashboard() as site:
        answer = await site.client.post("login", data={"token": site.token, "next": wanted})
        language = await site.client.get("language", params={"set": "es", "next": wanted})
        there = httpx2.URL(site.url).join(language.headers["location"])

    assert f'content="0;url=./{wanted}"' in answer.text
    assert there.host == httpx2.URL(site.url).host


async def test_signing_out_forgets_the_cookie(dashboard: OpenDashboard) -> None:
    """By POST alone."""
    async with dashboard() as site:
        await site.sign_in()
        by_get = await site.client.get("logout")
        still = await site.client.get("")
        await site.client.post("logout")
        gone = await site.client.get("")

    assert [by_get.status_code, still.status_code, gone.status_code] == [405, 200, 303]


async def test_there_is_none_in_production_until_it_is_configured(dashboard: OpenDashboard) -> None:
    """P39: no port is opened."""
    async with dashboard(environment="Production") as site:
        assert site.link == ""


def test_production_without_a_token_is_refused_when_the_host_is_built() -> None:
    """The message says which setting to make, and how."""
    builder = Host.create_builder(["--Dashboard:Enabled=true"]).use_environment("Production")
    builder.add_dashboard()
    with pytest.raises(DashboardSettingsError, match="Dashboard__Token"):
        builder.build()


def test_a_short_token_is_refused_when_the_host_is_built() -> None:
    """It could be guessed."""
    builder = Host.create_builder(["--Dashboard:Token=hunter2"]).use_environment("Development")
    builder.add_dashboard()
    with pytest.raises(DashboardSettingsError, match="shorter than 16"):
        builder.build()


async def test_a_configured_token_is_never_printed_and_good_on_all_processes(dashboard: OpenDashboard) -> None:
    """P39: the cookie of one process is good on another with the same token."""
    settings = ("Dashboard:Enabled=true", f"Dashboard:Token={TOKEN}")
    async with dashboard(*settings, environment="Production") as one:
        await one.sign_in()
        async with dashboard(*settings, environment="Production") as other:
            other.client.cookies.set(other.cookie, one.client.cookies[one.cookie])
            answer = await other.client.get("")

    assert answer.status_code == 200


async def test_two_hosts_on_one_machine_do_not_mind(dashboard: OpenDashboard, tmp_path: Path) -> None:
    """Where nobody has chosen the port, another one will do; one that was chosen has to be free."""

    def without_a_port(args: list[str]) -> HostBuilder:
        return Host.create_builder([each for each in args if not each.startswith("--Dashboard:Port")])

    async with dashboard(make=without_a_port) as one, dashboard(make=without_a_port) as other:
        taken = one.url.rsplit(":", 1)[1].strip("/")
        with pytest.raises(ServerStartError, match="in use"):
            async with dashboard(f"Dashboard:Port={taken}"):
                pass

        assert one.url != other.url


@pytest.mark.parametrize("package", ["starlette", "jinja2"])
async def test_the_extra_is_named_when_it_is_missing(package: str) -> None:
    """To whoever has the host alone, or the commands without the pages."""
    program = (
        f"import sys; sys.modules[{package!r}] = None\n"
        "from corner_host import Host\n"
        "Host.create_builder().add_dashboard().build().run()\n"
    )

    done = await anyio.run_process([sys.executable, "-c", program], check=False)

    told = f"error: The dashboard needs the package {package}.\nTo fix: pip install 'corner-host[web]'."
    assert told in done.stderr.decode()


async def test_it_listens_at_the_loopback_address(dashboard: OpenDashboard) -> None:
    """Unless another is configured."""
    async with dashboard() as site:
        assert site.url.startswith("http://127.0.0.1:")
