"""Pages that are open are kept up to date, and told when the host stops."""

import anyio
import pytest

from corner_host.operations import Actor, JobQuery, Operations
from corner_host.primitives import CancellationToken
from corner_host.web.asgi import Message
from corner_host.web.dashboard.live import LiveStream, event
from corner_host.web.dashboard.pages import SCREENS

from .conftest import OpenDashboard
from .streams import open_stream

QUICK = "Dashboard:RefreshSeconds=0.1"


async def test_a_stream_begins_with_the_page_as_it_is(dashboard: OpenDashboard) -> None:
    """The changing part of each screen, and the state of the host beside it; for a proxy, not to be held back."""
    async with dashboard(QUICK) as site:
        await site.sign_in()
        for screen in SCREENS:
            if screen.is_live and not screen.below:
                async with open_stream(site, f"live/{screen.name}") as stream:
                    text = await stream.until("retry: 1000\n\n", 'id="ready"')

                assert "content-type: text/event-stream" in text.lower()
                assert "x-accel-buffering: no" in text.lower()
                assert "frame-ancestors 'none'" in text


async def test_what_changes_is_sent(shop: OpenDashboard) -> None:
    """P45: numbers move without anybody asking."""
    async with shop(QUICK) as site, open_stream(site, "live/queues") as stream:
        await stream.until('id="ready"')
        queues = site.host.services.get_required_service(Operations).queues
        await queues.pause("orders", by=Actor("ada"), reason="a-reason-to-be-seen")
        text = await stream.until("a-reason-to-be-seen")

    assert text.count('id="ready"') > 1


async def test_what_goes_away_while_it_is_looked_at_is_said(shop: OpenDashboard) -> None:
    """A job that is deleted: the page says so, and goes on looking."""
    async with shop(QUICK) as site:
        jobs = site.host.services.get_required_service(Operations).jobs
        (dead, *_) = (await jobs.search(JobQuery(states=("DEAD",)))).items
        async with open_stream(site, f"live/job?id={dead.id}") as stream:
            await stream.until('id="ready"')
            await jobs.delete(JobQuery(ids=(dead.id,)), by=Actor("ada"))
            text = await stream.until("It may have been deleted")

    assert " 200 " in text.partition("\r\n")[0]


@pytest.mark.parametrize("path", ["live/", "live/jobs?state=DEAD"])
async def test_the_stop_of_the_host_ends_every_stream_with_a_word(dashboard: OpenDashboard, path: str) -> None:
    """P3, P5: the stop does not wait for whoever watches; the last event says what is left."""
    async with dashboard() as site:
        await site.sign_in()
        async with open_stream(site, path) as stream, open_stream(site, path) as other:
            await stream.until('id="ready"')
            await other.until('id="ready"')
            with anyio.fail_after(10):
                await site.host.stop()
            texts = [await stream.rest(), await other.rest()]

    assert ['event: stopping\ndata: {"left": 0}' in text for text in texts] == [True, True]


async def test_a_stream_ends_with_the_sign_in() -> None:
    """P43: who may not ask any more is not told any more; the browser comes again, and is asked to sign in."""
    sent: list[Message] = []

    async def render() -> str:
        return "<p>secret</p>"

    async def receive() -> Message:
        await anyio.sleep_forever()
        raise AssertionError

    async def send(message: Message) -> None:
        sent.append(message)

    stream = LiveStream(render, farewell=render, stopping=CancellationToken.none(), period=0.01, lifetime=0.05)
    with anyio.fail_after(20):
        await stream({}, receive, send)

    assert event("<p>secret</p>") in [each.get("body") for each in sent]
    assert sent[-1] == {"type": "http.response.body", "body": b"", "more_body": False}


async def test_only_so_many_pages_are_kept_up_to_date(dashboard: OpenDashboard) -> None:
    """P41: more are refused; the pages themselves are not. One that was left makes room."""
    async with dashboard("Dashboard:MaxStreams=1", QUICK) as site:
        await site.sign_in()
        async with open_stream(site, "live/jobs") as first:
            await first.until('id="ready"')
            async with open_stream(site, "live/jobs") as second:
                refused = await second.rest()
            page = await site.client.get("jobs")
        with anyio.fail_after(20):
            again = refused
            while " 503 " in again.partition("\r\n")[0]:
                async with open_stream(site, "live/jobs") as third:
                    again = await third.until("\r\n\r\n")

    assert " 503 " in refused.partition("\r\n")[0]
    assert page.status_code == 200


def test_an_event_is_told_line_by_line() -> None:
    """No line of a page can be taken for a field of the stream."""
    assert event("<p>\r\nevent: stopping\rdata: x") == b"data: <p>\ndata: event: stopping\ndata: data: x\n\n"
