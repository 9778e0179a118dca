"""How keys are compared, ordered and put together. Pure.

A key is a path of segments joined by ``:``. Case does not count: keys are compared *folded*. Segments that are integers
sort as numbers, before text. Nothing is trimmed, and a segment may be empty.
"""

from collections.abc import Iterable, Sequence
from typing import Final

DELIMITER: Final = ":"

_BLANKS: Final = "\t\n\v\f\r "
_SIGNS: Final = frozenset("+-")
_INT32: Final = range(-(2**31), 2**31)


def fold(key: str) -> str:
    """Return *key* in the form in which keys are compared: upper case, one character for one.

    Characters whose upper case has another length, such as ``ß``, stay as they are, so that no two different words
    become one.

    Example:
        >>> fold("Payment:apiKey"), fold("Straße")
        ('PAYMENT:APIKEY', 'STRAßE')
    """
    if key.isascii():
        return key.upper()
    return "".join(upper if len(upper := character.upper()) == 1 else character for character in key)


def fold_all(keys: Sequence[str]) -> Iterable[str]:
    """Fold many keys, at the speed of C where all are ASCII."""
    return map(str.upper, keys) if "".join(keys).isascii() else map(fold, keys)


def squeeze(segment: str) -> str:
    """Return the form in which a key is compared with a field's name: folded, and without underscores.

    Example:
        >>> squeeze("IntervalMinutes") == squeeze("interval_minutes")
        True
    """
    return fold(segment).replace("_", "")


def pascal_case(name: str) -> str:
    """Return a field's name as configuration files spell it.

    Example:
        >>> pascal_case("interval_minutes"), pascal_case("Url")
        ('IntervalMinutes', 'Url')
    """
    return "".join(word[:1].upper() + word[1:] for word in name.split("_"))


def join(path: str | None, key: str) -> str:
    """Return the path of *key* below *path*; None is the root, which is not the section with the empty name.

    Example:
        >>> join(None, "A"), join("A", "B"), join("", "B")
        ('A', 'A:B', ':B')
    """
    return key if path is None else f"{path}{DELIMITER}{key}"


def parent_of(path: str) -> str | None:
    """Return the path above *path*, None for the root."""
    head, delimiter, _ = path.rpartition(DELIMITER)
    return head if delimiter else None


def last_segment(path: str) -> str:
    """Return the last segment of *path*."""
    return path.rpartition(DELIMITER)[2]


def sort_key(segment: str) -> tuple[int, int, str]:
    """Return what sorts sibling segments: the empty one, then integers by size, then text without case.

    An integer is what fits into 32 bits, with sign and blanks around allowed. ``1`` and ``001`` sort as equals; they
    remain two keys.

    Example:
        >>> sorted(["b", "10", "A", "2", "1a", ""], key=sort_key)
        ['', '2', '10', '1a', 'A', 'b']
    """
    if not segment:
        return (0, 0, "")
    digits = segment.strip(_BLANKS)
    if digits[0:1] in _SIGNS:
        digits = digits[1:]
    if digits.isdecimal() and digits.isascii() and len(segment) < 64 and (number := int(segment)) in _INT32:
        return (1, number, "")
    return (2, 0, fold(segment))


def path_sort_key(path: str) -> list[tuple[int, int, str]]:
    """Return what sorts whole paths: segment by segment, the shorter of two with a common head first."""
    return [sort_key(segment) for segment in path.split(DELIMITER)]
