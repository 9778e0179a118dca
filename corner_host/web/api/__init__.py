"""The operator's view as a JSON API, below ``/api/v1``: the same for the command line, the dashboard and scripts.

`operations_api` makes an ASGI application of `Operations`; who stands before it (the Unix socket, the dashboard's sign-in) says
through an `Access` who asks and what they may do. ``/api/v1/openapi.json`` describes it.

- ``endpoints``: every question and action, in one table
- ``requests``: queries and bodies, checked (pydantic)
- ``app``: routes, answers, limits; ``problems``: what goes wrong, as problem+json
- ``openapi``: the document, made from the table

Needs Starlette, so this is a side door.
"""

from .app import PREFIX, Access, LocalAccess, operations_api
from .endpoints import ENDPOINTS, Endpoint

__all__ = ["ENDPOINTS", "PREFIX", "Access", "Endpoint", "LocalAccess", "operations_api"]
