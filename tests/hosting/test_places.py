"""Whose code a file is."""

import asyncio
import json
import os
from pathlib import Path

import anyio
import pytest

from corner_host.hosting import places

OURS = str(Path(places.__file__).parents[1])
INSTALLED = [
    str(Path("/opt/venv/lib/python3.11/site-packages/acme/mail.py")),
    str(Path("/usr/lib/python3/dist-packages/acme.py")),
]


@pytest.mark.parametrize("file", [__file__, f"{OURS}_shop{os.sep}main.py", "orders/payment.py"])
def test_a_file_of_an_application(file: str) -> None:
    """Any file that is not installed; a name that begins as ours does makes no difference."""
    assert places.is_application(file)
    assert not places.is_machinery(file)


@pytest.mark.parametrize("file", [json.__file__, anyio.__file__, places.__file__, "<string>", *INSTALLED])
def test_a_file_that_is_no_application_s(file: str) -> None:
    """The standard library's, an installed package's, ours, or none at all."""
    assert not places.is_application(file)


@pytest.mark.parametrize("file", [asyncio.__file__, anyio.__file__, places.__file__])
def test_a_file_of_what_runs_applications(file: str) -> None:
    """An event loop's, or ours."""
    assert places.is_machinery(file)


@pytest.mark.parametrize("file", [json.__file__, "<string>", *INSTALLED])
def test_a_library_s_file_is_no_machinery(file: str) -> None:
    """Its frames say where an application's call went."""
    assert not places.is_machinery(file)
