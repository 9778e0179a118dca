"""Turning a section into an object.

Order:
    1. The type's annotations give its *shape* (``shapes``), once for each type.
    2. The section is laid out in that shape (``layout``), once for each picture of the configuration: keys find their
       fields, children become lists, and texts are prepared where .NET takes a form that pydantic does not (``scalars``).
    3. pydantic validates a copy of that data.
    4. What it objects to is told by key, value and place (``failures``).

pydantic is imported here, and only inside functions.
"""

from corner_host.primitives.door import door

__getattr__, __dir__ = door(
    __name__,
    {
        "bind": (
            "bind_instance",
            "bind_type",
            "convert_value",
        ),
        "scalars": ("quick",),
    },
)
