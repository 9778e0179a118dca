"""Roots from the text of a file, one fixture for each format."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from corner_host.configuration import ConfigurationBuilder, ConfigurationRoot

Read = Callable[[str], ConfigurationRoot]


def _read(method: str, path: Path, text: str) -> ConfigurationRoot:
    path.write_text(text, newline="")
    builder: ConfigurationBuilder = getattr(ConfigurationBuilder(), method)(path)
    return builder.build()


@pytest.fixture
def ini(tmp_path: Path) -> Read:
    """Makes a root from the text of an INI file."""
    return partial(_read, "add_ini_file", tmp_path / "a.ini")


@pytest.fixture
def dotenv(tmp_path: Path) -> Read:
    """Makes a root from the text of a dotenv file."""
    return partial(_read, "add_dotenv_file", tmp_path / ".env")


@pytest.fixture
def toml(tmp_path: Path) -> Read:
    """Makes a root from the text of a TOML file."""
    return partial(_read, "add_toml_file", tmp_path / "a.toml")


@pytest.fixture
def yaml(tmp_path: Path) -> Read:
    """Makes a root from the text of a YAML file."""
    return partial(_read, "add_yaml_file", tmp_path / "a.yaml")
