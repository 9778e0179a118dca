"""Random graphs of every kind of maker, asked by both doors, against what lifetimes and order promise."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import anyio
import anyio.lowlevel
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corner_host.di import AsyncFactoryError, ServiceCollection, ServiceLifetime, ServiceProvider
from tests.di.toys import LIFETIMES, add


class Made:
    """An object of one node, made from others."""

    def __init__(self, node: int, parts: list["Made"]) -> None:
        self.node, self.parts = node, parts


@dataclass
class Node:
    """One service of a random graph."""

    needs: list[int]
    lifetime: ServiceLifetime
    maker: str


@st.composite
def graphs(draw: st.DrawFn) -> list[Node]:
    return [
        Node(
            needs=draw(st.lists(st.integers(0, number - 1), max_size=2)) if number else [],
            lifetime=draw(st.sampled_from(LIFETIMES)),
            maker=draw(st.sampled_from(["plain", "async", "generator", "async generator"])),
        )
        for number in range(draw(st.integers(1, 6)))
    ]


questions = st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=1, max_size=6)


class World:
    """The services of a graph, and what was made and ended, in order."""

    def __init__(self, nodes: list[Node]) -> None:
        self.nodes = nodes
        self.made: list[Made] = []
        self.ended: list[Made] = []
        self._ended_before: list[Made] = []
        self.kinds = [type(f"Node{number}", (), {}) for number in range(len(nodes))]
        services = ServiceCollection()
        for number, node in enumerate(nodes):
            maker = self.maker(number, node)
            maker.__annotations__ = {f"part{place}": self.kinds[need] for place, need in enumerate(node.needs)}
            add(services, node.lifetime, self.kinds[number], factory=maker)
        self.provider = services.build_service_provider()

    @property
    def all_ended(self) -> list[Made]:
        """What has ended since the beginning."""
        return self._ended_before + self.ended

    def forget_ended(self) -> None:
        """Begin a new list of what ended."""
        self._ended_before += self.ended
        self.ended.clear()

    def make(self, number: int, parts: tuple[Any, ...]) -> Made:
        made = Made(number, list(parts))
        self.made.append(made)
        return made

    def maker(self, number: int, node: Node) -> Callable[..., Any]:
        """Return a factory with one parameter for each need."""
        names = ", ".join(f"part{place}" for place in range(len(node.needs)))
        after = "\n  ended.append(made)" if "generator" in node.maker else ""
        head = "async def" if "async" in node.maker else "def"
        pause = "\n  await checkpoint()" if "async" in node.maker else ""
        verb = "yield" if "generator" in node.maker else "return"
        source = f"{head} maker({names}):{pause}\n  made = make({number}, ({names}{',' if names else ''}))\n  {verb} made{after}"
        space: dict[str, Any] = {"make": self.make, "ended": self.ended, "checkpoint": anyio.lowlevel.checkpoint}
        exec(source, space)
        maker: Callable[..., Any] = space["maker"]
        return maker

    async def ask(self, provider: ServiceProvider, number: int, *, asynchronously: bool) -> Any:
        """Ask by one door; by the other if the plain one says so."""
        kind: Any = self.kinds[number % len(self.kinds)]
        if not asynchronously:
            try:
                return provider.get_required_service(kind)
            except AsyncFactoryError:
                pass
        return await provider.get_required_service_async(kind)


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
@settings(max_examples=60, deadline=None)
@given(graphs(), questions)
def test_both_doors_keep_lifetimes_and_order_in_any_graph(
    backend: str, nodes: list[Node], asked: list[tuple[int, bool]]
) -> None:
    """LIF-03, LIF-05, LIF-08, LIF-10, DIS-01, DIS-02, DIS-03, FAC-15, D8: in one scope after another."""
    world = World(nodes)

    async def run() -> None:
        for _ in range(4):
            world.forget_ended()
            before = len(world.made)
            async with world.provider.create_scope() as scope:
                answers = [
                    await world.ask(scope.service_provider, number, asynchronously=door) for number, door in asked
                ]
                reached = [made for answer in answers for made in scoped_part(answer)]
                scoped = {made.node: made for made in reached if nodes[made.node].lifetime is ServiceLifetime.SCOPED}

                assert all(scoped[made.node] is made for made in reached if made.node in scoped)
                assert not any(made in world.ended for made in reached)
            order = [id(made) for made in world.made[before:]]
            assert [id(made) for made in world.ended] == sorted(
                (id(made) for made in world.ended), key=order.index, reverse=True
            )
            singles = [made for made in world.made if nodes[made.node].lifetime is ServiceLifetime.SINGLETON]
            assert len({made.node for made in singles}) == len(singles)
        ended_in_scopes = len(world.ended)
        await world.provider.aclose()
        rest = [id(made) for made in world.ended[ended_in_scopes:]]
        assert rest == sorted(rest, key=[id(made) for made in world.made].index, reverse=True)

    def scoped_part(answer: Made) -> Iterator[Made]:
        """Return what of an answer was made for the scope: a singleton and what is below it was made for the root."""
        if nodes[answer.node].lifetime is ServiceLifetime.SINGLETON:
            return
        yield answer
        for part in answer.parts:
            yield from scoped_part(part)

    anyio.run(run, backend=backend)
    generators = [made for made in world.made if "generator" in nodes[made.node].maker]
    assert sorted(map(id, world.all_ended)) == sorted(map(id, generators))
