"""Text as any store takes it, and payloads as any store shows them. Pure."""

import json
from typing import Any


def storable(text: str) -> str:
    r"""Return *text* with what is no character in UTF-8 escaped, and the NUL, which PostgreSQL refuses.

    Example:
        >>> print(storable("caf\udce9\0"))
        caf\udce9\x00
    """
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")


def payload_data(payload: bytes) -> Any:
    """Return the payload's data; as text where it is no JSON, which is what an operator must see."""
    try:
        return json.loads(payload)
    except ValueError:
        return payload.decode("utf-8", errors="replace")
