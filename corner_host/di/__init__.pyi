from . import configured as configured
from . import diagnostics as diagnostics
from . import problems as problems
from . import provenance as provenance
from . import ways as ways
from .activator import create_factory, create_instance, get_service_or_create_instance
from .calling import call, call_async
from .collection import ServiceCollection
from .descriptors import ServiceDescriptor
from .disposal import AsyncDisposable, Disposable
from .errors import (
    AsyncDisposalError,
    AsyncFactoryError,
    CircularDependencyError,
    CollectionReadOnlyError,
    RegistrationError,
    ScopeValidationError,
    ServiceError,
    ServiceNotRegisteredError,
    ServiceProviderDisposedError,
    ServiceValidationError,
    UnresolvableDependencyError,
)
from .lifetimes import ServiceLifetime
from .markers import ANY_KEY, FromConfiguration, FromKeyedServices, InheritKey, ServiceKey
from .provider import ServiceInspector, ServiceProvider, ServiceScope, ServiceScopeFactory
from .standing_in import stand_in

__all__ = [
    "ANY_KEY",
    "AsyncDisposable",
    "AsyncDisposalError",
    "AsyncFactoryError",
    "CircularDependencyError",
    "CollectionReadOnlyError",
    "Disposable",
    "FromConfiguration",
    "FromKeyedServices",
    "InheritKey",
    "RegistrationError",
    "ScopeValidationError",
    "ServiceCollection",
    "ServiceDescriptor",
    "ServiceError",
    "ServiceInspector",
    "ServiceKey",
    "ServiceLifetime",
    "ServiceNotRegisteredError",
    "ServiceProvider",
    "ServiceProviderDisposedError",
    "ServiceScope",
    "ServiceScopeFactory",
    "ServiceValidationError",
    "UnresolvableDependencyError",
    "call",
    "call_async",
    "create_factory",
    "create_instance",
    "get_service_or_create_instance",
    "stand_in",
]
