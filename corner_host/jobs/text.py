"""Text as any store takes it. Pure."""


def storable(text: str) -> str:
    r"""Return *text* with what is no character in UTF-8 escaped, and the NUL, which PostgreSQL refuses.

    Example:
        >>> print(storable("caf\udce9\0"))
        caf\udce9\x00
    """
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")
