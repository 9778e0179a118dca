"""Commands typed at a real terminal, as a person types them, and the screen that person then sees."""

import os

import pytest

from .terminal import TMUX, Terminal

pytestmark = [pytest.mark.once, pytest.mark.skipif(TMUX is None, reason="tmux is not installed")]


def test_top_draws_on_the_other_screen_and_gives_the_terminal_back(terminal: Terminal) -> None:
    """top shows the status, live; Ctrl+C ends it and not the host, and what was there before is there again."""
    terminal.type("corner-host new worker orders >/dev/null; cd orders; clear; echo before")
    terminal.type(
        "corner-host -q run >host.log 2>&1 & until corner-host health >/dev/null; do :; done; corner-host top"
    )
    shown = terminal.until("Ctrl+C ends this")
    terminal.press("C-c")
    after = terminal.until("before")
    terminal.type("clear; corner-host stop; echo status=$?")
    terminal.until("status=0")

    assert "orders" in shown.splitlines()[0]
    assert "● Worker" in shown
    assert "before" not in shown
    assert "● Worker" not in after


def test_a_secret_is_asked_for_and_not_shown(terminal: Terminal) -> None:
    """What is typed does not appear on the screen."""
    terminal.type("corner-host new minimal orders >/dev/null; cd orders; clear; corner-host secrets set Payment:ApiKey")
    terminal.until("Payment:ApiKey:")
    terminal.type("hunter2")
    shown = terminal.until("is set in")

    assert "hunter2" not in shown
    assert os.environ["HOME"] not in shown
