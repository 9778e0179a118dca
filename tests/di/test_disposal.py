"""Closing: the container closes what it made, in reverse order of creation, once."""

import pytest

from corner_host.di import (
    ServiceCollection,
    ServiceProvider,
    ServiceProviderDisposedError,
    ServiceScopeFactory,
)
from tests.di.toys import Closable, Journal, Leaf, journalled


class Single(Closable):
    pass


class Scoped(Closable):
    pass


class Fleeting(Closable):
    pass


def three_kinds() -> tuple[ServiceCollection, Journal]:
    services, journal = journalled()
    services.add_singleton(Single).add_scoped(Scoped).add_transient(Fleeting)
    return services, journal


def test_a_scope_closes_its_scoped_and_transient_objects() -> None:
    """DIS-01, behaviour 2: not the singleton."""
    services, journal = three_kinds()
    provider = services.build_service_provider()

    with provider.create_scope() as scope:
        for kind in (Fleeting, Single, Scoped, Fleeting):
            scope.service_provider.get_service(kind)

    assert journal.lines == ["Fleeting closed", "Scoped closed", "Fleeting closed"]


def test_a_provider_closes_its_singletons_and_transients() -> None:
    """DIS-02, DIS-25, LIF-04: singletons wherever they were asked for, and transients asked for at the root."""
    services, journal = three_kinds()

    with services.build_service_provider() as provider:
        with provider.create_scope() as scope:
            scope.service_provider.get_service(Single)
        provider.get_service(Fleeting)
        provider.get_service(Fleeting)
        assert journal.lines == []

    assert journal.lines == ["Fleeting closed", "Fleeting closed", "Single closed"]


def test_closing_is_the_reverse_of_creation() -> None:
    """DIS-03, behaviour 3: a dependency was made before its consumer and is closed after it, across lifetimes."""
    services, journal = journalled()

    class Below(Closable):
        pass

    class Middle(Closable):
        def __init__(self, journal: Journal, below: Below) -> None:
            super().__init__(journal)

    class Above(Closable):
        def __init__(self, middle: Middle, journal: Journal, late: Fleeting) -> None:
            super().__init__(journal)

    services.add_scoped(Above).add_transient(Middle).add_scoped(Below).add_transient(Fleeting)
    with services.build_service_provider().create_scope() as scope:
        scope.service_provider.get_service(Above)

    assert journal.lines == ["Above closed", "Fleeting closed", "Middle closed", "Below closed"]


def test_creation_is_the_moment_construction_finished() -> None:
    """DIS-03: what a constructor asks its provider for is finished before it and closed after it."""
    services, journal = journalled()

    class Asks(Closable):
        def __init__(self, journal: Journal, provider: ServiceProvider) -> None:
            super().__init__(journal)
            provider.get_service(Scoped)

    with services.add_scoped(Asks).add_scoped(Scoped).build_service_provider().create_scope() as scope:
        scope.service_provider.get_service(Asks)

    assert journal.lines == ["Asks closed", "Scoped closed"]


def test_what_was_never_asked_for_is_never_closed() -> None:
    """DIS-04: it was never made."""
    services, journal = three_kinds()

    with services.build_service_provider() as provider, provider.create_scope():
        pass

    assert journal.lines == []


def test_closing_twice_is_closing_once() -> None:
    """DIS-12: for scopes and providers."""
    services, journal = three_kinds()
    provider = services.build_service_provider()
    scope = provider.create_scope()
    scope.service_provider.get_service(Scoped)
    provider.get_service(Single)

    for _ in range(2):
        scope.close()
        provider.close()

    assert journal.lines == ["Scoped closed", "Single closed"]


def test_a_closed_scope_resolves_nothing() -> None:
    """DIS-13, behaviour 5: not even what it holds; the root still makes scopes."""
    services, _ = three_kinds()
    provider = services.build_service_provider()
    with provider.create_scope() as scope:
        inside = scope.service_provider
        inside.get_service(Scoped)

    for kind in (Scoped, Single, Fleeting, Leaf, ServiceProvider):
        with pytest.raises(ServiceProviderDisposedError):
            inside.get_service(kind)
    with pytest.raises(ServiceProviderDisposedError):
        inside.get_required_service(Leaf)
    with pytest.raises(ServiceProviderDisposedError):
        inside.get_services(Single)

    assert provider.create_scope().service_provider.get_service(Scoped)


async def test_a_closed_provider_resolves_nothing_nor_do_its_scopes() -> None:
    """DIS-14, behaviour 5: the error is a RuntimeError and says whether root or scope."""
    services, _ = three_kinds()
    provider = services.build_service_provider()
    inside = provider.create_scope().service_provider
    provider.get_service(Single)
    inside.get_service(Scoped)
    provider.close()

    for closed in (provider, inside):
        for kind in (Single, Scoped, Fleeting):
            with pytest.raises(ServiceProviderDisposedError):
                closed.get_service(kind)
            with pytest.raises(ServiceProviderDisposedError):
                await closed.get_service_async(kind)
    assert issubclass(ServiceProviderDisposedError, RuntimeError)


