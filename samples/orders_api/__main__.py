"""``python -m samples.orders_api``: serve the shop at http://127.0.0.1:8000."""

import sys

from .program import create_builder

if __name__ == "__main__":
    create_builder(sys.argv[1:]).build().run()
