"""A shop's web API with background jobs.

``POST /orders`` stores an order and queues its processing; a worker takes the stock, adds loyalty points, writes the
invoice and tells the customer; a sweep finds what was left behind.

- ``__main__``: the entry point, ``python -m samples.orders_api``
- ``program``: what the application is made of
- ``settings``: the section ``OrdersApi`` of ``config/appsettings.json``
- ``tables``, ``database``, ``books``: SQLAlchemy's models; the engine; the tables made when it answers, a session for each scope
- ``schemas``: what comes in and goes out
- ``orders``, ``products``: what the API does, without HTTP
- ``processing``: `OrderProcessingService`, and the work item that it queues
- ``pending``: the sweep for orders that nobody processed
- ``mail``, ``invoices``: telling the customer, on paper and by mail
- ``events``: what happens, for everybody who watches
- ``web/``: the routes and the page
"""
