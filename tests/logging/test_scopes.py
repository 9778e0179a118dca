"""Log scopes follow the asynchronous flow."""

from contextlib import ExitStack
from contextvars import copy_context

import anyio
import anyio.to_thread
from anyio.lowlevel import checkpoint

from corner_host.logging import current_scopes, live_log_scope, log_scope


def values() -> dict[str, object]:
    """Return all values that are in force."""
    return {name: value for scope in current_scopes() for name, value in scope.items()}


def test_scopes_are_nested() -> None:
    """L-35: outermost first; gone after leaving."""
    with log_scope(a=1), log_scope(b=2):
        assert current_scopes() == ({"a": 1}, {"b": 2})

    assert current_scopes() == ()


async def test_a_scope_is_seen_below_an_await_and_not_by_siblings() -> None:
    """L-39: on both back ends, by awaited functions, by tasks and threads started inside."""
    seen: dict[str, object] = {}

    async def look(name: str) -> None:
        await checkpoint()
        seen[name] = values()

    async def work(name: str) -> None:
        with log_scope(task=name):
            await look(name)

    async with anyio.create_task_group() as tasks:
        with log_scope(outer=1):
            tasks.start_soon(work, "first")
            tasks.start_soon(work, "second")
            seen["thread"] = await anyio.to_thread.run_sync(values)
        tasks.start_soon(look, "outside")

    assert seen == {
        "first": {"outer": 1, "task": "first"},
        "second": {"outer": 1, "task": "second"},
        "thread": {"outer": 1},
        "outside": {},
    }


def test_scopes_may_close_in_another_order() -> None:
    """L-40: leaving goes back to the scope before the one that is left; leaving twice does nothing."""

    def play() -> None:
        outer, inner = ExitStack(), ExitStack()
        outer.enter_context(log_scope(outer=1))
        inner.enter_context(log_scope(inner=1))

        outer.close()
        assert values() == {}
        inner.close()
        assert values() == {"outer": 1}
        inner.close()
        assert values() == {"outer": 1}

    copy_context().run(play)


async def test_a_scope_may_end_in_another_task() -> None:
    """L-39: a fixture that closes it elsewhere raises nothing."""
    stack = ExitStack()

    async def enter() -> None:
        stack.enter_context(log_scope(a=1))

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(enter)
    stack.close()

    assert values() == {}


def test_secrets_are_masked_when_the_scope_is_opened() -> None:
    """C5: whoever asks for the scopes sees the mask."""
    with log_scope(password="hunter2", order=1):
        assert "hunter2" not in repr(current_scopes())
        assert values()["order"] == 1


def test_a_live_scope_is_asked_anew_for_each_record() -> None:
    """Masked as others are, kept as it was then, and absent while it has nothing to say."""
    now: dict[str, object] = {}
    with live_log_scope(lambda: now), log_scope(inner=1):
        nothing = current_scopes()
        now.update(order=1, password="hunter2")
        first = current_scopes()
        now["order"] = 2
        second = current_scopes()

    assert nothing == ({"inner": 1},)
    assert [scopes[0]["order"] for scopes in (first, second)] == [1, 2]
    assert "hunter2" not in repr(first)
    assert current_scopes() == ()
