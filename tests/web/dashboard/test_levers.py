"""What can be done from the pages, by whom, and what is left of it in the audit."""

from typing import Any

from corner_host.operations import JobQuery, Operations
from corner_host.web.dashboard.levers import LEVERS

from .conftest import OpenDashboard, Site

LEVERS_ON = "Dashboard:ReadOnly=false"


async def act(site: Site, **values: Any) -> Any:
    """Send a form as the page does."""
    return await site.client.post("act", data=values)


def operations(site: Site) -> Operations:
    """Return the host's view."""
    return site.host.services.get_required_service(Operations)


async def test_nothing_can_be_done_where_it_is_read_only(dashboard: OpenDashboard) -> None:
    """P43: the default; neither question nor action, whatever a client sends."""
    async with dashboard() as site:
        await site.sign_in()
        for do in LEVERS:
            question = await site.client.get("confirm", params={"do": do, "target": "x"})
            action = await act(site, do=do, target="x")
            assert [question.status_code, action.status_code] == [403, 403], do
            assert "Dashboard:ReadOnly" in action.text  # by the guard, before anything looks at the action
        audit = await operations(site).audit.search()

        assert audit.items == ()


async def test_buttons_are_hidden_where_it_is_read_only(shop: OpenDashboard) -> None:
    """And shown where it is not."""
    async with shop() as site:
        hidden = [
            (await site.client.get(path)).text for path in ("jobs", "queues", "failures", "schedules", "services")
        ]

    assert [text for text in hidden if "data-dialog" in text] == []


async def test_a_question_tells_how_many_and_changes_nothing(shop: OpenDashboard) -> None:
    """P44: the whole filter, counted before."""
    async with shop(LEVERS_ON) as site:
        page = (
            await site.client.get("confirm", params={"do": "jobs.requeue", "state": "DEAD", "back": "jobs?state=DEAD"})
        ).text
        dead = await operations(site).jobs.search(JobQuery(states=("DEAD",)))
        audit = await operations(site).audit.search()

    assert "3 jobs" in page
    assert 'name="state" value="DEAD"' in page
    assert dead.total == 3
    assert audit.items == ()


async def test_all_that_match_are_changed_and_the_audit_says_who_and_why(shop: OpenDashboard) -> None:
    """One line for the action: who, by what, from where, on what, why, how many."""
    async with shop(LEVERS_ON) as site:
        answer = await act(site, do="jobs.delete", state="DEAD", reason="the gateway was down", back="jobs")
        dead = await operations(site).jobs.search(JobQuery(states=("DEAD",)))
        line = (await operations(site).audit.search()).items[0]

    assert answer.status_code == 200
    assert dead.total == 0
    assert (line.via, line.reason, line.outcome, line.count) == ("dashboard", "the gateway was down", "done", 3)
    assert line.actor.startswith("session ")
    assert line.address == "127.0.0.1"


async def test_some_can_be_chosen(shop: OpenDashboard) -> None:
    """By their ids, the filter aside."""
    async with shop(LEVERS_ON) as site:
        dead = (await operations(site).jobs.search(JobQuery(states=("DEAD",)))).items
        await act(site, do="jobs.delete", ids=[each.id for each in dead[:2]])
        left = await operations(site).jobs.search(JobQuery(states=("DEAD",)))

    assert [each.id for each in left.items] == [dead[2].id]


async def test_a_queue_is_paused_and_resumed(shop: OpenDashboard) -> None:
    """For a time, with a reason, to be seen on the page."""
    async with shop(LEVERS_ON) as site:
        paused = await act(site, do="queue.pause", target="orders", duration="15m", reason="INC-412")
        text = (await site.client.get("queues")).text
        await act(site, do="queue.resume", target="orders")
        queue = await operations(site).queues.get("orders")

    assert paused.status_code == 200
    assert "INC-412" in text
    assert "paused" in text
    assert not queue.is_paused


async def test_a_queue_is_drained_and_taken_back(shop: OpenDashboard) -> None:
    """The button and the question say how many; the page tells how far it is, also without scripts, and how to end it."""
    async with shop(LEVERS_ON) as site:
        before = (await site.client.get("queues")).text
        question = (await site.client.get("confirm", params={"do": "queue.drain", "target": "background"})).text
        done = await act(site, do="queue.drain", target="background", reason="before the deploy")
        during = (await site.client.get("queues")).text
        overview = (await site.client.get("")).text
        await act(site, do="queue.resume", target="background")
        after = (await site.client.get("queues")).text
        line = (await operations(site).audit.search()).items[1]

    assert 'href="confirm?do=queue.drain&amp;target=background' in before
    assert "<strong>0 items</strong>" in question
    assert done.status_code == 200
    assert "drained" in during
    assert "drained" in overview
    assert "before the deploy" in during
    assert "takes in nothing new until it is resumed" in during
    assert "before the deploy" not in after
    assert (line.action, line.target, line.reason, line.outcome) == (
        "queue.drain",
        "background",
        "before the deploy",
        "done",
    )


async def test_a_drain_is_in_spanish_as_well(shop: OpenDashboard) -> None:
    """The button, the question and how far it is."""
    async with shop(LEVERS_ON) as site:
        site.client.headers["accept-language"] = "es"
        before = (await site.client.get("queues")).text
        question = (await site.client.get("confirm", params={"do": "queue.drain", "target": "mail"})).text
        await act(site, do="queue.drain", target="mail")
        during = (await site.client.get("queues")).text

    assert "Drenar 0" in before
    assert "Drenar mail" in question
    assert "drenada" in during
    assert "no queda nada" in during


