"""Building a class that need not be registered."""

from collections.abc import Callable
from typing import Annotated, Any

import pytest

from corner_host.di import (
    FromKeyedServices,
    InheritKey,
    ServiceCollection,
    ServiceProvider,
    UnresolvableDependencyError,
    create_factory,
    create_instance,
    get_service_or_create_instance,
)
from tests.di.toys import Branch, Closable, Journal, Leaf, MemoryStore, Shop, Store, Tree, journalled, provider_with


class Mixed:
    def __init__(self, leaf: Leaf, name: str, size: int, other: str = "other", *, flag: bool = False) -> None:
        self.leaf, self.name, self.size, self.other, self.flag = leaf, name, size, other, flag


def test_an_unregistered_class_gets_its_registered_dependencies() -> None:
    """ACT-01: and is a new object each time."""
    provider = provider_with(Leaf)

    branch = create_instance(provider, Branch)

    assert branch.leaf is provider.get_service(Leaf)
    assert create_instance(provider, Branch) is not branch


def test_arguments_go_to_the_first_free_parameter_that_takes_them() -> None:
    """ACT-02, ACT-04, ACT-20: by type in the order given; the rest is resolved or defaulted."""
    provider = provider_with(Leaf)

    mixed = create_instance(provider, Mixed, 3, "name")

    assert (mixed.name, mixed.size, mixed.other, mixed.flag) == ("name", 3, "other", False)
    assert mixed.leaf is provider.get_service(Leaf)
    assert create_instance(provider, Mixed, "name", 3, "more").other == "more"


def test_a_given_service_is_preferred_to_the_registered_one() -> None:
    """ACT-02: what the caller gives comes first."""
    leaf = Leaf()

    assert create_instance(provider_with(Leaf), Branch, leaf).leaf is leaf


def test_keywords_bind_by_name_first() -> None:
    """ACT-20: then positionals by type, then services, then defaults."""
    mixed = create_instance(provider_with(Leaf), Mixed, "second", 3, name="first", flag=True)

    assert (mixed.name, mixed.other, mixed.size, mixed.flag) == ("first", "second", 3, True)


def test_a_bool_is_not_an_int() -> None:
    """ACT-20: it goes to the flag, although it is an int to Python."""
    mixed = create_instance(provider_with(Leaf), Mixed, True, "name", 3)

    assert (mixed.size, mixed.flag) == (3, True)


@pytest.mark.parametrize(
    ("arguments", "keywords"),
    [((Journal(),), {}), (("name", 3, "other", "superfluous"), {}), ((), {"unknown": 1}), ((None,), {})],
)
def test_an_argument_that_nothing_takes_is_an_error(arguments: tuple[Any, ...], keywords: dict[str, Any]) -> None:
    """ACT-03, ACT-11: a TypeError that names the class; None fits only where it is legal."""
    with pytest.raises(TypeError, match="Mixed"):
        create_instance(
            provider_with(Leaf), Mixed, *arguments, **{"name": "n", "size": 1} | keywords if keywords else {}
        )


def test_none_fits_where_the_hint_allows_it_or_by_name() -> None:
    """ACT-11, ACT-15: an explicit None is None."""

    class Nullable:
        def __init__(self, leaf: Leaf | None) -> None:
            self.leaf = leaf

    provider = provider_with(Leaf)

    assert create_instance(provider, Nullable, None).leaf is None
    assert create_instance(provider, Branch, leaf=None).leaf is None
    assert create_instance(provider, Nullable).leaf is provider.get_service(Leaf)


def test_a_parameter_without_a_hint_takes_any_argument() -> None:
    """ACT-02, CTR-33: there is nothing to refuse it by, but nothing is resolved for it either."""

    class Bare:
        def __init__(self, thing, leaf: Leaf) -> None:  # type: ignore[no-untyped-def]
            self.thing, self.leaf = thing, leaf

    provider = provider_with(Leaf)

    assert create_instance(provider, Bare, 3).thing == 3
    with pytest.raises(UnresolvableDependencyError, match="'thing'"):
        create_instance(provider, Bare)


@pytest.mark.parametrize("hint", [Any, object, Leaf | None, None])
def test_none_fits_wherever_anything_fits(hint: Any) -> None:
    """ACT-11: Any and object allow it as well."""

    class Wide:
        def __init__(self, thing: hint) -> None:
            self.thing = thing

    assert create_instance(provider_with(Leaf), Wide, None).thing is None


def test_a_missing_dependency_is_an_error_with_both_names() -> None:
    """ACT-05: as for registered classes."""
    with pytest.raises(UnresolvableDependencyError, match=r"(?s)Leaf.*Branch|Branch.*Leaf") as caught:
        create_instance(provider_with(), Branch)

    assert (caught.value.service_type, caught.value.parameter, caught.value.implementation) == (Leaf, "leaf", Branch)


