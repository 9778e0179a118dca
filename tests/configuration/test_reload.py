"""Reloading, and who hears of it."""

import threading

import pytest

from corner_host.configuration import ConfigurationStateError

from .conftest import Make
from .helpers import Awaited, Planets, failing, json_of, root_of, values


def test_a_reload_loads_all_and_then_calls(make: Make) -> None:
    """R-01, R-02, R-06: the callback sees all new values."""
    first, second = Planets({"A": "1"}), Planets({"B": "1"})
    configuration = make(first, second)
    seen: list[tuple[str | None, str | None]] = []
    configuration.on_change(lambda: seen.append((configuration["A"], configuration["B"])))

    first.values["A"] = second.values["B"] = "2"
    configuration.reload()

    assert seen == [("2", "2")]


def test_every_callback_runs_until_it_is_taken_back(make: Make) -> None:
    """R-03, R-04, R-05: at each reload, in order of registration; a registration can be closed twice."""
    configuration = make({"A": "1"})
    called: list[str] = []
    first = configuration.on_change(lambda: called.append("first"))
    configuration.on_change(lambda: called.append("second"))

    with configuration.on_change(lambda: called.append("within")):
        configuration.reload()
    first.close()
    first.close()
    configuration.reload()

    assert called == ["first", "second", "within", "second"]


def test_a_callback_may_register_and_close(make: Make) -> None:
    """R-05: what it registers is called from the next reload on."""
    configuration = make({"A": "1"})
    called: list[str] = []

    def once() -> None:
        called.append("once")
        registration.close()
        configuration.on_change(lambda: called.append("later"))

    registration = configuration.on_change(once)
    configuration.reload()
    configuration.reload()

    assert called == ["once", "later"]


def test_a_reload_that_changes_nothing_is_a_reload(make: Make) -> None:
    """R-07: values are not compared."""
    configuration = make(Planets({"A": "1"}))
    changed = Awaited()
    configuration.on_change(changed)

    configuration.reload()

    assert changed.events == 1


def test_a_section_hears_all_of_the_root(make: Make) -> None:
    """R-08: also what concerns other sections."""
    configuration = make({"A": "1"})
    changed = Awaited()
    configuration.get_section("B").on_change(changed)

    configuration.reload()

    assert changed.events == 1


def test_callbacks_run_in_the_thread_of_the_reload(make: Make) -> None:
    """R-09: synchronously."""
    planets = Planets({"A": "1"})
    configuration = make(planets)
    threads: list[str] = []
    configuration.on_change(lambda: threads.append(threading.current_thread().name))

    thread = threading.Thread(target=planets.changed, name="the source's own")
    thread.start()
    thread.join()

    assert threads == ["the source's own"]


def test_a_failing_callback_keeps_none_from_running(make: Make) -> None:
    """R-06: one error is raised as it is, several in a group."""
    configuration = make({"A": "1"})
    changed = Awaited()
    configuration.on_change(failing)
    configuration.on_change(changed)

    with pytest.raises(KeyError, match="failing"):
        configuration.reload()
    configuration.on_change(failing)
    with pytest.raises(ExceptionGroup) as caught:
        configuration.reload()

    assert changed.events == 2
    assert [type(error) for error in caught.value.exceptions] == [KeyError, KeyError]


def test_a_failing_callback_does_not_hurt_the_source(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    """R-09: what a source's own thread calls cannot end it; one error record tells."""
    planets = Planets({"A": "1"})
    configuration = make(planets)
    configuration.on_change(failing)

    planets.changed()

    assert [record.levelname for record in caplog.records] == ["ERROR"]


def test_a_source_that_fails_keeps_its_values(make: Make) -> None:
    """C4: the others are loaded, the callbacks run, then the error is raised."""
    good, bad = Planets({"A": "1"}), Planets({"B": "1"})
    configuration = make(good, bad)
    seen: list[dict[str, str | None]] = []
    configuration.on_change(lambda: seen.append(values(configuration)))

    good.values["A"] = "2"
    bad.error = ValueError("gone")

    with pytest.raises(ValueError, match="gone"):
        configuration.reload()
    assert seen == [{"A": "2", "B": "1"}]


def test_a_stream_cannot_be_reloaded() -> None:
    """J-14: the error says so."""
    with pytest.raises(ConfigurationStateError, match="only once"):
        json_of("{}").reload()


def test_readers_see_whole_pictures() -> None:
    """E-15, F-19, KF-09: while one thread reloads and sets, all that others bind and enumerate is of one moment."""
    planets = Planets({f"L:{index}": "0" for index in range(20)})
    configuration = root_of({})
    configuration = type(configuration)([_loaded(planets)])
    stop = threading.Event()

    def reload() -> None:
        for number in range(200):
            planets.values = {f"L:{index}": str(number) for index in range(20)}
            configuration.reload()
            configuration.get_section("Other")[str(number)] = "x"
        stop.set()

    thread = threading.Thread(target=reload)
    thread.start()
    pictures: list[set[object]] = []
    while not stop.is_set():
        pictures.append(set(configuration.get_section("L").get(list[int]) or ()))
        pictures.append({value for key, value in configuration.as_enumerable() if key.startswith("L:")})
    thread.join()

    assert {len(picture) for picture in pictures} <= {1}


def _loaded(planets: Planets) -> Planets:
    planets.load()
    return planets
