"""The invoice of an order, as PDF. The same order gives the same file, so writing it twice does no harm."""

from pathlib import Path

from anyio import to_thread
from fpdf import FPDF
from fpdf.enums import XPos, YPos

from .settings import OrdersApiSettings
from .tables import Order


class InvoiceArchive:
    """Keeps invoices as files."""

    def __init__(self, settings: OrdersApiSettings) -> None:
        self._folder = settings.invoices

    def path(self, order_id: int) -> Path:
        """Return where the order's invoice is, or will be."""
        return self._folder / f"invoice-{order_id}.pdf"

    async def file(self, order: Order) -> None:
        """Write the invoice unless it is there: whole, or not at all."""
        path = self.path(order.id)
        if not path.exists():
            await to_thread.run_sync(_write_whole, path, order)


def _write_whole(path: Path, order: Order) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(".half")
    half.write_bytes(render(order))
    half.replace(path)


def render(order: Order) -> bytes:
    """Return the invoice as PDF."""
    pdf = FPDF(format="A4")
    pdf.set_creation_date(order.created_at)
    pdf.set_title(f"Invoice {order.id}")
    pdf.add_page()
    pdf.set_font("helvetica", "B", 20)
    pdf.cell(0, 14, "The Corner Shop", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    pdf.set_font("helvetica", size=11)
    pdf.cell(0, 7, f"Invoice {order.id} of {order.created_at:%Y-%m-%d}", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    pdf.cell(0, 7, _latin(order.customer.name), new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    pdf.ln(6)
    with pdf.table(col_widths=(50, 15, 20, 20), text_align=("LEFT", "RIGHT", "RIGHT", "RIGHT")) as table:
        table.row(("Product", "Quantity", "Price", "Amount"))
        for line in order.lines:
            table.row((_latin(line.name), str(line.quantity), f"{line.price:.2f}", f"{line.quantity * line.price:.2f}"))
        table.row(("Total EUR", "", "", f"{order.total:.2f}"))
    return bytes(pdf.output())


def _latin(text: str) -> str:
    """The built-in fonts of PDF know Latin letters only."""
    return text.encode("latin-1", "replace").decode("latin-1")
