"""The shop as a user starts it, and what it leaves behind."""

import os
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
SECONDS = 50.0


def environment(**variables: str) -> dict[str, str]:
    """Return the environment for the shop: nothing set by whoever runs the tests."""
    inherited = {
        key: value for key, value in os.environ.items() if not key.startswith(("DOTNET_", "CORNER_", "Shop__"))
    }
    return {**inherited, "PYTHONUNBUFFERED": "1", "COLUMNS": "100", **variables}


def command(outbox: Path, *arguments: str) -> list[str]:
    """Return the command line; as fast as the machine can unless *arguments* say otherwise."""
    return [
        sys.executable, "-m", "samples.console_host", f"--Shop:Outbox={outbox}", "--Shop:SecondsPerOrder=0", *arguments,
    ]  # fmt: skip


def run_shop(outbox: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the shop to its end."""
    return subprocess.run(
        command(outbox, *arguments),
        cwd=ROOT,
        env=environment(**variables),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )


def accounts(output: str) -> dict[str, int]:
    """Read the summary, and hold it to adding up."""
    rows = re.findall(r"^(orders in|processed|refused|failed|not processed) +(\d+)", output, re.MULTILINE)
    found = {name: int(count) for name, count in rows}
    assert "The accounts agree" in output, output
    assert found.pop("orders in") == sum(found.values()), output
    return found


@dataclass(frozen=True)
class State:
    """What the shop knows: stock, points, and what became of each order. Without the hour."""

    stock: dict[str, int]
    points: dict[str, int]
    orders: dict[str, tuple[str, str | None]]

    @classmethod
    def of(cls, outbox: Path) -> "State":
        """Read the database in *outbox*."""
        with closing(sqlite3.connect(outbox / "shop.db")) as database:
            return cls(
                dict(database.execute("SELECT sku, stock FROM products")),
                dict(database.execute("SELECT id, points FROM customers")),
                {row[0]: (row[1], row[2]) for row in database.execute("SELECT id, state, reason FROM orders")},
            )

    @property
    def processed(self) -> set[str]:
        """The orders that were processed."""
        return {name for name, (state, _) in self.orders.items() if state == "processed"}


def papers(outbox: Path) -> dict[str, tuple[bytes, int]]:
    """Return every invoice and message with its content and the moment it was written."""
    files = [path for folder in ("invoices", "messages") for path in (outbox / folder).iterdir()]
    return {f"{path.parent.name}/{path.name}": (path.read_bytes(), path.stat().st_mtime_ns) for path in files}
