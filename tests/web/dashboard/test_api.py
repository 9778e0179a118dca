"""The JSON API below the dashboard: behind the same guard, with the same rights."""

import pytest

from .conftest import OpenDashboard

PAUSE = "api/v1/queues/background/pause"


@pytest.mark.parametrize(
    "path", ["status", "jobs", "configuration", "openapi.json", "nonsense", "diagnose", "logs/follow"]
)
async def test_nobody_asks_it_without_signing_in(dashboard: OpenDashboard, path: str) -> None:
    """Refused as a problem, whether there is such a path or not."""
    async with dashboard() as site:
        answer = await site.client.get(f"api/v1/{path}")

    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"] == "Sign in first."


async def test_who_is_signed_in_may_read_it(dashboard: OpenDashboard) -> None:
    """By cookie, or with the token in a header."""
    async with dashboard() as site:
        by_token = await site.client.get("api/v1/status", headers={"authorization": f"Bearer {site.token}"})
        await site.sign_in()
        by_cookie = await site.client.get("api/v1/status")

    assert [by_token.status_code, by_cookie.status_code] == [200, 200]
    assert by_cookie.json()["phase"] == "running"


async def test_nothing_is_changed_through_it_where_it_is_read_only(shop: OpenDashboard) -> None:
    """By cookie or token."""
    async with shop() as site:
        answers = [
            await site.client.post(PAUSE, json={}),
            await site.client.post(PAUSE, json={}, headers={"authorization": f"Bearer {site.token}"}),
        ]

    assert [each.status_code for each in answers] == [403, 403]


async def test_another_site_cannot_use_it(shop: OpenDashboard) -> None:
    """CSRF by a form, by fetch without reading the answer, from another port."""
    async with shop("Dashboard:ReadOnly=false") as site:
        for site_kind, origin in (("cross-site", "https://evil.test"), ("same-site", "http://localhost:3000")):
            headers = {"origin": origin, "sec-fetch-site": site_kind, "content-type": "text/plain"}
            answer = await site.client.post(PAUSE, content="{}", headers=headers)
            preflight = await site.client.options(PAUSE, headers={**headers, "access-control-request-method": "POST"})

            assert answer.status_code == 403
            assert "access-control-allow-origin" not in preflight.headers


async def test_who_may_act_may_act_through_it(shop: OpenDashboard) -> None:
    """And the audit says who."""
    async with shop("Dashboard:ReadOnly=false") as site:
        answer = await site.client.post(PAUSE, json={"reason": "by hand"})
        audit = (await site.client.get("api/v1/audit")).json()

    assert answer.status_code == 200
    assert (audit["items"][0]["via"], audit["items"][0]["reason"]) == ("dashboard", "by hand")
