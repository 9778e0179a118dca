class ServiceExtensions:
    __slots__ = ()
