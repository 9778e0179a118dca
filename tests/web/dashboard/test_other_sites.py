"""What other sites, and names that were made to point here, can do: nothing."""

import pytest

from corner_host.web.dashboard.origins import is_allowed_host, is_foreign_load, is_own_post

from .conftest import OpenDashboard

ACT = {"do": "health.run", "target": ""}
LEVERS = "Dashboard:ReadOnly=false"


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.test", "sec-fetch-site": "cross-site"},
        {"origin": "http://localhost:3000", "sec-fetch-site": "same-site"},
        {"origin": "null", "sec-fetch-site": "cross-site"},
        {"origin": "https://evil.test", "sec-fetch-site": "same-origin"},
        {"origin": "", "sec-fetch-site": "none"},
        {"origin": "", "sec-fetch-site": ""},
    ],
    ids=["another site", "another port", "a sandbox", "a liar", "typed by hand", "says nothing"],
)
async def test_a_form_of_another_site_does_nothing(dashboard: OpenDashboard, headers: dict[str, str]) -> None:
    """CSRF: also with a valid cookie, and from another port of this machine, which is the same site."""
    async with dashboard(LEVERS) as site:
        await site.sign_in()
        for name in ("origin", "sec-fetch-site"):
            del site.client.headers[name]
        sent = {name: value for name, value in headers.items() if value}
        answer = await site.client.post("act", data=ACT, headers=sent)
        sign_in = await site.client.post("login", data={"token": site.token}, headers=sent)

    assert [answer.status_code, sign_in.status_code] == [403, 403]


async def test_the_same_form_of_our_own_page_does_it(dashboard: OpenDashboard) -> None:
    """The counter-test."""
    async with dashboard(LEVERS) as site:
        await site.sign_in()
        answer = await site.client.post("act", data=ACT)

    assert answer.status_code == 200


async def test_nothing_is_changed_but_by_post(dashboard: OpenDashboard) -> None:
    """A link or a picture does nothing."""
    async with dashboard(LEVERS) as site:
        await site.sign_in()
        answers = [
            (await site.client.request(method, "act", params=ACT)).status_code
            for method in ("GET", "PUT", "PATCH", "DELETE", "OPTIONS")
        ]

    assert answers == [405] * 5


async def test_a_name_that_points_here_is_not_us(dashboard: OpenDashboard) -> None:
    """DNS rebinding: not even the sign-in, nor the style sheet."""
    async with dashboard() as site:
        await site.sign_in()
        for host in ("evil.test", "evil.test:5080", "127.0.0.1.evil.test", "localhost.evil.test"):
            for path in ("", "login", "static/dashboard.css", "live/", "api/v1/status"):
                answer = await site.client.get(path, headers={"host": host})

                assert answer.status_code == 421, f"{host} {path}"


async def test_a_name_can_be_allowed(dashboard: OpenDashboard) -> None:
    """As a proxy needs it."""
    async with dashboard("Dashboard:AllowedHosts:0=*.example.com") as site:
        answer = await site.client.get("login", headers={"host": "ops.example.com"})

    assert answer.status_code == 200


async def test_another_site_cannot_load_a_page_as_a_part_of_its_own(dashboard: OpenDashboard) -> None:
    """Frames, scripts, pictures, fetch: refused with the cookie too."""
    loads = [("no-cors", "script"), ("no-cors", "image"), ("cors", "empty"), ("navigate", "iframe")]
    async with dashboard() as site:
        await site.sign_in()
        for site_kind in ("cross-site", "same-site"):
            for mode, dest in loads:
                for path in ("", "live/", "jobs.json", "api/v1/status"):
                    headers = {"sec-fetch-site": site_kind, "sec-fetch-mode": mode, "sec-fetch-dest": dest}
                    answer = await site.client.get(path, headers=headers)

                    assert answer.status_code == 403, f"{site_kind} {mode} {dest} {path}"


async def test_every_answer_forbids_framing_storing_guessing_and_reading(dashboard: OpenDashboard) -> None:
    """Whatever is answered, refusals included; signed out, and in."""
    paths = ["", "login", "static/dashboard.css", "nonsense", "jobs.csv", "api/v1/status", "api/v1/nonsense"]
    async with dashboard() as site:
        for path in [*paths, "login", *paths]:
            answer = await site.client.get(path)
            policy = answer.headers["content-security-policy"]

            assert "default-src 'none'" in policy
            assert "frame-ancestors 'none'" in policy
            assert "unsafe" not in policy
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["referrer-policy"] == "same-origin"
            assert answer.headers["cross-origin-resource-policy"] == "same-origin"
            assert "access-control-allow-origin" not in answer.headers
            assert path.startswith("static") or answer.headers["cache-control"] == "no-store"
            if path == "login":
                await site.sign_in()


async def test_files_beside_the_styles_are_not_given_out(dashboard: OpenDashboard) -> None:
    """Neither templates nor code, whichever way the path is written."""
    async with dashboard() as site:
        await site.sign_in()
        paths = [
            "static/../app.py",
            "static/%2e%2e/app.py",
            "static/..%2fapp.py",
            "static//etc/passwd",
            "templates/jobs.html",
        ]
        answers = [(await site.client.get(path)).status_code for path in paths]

    assert set(answers) <= {404, 405}


@pytest.mark.parametrize(
    ("header", "allowed"),
    [("localhost", True), ("LOCALHOST:1", True), ("a.localhost", True), ("[::1]:80", True), ("10.0.0.7:5080", True),
     ("", False), ("evil.test", False), ("[evil", False), ("user@localhost", True), ("localhost@evil.test", False)],
)  # fmt: skip
def test_hosts_are_judged_by_their_name(header: str, allowed: bool) -> None:
    """An address or localhost cannot be rebound; any other name can."""
    assert is_allowed_host(header, []) is allowed


def test_what_says_nothing_about_itself_was_not_sent_by_our_page() -> None:
    """A browser tells its origin with every POST."""
    assert not is_own_post({"host": "localhost:1"})
    assert is_own_post({"host": "localhost:1", "origin": "http://localhost:1"})
    assert not is_foreign_load({})
