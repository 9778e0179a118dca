"""What a virtual clock needs of an event loop."""

from typing import Protocol, final

from corner_host.primitives import CornerHostError


@final
class NoVirtualTimeError(CornerHostError, RuntimeError):
    """The event loop that runs cannot be made to follow a virtual clock."""


class LoopTime(Protocol):
    """The time of one running event loop; used from that loop alone. Times are its seconds."""

    @property
    def now(self) -> float:
        """What the loop takes for the time."""
        ...

    @property
    def next_deadline(self) -> float | None:
        """When the next timer or time-out is due; None when nobody waits for a time."""
        ...

    def install(self) -> None:
        """Let time stand still from here on."""
        ...

    def uninstall(self) -> None:
        """Let time pass by itself again; what still waits goes on waiting for the rest of its time."""
        ...

    def move_to(self, time: float) -> None:
        """Make it *time*; what is due by then runs when the calling task next lets others run."""
        ...

    async def settle(self) -> None:
        """Return once no other task can go on without time passing, or something from outside."""
        ...
