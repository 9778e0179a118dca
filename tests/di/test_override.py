"""Overriding for tests, taking over a container, and reading configuration: what .NET does not have."""

from collections.abc import AsyncIterator
from typing import Annotated, Any
from unittest.mock import MagicMock, create_autospec

import anyio
import pytest
from dependency_injector import containers, providers

from corner_host.di import (
    AsyncFactoryError,
    FromConfiguration,
    RegistrationError,
    ServiceCollection,
    ServiceProvider,
    UnresolvableDependencyError,
)
from corner_host.primitives import ConfigurationValues
from tests.di.toys import Branch, Closable, DiskStore, Leaf, MemoryStore, Shop, Store, journalled, provider_with


def shop_provider() -> ServiceProvider:
    return ServiceCollection().add_singleton(Store, MemoryStore).add_transient(Shop).build_service_provider()


def test_an_override_answers_while_it_lasts() -> None:
    """D11: asked for and injected, before and after compiled plans, in scopes that were there already."""
    provider = shop_provider()
    inside = provider.create_scope().service_provider
    for _ in range(3):
        before = inside.get_required_service(Shop).store
    mine = DiskStore()

    with provider.override(Store, mine):
        for scope in (provider, inside, provider.create_scope().service_provider):
            assert scope.get_service(Store) is mine
            assert list(scope.get_services(Store)) == [mine]
            assert scope.get_required_service(Shop).store is mine

    for scope in (provider, inside):
        assert scope.get_service(Store) is before
        assert scope.get_required_service(Shop).store is before


def test_an_override_by_factory_is_called() -> None:
    """D11: with injected parameters."""

    def make(leaf: Leaf) -> Branch:
        return Branch(leaf)

    provider = provider_with(Leaf)

    with provider.override(Branch, factory=make):
        assert provider.get_required_service(Branch).leaf is provider.get_service(Leaf)
    assert provider.get_service(Branch) is None


async def test_an_override_may_be_made_asynchronously() -> None:
    """D11, D8: by the same kinds of factories as registrations, through the same calls."""
    ends: list[str] = []

    async def make(leaf: Leaf) -> AsyncIterator[Branch]:
        await anyio.sleep(0)
        yield Branch(leaf)
        ends.append("ended")

    provider = ServiceCollection().add_singleton(Leaf).add_scoped(Branch).build_service_provider()

    with provider.override(Branch, factory=make):
        async with provider.create_scope() as scope:
            branch = await scope.get_required_service_async(Branch)
            with pytest.raises(AsyncFactoryError):
                provider.create_scope().get_required_service(Branch)

            assert branch.leaf is scope.get_service(Leaf)
    assert ends == ["ended"]
    assert provider.create_scope().get_required_service(Branch) is not branch


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({}, TypeError),
        ({"instance": None}, RegistrationError),
        ({"instance": 7}, RegistrationError),
        ({"instance": Leaf(), "factory": Leaf}, RegistrationError),
    ],
)
def test_an_override_that_cannot_work_is_refused(arguments: dict[str, Any], error: type[Exception]) -> None:
    """D11, D5: before anything is overridden."""
    provider = provider_with(Leaf)

    with pytest.raises(error):
        provider.override(Leaf, **arguments)

    assert type(provider.get_required_service(Leaf)) is Leaf


def test_what_was_not_registered_can_be_overridden() -> None:
    """D11: for its time it is a service."""
    provider = ServiceCollection().add_transient(Branch).build_service_provider()
    leaf = Leaf()

    with provider.override(Leaf, leaf):
        assert provider.is_service(Leaf)
        assert provider.get_required_service(Branch).leaf is leaf

    assert not provider.is_service(Leaf)
    with pytest.raises(UnresolvableDependencyError):
        provider.get_service(Branch)


def test_every_registration_is_overridden() -> None:
    """D11: a sequence sees the override, too."""
    services = ServiceCollection().add_singleton(Store, MemoryStore).add_scoped(Store, DiskStore)
    provider = services.build_service_provider()
    mine = MemoryStore()

    with provider.override(Store, mine):
        stores = provider.get_services(Store)

        assert all(store is mine for store in stores)
        assert stores


def test_only_the_named_key_is_overridden() -> None:
    """D11: keyed and unkeyed stay apart."""
    provider = ServiceCollection().add_singleton(Leaf).add_singleton(Leaf, key="k").build_service_provider()
    mine = Leaf()

    with provider.override(Leaf, mine, key="k"):
        assert provider.get_service(Leaf, key="k") is mine
        assert provider.get_service(Leaf) is not mine


def test_singletons_made_under_an_override_are_dropped_with_it() -> None:
    """D11: they hold the substitute; those made before come back."""
    services = ServiceCollection().add_singleton(Store, MemoryStore).add_singleton(Shop)
    provider = services.build_service_provider()
    mine = DiskStore()

    with provider.override(Store, mine):
        assert provider.get_required_service(Shop).store is mine

    assert provider.get_required_service(Shop).store is not mine


