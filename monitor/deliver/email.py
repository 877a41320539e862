"""Hand mail to a server, step by step, and say in words what became of it for each reader."""

from __future__ import annotations

import asyncio
import contextlib
import os
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import aiosmtplib
from aiosmtplib import (
    SMTPAuthenticationError,
    SMTPConnectError,
    SMTPException,
    SMTPResponseException,
    SMTPServerDisconnected,
    SMTPTimeoutError,
)

from monitor.deliver.message import ascii_address
from monitor.deliver.routes import EmailRoute, Tls
from monitor.errors import InputError
from monitor.records import SendFailed, SendOutcome, Sent

# The client names itself by an address literal (RFC 5321, 4.1.3): its host name is nobody's business.
_CLIENT_NAME = "[127.0.0.1]"
# A server that answers every step just in time must not hold a round for ever.
_STEPS = 12
_PARTING_SECONDS = 3.0


class _SendError(Exception):
    """A step failed; carries the outcome."""

    def __init__(self, failed: SendFailed) -> None:
        super().__init__(failed.reason)
        self.failed = failed


@dataclass(slots=True)
class _Progress:
    """How far a mail has come, for telling what a lost connection means."""

    step: str = "connecting"
    is_handed_over: bool = False
    transport: asyncio.BaseTransport | None = None


def send_mail(route: EmailRoute, message: bytes, recipients: Sequence[str]) -> SendOutcome:
    """Send the bytes to the recipients and return one outcome; see ``send_to_each`` for one per recipient.

    Sent when the server took the mail for at least one of them: its ``detail`` names those it refused, and sending
    again would reach the others twice. Queue one message per reader to have each one retried on its own.
    """
    outcomes = send_to_each(route, message, recipients)
    refused = {address: outcome for address, outcome in outcomes.items() if isinstance(outcome, SendFailed)}
    taken = [outcome for outcome in outcomes.values() if isinstance(outcome, Sent)]
    if not taken:
        reasons = tuple(refused.values()) or (SendFailed("there is no recipient", is_permanent=True),)
        return SendFailed(
            "; ".join(dict.fromkeys(failed.reason for failed in reasons)),
            is_permanent=all(failed.is_permanent for failed in reasons),
            is_uncertain=any(failed.is_uncertain for failed in reasons),
        )
    if refused:
        return Sent(f"{taken[0].detail}; {'; '.join(failed.reason for failed in refused.values())}")
    return taken[0]


def send_to_each(route: EmailRoute, message: bytes, recipients: Sequence[str]) -> Mapping[str, SendOutcome]:
    """Send the bytes once and return the outcome for every recipient, in the given order."""
    return asyncio.run(deliver(route, message, recipients))


async def deliver(route: EmailRoute, message: bytes, recipients: Sequence[str]) -> dict[str, SendOutcome]:
    """Send the bytes in one transaction and return the outcome for every recipient.

    A failure is permanent only when the server refuses this mail or this reader for good. What the route's owner can
    mend (password, certificate, server name) is not: the mail goes out once it is mended. A connection lost after the
    mail was handed over is uncertain.
    """
    progress = _Progress()
    limit = route.timeout.total_seconds()
    server = f"mail server {route.host}:{route.port}"
    try:
        return await _transaction(route, message, recipients, progress)
    except _SendError as error:
        failed = error.failed
    except SMTPAuthenticationError as error:
        failed = SendFailed(
            f"{server} does not accept the user or password ({_answer(error)}); {_where_password(route)}"
        )
    except (SMTPTimeoutError, TimeoutError):
        failed = SendFailed(
            f"{server} did not answer within {limit:g} s while {progress.step}", is_uncertain=progress.is_handed_over
        )
    except SMTPConnectError as error:
        failed = SendFailed(_connect_reason(error, server))
    except ssl.SSLError as error:
        failed = SendFailed(_tls_reason(error, server))
    except SMTPResponseException as error:
        failed = SendFailed(
            f"{server} refused while {progress.step}: {_answer(error)}",
            is_permanent=progress.is_handed_over and 500 <= error.code < 600,
        )
    except (SMTPServerDisconnected, ConnectionError):
        lost = f"{server} closed the connection while {progress.step}"
        may_have = "; the mail may have arrived" if progress.is_handed_over else ""
        failed = SendFailed(lost + may_have, is_uncertain=progress.is_handed_over)
    except (SMTPException, OSError) as error:
        failed = SendFailed(f"{server} cannot be used: {_one_line(str(error))}", is_uncertain=progress.is_handed_over)
    return dict.fromkeys(recipients, failed)


async def _transaction(
    route: EmailRoute, message: bytes, recipients: Sequence[str], progress: _Progress
) -> dict[str, SendOutcome]:
    addresses, outcomes = _usable(recipients)
    if not addresses:
        return outcomes
    password = _password(route)
    client = aiosmtplib.SMTP(
        hostname=route.host,
        port=route.port,
        local_hostname=_CLIENT_NAME,
        timeout=route.timeout.total_seconds(),
        use_tls=route.tls is Tls.TLS,
        start_tls=False,  # done below: a server that does not offer it must not be talked to in the clear
        tls_context=_tls_context(route),
    )
    try:
        async with asyncio.timeout(route.timeout.total_seconds() * _STEPS):
            await client.connect()
            progress.transport = client.transport
            await _secure_and_log_in(client, route, password, progress)
            await _hand_over(client, message, _Envelope(ascii_address(route.sender), addresses), progress, outcomes)
        # The answer is in; how the parting goes changes nothing.
        with contextlib.suppress(SMTPException, OSError, TimeoutError):
            await client.quit(timeout=_PARTING_SECONDS)
        return {recipient: outcomes[recipient] for recipient in recipients}
    finally:
        client.close()
        await _abandon(progress.transport)


