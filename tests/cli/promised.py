"""What a user sees in the first ten minutes, word for word as it was promised."""

START = """\
corner_host 0.1.0  ·  Python 3.13.9  ·  asyncio  ·  reload on (2 directories)

12:30:01.104 info  corner_host.config      3 sources, 14 keys: appsettings.json, appsettings.Development.json, environment (1 key)
12:30:01.117 info  corner_host.services    6 services registered, graph is valid
12:30:01.121 info  corner_host.host        CacheCleanupService started (1 ms)
12:30:01.124 info  corner_host.host        QueuedHostedService started (2 ms): capacity 100, concurrency 4, when full: wait
12:30:01.125 info  corner_host.host        Worker started (0 ms)
12:30:01.140 info  corner_host.dashboard   Dashboard: http://127.0.0.1:5080/login?t=4bq2Zs0m…  (this run only)
12:30:01.141 info  corner_host.lifetime    Application started in 0.04 s. Press Ctrl+C to shut down.
12:30:01.141 info  corner_host.lifetime    Hosting environment: Development
12:30:01.141 info  corner_host.lifetime    Content root path: /home/you/orders/src/orders
"""

WORK = "12:30:01.142 info  orders.worker.Worker    Worker running at: 2026-11-23 12:30:01+00:00"

SETTING = """\
12:31:40.310 info  corner_host.dev         appsettings.Development.json changed: Worker:IntervalSeconds 1 → 5 (reloaded in place)
"""

RESTART = """\
12:32:05.001 info  corner_host.dev         worker.py changed, restarting
12:32:05.060 info  corner_host.lifetime    Stopped in 0.06 s, nothing abandoned
12:32:05.410 info  corner_host.lifetime    Application started in 0.04 s. Press Ctrl+C to shut down.
"""

SYNTAX = """\
12:32:30.112 error corner_host.dev         worker.py:14: SyntaxError: expected ':'
12:32:30.112 error corner_host.dev             while not stopping.is_set
12:32:30.112 error corner_host.dev                                      ^
12:32:30.113 info  corner_host.dev         Waiting for the next save…
"""

# but for the names of ServiceScopeFactory and of its methods, which were chosen later
WIRING = """\
error: the service graph is not valid (2 problems)

  1. Worker needs OrderClient, which is not registered
       Worker                       (hosted service, program.py:9)
       └─ client: OrderClient       ← no registration
     Did you mean: builder.services.add_singleton(OrderClient)
     Near matches: OrderService (singleton), OrderClientOptions (options)

  2. CacheCleanupService (singleton) takes DbSession (scoped)
       A scoped service cannot live in a singleton. Inject ServiceScopeFactory and open a scope per run:
         async with self.scopes.create_scope() as scope: session = scope.service_provider.get_required_service(DbSession)

"""

SETTINGS = """\
error: configuration is not valid (2 problems)

  Queue:Capacity        "lots" is not a whole number        appsettings.json:7, column 17
  Payment:ApiKey        required, not set                   set it with: corner-host secrets set Payment:ApiKey
                                                            or the variable Payment__ApiKey
"""

# without the trace, which is there where OpenTelemetry is
ATTEMPTS = """\
12:36:10.004 info  orders.OrderProcessing  Order 1042 accepted              job=01J9…
12:36:10.251 warn  corner_host.queue       process_order failed, attempt 1 of 3, next in 2.0 s   job=01J9…
                                           PaymentTimeout: gateway did not answer in 0.2 s (orders/payment.py:41)
12:36:12.480 info  corner_host.queue       process_order succeeded on attempt 2 in 0.22 s        job=01J9…
"""

TESTED = """\
.                                                                     [100%]
1 passed in 0.09s
"""

STOP = """\
^C
12:39:30.002 info  corner_host.lifetime    Application is shutting down... (Ctrl+C again to force)
12:39:30.003 info  corner_host.lifetime    Readiness is now failing; 1 request and 3 jobs in flight; budget 25.0 s
12:39:30.420 info  corner_host.host        Worker stopped (0.42 s)
12:39:31.260 info  corner_host.queue       Drained: 3 finished, 0 waiting, 0 abandoned
12:39:31.262 info  corner_host.host        QueuedHostedService stopped (0.84 s)
12:39:31.263 info  corner_host.host        CacheCleanupService stopped (0 ms)
12:39:31.264 info  corner_host.lifetime    Stopped in 1.26 s, nothing abandoned
"""

DEADLINE = """\
12:39:55.003 error corner_host.lifetime    Deadline (25.0 s) passed: 1 job cancelled, 2 jobs abandoned
                                             cancelled  process_order  01J9QK…  running 24.8 s  at orders/payment.py:41
                                             abandoned  send_receipt   01J9QM…  never started
                                             abandoned  send_receipt   01J9QM…  never started
"""

# with the queue in memory, as the text below it says; its end is that of minute 9
ROLLOUT = """\
info  corner_host.lifetime  SIGTERM received, budget 25.0 s; readiness failing; 5.0 s delay for endpoints
info  corner_host.queue     background: 8 running, 1000 waiting; policy: drain
info  corner_host.queue     Drained: 1008 finished, 0 waiting, 0 abandoned
info  corner_host.lifetime  Stopped in 9.4 s, nothing abandoned
"""

PRODUCTION = (
    '{"timestamp":"2026-11-23T12:41:02.141Z","level":"info","logger":"corner_host.lifetime",'
    '"message":"Application started in 0.04 s. Press Ctrl+C to shut down.",'
    '"environment":"Production","service":"orders","version":"0.1.0","host":"7c1f"}'
)
