"""The container: classes say in their constructors what they need, and get it.

.NET's ``Microsoft.Extensions.DependencyInjection`` in Python, on asyncio and trio, standing on the ``dependency-injector``
package, without its markers and wiring.

Words:
    - A **service** is what is asked for: a class, a protocol, an ABC, ``Repository[User]``; with a **key**, if there are
      several of a kind.
    - A **registration** (`ServiceDescriptor`) says what makes it, an implementation, a factory or a ready instance, and how
      long it lives (`ServiceLifetime`). A `ServiceCollection` is a list of them.
    - A `ServiceProvider` answers. The **root** is built from a collection; a **scope** (`ServiceScope`) is opened from it for
      one piece of work, a request or a job, and ends with it.

Example:
    >>> class Database:
    ...     def close(self) -> None:
    ...         print("database closed")
    >>> class Orders:
    ...     def __init__(self, database: Database, page_size: int = 20) -> None:
    ...         self.page_size = page_size
    >>> services = ServiceCollection().add_singleton(Database).add_scoped(Orders)
    >>> with services.build_service_provider(validate_scopes=True, validate_on_build=True) as provider:
    ...     with provider.create_scope() as scope:
    ...         print(scope.service_provider.get_required_service(Orders).page_size)
    20
    database closed

How a parameter is filled, in this order:
    1. ``Annotated[T, FromKeyedServices(key)]``, ``InheritKey``, ``ServiceKey`` and ``FromConfiguration("A:B")`` say it outright.
    2. By its type: the last registration of that very type; a closed generic before an open one. ``Sequence[T]``,
       ``Iterable[T]``, ``Collection[T]`` and ``tuple[T, ...]`` get all registrations of ``T`` in one shared tuple, ``list[T]``
       in a fresh list. `ServiceProvider`, `ServiceScopeFactory` and ``logging.Logger`` are always there.
    3. By its default; ``X | None`` without a default gets ``None``.
    4. Else it is an error that shows the way to it. A registered service that cannot be made is an error even where there
       is a default.

Order of things:
    1. Adding refuses what is certain to be wrong. Building checks decorators, and with ``validate_on_build`` the whole graph.
    2. The first resolve reads constructors and goes through the graph; the second compiles a plan; then the plan runs.
       A singleton is made with what the root has, wherever it is asked for.
    3. Closing ends what was made here, the last first, whatever fails on the way. Instances that were handed in stay open.

Where a factory is ``async def``, use ``await provider.get_required_service_async(...)``. A generator factory yields once; what
follows the ``yield`` is the disposal.

For tests: `ServiceProvider.override`. For functions: `call`, `call_async`. For classes that are not registered:
`create_instance`, `create_factory`, `get_service_or_create_instance`. To look at what is registered:
``corner_host.di.diagnostics``.

What is not kept of .NET, and why:
    - Several constructors, the longest that can be satisfied: a class has one ``__init__``; other ways are factories.
    - Looking up by a parameter's name, and filling class attributes: never, as there.
    - Foreign providers, and interfaces for what a provider can do (required, keyed, is-service): there is one provider class;
      the calls are its methods. One scope class serves ``with`` and ``async with``.
    - Separate members for keyed and unkeyed descriptors: ``key is None`` means unkeyed.
    - Structural mistakes that show at build (an abstract implementation, the wrong number of type parameters, an instance of
      the wrong class) are refused when added.
    - An open generic service may have a factory: it is told the argument by a ``type[T]`` parameter. ``struct``, ``class`` and
      ``new()`` constraints do not exist; bounds and constraints of a ``TypeVar`` are the constraint.
    - ``None`` for a defaulted parameter of a prepared factory does not mean the default: an explicit ``None`` is ``None``.
    - ``IDisposable``: ``close()`` or ``aclose()`` on the type; an object that is met twice is closed once. ``__exit__`` is never
      called: it would let go of what nobody entered.
    - Cycles through factories, which hang there for scoped and transient services, are found, with the way.
"""

from corner_host.primitives.door import door

__getattr__, __dir__ = door(
    __name__,
    {
        "activator": (
            "create_factory",
            "create_instance",
            "get_service_or_create_instance",
        ),
        "calling": (
            "call",
            "call_async",
        ),
        "collection": ("ServiceCollection",),
        "descriptors": ("ServiceDescriptor",),
        "disposal": (
            "AsyncDisposable",
            "Disposable",
        ),
        "errors": (
            "AsyncDisposalError",
            "AsyncFactoryError",
            "CircularDependencyError",
            "CollectionReadOnlyError",
            "RegistrationError",
            "ScopeValidationError",
            "ServiceError",
            "ServiceNotRegisteredError",
            "ServiceProviderDisposedError",
            "ServiceValidationError",
            "UnresolvableDependencyError",
        ),
        "lifetimes": ("ServiceLifetime",),
        "markers": (
            "ANY_KEY",
            "FromConfiguration",
            "FromKeyedServices",
            "InheritKey",
            "ServiceKey",
        ),
        "provider": (
            "ServiceInspector",
            "ServiceProvider",
            "ServiceScope",
            "ServiceScopeFactory",
        ),
        "standing_in": ("stand_in",),
    },
    seldom=("configured", "diagnostics", "problems", "provenance", "ways"),
)
