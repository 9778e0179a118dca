"""What a user sees in the first ten minutes: typed at a real terminal, compared line by line with what was promised."""

import re
import urllib.request
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from . import programs, promised
from .shell import SECONDS, Shell
from .terminal import TMUX, Terminal, between, read, without

pytestmark = [
    pytest.mark.once,
    pytest.mark.skipif(TMUX is None, reason="tmux is not installed"),
    pytest.mark.timeout(300),  # the first one builds and installs the wheel
]
WORK = "orders.worker.Worker"
"""The worker's own lines come whenever they come: its work begins before the whole application has started."""


def change(file: Path, before: str, after: str) -> None:
    """Save *file* with something else in it."""
    text = file.read_text("utf-8")
    assert before in text
    file.write_text(text.replace(before, after), "utf-8")


def test_from_an_empty_folder_to_a_clean_stop(terminal: Terminal, shell: Shell) -> None:
    """Minutes 1 to 3, and 8: a start, a setting, a restart, a syntax error, a stop with status 0, a test."""
    folder = shell.folder / "orders" / "src" / "orders"
    terminal.type("corner-host new worker orders >/dev/null; cd orders; clear")
    terminal.type("BackgroundJobs__Queue__Capacity=100 corner-host dev; echo status=$?")
    terminal.follow("Content root path:")
    started = terminal.follow("Worker running at")
    change(folder / "appsettings.Development.json", '"IntervalSeconds": 1', '"IntervalSeconds": 5')
    setting = terminal.follow("(reloaded in place)")
    change(folder / "worker.py", "import logging\n", "import logging\n\n")
    restarted = terminal.follow("Application started", 2)
    change(folder / "worker.py", "class Worker(BackgroundService):", "class Worker(BackgroundService)")
    broken = terminal.follow("Waiting for the next save")
    change(folder / "worker.py", "class Worker(BackgroundService)", "class Worker(BackgroundService):")
    again = terminal.follow("Application started", 3)
    terminal.press("C-c")
    stopped = terminal.follow("status=0")
    terminal.type("clear; python -m pytest -q -p no:cacheprovider")
    tested = terminal.until(" passed in ")

    assert without(between(started, "reload on", "Content root path:"), WORK) == read(promised.START)
    assert read(promised.WORK)[0] in read(started)
    assert between(setting, "(reloaded", "(reloaded") == read(promised.SETTING)
    assert without(between(restarted, "restarting", "Application started"), WORK) == read(promised.RESTART)
    assert without(between(again, "restarting", "Application started"), WORK) == read(promised.RESTART)
    promise = promised.SYNTAX.replace("while not stopping.is_set", "class Worker(BackgroundService)")
    assert between(broken, "SyntaxError", "Waiting for") == read(promise.replace(" " * 38 + "^", " " * 44 + "^"))
    idle = promised.STOP.replace("1 request and 3 jobs", "nothing").replace("25.0 s", "2.0 s")
    assert without(between(stopped, "^C", "Stopped in"), WORK) == without(read(idle), "Drained")
    assert [re.sub(" +", " ", line) for line in between(tested, "[100%]", " passed in ")] == [
        re.sub(" +", " ", line) for line in read(promised.TESTED)
    ]


@pytest.mark.parametrize(
    ("program", "promise", "status"),
    [(programs.UNWIRED, promised.WIRING, 3), (programs.WIRED, promised.SETTINGS, 78)],
    ids=["wiring", "settings"],
)
def test_mistakes_come_with_their_remedy(
    terminal: Terminal, shell: Shell, program: str, promise: str, status: int
) -> None:
    """Minute 5: all mistakes at once, where they are, how to mend them, and a status that tells which kind."""
    shell.write("program.py", program)
    if status == 78:
        shell.write("appsettings.json", programs.WIRED_SETTINGS)
    terminal.type("corner-host dev; echo status=$?")
    shown = terminal.follow(f"status={status}")

    assert between(shown, "status=$?", f"status={status}")[1:-1] == read(promise)


def test_a_failure_and_a_second_attempt(terminal: Terminal, shell: Shell) -> None:
    """Minute 6: one line an attempt, with the error and its place in the user's code."""
    shell.write("orders/__init__.py", programs.ATTEMPTED)
    shell.write("orders/payment.py", programs.PAYMENT)
    terminal.type("clear; corner-host dev orders:create_builder")
    shown = terminal.follow("succeeded on attempt 2")

    assert without(between(shown, "accepted", "succeeded"), "corner_host.lifetime") == read(promised.ATTEMPTS)


@pytest.fixture
def busy(terminal: Terminal, shell: Shell) -> Terminal:
    """A terminal with a program that has work to do when it is asked to."""
    shell.write("program.py", programs.BUSY)
    shell.write("orders/payment.py", programs.PAYMENT)
    return terminal


def send(terminal: Terminal, path: str, asking: ThreadPoolExecutor) -> Future[int]:
    """Send a request to the program in the terminal, and wait until its work is under way."""
    found = re.search(r"Listening at (\S+)", terminal.follow("Content root path:"))
    assert found is not None

    def ask() -> int:
        with urllib.request.urlopen(f"{found[1]}{path}", timeout=SECONDS) as answer:
            return int(answer.status)

    answer = asking.submit(ask)
    terminal.follow("under way")
    return answer


def test_a_stop_with_work_in_flight(busy: Terminal) -> None:
    """Minute 9: what is in flight, who stops when, what became of the work, status 0; the request is answered."""
    options = "--set BackgroundJobs:Queue:MaxConcurrency=4"
    busy.type(f"clear; corner-host dev --no-reload --stop-seconds 25 {options}; echo status=$?")
    with ThreadPoolExecutor() as asking:
        answer = send(busy, "/busy", asking)
        busy.press("C-c")
        shown = busy.follow("status=0")

    assert answer.result() == 200
    assert without(between(shown, "^C", "Stopped in"), "WebAppService", "corner_host.web") == read(promised.STOP)


def test_a_stop_that_takes_too_long(busy: Terminal) -> None:
    """Minute 9: what is lost, by name, id, time and line; nothing is told twice; status 4."""
    options = "--set BackgroundJobs:Queue:MaxConcurrency=1"
    busy.type(f"clear; corner-host dev --no-reload --stop-seconds 1 {options}; echo status=$?")
    with ThreadPoolExecutor() as asking:
        send(busy, "/stuck", asking)
        busy.press("C-c")
        shown = busy.follow("status=4")

    told = [columns(line) for line in between(shown, "Deadline", "status=4")[:-1]]
    assert told == [columns(line) for line in read(promised.DEADLINE)]


def columns(line: str) -> str:
    """Return *line* without the widths of its columns and without an id."""
    return re.sub("  +", "  ", re.sub(r"((?:process_order|send_receipt) +)\S+", r"\1<id>", line))
