"""Loading, looking up, binding: ours beside the least that is possible, and beside peers."""

import json
import random
import sys
import tempfile
import tracemalloc
from collections.abc import Callable, Mapping
from pathlib import Path

from corner_host.configuration import ConfigurationBuilder, ConfigurationRoot

from . import peers
from .data import flat_data, flat_model, nested_data, nested_model, write_layers
from .measure import ratios


def main() -> int:
    """Print all ratios; returns 1 if a goal is missed."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        files = write_layers(directory)
        missed = [
            *_report("Load 10,050 keys in five layers", _loading(files), {"corner_host": 4.0}),
            *_report("Look 1,000 keys up", _looking_up(files), {"corner_host": 2.0}),
            *_report("Look one key up", _looking_one_up(files), {}),
            *_report("Bind 50 fields", _binding(directory), {"corner_host": 2.5}),
            *_report("Bind 50 fields in 10 groups", _nested(), {"corner_host": 6.0}),
        ]
        _memory(files)
    print("\nAll goals are met." if not missed else f"\nMissed: {', '.join(missed)}")
    return 1 if missed else 0


def _report(title: str, contenders: Mapping[str, Callable[[], object]], goals: Mapping[str, float]) -> list[str]:
    base = next(iter(contenders))
    print(f"\n{title}")
    missed: list[str] = []
    for name, (micros, ratio) in ratios(base, contenders).items():
        goal = goals.get(name)
        aim = "" if goal is None else f"   goal <= {goal:g}"
        print(f"  {name:36} {micros:12,.2f} us {ratio:10.2f} x{aim}")
        if goal is not None and ratio > goal:
            missed.append(f"{title} ({ratio:.2f} > {goal:g})")
    return missed


def _load(files: list[Path]) -> ConfigurationRoot:
    builder = ConfigurationBuilder()
    for file in files:
        builder.add_json_file(file)
    return builder.build()


def _loading(files: list[Path]) -> dict[str, Callable[[], object]]:
    return {
        "json.loads of the files": lambda: [json.loads(file.read_text()) for file in files],
        "corner_host": lambda: _load(files)["Limits:Limit1"],
        "corner_host, with children": lambda: _load(files).get_children(),
        **peers.loading(files),
    }


def _looking_up(files: list[Path]) -> dict[str, Callable[[], object]]:
    configuration = _load(files)
    values = {key: value for key, value in configuration.as_enumerable() if value is not None}
    # as a program writes them: equal to the keys in the dict, and not the same objects, by which it would know them at once
    keys = [key.encode().decode() for key in random.sample(list(values), 1000)]

    def look_up_in_dict() -> None:
        for key in keys:
            values[key]

    def look_up() -> None:
        for key in keys:
            configuration[key]

    section = configuration.get_section("Section1:Group1")
    names = [child.key for child in section.get_children()] * 100

    def look_up_in_section() -> None:
        for name in names:
            section[name]

    return {"dict": look_up_in_dict, "corner_host": look_up, "corner_host section": look_up_in_section}


def _looking_one_up(files: list[Path]) -> dict[str, Callable[[], object]]:
    configuration = _load(files)
    values = dict(configuration.as_enumerable())
    return {
        "dict": lambda: values["Section1:Group1:SettingName1"],
        "corner_host": lambda: configuration["Section1:Group1:SettingName1"],
        "corner_host get_value(int)": lambda: configuration.get_value("Limits:Limit1", int),
        **peers.looking_up(files),
    }


def _binding(directory: Path) -> dict[str, Callable[[], object]]:
    model = flat_model()
    data = flat_data()
    section = ConfigurationBuilder().add_json_stream(json.dumps({"A": data})).build().get_section("A")

    def first() -> object:
        return ConfigurationBuilder().add_in_memory_collection({}).add_configuration(section).build().get(model)

    return {
        "model_validate": lambda: model.model_validate(data),
        "corner_host": lambda: section.get(model),
        "corner_host, first time": first,
        **peers.binding(directory),
    }


def _nested() -> dict[str, Callable[[], object]]:
    model = nested_model()
    data = nested_data()
    section = ConfigurationBuilder().add_json_stream(json.dumps({"A": data})).build().get_section("A")
    return {"model_validate": lambda: model.model_validate(data), "corner_host": lambda: section.get(model)}


def _memory(files: list[Path]) -> None:
    """Bytes a key for one file, two, and all, each with the index of children: linear when they are much the same."""
    print("\nMemory a key")
    for count in (1, 2, len(files)):
        tracemalloc.start()
        configuration = _load(files[:count])
        configuration.get_children()
        size, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        keys = sum(len(provider.data) for provider in configuration.providers)
        print(f"  {keys:8,} keys {size / keys:8.0f} bytes")


if __name__ == "__main__":
    sys.exit(main())
