"""The corner shop works through a morning of orders, and says what became of each of them.

- ``__main__``: the entry point, ``python -m samples.console_host``
- ``program``: what the application is made of
- ``settings``: the section ``Shop`` of ``config/appsettings.json``
- ``intake``: the hosted service that reads the orders and queues them
- ``processing``: `OrderProcessingService` and the work item it queues
- ``orders``, ``pricing``: what an order is, and what it costs (pure)
- ``database``, ``checkout``: SQLite, and the one transaction for stock, points and order
- ``paperwork``: the invoice and the message for each order
- ``ledger``: the accounts, which must agree at the end
- ``display``: the live view on a terminal
"""
