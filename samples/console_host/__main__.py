"""``python -m samples.console_host``: process the orders and say what became of them."""

import sys

from .ledger import Ledger
from .program import create_builder, wants_live
from .summary import summary


def main() -> int:
    """Run the shop; 1 if an order failed."""
    host = create_builder(sys.argv[1:]).build()
    ledger = host.services.get_required_service(Ledger)
    try:
        host.run(backend=host.configuration.get_value("Backend", str, "asyncio"))
    finally:
        if ledger.is_open and not wants_live(host.configuration):
            print(summary(ledger))
    return 1 if ledger.failed else 0


if __name__ == "__main__":
    sys.exit(main())
