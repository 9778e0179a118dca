"""How a program shows what it is doing.

Side doors, for programs that use OpenTelemetry, and imported by full path:

- ``metrics``: the meter ``corner_host``
- ``tracing``: traces through a queue
"""