def test_the_provider_found_by_asking_closes_everything() -> None:
    """DIS-15, DIS-23, SELF-01: it is the provider itself, and does not close itself for ever."""
    services, journal = three_kinds()
    provider = services.build_service_provider()
    provider.get_service(Single)

    provider.get_required_service(ServiceProvider).close()

    assert journal.lines == ["Single closed"]
    with pytest.raises(ServiceProviderDisposedError):
        provider.get_service(Single)


def test_scopes_that_live_on_close_their_objects_themselves() -> None:
    """DIS-16: the provider does not reach into them."""
    services, journal = three_kinds()
    provider = services.build_service_provider()
    scope = provider.create_scope()
    scope.service_provider.get_service(Scoped)

    provider.close()
    assert journal.lines == []
    scope.close()

    assert journal.lines == ["Scoped closed"]


def test_an_object_made_too_late_is_closed_at_once() -> None:
    """DIS-19: a constructor that closes the provider gets the disposed-error, and its object is not lost."""
    services, journal = journalled()

    class Suicidal(Closable):
        def __init__(self, journal: Journal, provider: ServiceProvider) -> None:
            super().__init__(journal)
            provider.close()

    provider = services.add_singleton(Suicidal).build_service_provider()

    with pytest.raises(ServiceProviderDisposedError):
        provider.get_service(Suicidal)

    assert journal.lines == ["Suicidal closed"]


def test_what_a_failed_graph_had_made_goes_with_its_scope() -> None:
    """DIS-20: the constructor that raised comes last."""
    services, journal = journalled()

    class Explodes:
        def __init__(self, scoped: Scoped, fleeting: Fleeting) -> None:
            raise ZeroDivisionError

    services.add_scoped(Scoped).add_transient(Fleeting).add_transient(Explodes)
    with services.build_service_provider().create_scope() as scope:
        with pytest.raises(ZeroDivisionError):
            scope.service_provider.get_service(Explodes)
        assert journal.lines == []

    assert sorted(journal.lines) == ["Fleeting closed", "Scoped closed"]


def test_an_object_captured_twice_is_closed_once_at_its_first_position() -> None:
    """DIS-21, D4: many close methods bear being called only once."""
    services, journal = journalled()
    services.add_scoped(Scoped).add_scoped(Single).add_transient(Closable, factory=lambda p: p.get_service(Scoped))

    with services.build_service_provider().create_scope() as scope:
        for kind in (Closable, Single, Closable, Scoped):
            scope.service_provider.get_service(kind)

    assert journal.lines == ["Single closed", "Scoped closed"]


def test_a_close_method_that_asks_the_provider_gets_the_disposed_error() -> None:
    """DIS-22: the door is shut before the first object is closed."""
    seen: list[type[BaseException]] = []

    class Asks:
        def __init__(self, provider: ServiceProvider) -> None:
            self.provider = provider

        def close(self) -> None:
            try:
                self.provider.get_service(Leaf)
            except ServiceProviderDisposedError as error:
                seen.append(type(error))

    with ServiceCollection().add_singleton(Leaf).add_scoped(Asks).build_service_provider().create_scope() as scope:
        scope.service_provider.get_service(Asks)

    assert seen == [ServiceProviderDisposedError]


def test_providers_and_factories_that_were_asked_for_are_not_captured() -> None:
    """DIS-23: a scope that hands itself out closes as any other, and the root lives on."""
    services, journal = three_kinds()
    provider = services.build_service_provider()

    with provider.create_scope() as scope:
        scope.service_provider.get_service(ServiceProvider)
        scope.service_provider.get_service(ServiceScopeFactory)
        scope.service_provider.get_service(Scoped)

    assert journal.lines == ["Scoped closed"]
    assert provider.get_service(Single)


def test_the_items_of_a_sequence_are_captured_one_by_one() -> None:
    """DIS-24: in the order of their creation, as if asked for singly."""
    services, journal = journalled()
    services.add_scoped(Closable, Scoped).add_transient(Closable, Fleeting).add_singleton(Closable, Single)

    with services.build_service_provider().create_scope() as scope:
        assert len(scope.service_provider.get_services(Closable)) == 3

    assert journal.lines == ["Fleeting closed", "Scoped closed"]


async def test_a_provider_is_itself_closable_in_both_ways() -> None:
    """DIS-26: close, aclose, with, async with."""
    services, journal = three_kinds()

    with services.build_service_provider() as first:
        first.get_service(Single)
    async with services.build_service_provider() as second:
        second.get_service(Single)
    third = services.build_service_provider()
    third.get_service(Single)
    await third.aclose()

    assert journal.lines == ["Single closed"] * 3
