"""CM-12: both roots, so that what holds for one is tested for the other."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from corner_host.configuration import ConfigurationBuilder, ConfigurationManager, ConfigurationRoot

Make = Callable[..., ConfigurationRoot]


@pytest.fixture(params=["builder", "manager"])
def make(request: pytest.FixtureRequest) -> Iterator[Make]:
    """Makes a root from layers (mappings or sources); once by a builder, once as a manager."""
    made: list[ConfigurationRoot] = []

    def make_root(*layers: Mapping[str, str | None] | Any) -> ConfigurationRoot:
        builder = ConfigurationBuilder() if request.param == "builder" else ConfigurationManager()
        for layer in layers:
            if isinstance(layer, Mapping):
                builder.add_in_memory_collection(layer)
            else:
                builder.add(layer)
        made.append(builder.build())
        return made[-1]

    yield make_root
    for root in made:
        root.close()
