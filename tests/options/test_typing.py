"""What a type checker sees; mypy and pyright read this file, and it runs, too."""

from typing import assert_type

from corner_host.di import ServiceCollection
from corner_host.options import Options, OptionsBuilder, OptionsMonitor, OptionsSnapshot

from .conftest import Trail, build


def named(trail: Trail, greeting: str) -> None:
    trail.steps = greeting


async def later(trail: Trail) -> bool:
    return True


def test_types_follow_from_the_class(services: ServiceCollection) -> None:
    """O-09: no plugin and no annotation is needed, in lambdas neither."""
    services.add_singleton(str, instance="hello")
    assert_type(
        services.configure(Trail, lambda trail: setattr(trail, "steps", trail.steps.upper())), ServiceCollection
    )
    assert_type(services.add_options(Trail, "n"), OptionsBuilder[Trail])
    builder = services.add_options(Trail).configure(named).post_configure(lambda trail: trail.model_copy())
    assert_type(builder.validate(lambda trail: trail.steps).validate(later, "text"), OptionsBuilder[Trail])

    with build(services).create_scope() as scope:
        provider = scope.service_provider
        assert_type(provider.get_required_service(Options[Trail]).value, Trail)
        assert_type(provider.get_required_service(OptionsSnapshot[Trail]).get("n"), Trail)
        assert_type(provider.get_required_service(OptionsMonitor[Trail]).current_value, Trail)
        assert_type(provider.get_required_service(Trail), Trail)
