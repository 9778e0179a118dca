"""Which member of a union fits what is there. Pure; pydantic has the last word."""

from collections.abc import Callable, Sequence

from corner_host.configuration.keys import fold, squeeze

from .node import Node
from .shapes import Anything, DictOf, Fields, ListOf, Nullable, Scalar, Shape

Children = Sequence[tuple[str, Node]]
TextAt = Callable[[Node], tuple[str | None, str | None]]


def best_of(members: Sequence[Shape], children: Children, text: str | None, text_at: TextAt) -> Shape:
    """Return the member that fits: by its fields if there are children, by its conversions if there is a text.

    Args:
        members: The members of the union.
        children: What is below the place.
        text: The text at the place.
        text_at: Gives path and text of a child.
    """
    if children:
        return max(members, key=lambda member: _fit(member, children, text_at))
    plain = [member for member in members if isinstance(member, (Scalar, Anything))]
    if text is None or not plain or any(isinstance(member, Anything) or member.text for member in plain):
        secret = any(isinstance(member, Scalar) and member.secret for member in members)
        return Scalar(text=True, secret=secret) if plain else members[0]
    for member in plain:
        if isinstance(member, Scalar) and member.convert is not None and member.convert(text) != text:
            return member
    empty = [member for member in members if isinstance(member, (ListOf, DictOf))]
    return empty[0] if text == "" and empty else plain[0]


def _fit(member: Shape, children: Children, text_at: TextAt) -> float:
    numbered = all(name.isdecimal() for name, _ in children)
    if isinstance(member, ListOf):
        return 1.0 if numbered else -1000.0
    if isinstance(member, DictOf):
        return 0.0 if numbered else 0.5
    return _fit_of_fields(member, children, text_at) if isinstance(member, Fields) else -2000.0


def _fit_of_fields(member: Fields, children: Children, text_at: TextAt) -> float:
    """Count what is filled, against what is unknown or missing; a literal that fits, such as a tag, outweighs all."""
    score = 0.0
    filled: set[str] = set()
    for name, child in children:
        field = member.by_key.get(squeeze(name))
        if field is None:
            score -= 2
            continue
        score += 1
        filled.add(field.name)
        shape = field.shape.inner if isinstance(field.shape, Nullable) else field.shape
        if isinstance(shape, Scalar) and shape.choices:
            text = text_at(child)[1]
            score += 50 if text is not None and fold(text.strip()) in shape.choices else -500
    return score - 3 * sum(field.required and field.name not in filled for field in member.fields)
