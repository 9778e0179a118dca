"""What can be refused about a registration at once, without knowing the others. Pure."""

import inspect
from typing import Any, ParamSpec, TypeVar, TypeVarTuple, cast, get_args, get_origin

import corner_host.di as door
from corner_host.primitives import name_of, short_name_of

from .generics import arguments_of, arguments_of_base, has_free_variables, is_open, substitute, type_parameters
from .keys import normal, service_key, shown_value
from .lifetimes import ServiceLifetime


def check(descriptor: "door.ServiceDescriptor") -> None:
    """Refuse *descriptor* if it can never work.

    Raises:
        RegistrationError: With the reason and the way out.
    """
    if not isinstance(cast("object", descriptor.lifetime), ServiceLifetime):
        message = (
            f"{descriptor.lifetime!r} is not a lifetime.\nTo fix: use ServiceLifetime.SINGLETON, SCOPED or TRANSIENT."
        )
        raise door.RegistrationError(message, service_type=descriptor.service_type, key=descriptor.key)
    service = descriptor.service_type
    if type(service) is not type:
        service = service_key(service)
    if descriptor.key is not None:
        _check_key(descriptor)
    if descriptor.has_instance:
        _check_instance(descriptor, service)
    elif descriptor.factory is not None:
        _check_factory(descriptor)
    else:
        _check_implementation(descriptor, service)
    if type_parameters(service):
        _check_open(descriptor, service)


def _refusal(descriptor: "door.ServiceDescriptor", what: str, fix: str) -> "door.RegistrationError":
    where = f"\nIt was registered at {descriptor.source}." if descriptor.source else ""
    return door.RegistrationError(
        f"{what}{where}\nTo fix: {fix}",
        service_type=descriptor.service_type,
        key=descriptor.key,
        implementation=descriptor.maker,
    )


def _check_key(descriptor: "door.ServiceDescriptor") -> None:
    try:
        hash(descriptor.key)
    except TypeError:
        raise _refusal(
            descriptor,
            f"The key {shown_value(descriptor.key)} of {name_of(descriptor.service_type)} cannot be hashed,"
            " so it cannot be found again.",
            "use a string, an enum member, a tuple or another hashable object as the key.",
        ) from None


def _check_instance(descriptor: "door.ServiceDescriptor", service: Any) -> None:
    if descriptor.instance is None:
        raise _refusal(
            descriptor,
            f"None cannot be the instance of {name_of(service)}.",
            "leave the registration out, and let consumers take 'X | None'; or use factory=lambda: None.",
        )
    if descriptor.lifetime is not ServiceLifetime.SINGLETON:
        raise _refusal(
            descriptor,
            f"An instance is a singleton, but {name_of(service)} is registered as {descriptor.lifetime}.",
            "use add_singleton(..., instance=...), or give a factory.",
        )
    if descriptor.factory is not None or descriptor.implementation_type is not None:
        raise _refusal(
            descriptor,
            f"{name_of(service)} is given an instance and something to make it with.",
            "give either instance= or an implementation or factory.",
        )
    kind: type = descriptor.instance.__class__
    if _certainly_not(kind, service):
        raise _mismatch(descriptor, f"an instance of {name_of(kind)}", service)


def _check_factory(descriptor: "door.ServiceDescriptor") -> None:
    if not callable(descriptor.factory):
        raise _refusal(
            descriptor,
            f"The factory of {name_of(descriptor.service_type)} is {shown_value(descriptor.factory)}, which cannot be called.",
            "give a function or another callable; a ready object goes to instance=.",
        )


def _check_implementation(descriptor: "door.ServiceDescriptor", service: Any) -> None:
    implementation = descriptor.implementation_type
    origin = implementation if isinstance(implementation, type) else get_origin(normal(implementation))
    if not isinstance(origin, type):
        if implementation is service or implementation is descriptor.service_type:
            return  # a lone service that is no class, such as a NewType: seen at build
        raise _refusal(
            descriptor,
            f"{shown_value(implementation)} is not a class, so it cannot implement {name_of(service)}.",
            "pass a callable as factory=..., and a ready object as instance=...",
        )
    if origin is not service and _certainly_not(origin, service):
        raise _mismatch(descriptor, name_of(implementation), service)
    if get_origin(service) is not None and _is_of_other_arguments(implementation, origin, service):
        raise _mismatch(descriptor, name_of(implementation), service)
    why = why_not_built(implementation, service)
    if why is not None:
        short = short_name_of(service)
        raise _refusal(
            descriptor,
            f"{name_of(service)} cannot be made from its implementation {name_of(implementation)}: {why}.",
            f"register a concrete class, as in services.add_{descriptor.lifetime}({short}, Implementation), or a factory.",
        )


