"""Plans: compiled at the second question, shared by shape, dropped by overrides."""

import subprocess
import sys
import threading
from typing import Any

import pytest
from dependency_injector import providers

from corner_host.di import ServiceCollection, ServiceLifetime, ServiceProvider
from corner_host.di.engine import codes, engine_of


class Leaf:
    """Needs nothing."""


class Branch:
    def __init__(self, leaf: Leaf) -> None:
        self.leaf = leaf


class OtherLeaf:
    """Of the shape of a leaf."""


class OtherBranch:
    def __init__(self, leaf: OtherLeaf) -> None:
        self.leaf = leaf


def plans_of(provider: ServiceProvider) -> dict[Any, Any]:
    return engine_of(provider).of_root.services


@pytest.mark.parametrize(
    ("program", "loaded"),
    [
        ("services.add_singleton(dict).build_service_provider(validate_on_build=True).get_service(dict)", "False"),
        ("services.add_transient(dict).build_service_provider().get_service(dict)", "False"),
        ("provider = services.add_transient(dict).build_service_provider(); [provider.get_service(dict) for _ in '12']", "True"),
        ("services.add_scoped(dict).build_service_provider()", "True"),
        ("services.add_singleton(dict).build_service_provider().override(dict, {}).__enter__()", "True"),
    ],
)  # fmt: skip
def test_the_package_of_the_providers_is_loaded_when_there_is_something_for_a_provider_to_do(
    program: str, loaded: str
) -> None:
    """What is made again, overridden, or may be made in scopes becomes a provider; what is made once needs none."""
    program = (
        f"import sys; from corner_host.di import ServiceCollection; services = ServiceCollection(); {program};"
        "print('dependency_injector' in sys.modules)"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=30)

    assert done.stdout.strip() == loaded


def test_a_plan_calls_what_the_provider_provides() -> None:
    """D11: the provider is what holds a registration that is used again and again."""
    provider = ServiceCollection().add_transient(Leaf).build_service_provider()
    for _ in range(3):
        provider.get_service(Leaf)
    slot = engine_of(provider).registry.all(Leaf, None)[0]

    assert isinstance(slot.provider, providers.Factory)
    assert slot.provider.provides is Leaf


def test_a_plan_takes_its_place_at_the_second_question() -> None:
    """The first question walks the graph; a service that is asked for once costs no compilation."""
    provider = ServiceCollection().add_transient(Leaf).add_transient(Branch).build_service_provider()

    provider.get_service(Branch)
    first = plans_of(provider)[Branch]
    provider.get_service(Branch)
    second = plans_of(provider)[Branch]
    provider.get_service(Branch)

    assert first is not second
    assert second.__name__ == "plan"
    assert plans_of(provider)[Branch] is second


def test_plans_of_one_shape_share_their_code() -> None:
    """What tells them apart are the values they close over."""
    services = ServiceCollection().add_transient(Leaf).add_transient(Branch)
    provider = services.add_transient(OtherLeaf).add_transient(OtherBranch).build_service_provider()

    for _ in range(2):
        found = provider.get_required_service(Branch), provider.get_required_service(OtherBranch)

    assert [type(one.leaf) for one in found] == [Leaf, OtherLeaf]
    assert plans_of(provider)[Branch].__code__ is plans_of(provider)[OtherBranch].__code__


def test_a_body_is_compiled_once_however_many_use_it() -> None:
    """A function of the same text gets the same code, and its own constants."""
    one = codes.function_from(["  return k0"], [1], {}, asynchronous=False)
    other = codes.function_from(["  return k0"], [2], {}, asynchronous=False)

    assert (one(None), other(None)) == (1, 2)
    assert one.__code__ is other.__code__


def test_an_override_drops_the_plans_and_ends_with_none() -> None:
    """D11: a compiled consumer sees it at once, and sees it end."""
    provider = ServiceCollection().add_transient(Leaf).add_transient(Branch).build_service_provider()
    for _ in range(3):
        provider.get_service(Branch)
    fake = Leaf()

    with provider.override(Leaf, fake):
        inside = [provider.get_required_service(Branch).leaf for _ in range(3)]

    assert inside == [fake] * 3
    assert provider.get_required_service(Branch).leaf is not fake


@pytest.mark.parametrize("lifetime", list(ServiceLifetime))
def test_overriding_while_threads_resolve_leaves_no_stale_plan(lifetime: ServiceLifetime) -> None:
    """D11, CON-01: a plan that was begun before an override is never stored after it."""
    services = ServiceCollection()
    adding = {"singleton": services.add_singleton, "scoped": services.add_scoped, "transient": services.add_transient}
    adding[str(lifetime)](Leaf)
    provider = services.add_transient(Branch).build_service_provider()
    ended = threading.Event()

    def hammer() -> None:
        while not ended.is_set():
            with provider.create_scope() as scope:
                scope.service_provider.get_service(Branch)

    threads = [threading.Thread(target=hammer, daemon=True) for _ in range(4)]
    for thread in threads:
        thread.start()
    seen: list[bool] = []
    for _ in range(30):
        fake = Leaf()
        with provider.override(Leaf, fake), provider.create_scope() as scope:
            seen.append(scope.service_provider.get_required_service(Branch).leaf is fake)
        with provider.create_scope() as scope:
            seen.append(scope.service_provider.get_required_service(Branch).leaf is not fake)
    ended.set()
    for thread in threads:
        thread.join(10)

    assert all(seen)
