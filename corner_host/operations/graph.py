# ruff: noqa: ARG002 - this is the surface; what fills it follows
"""``operations.graph``: what the container is made of."""

from typing import final

from .contracts import ContainerGraph
from .workplace import Workplace


@final
class GraphOperations:
    """The container's registrations, and who needs whom."""

    def __init__(self, workplace: Workplace) -> None:
        self._workplace = workplace

    async def get(self, *, framework: bool = False) -> ContainerGraph:
        """Return the graph; with *framework*, also what the areas of corner_host register for themselves."""
        return ContainerGraph()