def test_overrides_nest() -> None:
    """D11: the innermost answers; each ends for itself."""
    provider = shop_provider()
    outer, inner = DiskStore(), DiskStore()

    with provider.override(Store, outer):
        with provider.override(Store, inner):
            assert provider.get_required_service(Shop).store is inner
        assert provider.get_required_service(Shop).store is outer


def test_an_override_ends_when_the_body_raises() -> None:
    """D11: tests fail, too."""
    provider = shop_provider()

    with pytest.raises(LookupError, match="body"), provider.override(Store, DiskStore()):
        raise LookupError("body")

    assert isinstance(provider.get_service(Store), MemoryStore)


def test_a_substitute_is_not_closed() -> None:
    """D11, INS-02: it belongs to the test."""
    services, journal = journalled()

    class Substitute(Closable):
        pass

    with services.add_singleton(Closable).build_service_provider() as provider:
        provider.get_service(Closable)
        with provider.override(Closable, Substitute(journal)):
            provider.get_service(Closable)

    assert journal.lines == ["Closable closed"]


@pytest.mark.parametrize("substitute", [MagicMock(spec=Store), create_autospec(Store, instance=True)])
def test_a_mock_of_the_service_may_stand_in(substitute: Store) -> None:
    """D11, REG-12: what says that it is one, by isinstance, is one; also as a registered instance."""
    provider = shop_provider()

    with provider.override(Store, substitute):
        assert provider.get_required_service(Shop).store is substitute

    registered = ServiceCollection().add_singleton(Store, instance=substitute).build_service_provider()
    assert registered.get_service(Store) is substitute


class Taken(containers.DeclarativeContainer):
    """What an application that used dependency-injector hands over."""

    store = providers.Singleton(MemoryStore)
    leaf = providers.Factory(Leaf)
    branch = providers.Factory(Branch, leaf=leaf)


def test_a_container_is_taken_over_under_its_types() -> None:
    """D11: singletons stay its singletons, factories make a new object each time."""
    container = Taken()
    provider = ServiceCollection().add_container(container).build_service_provider()

    assert provider.get_service(MemoryStore) is container.store()
    assert provider.get_service(Leaf) is not provider.get_service(Leaf)
    assert isinstance(provider.get_required_service(Branch).leaf, Leaf)


def test_a_container_is_referred_to() -> None:
    """D11: its own overrides show, because it is not copied."""
    container = Taken()
    provider = ServiceCollection().add_container(container).build_service_provider()
    mine = MemoryStore()
    provider.get_service(MemoryStore)

    with container.store.override(providers.Object(mine)):
        assert provider.get_service(MemoryStore) is mine


def test_services_of_a_container_are_injected_like_any() -> None:
    """D11: into classes of this container."""

    class Needs:
        def __init__(self, store: MemoryStore, branch: Branch) -> None:
            self.store, self.branch = store, branch

    provider = (
        ServiceCollection().add_container(Taken()).add_transient(Needs).build_service_provider(validate_on_build=True)
    )

    assert provider.get_required_service(Needs).store is provider.get_service(MemoryStore)


class Values(ConfigurationValues):
    """A configuration of texts."""

    def __init__(self, **values: str) -> None:
        self.values = values

    def get_value(self, key: str, value_type: Any, default: Any = None, /) -> Any:
        text = self.values.get(key.replace(":", "_"))
        return default if text is None else value_type(text)


class Payment:
    def __init__(
        self,
        timeout: Annotated[float, FromConfiguration("Payment:Timeout")],
        leaf: Leaf,
        retries: Annotated[int, FromConfiguration("Payment:Retries")] = 3,
    ) -> None:
        self.timeout, self.leaf, self.retries = timeout, leaf, retries


def payment_with(**values: str) -> Payment:
    services = ServiceCollection().add_singleton(Leaf).add_singleton(Payment)
    services.add_singleton(Values, instance=Values(**values))
    return services.build_service_provider().get_required_service(Payment)


def test_a_parameter_can_come_from_configuration() -> None:
    """D11: converted to what the parameter says, with its default when absent."""
    payment = payment_with(Payment_Timeout="2.5")

    assert (payment.timeout, payment.retries) == (2.5, 3)
    assert payment_with(Payment_Timeout="1", Payment_Retries="7").retries == 7


@pytest.mark.parametrize("values", [{}, {"Payment_Timeout": "soon"}])
def test_a_value_that_is_absent_or_does_not_convert_is_an_error(values: dict[str, str]) -> None:
    """D11: it names parameter and key."""
    with pytest.raises(UnresolvableDependencyError, match="Payment:Timeout") as caught:
        payment_with(**values)

    assert (caught.value.parameter, caught.value.implementation) == ("timeout", Payment)


def test_without_a_configuration_the_default_applies_or_it_is_an_error() -> None:
    """D11: nothing is registered that could be read from."""

    class Relaxed:
        def __init__(self, retries: Annotated[int, FromConfiguration("Payment:Retries")] = 3) -> None:
            self.retries = retries

    assert provider_with(Relaxed).get_required_service(Relaxed).retries == 3
    with pytest.raises(UnresolvableDependencyError, match="timeout"):
        provider_with(Leaf, Payment).get_service(Payment)
