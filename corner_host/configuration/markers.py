"""What an annotation may say about how its field is bound."""

from typing import Final, final


@final
class AppendToDefaultType:
    """The type of `AppendToDefault`."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "AppendToDefault"


AppendToDefault: Final = AppendToDefaultType()
"""In ``Annotated[list[str], AppendToDefault]``: what is configured is added to the default list, not put in its place."""
