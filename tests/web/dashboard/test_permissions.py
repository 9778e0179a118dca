"""Who may do what: looking, acting and seeing what is masked are given apart, by the settings."""

from typing import Any

import pytest

from corner_host import Host
from corner_host.operations import Operations
from corner_host.web.dashboard import DashboardSettingsError

from .conftest import TOKEN, OpenDashboard, Site

ADA, GRACE, PROXY = "ada-has-a-token-of-her-own", "grace-has-another-token-too", "the-proxy-proves-who-it-is"
SECRET = "sk-live-4eC39HqLyjWDarjtT1zdp7dc"
SETTINGS = (
    "Dashboard:ReadOnly=false",
    f"Dashboard:Token={TOKEN}",
    "Dashboard:Permissions:0=act",
    f"Dashboard:Users:ada:Token={ADA}",
    "Dashboard:Users:ada:Permissions:0=reveal",
    f"Dashboard:Users:grace:Token={GRACE}",
    f"Dashboard:ProxyToken={PROXY}",
    "Dashboard:UserHeader=X-Auth-Request-User",
    "Operations:AllowReveal=true",
)


async def _may(site: Site, **headers: str) -> tuple[bool, bool, bool]:
    """Tell whether who asks may look, act and reveal: by page and by API alike."""
    answers: list[tuple[Any, Any]] = [
        (await site.client.get("jobs", headers=headers), await site.client.get("api/v1/jobs", headers=headers)),
        (
            await site.client.post("act", data={"do": "log.level", "target": "a", "level": "Debug"}, headers=headers),
            await site.client.post("api/v1/logs/levels", json={"logger": "a", "level": "Debug"}, headers=headers),
        ),
        (
            await site.client.post("act", data={"do": "setting.reveal", "target": "Payment:ApiKey"}, headers=headers),
            await site.client.post("api/v1/configuration/reveal", json={"key": "Payment:ApiKey"}, headers=headers),
        ),
    ]
    by_page = tuple(page.status_code == 200 for page, _ in answers)
    assert by_page == tuple(api.status_code == 200 for _, api in answers)
    assert [SECRET in page.text for page, _ in answers] == [False, False, by_page[2]]
    look, act, reveal = by_page
    return look, act, reveal


@pytest.mark.parametrize(
    ("token", "rights"),
    [(TOKEN, (True, True, False)), (ADA, (True, False, True)), (GRACE, (True, False, False))],
    ids=["token", "ada", "grace"],
)
async def test_each_may_what_the_settings_say(shop: OpenDashboard, token: str, rights: tuple[bool, ...]) -> None:
    """By the cookie and by the token in a header; what is not given is not done, whatever else is."""
    async with shop(*SETTINGS) as site:
        by_header = await _may(site, authorization=f"Bearer {token}")
        site.client.cookies.clear()
        await site.client.post("login", data={"token": token})
        by_cookie = await _may(site)

    assert by_header == by_cookie == rights


async def test_a_proxy_says_who_comes(shop: OpenDashboard) -> None:
    """By its own token and the header; the user has the rights of the settings, and the audit the name."""
    async with shop(*SETTINGS) as site:
        site.client.cookies.clear()
        proxy = {"authorization": f"Bearer {PROXY}"}
        ada = await _may(site, **proxy, **{"x-auth-request-user": "Ada"})
        other = await _may(site, **proxy, **{"x-auth-request-user": "lin@example.org"})
        nobody = await site.client.get("jobs", headers=proxy)
        alone = await site.client.get("api/v1/status", headers={"x-auth-request-user": "ada"})
        audit = await site.host.services.get_required_service(Operations).audit.search()

    assert (ada, other) == ((True, False, True), (True, True, False))
    assert [nobody.status_code, alone.status_code] == [401, 401]
    assert {each.actor for each in audit.items} == {"Ada", "lin@example.org"}


async def test_other_sites_cannot_use_what_a_proxy_adds(shop: OpenDashboard) -> None:
    """A browser's request gets the proxy's token whichever page it comes from, so that the page still counts."""
    async with shop(*SETTINGS) as site:
        headers = {
            "authorization": f"Bearer {PROXY}",
            "x-auth-request-user": "lin",
            "origin": "https://evil.test",
            "sec-fetch-site": "cross-site",
        }
        answer = await site.client.post(
            "act", data={"do": "log.level", "target": "a", "level": "Debug"}, headers=headers
        )

    assert answer.status_code == 403


async def test_nothing_is_given_by_reading_alone(shop: OpenDashboard) -> None:
    """Where the dashboard is read-only, nobody acts, whatever the permission; what is masked is another matter."""
    async with shop(*SETTINGS[1:], "Dashboard:Users:ada:Permissions:1=act") as site:
        ada = await _may(site, authorization=f"Bearer {ADA}")
        page = (await site.client.get("setting?key=Payment:ApiKey", headers={"authorization": f"Bearer {ADA}"})).text

    assert ada == (True, False, True)
    assert "do=setting.reveal" in page


async def test_the_page_offers_what_may_be_done(shop: OpenDashboard) -> None:
    """Buttons are for those who may press them, and the menu says who is signed in."""
    async with shop(*SETTINGS) as site:
        site.client.cookies.clear()
        await site.client.post("login", data={"token": GRACE})
        queues, setting = (await site.client.get("queues")).text, await site.client.get("setting?key=Payment:ApiKey")

    assert "data-dialog" not in queues + setting.text
    assert ">grace</span>" in queues


async def test_the_cookie_of_one_user_is_not_good_for_another(shop: OpenDashboard) -> None:
    """Its name is signed by that user's own key; a token that is taken back ends its cookies."""
    async with shop(*SETTINGS) as site:
        site.client.cookies.clear()
        await site.client.post("login", data={"token": GRACE})
        parts = site.client.cookies[site.cookie].split(".")
        parts[3] = "uYWRh"  # ada
        site.client.cookies.clear()
        site.client.cookies.set(site.cookie, ".".join(parts))
        answer = await site.client.get("")

    assert answer.status_code == 303


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        (["Dashboard:Users:ada:Token=short"], "Dashboard:Users:ada:Token is shorter than 16"),
        ([f"Dashboard:Token={TOKEN}", f"Dashboard:Users:ada:Token={TOKEN}"], "are the same"),
    ],
)
def test_tokens_that_cannot_be_are_refused_when_the_host_is_built(settings: list[str], told: str) -> None:
    """Each user's too, and two that are the same."""
    builder = Host.create_builder([f"--{each}" for each in settings]).use_environment("Development")
    builder.add_dashboard()
    with pytest.raises(DashboardSettingsError, match=told):
        builder.build()


async def test_users_alone_are_enough_in_production(dashboard: OpenDashboard) -> None:
    """No token of this run is made that nobody knows."""
    settings = ("Dashboard:Enabled=true", f"Dashboard:Users:ada:Token={ADA}")
    async with dashboard(*settings, environment="Production") as site:
        answer = await site.client.post("login", data={"token": ADA})
        empty = await site.client.post("login", data={"token": ""})

    assert (site.token, answer.status_code, empty.status_code) == ("", 200, 403)