async def _abandon(transport: asyncio.BaseTransport | None) -> None:
    """Free the socket at once: the loop ends before a server that went silent would answer the end of TLS."""
    if isinstance(transport, asyncio.WriteTransport):
        transport.abort()
        for _ in range(2):  # an encrypted transport closes the one below it a step of the loop later
            await asyncio.sleep(0)


@dataclass(frozen=True, slots=True)
class _Envelope:
    sender: str
    recipients: Mapping[str, str]
    """As configured → as the server is told."""


async def _secure_and_log_in(
    client: aiosmtplib.SMTP, route: EmailRoute, password: str | None, progress: _Progress
) -> None:
    progress.step = "greeting it"
    await client.ehlo()
    if route.tls is Tls.STARTTLS:
        progress.step = "starting TLS"
        if not client.supports_extension("starttls"):
            raise _SendError(
                SendFailed(
                    f"mail server {route.host}:{route.port} offers no STARTTLS, so nothing was sent; "
                    'use tls = "tls" and its port, often 465, or another server'
                )
            )
        await client.starttls()
        progress.transport = client.transport
        await client.ehlo()
    if route.user is not None and password is not None:
        progress.step = "logging in"
        if not client.supports_extension("auth"):
            raise _SendError(
                SendFailed(f"mail server {route.host}:{route.port} offers no login; leave user out if it wants none")
            )
        await client.login(route.user, password)


async def _hand_over(
    client: aiosmtplib.SMTP,
    message: bytes,
    envelope: _Envelope,
    progress: _Progress,
    outcomes: dict[str, SendOutcome],
) -> None:
    """Name sender and recipients, then send the bytes; fills in every recipient's outcome."""
    progress.step = f"naming the sender {envelope.sender}"
    await client.mail(envelope.sender)
    accepted: list[str] = []
    for recipient, address in envelope.recipients.items():
        progress.step = f"naming the recipient {address}"
        try:
            await client.rcpt(address)
        except SMTPResponseException as error:
            outcomes[recipient] = SendFailed(
                f"{address} was refused: {_answer(error)}", is_permanent=500 <= error.code < 600
            )
        else:
            accepted.append(recipient)
    if not accepted:
        return
    progress.step = "handing over the mail"
    progress.is_handed_over = True
    response = await client.data(message)
    for recipient in accepted:
        outcomes[recipient] = Sent(_one_line(f"{response.code} {response.message}"))


def _usable(recipients: Sequence[str]) -> tuple[dict[str, str], dict[str, SendOutcome]]:
    addresses: dict[str, str] = {}
    outcomes: dict[str, SendOutcome] = {}
    for recipient in recipients:
        try:
            addresses[recipient] = ascii_address(recipient)
        except InputError as error:
            outcomes[recipient] = SendFailed(str(error), is_permanent=True)
    return addresses, outcomes


def _password(route: EmailRoute) -> str | None:
    """Return the password from its file or environment variable; nothing when the route has no user."""
    if route.user is None:
        return None
    if route.password_file is not None:
        try:
            password = route.password_file.read_text(encoding="utf-8").strip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            raise _SendError(
                SendFailed(f"cannot read the password file {route.password_file}: {_why(error)}")
            ) from error
        if not password:
            raise _SendError(SendFailed(f"the password file {route.password_file} is empty"))
        return password
    if route.password_env is not None:
        if password := os.environ.get(route.password_env, ""):
            return password
        raise _SendError(SendFailed(f"the environment variable {route.password_env} with the password is not set"))
    raise _SendError(SendFailed(f"route {route.name} has a user but neither password_file nor password_env"))


def _tls_context(route: EmailRoute) -> ssl.SSLContext | None:
    if route.tls is Tls.NONE:
        return None
    context = ssl.create_default_context()
    if route.ca_file is not None:
        try:
            context.load_verify_locations(cafile=route.ca_file)
        except (OSError, ssl.SSLError) as error:
            raise _SendError(SendFailed(f"cannot read the certificates in {route.ca_file}: {_why(error)}")) from error
    return context


def _connect_reason(error: SMTPConnectError, server: str) -> str:
    cause = error.__cause__
    match cause:
        case ssl.SSLError():
            return _tls_reason(cause, server)
        case ConnectionRefusedError():
            return f"{server} refuses the connection; check host and port, and that it runs"
        case OSError() if "getaddrinfo" in str(cause) or type(cause).__name__ == "gaierror":
            return f"{server} is not known by that name; check host, and the network"
        case _:
            return f"{server} cannot be reached: {_one_line(str(error))}"


def _tls_reason(error: ssl.SSLError, server: str) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        fix = "check host; ca_file names the certificates of your own organisation"
        return f"the certificate of {server} is not valid: {error.verify_message}; {fix}"
    return f"{server} does not speak TLS as asked ({error.reason or 'no reason given'}); check port and tls"


def _where_password(route: EmailRoute) -> str:
    place = route.password_file if route.password_file is not None else f"the environment variable {route.password_env}"
    return f"check user, and the password in {place}"


def _answer(error: SMTPResponseException) -> str:
    return _one_line(f"{error.code} {error.message}")


def _why(error: Exception) -> str:
    return error.strerror.lower() if isinstance(error, OSError) and error.strerror else _one_line(str(error))


def _one_line(text: str) -> str:
    # A server's answer may span lines and be of any length; 300 characters tell what is wrong.
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())[:300]
