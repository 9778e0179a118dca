"""How services are made: the machinery behind `ServiceProvider`.

A registration becomes a provider of the ``dependency-injector`` package as soon as there is something for a provider to do:
its service is made for the second time (the plan that makes it from then on is compiled from its provider), it is
overridden, or it comes from a container of that package (``providers``, the only file that imports it). A service that is
made once, as singletons are, needs none; so the package, which takes long to load, is loaded when the first provider is
made, or already when a container with scoped services is built.

What is not taken from there, and why: its singletons share one lock for the process and make ``None`` anew each time; its
asynchronous mode knows asyncio only, and one caller's time-out cancels all; its resources close in the wrong order. So
lifetimes, scopes, asynchronous creation and disposal are made here.

- ``engine``: the tables of plans, and when they are dropped
- ``walk``: the first time, a service is made by going through its graph
- ``plans``: from the second time on, a function compiled for it runs
- ``construction``: who is making what, so that cycles through factories are found instead of hanging
- ``claims``: one makes a shared object while others wait for it, in threads and in tasks
- ``keeping``: what is made is kept for disposal
"""

from corner_host.primitives.door import door

__getattr__, __dir__ = door(
    __name__,
    {
        "engine": ("Engine", "engine_of", "sequence_type"),
        "plans": ("Setting", "compiled"),
        "providers": ("end_override", "override", "provider_of", "providers_of"),
    },
)
