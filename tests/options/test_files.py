"""Options and log rules follow a file that is saved."""

import json
import logging
import threading
from pathlib import Path

import pytest

from corner_host.configuration import ConfigurationManager
from corner_host.di import ServiceCollection
from corner_host.options import OptionsMonitor

from .conftest import Mail, build

LONG = 20.0
"""Seconds that nothing takes unless it is broken."""


def save(file: Path, **members: object) -> None:
    """Replace the file as an editor does: written beside it, then moved."""
    beside = file.with_suffix(".new")
    beside.write_text(json.dumps({"Mail": members}))
    beside.replace(file)


def test_a_saved_file_reaches_the_listeners(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """O-10, O-15, V-11, C12: one call for one save; a file that breaks, or does not validate, costs a record."""
    file = tmp_path / "appsettings.json"
    save(file, Host="first")
    configuration = ConfigurationManager()
    configuration.add_json_file(file, reload_on_change=True)
    heard: list[str] = []
    changed = threading.Event()
    told = threading.Event()

    def listen(mail: Mail, name: str) -> None:
        heard.append(mail.host)
        changed.set()

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            told.set()

    ear = Ear(logging.ERROR)
    logging.getLogger("corner_host").addHandler(ear)
    try:
        services = ServiceCollection().configure(Mail, configuration.get_section("Mail"))
        monitor = build(services).get_required_service(OptionsMonitor[Mail])
        assert monitor.current_value.host == "first"
        with monitor.on_change(listen):
            save(file, Host="second")
            assert changed.wait(LONG)
            assert (monitor.current_value.host, heard) == ("second", ["second"])

            save(file, Host="third", Port=0)
            assert told.wait(LONG)
            assert (monitor.current_value.host, heard) == ("second", ["second"])

            told.clear()
            file.write_text("{ this is not JSON")
            assert told.wait(LONG)
            assert monitor.current_value.host == "second"

            changed.clear()
            save(file, Host="fourth")
            assert changed.wait(LONG)
    finally:
        logging.getLogger("corner_host").removeHandler(ear)
        configuration.close()

    assert heard == ["second", "fourth"]
