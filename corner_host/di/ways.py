"""The way from one site to another, for errors that show it. Pure."""

from .sites import Call, Site, Step


def way_to(start: Site, goal: Site) -> list[Site]:
    """Return the sites on the way from *start* to *goal*, both known to be connected; the goal itself is left out."""
    return [site for site, _ in _way(start, goal)]


def steps_to(start: Site, goal: Site) -> list[Step]:
    """Return the way from *start* to *goal* as it is shown in errors, with the parameters that lead on."""
    return [step_of(site, name) for site, name in _way(start, goal)]


def _way(start: Site, goal: Site) -> list[tuple[Site, str | None]]:
    came: dict[Site, tuple[Site, str | None] | None] = {start: None}
    queue = [start]
    for site in queue:
        if site is goal:
            break
        for name, child in site.children():
            if child not in came:
                came[child] = (site, name)
                queue.append(child)
    found: list[tuple[Site, str | None]] = []
    link = came.get(goal)
    while link is not None:
        found.append(link)
        link = came[link[0]]
    return found[::-1]


def step_of(site: Site, parameter: str | None = None) -> Step:
    """Return how *site* is shown on a path."""
    return Step(site.service_type, site.key, site.slot.maker if isinstance(site, Call) else None, parameter)
