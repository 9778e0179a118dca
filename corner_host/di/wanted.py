"""What a parameter's hint asks for: the service, whether None will do, and our marker. Pure."""

from typing import Annotated, Any, get_args, get_origin

from .keys import normal, optional_member
from .markers import FromConfiguration, FromKeyedServices, InheritKey, ServiceKey


def taken_apart(hint: Any) -> tuple[Any, bool, Any] | None:
    """Find the service, whether None is allowed, and our marker in a hint; None for a union of several types."""
    marker: Any = None
    allows_none = False
    while True:
        if get_origin(hint) is Annotated:
            hint, *metadata = get_args(hint)
            marker = next((one for one in metadata if _is_marker(one)), marker)
            continue
        member = optional_member(hint)
        if member is None:
            return None
        hint, none = member
        allows_none = allows_none or none
        if get_origin(hint) is not Annotated:
            return normal(hint), allows_none, marker


def _is_marker(thing: Any) -> bool:
    return isinstance(thing, (FromKeyedServices, FromConfiguration)) or thing is ServiceKey or thing is InheritKey
