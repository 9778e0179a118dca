"""Whether a request comes from our own pages, judged by what browsers say about it. Pure.

- The ``Host`` header: a site whose name was made to point at this machine (DNS rebinding) is same-origin with itself, but
  cannot choose what the browser sends as host. Plain addresses and localhost are safe; other names have to be allowed.
- ``Sec-Fetch-Site`` and ``Origin``: sites on other ports of the same machine are the *same site*, so that ``SameSite``
  does not keep them off. Only *same-origin* is ourselves.

Source: https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Sec-Fetch-Site and "Fetch Metadata" of web.dev.
"""

import ipaddress
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit


def is_allowed_host(header: str, allowed: Sequence[str]) -> bool:
    """Tell whether *header* names this machine, or a name of the list *allowed*.

    Example:
        >>> [is_allowed_host(h, ["ops.example.com"]) for h in ("localhost:5080", "[::1]:5080", "evil.test")]
        [True, True, False]
    """
    try:
        name = urlsplit(f"//{header}").hostname
    except ValueError:
        return False
    if not name:
        return False
    name = name.rstrip(".").lower()
    return name == "localhost" or name.endswith(".localhost") or _is_address(name) or _is_listed(name, allowed)


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _is_listed(name: str, allowed: Sequence[str]) -> bool:
    for each in allowed:
        pattern = each.lower()
        if pattern in {"*", name} or (pattern.startswith("*.") and name.endswith(pattern[1:])):
            return True
    return False


def is_own_post(headers: Mapping[str, str]) -> bool:
    """Tell whether a POST was sent by one of our own pages; what says nothing about itself was not.

    Example:
        >>> is_own_post({"host": "localhost:5080", "origin": "http://localhost:3000", "sec-fetch-site": "same-site"})
        False
    """
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is None and origin is None:
        return False
    if site is not None and site != "same-origin":
        return False
    return origin is None or urlsplit(origin).netloc.lower() == headers.get("host", "").lower()


def is_foreign_load(headers: Mapping[str, str]) -> bool:
    """Tell whether another site's page loads this as a part of itself: as a frame, a script, an image, by fetch.

    Following a link from elsewhere is none: the browser leaves the other page.

    Example:
        >>> is_foreign_load({"sec-fetch-site": "same-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "script"})
        True
    """
    if headers.get("sec-fetch-site", "none") in {"none", "same-origin"}:
        return False
    return headers.get("sec-fetch-mode") != "navigate" or headers.get("sec-fetch-dest", "document") != "document"
