"""What type checkers must see: each area's public surface, checked by mypy and pyright."""
