"""Each screen, on a host that has nothing and on one that has everything; and what never stands on any of them."""

import io
import re
import zipfile
from pathlib import Path

import pytest

from corner_host import Host, HostBuilder
from corner_host.jobs import JobControl, JobEngineUnavailableError
from corner_host.operations import JobQuery, Operations
from corner_host.web.dashboard.pages import SCREENS

from .conftest import OpenDashboard, Site, open_dashboard
from .demo import SendReceipt, send_receipt

SECRETS = ["sk-live-4eC39HqLyjWDarjtT1zdp7dc", "4242-4242"]
WHOLE = [screen.name for screen in SCREENS if not screen.below]
FILES = ["jobs.csv", "jobs.json", "audit.csv", "audit.json"]
API = [
    "status",
    "services",
    "queues",
    "jobs",
    "jobs/running",
    "failures",
    "schedules",
    "configuration",
    "logs",
    "runs",
    "audit",
]


def unpacked(content: bytes) -> str:
    """Return everything in a zip file."""
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        return "".join(file.read(name).decode() for name in file.namelist())


async def details(site: Site) -> list[str]:
    """Return the addresses of one of each thing."""
    operations = site.host.services.get_required_service(Operations)
    dead = (await operations.failures.list(since=None))[0]
    return [
        f"job?id={dead.sample_id}",
        f"failure?id={dead.id}",
        "service?name=OrderFeed",
        "schedule?id=report",
        "setting?key=Payment:ApiKey",
    ]


@pytest.mark.parametrize(
    ("accept", "language"), [("en", "en"), ("es-MX,es;q=0.9,en;q=0.2", "es"), ("de, en;q=0", "en")]
)
async def test_every_screen_has_something_to_say_on_an_empty_host(
    dashboard: OpenDashboard, accept: str, language: str
) -> None:
    """In the browser's language, if there is one; else English."""
    async with dashboard() as site:
        await site.sign_in()
        for name in WHOLE:
            answer = await site.client.get(name, headers={"accept-language": accept})

            assert answer.status_code == 200, name
            assert f'<html lang="{language}"' in answer.text
            assert answer.text.count("<h1>") == 1


def with_jobs(args: list[str]) -> HostBuilder:
    """An application that has jobs, and has put none."""
    builder = Host.create_builder([*args, "--Jobs:Engine=memory"])
    builder.services.add_jobs(builder.configuration).add_job_handler(SendReceipt, send_receipt)
    return builder


async def test_where_nothing_has_run_it_says_what_to_try(tmp_path: Path) -> None:
    """In the first five seconds with the pages, there is something to type."""
    async with open_dashboard(tmp_path, make=with_jobs) as site:
        await site.sign_in()
        text = (await site.client.get("", headers={"accept-language": "es"})).text

    assert "Aún no se ha ejecutado nada." in text
    assert "corner-host job run NAME" in text


async def test_every_screen_shows_a_shop_that_has_worked_and_failed(shop: OpenDashboard) -> None:
    """What is there is on its page, by name."""
    expected = {
        "": ["PaymentTimeout", "OrderFeed", "cleanup"],
        "queues": ["orders", "mail", "background"],
        "jobs": ["ProcessOrder", "SendReceipt", "order:1004"],
        "jobs?state=DEAD": ["PaymentTimeout"],
        "failures": ["PaymentTimeout", "demo.py"],
        "schedules": ["At 09:00 on Monday through Friday", "Europe/Madrid", "09:00 CE"],
        "services": ["OrderFeed", "running"],
        "health": ["database", "healthy"],
        "logs": ["Order 1001 is paid"],
        "lifecycle": ["OrderFeed"],
        "configuration": ["Payment:TimeoutSeconds", "Did you mean Payment:TimeoutSeconds?"],
        "graph": ["OrderHandler", "LegacyMailer"],
        "cache": ["default"],
        "about": ["anyio", "htmx"],
    }
    async with shop() as site:
        for path, words in expected.items():
            text = (await site.client.get(path)).text
            assert [word for word in words if word not in text] == [], path
        for path in await details(site):
            answer = await site.client.get(path)
            assert answer.status_code == 200, path


