"""YAML files."""

import subprocess
import sys
from pathlib import Path

import pytest

from corner_host.configuration import ConfigurationFileError
from tests.configuration.helpers import names, values

from .conftest import Read


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("true", "true"),
        ("False", "false"),
        ("yes", "yes"),
        ("0x1F", "31"),
        ("0o17", "15"),
        ("1_000", "1000"),
        ("-5", "-5"),
        ("012", "12"),
        ("1.50", "1.50"),
        ("x y", "x y"),
        ("'5'", "5"),
        ("~", None),
        ("null", None),
        ("", None),
        ("[]", ""),
        ("{}", None),
        ("2020-01-02", "2020-01-02"),
        ("2020-01-02 03:04:05 -05:00", "2020-01-02T03:04:05-05:00"),
        ("|\n  two\n  lines", "two\nlines\n"),
    ],
)
def test_scalars_become_text(yaml: Read, value: str, text: str | None) -> None:
    """As JSON would show them, by the rules of YAML 1.2."""
    configuration = yaml(f"a: {value}\n")

    assert (names(configuration), (configuration["a"] or "").strip() or configuration["a"]) == (
        ["a"], (text or "").strip() or text,
    )  # fmt: skip


def test_mappings_and_sequences_become_paths(yaml: Read) -> None:
    """Anchors, aliases and merge keys too; a key of the mapping itself wins over a merged one."""
    text = "base: &base {x: 1, y: 1}\nl: [a, {b: c}]\nmore: {<<: *base, Y: 2}\nboth: {<<: [*base, {x: 9, z: 3}]}\nsame: *base\n"

    assert values(yaml(text)) == {
        "base:x": "1", "base:y": "1",
        "both:x": "1", "both:y": "1", "both:z": "3",
        "l:0": "a", "l:1:b": "c",
        "more:x": "1", "more:Y": "2",
        "same:x": "1", "same:y": "1",
    }  # fmt: skip


@pytest.mark.parametrize("text", ["", "# only a comment\n", "---\n", "~"])
def test_an_empty_document_is_an_empty_configuration(yaml: Read, text: str) -> None:
    """YAML has a value for nothing."""
    assert values(yaml(text)) == {}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: hunter2: b", 1),
        ("a: 1\n  b: hunter2\n", 2),
        ("a: *hunter", 1),
        ("- a\n- b\n", 1),
        ("hunter2", 1),
        ("a: !!python/object:os.system hunter2", 1),
        ("? [a, b]\n: c", 1),
        ("<<: 5", 1),
        ("a: &x [*x]", 1),
        ("a: 1\n--- \nb: 2\n", None),
        ("a: 1\nA: 2\n", 2),
        ("a: 'open", None),
        ("\tb: 1", 1),
    ],
)
def test_an_error_has_its_place(yaml: Read, text: str, line: int | None) -> None:
    """No text of the file is shown."""
    with pytest.raises(ConfigurationFileError) as caught:
        yaml(text)

    assert line is None or caught.value.line == line
    assert "hunter2" not in str(caught.value)
    assert caught.value.__context__ is None


def test_aliases_cannot_blow_up(yaml: Read) -> None:
    """A small file that stands for a huge one is refused."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]

    with pytest.raises(ConfigurationFileError, match="aliases"):
        yaml("\n".join(lines))


def test_too_deep_a_nesting_is_refused(yaml: Read) -> None:
    """Without a crash."""
    with pytest.raises(ConfigurationFileError, match="nested too deeply"):
        yaml("a: " + "[" * 10_000 + "]" * 10_000)


def test_a_value_knows_its_line(yaml: Read) -> None:
    """Line and column of the value."""
    origin = yaml("a:\n  b:\n    - x\n    - y\n").providers[0].origin("a:b:1")

    assert (origin.line, origin.column) == (4, 7)


def test_the_extra_is_named_when_it_is_missing(tmp_path: Path) -> None:
    """At the call that needs it."""
    program = (
        "import sys; sys.modules['ruamel'] = None; sys.modules['ruamel.yaml'] = None\n"
        "from corner_host.configuration import ConfigurationBuilder, ConfigurationDependencyError\n"
        "try: ConfigurationBuilder().add_yaml_file('a.yaml')\n"
        "except ConfigurationDependencyError as error: print(error.extra, isinstance(error, ImportError), error)\n"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout.startswith("yaml True Reading YAML files needs the package ruamel.yaml")