async def test_a_job_is_run_again_with_other_arguments(shop: OpenDashboard) -> None:
    """The form has them, masked; what does not fit is told with what was typed; the pages lead to one another."""
    async with shop(LEVERS_ON) as site:
        (old, *_) = (await operations(site).jobs.search(JobQuery(states=("DEAD",)))).items
        form = (await site.client.get("confirm", params={"do": "job.again", "target": old.id})).text
        broken = await act(site, do="job.again", target=old.id, payload="{nonsense")
        wrong = await act(site, do="job.again", target=old.id, payload='{"order": "x-typed"}')
        done = await act(site, do="job.again", target=old.id, payload='{"order": 7}')
        page = (await site.client.get("job", params={"id": old.id})).text
        (follower,) = (await operations(site).jobs.get(old.id)).followers

    assert "&#34;order&#34;: " in form
    assert [broken.status_code, wrong.status_code, done.status_code] == [422, 422, 200]
    assert "This is no JSON" in broken.text
    assert "x-typed" in wrong.text
    assert f"job?id={follower.id}" in page


async def test_a_service_is_stopped_and_started_on_its_page(shop: OpenDashboard) -> None:
    """Each button is there when it can be pressed; the policy is shown in words and changed until the host ends."""
    async with shop(LEVERS_ON) as site:
        services = await operations(site).services.list()
        name = next(each.name for each in services if each.can_stop)
        before = (await site.client.get("service", params={"name": name})).text
        await act(site, do="service.stop", target=name)
        stopped = (await site.client.get("service", params={"name": name})).text
        await act(site, do="service.start", target=name)
        policy = await act(site, do="service.policy", target=name, on_failure="restart", on_return="")
        after = (await site.client.get("service", params={"name": name})).text

    assert ["do=service.stop" in text for text in (before, stopped, after)] == [True, False, True]
    assert ["do=service.start" in text for text in (before, stopped, after)] == [False, True, False]
    assert policy.status_code == 200
    assert "it runs again" in after


async def test_what_cannot_be_brought_back_wants_the_name_typed(shop: OpenDashboard) -> None:
    """Anything else does nothing."""
    async with shop(LEVERS_ON) as site:
        wrong = await act(site, do="queue.purge", target="orders", typed="order")
        untold = await act(site, do="queue.purge", target="orders")
        right = await act(site, do="queue.purge", target="orders", typed="orders")

    assert [wrong.status_code, untold.status_code, right.status_code] == [422, 422, 200]
    assert "The name is not the same." in wrong.text


async def test_what_cannot_be_done_is_told_with_the_form(shop: OpenDashboard) -> None:
    """The reason stands where the values were given; nothing happened."""
    wrong = [
        ({"do": "nonsense"}, 403),
        ({"do": "queue.pause", "target": "nope"}, 404),
        ({"do": "log.level", "target": "orders", "level": "Loud"}, 422),
        ({"do": "service.restart", "target": "nope"}, 404),
        ({"do": "jobs.delete", "chosen": "1"}, 422),
    ]
    async with shop(LEVERS_ON) as site:
        answers = [(await act(site, **values)).status_code for values, _ in wrong]
        kept = await operations(site).jobs.search(JobQuery(states=("DEAD",)))

    assert answers == [status for _, status in wrong]
    assert kept.total == 3


async def test_a_dialog_gets_the_form_alone(shop: OpenDashboard) -> None:
    """The same address, asked by htmx."""
    async with shop(LEVERS_ON) as site:
        answer = await site.client.get("confirm?do=queue.pause&target=orders", headers={"hx-request": "true"})

    assert answer.text.strip().startswith("<form")
    assert "<html" not in answer.text


async def test_revealing_needs_a_permission_of_its_own(shop: OpenDashboard) -> None:
    """Not the one to act; on the page and in the API."""
    async with shop(LEVERS_ON, "Operations:AllowReveal=true") as site:
        page = (await site.client.get("setting?key=Payment:ApiKey")).text
        answer = await act(site, do="setting.reveal", target="Payment:ApiKey")
        by_api = await site.client.post("api/v1/configuration/reveal", json={"key": "Payment:ApiKey"})

    assert "setting.reveal" not in page
    assert [answer.status_code, by_api.status_code] == [403, 403]
    assert "sk-live" not in answer.text + by_api.text


async def test_what_is_revealed_leaves_a_line_in_the_audit(shop: OpenDashboard) -> None:
    """The value is shown once, to who asked."""
    permissions = ("Dashboard:Permissions:0=act", "Dashboard:Permissions:1=reveal", "Operations:AllowReveal=true")
    async with shop(LEVERS_ON, *permissions) as site:
        answer = await act(site, do="setting.reveal", target="Payment:ApiKey", reason="INC-412")
        page = (await site.client.get("setting?key=Payment:ApiKey")).text
        line = (await operations(site).audit.search()).items[0]

    assert "sk-live-4eC39HqLyjWDarjtT1zdp7dc" in answer.text
    assert "sk-live" not in page
    assert (line.target, line.reason) == ("Payment:ApiKey", "INC-412")
    assert "sk-live" not in line.detail


async def test_a_form_that_is_none_is_refused(dashboard: OpenDashboard) -> None:
    """Too long, or of another kind."""
    async with dashboard(LEVERS_ON) as site:
        await site.sign_in()
        long = await act(site, do="queue.pause", target="x" * 70_000)
        other = await site.client.post("act", json={"do": "queue.pause"})

    assert [long.status_code, other.status_code] == [413, 415]