def _mismatch(descriptor: "door.ServiceDescriptor", what: str, service: Any) -> "door.RegistrationError":
    return _refusal(
        descriptor,
        f"{what[0].upper() + what[1:] if what.startswith('an ') else what} is registered for {name_of(service)}, but is not one.",
        f"derive it from {name_of(service)}, or register it under a service that it is.",
    )


def _certainly_not(cls: type, service: Any) -> bool:
    wanted = service if isinstance(service, type) and get_origin(service) is None else get_origin(service)
    if not isinstance(wanted, type) or (
        getattr(wanted, "_is_protocol", False) and not getattr(wanted, "_is_runtime_protocol", False)
    ):
        return False
    try:
        return not issubclass(cls, wanted)
    except TypeError:  # a protocol with data members, or a class that forbids the question
        return False


def _is_of_other_arguments(implementation: Any, origin: type, service: Any) -> bool:
    """Tell whether *implementation* is the service's generic class, but certainly with other arguments."""
    wanted = get_origin(service)
    given = arguments_of_base(origin, wanted) if isinstance(wanted, type) else None
    if given is None or given is type_parameters(wanted):
        given = get_args(implementation)
    known = arguments_of(implementation)
    return any(
        _certainly_differ(normal(substitute(mine, known)), theirs)
        for mine, theirs in zip(given, get_args(service), strict=False)
    )


def _certainly_differ(mine: Any, theirs: Any) -> bool:
    if mine == theirs or Any in {mine, theirs} or has_free_variables(mine):
        return False
    if not isinstance(mine, type) or not isinstance(theirs, type):
        return True
    return not issubclass(mine, theirs) and not issubclass(theirs, mine)  # variance may allow it


def _check_open(descriptor: "door.ServiceDescriptor", service: Any) -> None:
    name = name_of(service)
    variables = type_parameters(service)
    if not is_open(service):
        raise _refusal(
            descriptor,
            f"{name} leaves the type variable {variables[0]} open, but is not a whole generic class.",
            f"register {name_of(get_origin(service) or service)} itself, or a form with all arguments given.",
        )
    if any(not isinstance(variable, TypeVar) for variable in variables):
        kind = next(
            type(variable).__name__ for variable in variables if isinstance(variable, (ParamSpec, TypeVarTuple))
        )
        raise _refusal(
            descriptor,
            f"{name} has a {kind}; only classes with plain type variables can be registered open.",
            "register each closed form by itself.",
        )
    maker = descriptor.maker
    if descriptor.has_instance:
        raise _refusal(
            descriptor, f"{name} is generic, and one instance cannot answer for every argument.", _closed_fix(name)
        )
    if descriptor.factory is not None and not isinstance(maker, type):
        declared = descriptor.declared_type
        if not has_free_variables(declared) and not is_open(declared):
            raise _refusal(
                descriptor,
                f"{name} is generic, and its factory {name_of(maker)} does not say how it uses the arguments.",
                f"annotate the factory's result, as in '-> {name}[T]', or register closed forms, as in {name}[int].",
            )
        return
    implementation = descriptor.implementation_type if maker is None else maker
    if get_origin(implementation) is not None or not type_parameters(implementation):
        raise _refusal(
            descriptor,
            f"{name} is generic, but its implementation {name_of(implementation)} has no open type parameters.",
            _closed_fix(name),
        )
    pattern = arguments_of_base(implementation, service)
    if pattern is None:
        pattern = type_parameters(implementation)
    mine = set(type_parameters(implementation))
    reached = [{part} if isinstance(part, TypeVar) else set(type_parameters(part)) for part in pattern]
    if len(pattern) != len(variables) or mine - set[Any]().union(*reached) or not all(reached):
        raise _refusal(
            descriptor,
            f"{name} has {len(variables)} type parameter(s), and its implementation {name_of(implementation)} has {len(mine)}:"
            " they cannot be matched.",
            "give the implementation the same parameters through its base, or register closed forms.",
        )


def _closed_fix(name: str) -> str:
    return f"register a closed form, as in {name}[int], or give an open generic class as the implementation."


def why_not_built(implementation: Any, service: Any) -> str | None:
    """Return why *implementation* cannot be called to make *service*, if it cannot."""
    cls = implementation if isinstance(implementation, type) else get_origin(implementation)
    if not isinstance(cls, type):
        return f"{name_of(implementation)} is not a class"
    if getattr(cls, "_is_protocol", False):
        return f"{name_of(implementation)} is a protocol"
    if inspect.isabstract(cls):
        missing = ", ".join(sorted(getattr(cls, "__abstractmethods__", ())))
        return f"{name_of(implementation)} is abstract (it lacks {missing})"
    if type_parameters(implementation) and not type_parameters(service):
        return f"{name_of(implementation)} is generic and is given no arguments by {name_of(service)}"
    return None
