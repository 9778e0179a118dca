"""What a message says: the way, what is near, and nothing that can break it."""

from collections.abc import Callable
from typing import Annotated, Any

import pytest

from corner_host.di import (
    ANY_KEY,
    CircularDependencyError,
    FromKeyedServices,
    ServiceCollection,
    ServiceNotRegisteredError,
    ServiceProvider,
    ServiceProviderDisposedError,
    UnresolvableDependencyError,
)
from tests.di.failures import Page, caught_from, closed, frozen, missing
from tests.di.toys import (
    Branch,
    Leaf,
    Mailer,
    MemoryStore,
    Postman,
    Repository,
    Shop,
    Store,
    Tree,
    User,
    chain_of,
    provider_with,
)


def test_a_missing_dependency_tells_the_whole_way() -> None:
    """ERR-03, CTR-21: fields for programs."""
    error = caught_from(missing)

    assert error.path == (Page, Shop, Store)
    assert (error.service_type, error.key, error.parameter, error.implementation) == (Store, None, "store", Shop)


def test_a_missing_dependency_shows_the_way_and_the_remedy() -> None:
    """ERR-01, ERR-03: what, where, and how to fix, with full names."""
    text = str(caught_from(missing))

    assert "tests.di.toys.Store" in text
    assert text.index("Page") < text.index("Shop") < text.rindex("Store")
    assert "'store'" in text
    assert "add_" in text


def test_an_error_has_no_inner_workings_in_its_traceback() -> None:
    """ERR-01, RES-18: no KeyError of a table that was looked in first."""
    provider = provider_with(Shop)

    for ask in (provider.get_service, provider.get_required_service, provider.get_services):
        with pytest.raises(UnresolvableDependencyError) as caught:
            ask(Shop)
        assert caught.value.__context__ is None or caught.value.__suppress_context__


def test_generics_are_written_with_their_arguments() -> None:
    """ERR-01: and builtins without their module."""
    with pytest.raises(ServiceNotRegisteredError) as caught:
        provider_with().get_required_service(Repository[User])
    assert "tests.di.toys.Repository[tests.di.toys.User]" in str(caught.value)

    with pytest.raises(ServiceNotRegisteredError) as caught:
        provider_with().get_required_service(dict[str, int])
    assert "dict[str, int]" in str(caught.value)


class NeedsPostman:
    def __init__(self, mailer: Mailer) -> None:
        raise AssertionError("not reached")


def twin() -> Any:
    """Return another class that is called Leaf."""
    return type("Leaf", (), {"__module__": "elsewhere"})


HINTS: list[tuple[str, Callable[[ServiceCollection], object], Any, str]] = [
    ("the same under a key", lambda services: services.add_singleton(Store, MemoryStore, key="fast"), Store, "'fast'"),
    (
        "an implementation under its own name",
        lambda services: services.add_singleton(MemoryStore),
        Store,
        "MemoryStore",
    ),
    (
        "the service of an implementation",
        lambda services: services.add_singleton(Store, MemoryStore),
        MemoryStore,
        "Store",
    ),
    ("another class of that name", lambda services: services.add_singleton(twin()), Leaf, "elsewhere.Leaf"),
    (
        "the open form",
        lambda services: services.add_singleton(Repository[int], instance=Repository()),
        Repository[User],
        "Repository[int]",
    ),
]


@pytest.mark.parametrize(("register", "asked", "hint"), [pytest.param(*rest, id=name) for name, *rest in HINTS])
def test_a_missing_service_is_told_what_is_near(
    register: Callable[[ServiceCollection], object], asked: Any, hint: str
) -> None:
    """ERR-03: 'did you mean', for what was asked for and for what was needed."""
    services = ServiceCollection()
    register(services)

    class Needs:
        def __init__(self, thing: asked) -> None:
            raise AssertionError("not reached")

    provider = services.add_transient(Needs).build_service_provider()

    with pytest.raises(ServiceNotRegisteredError) as absent:
        provider.get_required_service(asked)
    with pytest.raises(UnresolvableDependencyError) as unresolvable:
        provider.get_service(Needs)

    assert hint in str(absent.value)
    assert hint in str(unresolvable.value)


