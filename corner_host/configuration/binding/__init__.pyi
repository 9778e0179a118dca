from .bind import bind_instance, bind_type, convert_value
from .scalars import quick

__all__ = [
    "bind_instance",
    "bind_type",
    "convert_value",
    "quick",
]
