"""Telling the customer, by SMTP; and a mail server in the sample itself, so that it needs no other."""

import asyncio
import logging
from email.message import EmailMessage
from typing import Any

import anyio
from aiosmtpd.smtp import SMTP
from aiosmtplib import SMTPRecipientsRefused, send

from corner_host.jobs import JobFailed

from .invoices import InvoiceArchive
from .settings import MailSettings
from .tables import Order, Status

_NEVER = 500  # from here on, SMTP's codes are for good


class Mailbox:
    """What the embedded server has received, in order."""

    def __init__(self) -> None:
        self.messages: list[bytes] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        """Keep a message."""
        self.messages.append(bytes(envelope.content))
        return "250 Message accepted for delivery"


class MailServer:
    """The embedded SMTP server: a hosted service that is there before the shop opens."""

    def __init__(self, settings: MailSettings, mailbox: Mailbox, logger: logging.Logger) -> None:
        self._settings = settings
        self._mailbox = mailbox
        self._logger = logger
        self._server: asyncio.Server | None = None
        self.port = settings.port

    async def start(self) -> None:
        """Listen; with port 0, at a free port, which stays the same from then on."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: SMTP(self._mailbox, hostname="corner-shop.example", loop=loop), self._settings.host, self.port
        )
        self.port = int(self._server.sockets[0].getsockname()[1])
        self._logger.info("Mail is kept by the embedded server at %s:%d", self._settings.host, self.port)

    async def stop(self) -> None:
        """Hang up."""
        if self._server is not None:
            self._server.close()


class Notifier:
    """Writes to customers."""

    def __init__(self, settings: MailSettings, server: MailServer, archive: InvoiceArchive) -> None:
        self._settings = settings
        self._server = server
        self._archive = archive

    async def tell(self, order: Order) -> None:
        """Send the message about *order*.

        Raises:
            JobFailed: The mail server will never take it, as where there is no such address.
            SMTPException: It could not be sent now.
        """
        message = await self._message(order)
        try:
            await send(
                message,
                hostname=self._settings.host,
                port=self._server.port if self._settings.embedded else self._settings.port,
                timeout=self._settings.timeout_seconds,
            )
        except SMTPRecipientsRefused as refusal:
            if all(each.code >= _NEVER for each in refusal.recipients):
                raise JobFailed(f"The mail server refuses {order.customer.email}: {refusal}") from refusal
            raise

    async def _message(self, order: Order) -> EmailMessage:
        """The same order gives the same Message-ID, by which mail programs drop what came twice."""
        message = EmailMessage()
        message["From"] = self._settings.sender
        message["To"] = order.customer.email
        message["Message-ID"] = f"<order-{order.id}@corner-shop.example>"
        if order.status is Status.REFUSED:
            message["Subject"] = f"Your order {order.id} cannot be filled"
            message.set_content(f"Hello {order.customer.name},\n\nwe are sorry: {order.reason}.\n")
            return message
        message["Subject"] = f"Your order {order.id} is on its way"
        message.set_content(f"Hello {order.customer.name},\n\nyour order over {order.total:.2f} EUR is on its way.\n")
        invoice = await anyio.Path(self._archive.path(order.id)).read_bytes()
        message.add_attachment(invoice, maintype="application", subtype="pdf", filename=f"invoice-{order.id}.pdf")
        return message