def test_a_cycle_shows_keys_on_its_way() -> None:
    """ERR-03, CIR-13: which of the keyed ones it goes through."""

    class Selfish:
        def __init__(self, me: Annotated[Store, FromKeyedServices("inner")]) -> None:
            raise AssertionError("not reached")

    services = ServiceCollection().add_singleton(Store, factory=Selfish, key="inner")

    with pytest.raises(CircularDependencyError, match="'inner'") as caught:
        services.build_service_provider().get_service(Store, key="inner")

    assert caught.value.key == "inner"


def test_a_factory_is_named_in_the_way() -> None:
    """ERR-03: by its own name, with its parameter."""

    def make_shop(store: Store) -> Shop:
        raise AssertionError("not reached")

    provider = ServiceCollection().add_singleton(Shop, factory=make_shop).build_service_provider()

    with pytest.raises(UnresolvableDependencyError, match="make_shop") as caught:
        provider.get_service(Shop)

    assert (caught.value.service_type, caught.value.parameter, caught.value.implementation) == (
        Store,
        "store",
        make_shop,
    )


def test_the_disposed_error_tells_root_from_scope() -> None:
    """ERR-03, DIS-13, DIS-14: which of them was closed."""
    provider = provider_with(Leaf)
    scope = provider.create_scope()
    scope.close()

    with pytest.raises(ServiceProviderDisposedError, match="scope"):
        scope.service_provider.get_service(Leaf)

    assert "scope" not in str(caught_from(closed)).splitlines()[0]


def test_a_read_only_error_says_why() -> None:
    """ERR-03, REG-17: and since when."""
    assert "read-only" in str(caught_from(frozen)).lower()


def test_texts_stay_short_when_much_is_registered() -> None:
    """ERR-03: near matches, not the whole list."""
    services = ServiceCollection()
    for number in range(500):
        services.add_singleton(type(f"Kind{number}", (), {}))
        services.add_singleton(Store, MemoryStore, key=number)

    with pytest.raises(ServiceNotRegisteredError) as caught:
        services.build_service_provider().get_required_service(Store)

    assert len(str(caught.value)) < 2000


class BadRepr:
    def __repr__(self) -> str:
        raise ZeroDivisionError("repr")


def test_a_key_that_cannot_be_shown_does_not_hide_the_error() -> None:
    """ERR-03: the message is made without it."""
    services = ServiceCollection().add_singleton(Leaf, key=BadRepr())

    with pytest.raises(ServiceNotRegisteredError):
        services.build_service_provider().get_required_service(Leaf, key=BadRepr())


def test_an_instance_that_cannot_be_shown_can_be_registered() -> None:
    """REG-23, ERR-03: descriptors and errors do without its repr."""
    services = ServiceCollection().add_singleton(BadRepr, instance=BadRepr()).add_singleton(Branch)

    assert "BadRepr" in str(services[0])
    with pytest.raises(UnresolvableDependencyError):
        services.build_service_provider().get_service(Branch)


def test_any_key_is_written_by_its_name() -> None:
    """ERR-03: in descriptors, too."""
    assert "ANY_KEY" in str(ServiceCollection().add_singleton(Tree, key=ANY_KEY)[0])


def test_the_error_of_a_nested_call_has_its_own_way() -> None:
    """ERR-03, RES-18: what a factory asks for fails with what it asked for; the outer way does not overwrite it."""

    def make(provider: ServiceProvider) -> Leaf:
        provider.get_required_service(Shop)
        raise AssertionError("not reached")

    provider = ServiceCollection().add_singleton(Leaf, factory=make).add_singleton(Branch).add_singleton(Shop)

    with pytest.raises(UnresolvableDependencyError) as caught:
        provider.build_service_provider().get_service(Branch)

    assert (caught.value.service_type, caught.value.implementation) == (Store, Shop)


def test_a_protocol_that_is_missing_names_its_structural_implementation_if_registered() -> None:
    """ERR-03, CTR-28: at least the service itself and how to register it."""
    with pytest.raises(UnresolvableDependencyError, match=r"tests\.di\.toys\.Mailer"):
        provider_with(Postman, NeedsPostman).get_service(NeedsPostman)


@pytest.mark.parametrize("length", [30, 2000])
def test_a_long_way_is_shortened_in_the_middle(length: int) -> None:
    """ERR-03, CON-04: the text stays readable, the field has all of it."""
    chain = chain_of(length)
    services = ServiceCollection()
    for link in chain[:-1]:
        services.add_transient(link)

    with pytest.raises(UnresolvableDependencyError) as caught:
        services.build_service_provider().get_service(chain[0])

    assert caught.value.path == tuple(chain)
    assert len(str(caught.value)) < 8000
