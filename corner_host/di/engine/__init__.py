"""How services are made: the machinery behind `ServiceProvider`.

Every registration that is used becomes a provider of the ``dependency-injector`` package, which knows what to call and
what stands in for it while it is overridden (``providers``, the only file that imports that package). What is not taken
from there, and why: its singletons share one lock for the process and make ``None`` anew each time; its asynchronous mode
knows asyncio only, and one caller's time-out cancels all; its resources close in the wrong order. So lifetimes, scopes,
asynchronous creation and disposal are made here.

- ``engine``: the tables of plans, and when they are dropped
- ``walk``: the first time, a service is made by going through its graph, calling the providers
- ``plans``: from the second time on, a function compiled for it runs
- ``construction``: who is making what, so that cycles through factories are found instead of hanging
- ``claims``: one makes a shared object while others wait for it, in threads and in tasks
- ``keeping``: what is made is kept for disposal
"""

from .engine import Engine, engine_of, sequence_type

__all__ = ["Engine", "engine_of", "sequence_type"]
