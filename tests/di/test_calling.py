"""Calling any function with services for the parameters that nobody gave."""

import functools
from typing import Annotated, Any

import anyio.lowlevel
import pytest

from corner_host.di import (
    FromKeyedServices,
    ServiceCollection,
    ServiceProviderDisposedError,
    UnresolvableDependencyError,
    call,
    call_async,
)
from corner_host.di.calling import PreparedCall
from tests.di.toys import Branch, Closable, Leaf, Store, journalled, provider_with


class Token:
    """Something that the caller knows and the container does not."""


def work(token: Token, order: int, leaf: Leaf, name: str = "nobody") -> tuple[Any, ...]:
    return token, order, leaf, name


def test_arguments_fill_what_is_not_known_and_services_the_rest() -> None:
    """ACT-02, ACT-04: in the order of the parameters, then services, then defaults."""
    provider, token = provider_with(Leaf), Token()

    assert call(provider, work, 7, known={Token: token}) == (token, 7, provider.get_service(Leaf), "nobody")


def test_keywords_go_by_name_and_win_over_services() -> None:
    """ACT-20: also for what is registered."""
    mine, token = Leaf(), Token()

    assert call(provider_with(Leaf), work, 7, leaf=mine, name="me", known={Token: token}) == (token, 7, mine, "me")


def test_marks_defaults_and_none_count_as_in_a_constructor() -> None:
    """ACT-17, CTR-02, CTR-23: by the rules that constructors have."""

    def marked(keyed: Annotated[Leaf, FromKeyedServices("k")], store: Store | None, size: int = 3) -> tuple[Any, ...]:
        return keyed, store, size

    provider = ServiceCollection().add_singleton(Leaf, key="k").build_service_provider()

    assert call(provider, marked) == (provider.get_service(Leaf, key="k"), None, 3)


def test_what_nobody_gives_is_an_error_with_the_function_and_the_parameter() -> None:
    """ACT-05, ERR-03: as for a class."""
    with pytest.raises(UnresolvableDependencyError, match="'leaf'") as caught:
        call(provider_with(), work, 7, known={Token: Token()})

    assert (caught.value.service_type, caught.value.parameter, caught.value.implementation) == (Leaf, "leaf", work)


@pytest.mark.parametrize(("arguments", "keywords"), [((1, Leaf(), "name", "too much"), {}), ((1,), {"unknown": 2})])
def test_what_no_parameter_takes_is_an_error(arguments: tuple[Any, ...], keywords: dict[str, Any]) -> None:
    """ACT-03: superfluous arguments are never dropped."""
    with pytest.raises(TypeError, match="work"):
        call(provider_with(Leaf), work, *arguments, known={Token: Token()}, **keywords)


class Worker:
    def work(self, leaf: Leaf, *, size: int = 3) -> tuple[Any, ...]:
        return leaf, size

    def __call__(self, leaf: Leaf) -> tuple[Any, ...]:
        return leaf, 3


@pytest.mark.parametrize("function", [Worker().work, Worker(), functools.partial(Worker().work, size=3)])
def test_every_kind_of_callable_can_be_called(function: Any) -> None:
    """FAC-13: methods, callable objects, partials."""
    provider = provider_with(Leaf)

    assert call(provider, function) == (provider.get_service(Leaf), 3)


async def test_the_asynchronous_call_awaits_services_and_result() -> None:
    """D8: asynchronous factories for the parameters, and a coroutine function or a plain one to be called."""

    async def make() -> Leaf:
        await anyio.lowlevel.checkpoint()
        return Leaf()

    async def asynchronous(order: int, branch: Branch) -> tuple[int, Leaf]:
        await anyio.lowlevel.checkpoint()
        return order, branch.leaf

    def plain(branch: Branch) -> Leaf:
        return branch.leaf

    services = ServiceCollection().add_singleton(Leaf, factory=make).add_transient(Branch)
    provider = services.build_service_provider()

    awaited: Any = await call_async(provider, asynchronous, 7)
    called: Any = await call_async(provider, plain)

    assert awaited == (7, called)
    assert called is provider.get_service(Leaf)


def test_what_was_made_for_a_call_belongs_to_the_provider() -> None:
    """ACT-19, FAC-06: it is closed with the scope that was asked."""
    services, journal = journalled()

    def use(closable: Closable) -> int:
        return len(journal.lines)

    with services.add_transient(Closable).build_service_provider().create_scope() as scope:
        assert call(scope.service_provider, use) == 0

    assert journal.lines == ["Closable closed"]


def test_what_the_function_raises_passes_unchanged() -> None:
    """ACT-06: the very object."""
    error = ZeroDivisionError()

    def explode(leaf: Leaf) -> None:
        raise error

    with pytest.raises(ZeroDivisionError) as caught:
        call(provider_with(Leaf), explode)

    assert caught.value is error


def test_variadic_parameters_take_what_is_left() -> None:
    """ACT-02, CTR-34: arguments and keywords that no other parameter takes."""

    def variadic(leaf: Leaf, first: int, *rest: int, **more: str) -> tuple[Any, ...]:
        return leaf, first, rest, more

    provider = provider_with(Leaf)
    leaf = provider.get_required_service(Leaf)

    assert call(provider, variadic, leaf, 1, 2, 3, name="me") == (leaf, 1, (2, 3), {"name": "me"})


def both(*, leaf: Leaf, branch: Branch) -> tuple[Leaf, Branch]:
    return leaf, branch


def test_a_prepared_call_gets_what_its_scope_would_give() -> None:
    """From the first call, which looks for a way, to the later ones, which know it."""
    provider = ServiceCollection().add_singleton(Leaf).add_scoped(Branch).build_service_provider()
    prepared = PreparedCall(both, place="both")
    branches: list[Branch] = []

    for _ in range(4):
        with provider.create_scope() as scope:
            assert prepared(scope) == (provider.get_required_service(Leaf), scope.get_required_service(Branch))
            branches.append(prepared(scope)[1])

    assert len(set(map(id, branches))) == 4


def test_a_prepared_call_sees_an_override_while_it_lasts() -> None:
    """Plans are dropped with it."""
    provider = ServiceCollection().add_singleton(Leaf).add_scoped(Branch).build_service_provider()
    prepared = PreparedCall(both, place="both")
    other = Leaf()
    seen: list[bool] = []

    for overridden in (False, False, True, True, False):
        with provider.create_scope() as scope:
            if overridden:
                with provider.override(Leaf, other):
                    seen.append(prepared(scope)[0] is other)
            else:
                seen.append(prepared(scope)[0] is other)

    assert seen == [False, False, True, True, False]


def test_a_prepared_call_is_refused_by_a_closed_scope() -> None:
    """Also when its plan is known."""
    provider = ServiceCollection().add_singleton(Leaf).add_scoped(Branch).build_service_provider()
    prepared = PreparedCall(both, place="both")
    for _ in range(3):
        with provider.create_scope() as scope:
            prepared(scope)

    with pytest.raises(ServiceProviderDisposedError):
        prepared(scope)


def test_a_prepared_call_names_what_is_missing() -> None:
    """The function, and its parameter."""
    provider = ServiceCollection().add_singleton(Leaf).build_service_provider()

    with pytest.raises(UnresolvableDependencyError, match=r"both needs(.|\n)*Branch.*parameter 'branch'"):
        PreparedCall(both, place="both")(provider)
