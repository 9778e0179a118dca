"""The API over HTTP: ``app`` makes it, ``orders``, ``products`` and ``page`` are its routes."""
