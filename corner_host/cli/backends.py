"""The event loop that a command runs an application on."""

from typing import Annotated, Literal, TypeAlias

import typer

Backend: TypeAlias = Annotated[
    Literal["asyncio", "asyncio+uvloop", "trio"], typer.Option("--backend", help="The event loop.")
]
