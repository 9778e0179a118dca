"""The host: one object that starts what an application is made of, keeps it running, and stops it in order.

A *builder* collects services, configuration and logging, and makes the *host*. *Hosted services* start in the order in
which they were added and stop in reverse; a *background service* is one whose work goes on in between. The *application
lifetime* tells that the application has started, stops, has stopped; the *host lifetime* is how the world outside asks it
to stop: a console, systemd.

**Order of things.** The start: the host lifetime, startup validation, construction of the services, ``starting``,
``start``, ``started`` of each, ``application_started``. The stop: ``stopping`` of each, ``application_stopping``, ``stop``,
``stopped`` of each, ``application_stopped``, the host lifetime. See `Host.start` and `Host.stop`.

**One deadline.** A stop has one budget (`HostOptions.shutdown_timeout`). First everything is asked to stop and may finish
its work; when the budget is spent, what still runs is cancelled, as anyio cancels; what swallows that is named and left
behind. `Host.shutdown_report` tells who did what, and at which line each waited.

**A stop by a service manager**, on one clock:

    0       SIGTERM: readiness fails (health check ``lifecycle``), systemd hears STOPPING=1 and how long it may take; the
            log tells signal, budget and delay
    delay   all that goes on until here, since clients may still be led here: `HostOptions.shutdown_delay`, 0 by default
            ``application_stopping``: servers take in nothing new, nor do queues; schedules stop; the budget begins
            the services stop, the last one first; queues are worked off, or kept, or given up, as each is set
    budget  what is left is cancelled, each by the scope of its own, and named in one record with the line where it was
    + 2 s   what has not heeded that is left behind (`HostOptions.cancellation_grace`)
    end     what the container has made is closed, the last one first; the log is flushed; the exit status tells how it went

A second signal ends the delay and cuts what is left at once. Nothing else waits for the delay: neither Ctrl+C, nor a service that
fails, an operator's stop or the program's own. Whoever would kill the process waits for delay, budget and five seconds.

**SIGHUP** loads the configuration again where the process has no terminal (a container, systemd, a daemon): what cannot be read
keeps its values. At a terminal it means that this was closed, and the host stops. Ignored by ``nohup``, it stays so.

**Failure.** What a background service raises stops the host and leaves ``run()``, unless it is to be ignored or restarted.
What had started before a failed start is stopped again.

**Structure.** Everything runs in one task group, held by a task of the host's own, so `Host.start` and `Host.stop` may come
from different tasks; nothing outlives the host except what does not heed its cancellation.

``sys.exit`` in a service stops the host, and the status is that of the process; also in a task or callback that a service
began itself, if `Host.run` began the event loop. In another's loop asyncio waits for nobody then: all work is cancelled, and
the services are stopped after that, as when a loop ends while a host runs. On trio, what leaves a system task ends the loop.

**Child processes.** What ``multiprocessing`` or ``os.fork`` makes of the process has no handlers of the host's for signals. A
child made in the event loop ends with the code that forked, and nothing of the host is stopped in it; it cannot await, since
it shares with its parent what the event loop waits with. What is forked in a worker thread must end by ``os._exit``.

**Many services.** One costs about 25 us and 6 kB. Ten thousand that start at once keep Python's garbage collector busy: a
program may call ``gc.freeze()`` between ``build()`` and ``run()``, or raise ``gc.set_threshold``; the host does not.

**The log of a stop** proves in every environment what was lost, or that nothing was (category ``corner_host.lifetime``): whose
signal began it and within what budget, or what is in flight; then, by those who work them off, how much of each queue runs and
waits, what becomes of it, and what has (``corner_host.queue``); in the end that it has stopped, or what was cut and never
started, by name and id.

**In Development** the log also tells what the host is made of, which service started and stopped, and how long it took
(categories ``corner_host.config``, ``.services``, ``.host``). In all formats but ``simple-dotnet``, .NET's sentences stand under
these categories, too. An operator sees more in `HostedServices`, and stops, starts or restarts one service by it.

Not kept of .NET: twin builders (`HostBuilder` is live and takes callbacks too), tokens for starting and stopping (anyio
cancels), hosts that are started or stopped twice, stops that wait for ever, build observers, custom container factories.
"""

from corner_host.primitives.door import door

__getattr__, __dir__ = door(
    __name__,
    {
        "background_service": ("BackgroundService",),
        "callbacks": (
            "BuildCheck",
            "HostBuilderContext",
        ),
        "contracts": (
            "BackgroundServiceCompletionBehavior",
            "BackgroundServiceExceptionBehavior",
            "BackgroundServiceState",
            "HostApplicationLifetime",
            "HostedLifecycleService",
            "HostedService",
            "HostLifetime",
        ),
        "environment": ("HostEnvironment",),
        "errors": (
            "HostedServiceNotFoundError",
            "HostStateError",
            "ShutdownTimeoutError",
            "StartupTimeoutError",
        ),
        "builder": ("HostBuilder",),
        "host": ("Host",),
        "hosted_services": ("HostedServices",),
        "in_flight": ("WorkInFlight",),
        "lifetimes.console": (
            "ConsoleLifetime",
            "ConsoleLifetimeOptions",
        ),
        "options": ("HostOptions",),
        "registration": ("add_hosted_service",),
        "report": (
            "ShutdownReport",
            "StopOutcome",
            "StoppedService",
        ),
        "settings": ("HostBuilderSettings",),
        "status": (
            "HostedServiceKind",
            "HostedServiceState",
            "HostedServiceStatus",
            "HostPhase",
            "HostProgress",
        ),
        "waiting_at": ("Place",),
        "waiting_service": ("WaitingService",),
    },
    seldom=(
        "accounting",
        "forked",
        "function_service",
        "overview",
        "places",
        "reloading",
        "restarting",
        "story",
        "telemetry",
        "tracebacks",
        "waiting_at",
        "waiting_service",
    ),
)