async def test_no_secret_leaves_on_any_way(shop: OpenDashboard) -> None:
    """P57: pages, streams, files, the API and the diagnosis; also with the right to act."""
    async with shop("Dashboard:ReadOnly=false") as site:
        paths = [
            *WHOLE,
            *await details(site),
            *FILES,
            *(f"api/v1/{name}" for name in API),
            "jobs?q=4242",
            "configuration?q=ApiKey",
        ]
        for path in paths:
            answer = await site.client.get(path)
            assert answer.status_code == 200, path
            text = unpacked(answer.content) if path.endswith(".zip") else answer.text
            assert [secret for secret in [*SECRETS, site.token] if secret in text] == [], path


async def test_everything_can_be_masked(shop: OpenDashboard) -> None:
    """``AllMasked``: no value of a setting or an argument; neither the API nor the diagnosis, which would have them."""
    async with shop("Dashboard:AllMasked=true", "Demo:Plain=value-in-plain") as site:
        texts = [
            (await site.client.get(path)).text
            for path in [*await details(site), "configuration", "setting?key=Demo:Plain"]
        ]
        refused = [(await site.client.get(path)).status_code for path in ("api/v1/configuration", "diagnose.zip")]

    assert [text for text in texts if "value-in-plain" in text] == []
    assert '"order": 1004' not in texts[0]
    assert refused == [404, 404]


async def test_what_is_not_there_is_said(dashboard: OpenDashboard) -> None:
    """With a way back."""
    async with dashboard() as site:
        await site.sign_in()
        for path in ("job?id=nope", "service?name=nope", "failure?id=nope", "schedule?id=nope"):
            answer = await site.client.get(path)

            assert answer.status_code == 404, path
            assert "Not found" in answer.text


async def test_filters_live_in_the_address(shop: OpenDashboard) -> None:
    """P38: state, name, text and page; the tabs count every state of what else is filtered."""
    async with shop() as site:
        dead = (await site.client.get("jobs?state=DEAD&name=ProcessOrder")).text
        found = (await site.client.get("jobs?q=order:1004")).text
        none = (await site.client.get("jobs?q=nothing-like-it")).text

    assert dead.count("<tr data-row") == 3
    assert "3 jobs match" in dead
    assert found.count("<tr data-row") == 1
    assert "No job matches." in none
    assert '<a href="jobs">Clear the filters</a>' in none


async def test_the_order_of_small_lists_lives_in_the_address(shop: OpenDashboard) -> None:
    """A click on a heading turns it round; readers of screens are told."""
    async with shop() as site:
        rising = (await site.client.get("services?sort=name")).text
        falling = (await site.client.get("services?sort=-name")).text
        names = [re.findall(r'<th scope="row"><a [^>]*>(\w+)</a>', text) for text in (rising, falling)]

    assert names[0] == sorted(names[0], key=str.casefold) == names[1][::-1]
    assert 'aria-sort="ascending"' in rising
    assert 'href="./services?sort=-name"' in rising


async def test_what_comes_from_outside_is_text(dashboard: OpenDashboard) -> None:
    """Markup in an address: shown as it is written."""
    async with dashboard() as site:
        await site.sign_in()
        for path in ("jobs", "logs", "configuration", "graph", "audit", "confirm", "login"):
            values = {"q": '"><script>alert(1)</script>', "logger": "<img src=x>", "range": "<b>", "next": '"><em>'}
            text = (await site.client.get(path, params=values)).text

            assert "<script>alert" not in text
            assert "<img src=x>" not in text
            assert '"><em>' not in text


async def test_nonsense_in_an_address_is_no_error_of_ours(shop: OpenDashboard) -> None:
    """It is left out, or told; never a server error."""
    async with shop() as site:
        for query in ("cursor=nonsense", "range=nonsense", "since=yesterday", "state=NONSENSE", "before=x", "level=x"):
            for page in ("jobs", "jobs.csv", "logs", "failures", "audit"):
                answer = await site.client.get(f"{page}?{query}")

                assert answer.status_code < 500, f"{page}?{query}"


async def test_no_page_has_a_style_or_script_of_its_own(shop: OpenDashboard) -> None:
    """What the policy forbids does not stand in the pages."""
    async with shop() as site:
        for path in [*WHOLE, *await details(site)]:
            text = (await site.client.get(path)).text

            assert (
                re.findall(
                    r"<style|\sstyle=|\son\w+=|javascript:|https?://(?!0\.0\.0\.0|127\.)[^\s<\"]+\.(?:js|css)", text
                )
                == []
            )
            assert re.findall(r"<script(?! src=)", text) == []


