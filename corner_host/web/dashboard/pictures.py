"""Small pictures as SVG text: sparklines, fill bars, an area over time. Pure.

A strict policy for styles forbids ``style=``; lengths are attributes of SVG instead, colours are classes of the style
sheet. Pictures repeat what stands beside them as text, so they are hidden from screen readers.
"""

from collections.abc import Sequence
from typing import Final

from markupsafe import Markup, escape

from corner_host.operations import CheckSample

SPARK_WIDTH: Final = 96
SPARK_HEIGHT: Final = 20
_MOST_BEATS: Final = 30
_AREA_WIDTH: Final = 600
_AREA_HEIGHT: Final = 140


def bars(values: Sequence[float], *, width: int = SPARK_WIDTH, height: int = SPARK_HEIGHT) -> Markup:
    """Return small bars, one a value; what is zero has a foot, so that the time axis shows.

    Example:
        >>> bars([0, 2])
        Markup('<svg class="spark" viewBox="0 0 96 20" ...
    """
    most = max(values, default=0) or 1
    step = width / max(1, len(values))
    shapes: list[str] = []
    for number, value in enumerate(values):
        tall = max(1.0, height * value / most)
        kind = "" if value else ' class="zero"'
        place = f'x="{number * step:.1f}" y="{height - tall:.1f}"'
        shapes.append(f'<rect {place} width="{max(1.0, step - 1):.1f}" height="{tall:.1f}"{kind}/>')
    return _svg("spark", width, height, "".join(shapes))


def line(values: Sequence[float | None], *, width: int = SPARK_WIDTH, height: int = SPARK_HEIGHT) -> Markup:
    """Return a line through *values*; None leaves a gap.

    Example:
        >>> "polyline" in line([1, 3, 2])
        True
    """
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return Markup("")
    runs = _runs(values, width, height - 2, max(known) or 1)
    shapes = "".join(f'<polyline points="{" ".join(f"{x:.1f},{y + 1:.1f}" for x, y in run)}"/>' for run in runs)
    return _svg("spark line", width, height, shapes)


def fill(share: float, *, kind: str = "") -> Markup:
    """Return a bar that is full by *share*, from 0 to 1; *kind* is a class: ``warn``, ``bad``.

    Example:
        >>> 'width="50.0"' in fill(0.5)
        True
    """
    part = min(1.0, max(0.0, share)) * 100
    shown = max(part, 1.0) if part else 0.0
    return _svg(
        f"fill {kind}".strip(),
        100,
        6,
        f'<rect class="track" width="100" height="6" rx="1"/><rect width="{shown:.1f}" height="6" rx="1"/>',
        stretch=True,
    )


def spans(parts: Sequence[tuple[float, float, str]], total: float) -> Markup:
    """Return a timeline: parts as (begin, length, class) on a track of *total* units.

    Example:
        >>> spans([(0, 1, "wait"), (1, 3, "run")], 4).count("<rect")
        3
    """
    scale = 1000 / total if total > 0 else 0.0
    shapes = "".join(
        f'<rect class="{kind}" x="{begin * scale:.1f}" width="{max(3.0, length * scale):.1f}" height="10"/>'
        for begin, length, kind in parts
    )
    return _svg("spans", 1000, 10, f'<rect class="track" width="1000" height="10"/>{shapes}', stretch=True)


def area(values: Sequence[float | None]) -> Markup:
    """Return an area over time, for readers without scripts; a script draws its own in its place.

    Example:
        >>> area([]), "polygon" in area([1, 2])
        (Markup(''), True)
    """
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return Markup("")
    shapes = ""
    for run in _runs(values, _AREA_WIDTH, _AREA_HEIGHT - 4, max(known) or 1):
        points = " ".join(f"{x:.1f},{y + 4:.1f}" for x, y in run)
        floor = f"{run[-1][0]:.1f},{_AREA_HEIGHT} {run[0][0]:.1f},{_AREA_HEIGHT}"
        shapes += f'<polygon points="{points} {floor}"/><polyline points="{points}"/>'
    return _svg("area", _AREA_WIDTH, _AREA_HEIGHT, shapes, stretch=True)


def beats(samples: Sequence[CheckSample]) -> Markup:
    """Return the last answers of a health check as a strip, oldest first.

    Example:
        >>> from datetime import UTC, datetime
        >>> "degraded" in beats([CheckSample(at=datetime.now(UTC), status="Degraded", seconds=0.1)])
        True
    """
    shapes = "".join(
        f'<rect class="{escape(each.status.lower())}" x="{number * 5}" width="4" height="16" rx="1"/>'
        for number, each in enumerate(samples[-_MOST_BEATS:])
    )
    return _svg("beats", _MOST_BEATS * 5, 16, shapes)


def _runs(values: Sequence[float | None], width: int, height: int, most: float) -> list[list[tuple[float, float]]]:
    """Return the points, split where a value is missing."""
    step = width / max(1, len(values) - 1)
    runs: list[list[tuple[float, float]]] = [[]]
    for number, value in enumerate(values):
        if value is None:
            if runs[-1]:
                runs.append([])
        else:
            runs[-1].append((number * step, height - height * value / most))
    return [run for run in runs if run]


def _svg(kind: str, width: int, height: int, inner: str, *, stretch: bool = False) -> Markup:
    ratio = ' preserveAspectRatio="none"' if stretch else ""
    return Markup(  # noqa: S704 - numbers and our own words only
        f'<svg class="{kind}" viewBox="0 0 {width} {height}" width="{width}" height="{height}"{ratio} '
        f'aria-hidden="true" focusable="false">{inner}</svg>'
    )
