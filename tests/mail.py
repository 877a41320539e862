"""A real mail server for tests, on 127.0.0.1: TLS, AUTH, and every way a server can refuse or vanish."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import trustme
from aiosmtpd.smtp import SMTP, AuthResult

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Received:
    """One mail the server took: its envelope, its bytes, and how it came."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes
    is_encrypted: bool
    user: str | None

    @property
    def message(self) -> EmailMessage:
        parsed = message_from_bytes(self.content, policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        return parsed


@dataclass  # no slots: in Python 3.11.2 inspect trips over the weakref slot, and aiosmtpd inspects its handler
class MailSink:
    """A running server; set its fields to make it refuse. ``ca_file`` holds the authority to trust."""

    port: int
    ca_file: Path
    users: dict[str, str]
    received: list[Received] = field(default_factory=list)
    refused_recipients: dict[str, str] = field(default_factory=dict)
    """Address → the reply to its RCPT, e.g. ``550 5.1.1 no such user``."""
    mail_reply: str | None = None
    """The reply to MAIL, when it shall refuse."""
    data_replies: list[str] = field(default_factory=list)
    """Replies to the next mails, used up one by one; then every mail is taken."""
    drops_after_data: int = 0
    """How many of the next mails it takes and then drops the connection before it answers."""
    hangs_after_data: int = 0
    """How many of the next mails it takes and never answers."""
    attempts: list[bytes] = field(default_factory=list)
    """The bytes of every mail handed over, taken or not."""
    commands: list[str] = field(default_factory=list)
    """MAIL and RCPT addresses in order."""

    async def handle_MAIL(  # noqa: N802 - the name aiosmtpd calls
        self, _server: SMTP, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        self.commands.append(f"MAIL {address}")
        if self.users and not session.authenticated:
            return "530 5.7.0 log in first"
        if self.mail_reply is not None:
            return self.mail_reply
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802 - the name aiosmtpd calls
        self, _server: SMTP, _session: Any, envelope: Any, address: str, _options: list[str]
    ) -> str:
        self.commands.append(f"RCPT {address}")
        if address in self.refused_recipients:
            return self.refused_recipients[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:  # noqa: N802 - as above
        self.attempts.append(envelope.content)
        if self.data_replies:
            return self.data_replies.pop(0)
        user = session.auth_data.decode() if session.auth_data else None
        transport = server.transport
        is_encrypted = transport is not None and transport.get_extra_info("ssl_object") is not None
        self.received.append(
            Received(envelope.mail_from, tuple(envelope.rcpt_tos), envelope.content, is_encrypted, user)
        )
        if self.drops_after_data:
            self.drops_after_data -= 1
            assert isinstance(transport, asyncio.WriteTransport)
            transport.abort()
            raise asyncio.CancelledError
        if self.hangs_after_data:
            self.hangs_after_data -= 1
            await asyncio.sleep(60)
        return "250 2.0.0 taken"

    async def handle_exception(self, error: Exception) -> str:
        return f"500 {error!r}"

    def authenticate(self, _server: SMTP, _session: Any, _envelope: Any, _mechanism: str, auth: Any) -> AuthResult:
        user, password = auth.login.decode(), auth.password.decode()
        is_known = self.users.get(user) == password
        return AuthResult(success=is_known, handled=False, auth_data=user.encode() if is_known else None)


class _Connection(SMTP):
    """One connection, which the server remembers to close: a cancelled handler leaves its transport open."""

    def __init__(self, sink: MailSink, open_transports: list[asyncio.BaseTransport], **settings: Any) -> None:
        super().__init__(sink, hostname="mail.test", authenticator=sink.authenticate, **settings)
        self._open_transports = open_transports

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._open_transports.append(transport)
        super().connection_made(transport)


@contextlib.contextmanager
def mail_sink(
    folder: Path, *, tls: str = "starttls", users: dict[str, str] | None = None, name: str = HOST
) -> Iterator[MailSink]:
    """Run a server with a certificate for ``name``; with ``users`` it wants a login. Files go to ``folder``."""
    authority = trustme.CA()
    certificate = authority.issue_cert(name)
    folder.mkdir(parents=True, exist_ok=True)
    ca_file = folder / "ca.pem"
    authority.cert_pem.write_to_path(ca_file)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    sink = MailSink(0, ca_file, users or {})

    transports: list[asyncio.BaseTransport] = []

    def protocol() -> SMTP:
        starttls = context if tls == "starttls" else None
        return _Connection(sink, transports, tls_context=starttls, auth_require_tls=starttls is not None, loop=loop)

    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="mail-sink", daemon=True)
    thread.start()

    async def start() -> asyncio.Server:
        return await loop.create_server(protocol, HOST, 0, ssl=context if tls == "tls" else None)

    server = asyncio.run_coroutine_threadsafe(start(), loop).result(10)
    sink.port = server.sockets[0].getsockname()[1]
    try:
        yield sink
    finally:
        asyncio.run_coroutine_threadsafe(_stop(server, transports), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


async def _stop(server: asyncio.Server, transports: list[asyncio.BaseTransport]) -> None:
    server.close()
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    for transport in transports:
        assert isinstance(transport, asyncio.WriteTransport)
        with contextlib.suppress(AttributeError):  # Python 3.11.2 trips when a TLS transport is closed already
            transport.abort()
    # Closing takes a step of the loop, two with TLS.
    await asyncio.sleep(0.02)
