"""Validation on build: every broken registration at once, root causes first, nothing made."""

from typing import Any

import pytest

from corner_host.di import (
    CircularDependencyError,
    ScopeValidationError,
    ServiceCollection,
    ServiceProvider,
    ServiceScopeFactory,
    ServiceValidationError,
    UnresolvableDependencyError,
)
from corner_host.primitives import CornerHostError
from tests.di.toys import Branch, Leaf, MemoryStore, Repository, Shop, SqlRepository, Store, Tree


class Chicken:
    def __init__(self, egg: "Egg") -> None:
        pass


class Egg:
    def __init__(self, chicken: Chicken) -> None:
        pass


def failure(services: ServiceCollection, *, scopes: bool = False) -> Any:
    with pytest.raises(ServiceValidationError) as caught:
        services.build_service_provider(validate_on_build=True, validate_scopes=scopes)
    return caught.value


def test_every_broken_registration_is_a_member_of_one_group() -> None:
    """VB-01: in the order of registration, each naming the registration and the cause."""
    group = failure(ServiceCollection().add_singleton(Shop).add_singleton(Store, MemoryStore).add_transient(Branch))

    [branch] = group.exceptions
    assert isinstance(group, ExceptionGroup)
    assert isinstance(group, CornerHostError)
    assert isinstance(branch, UnresolvableDependencyError)
    assert (branch.service_type, branch.implementation, branch.parameter) == (Leaf, Branch, "leaf")

    group = failure(ServiceCollection().add_singleton(Shop).add_scoped(Branch))

    assert [error.implementation for error in group.exceptions] == [Shop, Branch]
    assert all(word in str(group.exceptions[0]) for word in ("Shop", "Store", "'store'"))


def test_missing_dependencies_cycles_and_others_come_together() -> None:
    """VB-02: the cycle with its path."""
    group = failure(ServiceCollection().add_singleton(Branch).add_transient(Chicken).add_scoped(Egg))

    assert [type(error) for error in group.exceptions] == [
        UnresolvableDependencyError,
        CircularDependencyError,
        CircularDependencyError,
    ]
    assert group.exceptions[1].path == (Chicken, Egg, Chicken)


def test_a_shadowed_registration_is_still_reported() -> None:
    """VB-03: it answers in sequences."""

    class NeedsLeaf(Store):
        def __init__(self, leaf: Leaf) -> None:
            pass

        def load(self) -> str:
            return ""

    group = failure(ServiceCollection().add_singleton(Store, NeedsLeaf).add_singleton(Store, MemoryStore))

    assert [error.implementation for error in group.exceptions] == [NeedsLeaf]


def test_validating_makes_nothing() -> None:
    """VB-05: no constructor and no factory runs."""

    class Loud:
        def __init__(self) -> None:
            raise AssertionError("made")

    services = ServiceCollection().add_singleton(Loud).add_transient(Leaf, factory=Loud)

    services.build_service_provider(validate_on_build=True, validate_scopes=True)


def test_defaults_and_built_ins_count_as_satisfied() -> None:
    """VB-06: also None where it is legal, and sequences."""

    class Modest:
        def __init__(
            self,
            provider: ServiceProvider,
            factory: ServiceScopeFactory,
            maybe: Leaf | None,
            leaves: list[Leaf],
            size: int = 3,
        ) -> None:
            pass

    ServiceCollection().add_singleton(Modest).build_service_provider(validate_on_build=True, validate_scopes=True)


def test_captive_dependencies_are_members_when_scopes_are_validated() -> None:
    """VB-07: what depends on who asks is not."""
    services = ServiceCollection().add_scoped(Leaf).add_singleton(Branch).add_transient(Tree)
    services.build_service_provider(validate_on_build=True)

    group = failure(services, scopes=True)

    assert {type(error) for error in group.exceptions} == {ScopeValidationError}
    assert group.exceptions[0].implementation is Branch

    ServiceCollection().add_scoped(Leaf).add_transient(Branch).build_service_provider(
        validate_on_build=True, validate_scopes=True
    )


def test_structural_errors_only_seen_at_build_are_raised_without_being_asked_for() -> None:
    """VB-08, D6: as members of the same group; decorating what is not registered is such an error."""
    services = ServiceCollection().add_singleton(Shop).decorate(Leaf, lambda leaf: leaf)

    with pytest.raises(ServiceValidationError) as caught:
        services.build_service_provider()
    assert len(caught.value.exceptions) == 1

    both = failure(services)

    assert len(both.exceptions) == 2


def test_the_group_begins_with_the_distinct_root_causes() -> None:
    """VB-09, D6: five services that need one missing type are five members and one cause."""
    kinds = []
    for number in range(5):

        class Needs:
            def __init__(self, store: Store) -> None:
                pass

        Needs.__name__ = Needs.__qualname__ = f"Needs{number}"
        kinds.append(Needs)
    services = ServiceCollection()
    for kind in kinds:
        services.add_transient(kind)

    group = failure(services)

    assert len(group.exceptions) == 5
    message = group.message
    assert message.count("No service is registered for tests.di.toys.Store.") == 1
    assert "Needs0" in message


def test_without_validation_errors_come_at_first_use() -> None:
    """VB-10: building such a collection is allowed."""
    provider = ServiceCollection().add_singleton(Branch).build_service_provider()

    with pytest.raises(UnresolvableDependencyError):
        provider.get_service(Branch)


def test_open_registrations_are_skipped_and_closed_ones_are_not() -> None:
    """VB-04, GEN-16: a closed form of a broken open implementation is found where it is needed."""

    class Checked(SqlRepository[Any]):
        pass

    class Needs:
        def __init__(self, numbers: Repository[int]) -> None:
            pass

    services = ServiceCollection().add_singleton(Repository, SqlRepository).add_singleton(Needs)
    services.build_service_provider(validate_on_build=True)

    group = failure(ServiceCollection().add_singleton(Needs))

    assert group.exceptions[0].service_type == Repository[int]


def test_keyed_registrations_are_validated_as_well() -> None:
    """VB-01, VS-16: with their key in the error."""
    group = failure(ServiceCollection().add_singleton(Branch, key="k"))

    [error] = group.exceptions
    assert (error.implementation, error.service_type) == (Branch, Leaf)
    assert "'k'" in str(error) or error.path[0] == Branch


def test_a_group_can_be_split_and_derived() -> None:
    """VB-01: except* works on it."""
    services = ServiceCollection().add_singleton(Branch).add_transient(Chicken).add_scoped(Egg)
    seen: list[int] = []

    try:
        services.build_service_provider(validate_on_build=True)
    except* CircularDependencyError as cycles:
        seen.append(len(cycles.exceptions))
    except* UnresolvableDependencyError as missing:
        seen.append(len(missing.exceptions))

    assert seen == [2, 1]