def test_what_a_constructor_raises_passes_unchanged() -> None:
    """ACT-06: also through a prepared factory."""
    error = ZeroDivisionError()

    class Explodes:
        def __init__(self) -> None:
            raise error

    ways: list[Callable[[ServiceProvider], Any]] = [lambda p: create_instance(p, Explodes), create_factory(Explodes)]
    for make in ways:
        with pytest.raises(ZeroDivisionError) as caught:
            make(provider_with())
        assert caught.value is error


def test_an_abstract_class_cannot_be_built() -> None:
    """ACT-07: neither at once nor by a prepared factory."""
    with pytest.raises((TypeError, ValueError, RuntimeError), match="Store"):
        create_instance(provider_with(), Store)
    with pytest.raises((TypeError, ValueError, RuntimeError), match="Store"):
        create_factory(Store)(provider_with())


def test_a_provider_is_needed() -> None:
    """ACT-12: None is refused, also by a prepared factory."""
    nothing: Any = None
    with pytest.raises((TypeError, AttributeError)):
        create_instance(nothing, Leaf)
    with pytest.raises((TypeError, AttributeError)):
        create_factory(Branch)(nothing)


def test_a_prepared_factory_can_be_used_many_times() -> None:
    """ACT-13: with any provider and with arguments of the stated types."""
    make = create_factory(Mixed, str, int)
    first, second = provider_with(Leaf), provider_with(Leaf)

    one, other = make(first, "one", 1), make(second, "other", 2)

    assert (one.name, one.size, one.leaf) == ("one", 1, first.get_service(Leaf))
    assert (other.name, other.size, other.leaf) == ("other", 2, second.get_service(Leaf))


@pytest.mark.parametrize("arguments", [(), ("name",), ("name", 3, "more")])
def test_a_prepared_factory_takes_exactly_its_arguments(arguments: tuple[Any, ...]) -> None:
    """ACT-14: too few or too many are an error; none are fine where none were stated."""
    with pytest.raises(TypeError):
        create_factory(Mixed, str, int)(provider_with(Leaf), *arguments)

    assert isinstance(create_factory(Leaf)(provider_with()), Leaf)


def test_a_prepared_factory_refuses_types_that_nothing_takes() -> None:
    """ACT-03, ACT-13: when it is prepared."""
    with pytest.raises(TypeError, match="Branch"):
        create_factory(Branch, Journal)


def test_an_explicit_none_stays_none_in_a_prepared_factory() -> None:
    """ACT-15: .NET would take the default."""

    class Sized:
        def __init__(self, size: int | None = 7) -> None:
            self.size = size

    assert create_factory(Sized, int)(provider_with(), None).size is None


def test_get_or_create_prefers_the_registration() -> None:
    """ACT-16: with its lifetime; else a new object each time."""
    services = ServiceCollection().add_singleton(Leaf).add_transient(Store, MemoryStore)
    provider = services.build_service_provider()

    assert get_service_or_create_instance(provider, Leaf) is provider.get_service(Leaf)
    assert isinstance(get_service_or_create_instance(provider, Store), MemoryStore)
    assert get_service_or_create_instance(provider, Branch) is not get_service_or_create_instance(provider, Branch)


def test_marks_on_parameters_are_honoured() -> None:
    """ACT-17: a named key, and inheriting means unkeyed because there is no key."""

    class Marked:
        def __init__(self, keyed: Annotated[Leaf, FromKeyedServices("k")], plain: Annotated[Leaf, InheritKey]) -> None:
            self.keyed, self.plain = keyed, plain

    provider = ServiceCollection().add_singleton(Leaf).add_singleton(Leaf, key="k").build_service_provider()

    marked = create_instance(provider, Marked)

    assert marked.keyed is provider.get_service(Leaf, key="k")
    assert marked.plain is provider.get_service(Leaf)


def test_the_object_belongs_to_the_caller() -> None:
    """ACT-19: its dependencies are closed by the provider, it is not."""
    services, journal = journalled()

    class Below(Closable):
        pass

    class Above(Closable):
        def __init__(self, journal: Journal, below: Below) -> None:
            super().__init__(journal)

    with services.add_transient(Below).build_service_provider() as provider:
        create_instance(provider, Above)

    assert journal.lines == ["Below closed"]


def test_a_scope_may_be_the_provider() -> None:
    """ACT-01, ACT-19: scoped dependencies are that scope's."""
    inside = (
        ServiceCollection().add_scoped(Leaf).add_scoped(Branch).build_service_provider().create_scope().service_provider
    )

    tree = create_instance(inside, Tree)

    assert tree.leaf is tree.branch.leaf is inside.get_service(Leaf)


def test_a_nested_missing_dependency_shows_the_path() -> None:
    """ACT-05, ERR-03: from the class that was to be built down to what is missing."""
    services = ServiceCollection().add_transient(Shop)

    class Mall:
        def __init__(self, shop: Shop) -> None:
            pass

    with pytest.raises(UnresolvableDependencyError) as caught:
        create_instance(services.build_service_provider(), Mall)

    assert (caught.value.implementation, caught.value.service_type) == (Shop, Store)
