"""One type can be written in many ways, and is one service."""

from typing import Annotated, Any, List, Optional  # noqa: UP035 - the old spellings are what is tested

import pytest
from typing_extensions import TypeAliasType

from corner_host.di import ServiceCollection
from tests.di.toys import Leaf

Alias = TypeAliasType("Alias", Leaf)


@pytest.mark.parametrize(
    ("registered", "asked"),
    [
        (list[Leaf], List[Leaf]),  # noqa: UP006 - the old spelling
        (List[Leaf], list[Leaf]),  # noqa: UP006 - the old spelling
        (Leaf, Annotated[Leaf, "documentation"]),
        (Annotated[Leaf, "documentation"], Leaf),
        (Leaf, Alias),
        (Alias, Leaf),
        (dict[str, Leaf], dict[str, Annotated[Leaf, 1]]),
        (Optional[Leaf], Leaf | None),  # noqa: UP045 - the old spelling
    ],
)
def test_spellings_of_one_type_are_one_service(registered: Any, asked: Any) -> None:
    """REG-25: keys are normalised: old generics, Annotated, type aliases."""
    made = object()
    provider = ServiceCollection().add_singleton(registered, factory=lambda: made).build_service_provider()

    assert provider.get_service(asked) is made
    assert provider.is_service(asked)