async def test_language_and_theme_are_remembered_by_the_browser(dashboard: OpenDashboard) -> None:
    """A cookie each, nothing on the server."""
    async with dashboard() as site:
        await site.sign_in()
        await site.client.get("language?set=es&next=jobs")
        site.client.cookies.set("corner_host_theme", "dark")
        text = (await site.client.get("jobs")).text

    assert '<html lang="es" data-theme="dark">' in text


async def test_a_store_that_is_away_is_told_and_no_mistake_of_ours(
    shop: OpenDashboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages, levers and files say what the store says; the overview and the rest go on."""

    async def fail(*_: object, **__: object) -> None:
        raise JobEngineUnavailableError("PostgreSQL orders at db:5432 cannot be reached for jobs: timeout.")

    async with shop("Dashboard:ReadOnly=false") as site:
        for question in ("list", "counts", "failures", "schedules", "running", "pause_queue"):
            monkeypatch.setattr(JobControl, question, fail)
        told = [await site.client.get(page) for page in ("jobs", "failures", "schedules", "jobs.csv")]
        told.append(await site.client.post("act", data={"do": "queue.pause", "target": "orders"}))
        others = [await site.client.get(page) for page in ("", "services", "logs", "api/v1/status")]

    assert [(each.status_code, "cannot be reached for jobs" in each.text) for each in told] == [(409, True)] * 5
    assert {each.status_code for each in others} == {200}


async def test_the_list_of_jobs_is_sorted_by_its_heads(shop: OpenDashboard) -> None:
    """By links in the address, both ways; filters stay, the page begins anew."""
    async with shop() as site:
        plain = (await site.client.get("jobs?state=SUCCEEDED&cursor=zz")).text
        longest = (await site.client.get("jobs?state=SUCCEEDED&sort=-ran")).text
        wrong = await site.client.get("jobs?sort=colour")

    assert 'href="./jobs?state=SUCCEEDED&amp;sort=-ran"' in plain
    assert 'aria-sort="descending"' in longest
    assert 'href="./jobs?state=SUCCEEDED&amp;sort=ran"' in longest
    assert wrong.status_code == 422


async def test_filters_are_saved_by_name_and_read_without_a_script(shop: OpenDashboard) -> None:
    """What the address has is kept, and is a link on the page from then on; read-only, there is no button."""
    async with shop("Dashboard:ReadOnly=false") as site:
        address = "jobs?state=DEAD&q=a%26b&sort=-ran"
        before = (await site.client.get(address)).text
        question = (await site.client.get("confirm?do=filter.save&state=DEAD&q=a%26b&sort=-ran")).text
        form = {"do": "filter.save", "target": "dead & slow", "state": "DEAD", "q": "a&b", "sort": "-ran"}
        saved = await site.client.post("act", data=form)
        after = (await site.client.get(address)).text
        elsewhere = (await site.client.get("jobs")).text
        await site.client.post("act", data={"do": "filter.delete", "target": "dead & slow"})
        gone = (await site.client.get("jobs")).text

    assert "do=filter.save&amp;target=&amp;back=" in before
    assert 'name="sort" value="-ran"' in question
    assert saved.status_code == 200
    assert 'href="jobs?state=DEAD&amp;q=a%26b&amp;sort=-ran" aria-current="true">dead &amp; slow</a>' in after
    assert "do=filter.delete" in after
    assert 'href="jobs?state=DEAD&amp;q=a%26b&amp;sort=-ran">dead &amp; slow</a>' in elsewhere
    assert "dead &amp; slow" not in gone


async def test_jobs_are_narrowed_down_to_the_process_that_ran_them(shop: OpenDashboard) -> None:
    """From a job's page to all that the same process ran; it can be chosen there, also when nothing runs in it."""
    async with shop() as site:
        (job, *_) = (await site.host.services.get_required_service(Operations).jobs.search(JobQuery(limit=1))).items
        page = (await site.client.get("job", params={"id": job.id})).text
        narrowed = (await site.client.get("jobs", params={"worker": job.worker})).text

    assert f'<a href="jobs?worker={job.worker}">' in page
    assert f'<option value="{job.worker}" selected>' in narrowed
