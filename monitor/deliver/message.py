"""Build mail as the bytes that are sent: once, so that every attempt is identical (DESIGN §8)."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime, parseaddr
from typing import Final

from monitor.errors import InputError

# Long headers must not be folded where a reader's program would lose a piece, so lines may be as long as SMTP allows
# (RFC 5321, 4.5.3.1.6); bodies are encoded in lines of 76 as MIME asks (RFC 2045, 6.8).
_LINE_CHARS: Final = 998
_ENCODED_LINE_CHARS: Final = 76

# Kept from headers: what ends a line, hides or turns around what follows, and what no mail can hold.
_CONTROLS: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_INVISIBLE: Final = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
# IDNA 2003 maps these away (straße → strasse, another domain); IDNA 2008 keeps them, as browsers do.
_DEVIATIONS: Final = frozenset("ßςẞ\u200c\u200d")


class _MailPolicy(EmailPolicy):
    """The SMTP policy, but encoded words in a subject stay within the 75 characters of RFC 2047.

    The library fills encoded words up to the line length, here 998; some servers refuse that, some readers see it raw.
    """

    def fold_binary(self, name: str, value: str) -> bytes:
        text = str(value)
        if name.lower() == "subject" and not text.isascii():
            header = Header(text, "utf-8", maxlinelen=_ENCODED_LINE_CHARS, header_name=name)
            return f"{name}: {header.encode(linesep=self.linesep)}{self.linesep}".encode("ascii")
        return super().fold_binary(name, value)


_FLATTEN: Final = _MailPolicy(linesep="\r\n", max_line_length=_LINE_CHARS, cte_type="7bit", raise_on_defect=False)
_ENCODE: Final = SMTP.clone(max_line_length=_ENCODED_LINE_CHARS, cte_type="7bit")


@dataclass(frozen=True, slots=True)
class Mail:
    """What one mail says. ``id`` is made by ``message_id``; ``references`` are earlier ids of the same thread."""

    id: str
    sender: str
    to: tuple[str, ...]
    subject: str
    text: str
    html: str
    sent_at: datetime
    list_name: str
    """What it belongs to, e.g. ``morning`` or ``alerts``; readers filter by it (List-Id, RFC 2919)."""
    references: tuple[str, ...] = ()


def build_mail(mail: Mail) -> bytes:
    """Return the mail as the bytes to send: pure ASCII, lines of at most 998, CR LF, the same for the same mail.

    Text and HTML are alternatives. Raises InputError for an address that cannot be used.
    """
    message = EmailMessage(policy=_ENCODE)
    domain = domain_of(mail.sender)
    message["From"] = _address(mail.sender)
    message["To"] = tuple(_address(address) for address in mail.to)
    message["Subject"] = header_text(mail.subject)
    message["Date"] = format_datetime(mail.sent_at)
    message["Message-ID"] = mail.id
    if mail.references:
        message["In-Reply-To"] = mail.references[-1]
        message["References"] = " ".join(mail.references)
    message["List-Id"] = f"<{_label(mail.list_name)}.monitor.{domain}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers
    message["X-Auto-Response-Suppress"] = "All"  # the same for Exchange
    message.set_content(_body(mail.text), subtype="plain", charset="utf-8")
    message.add_alternative(_body(mail.html), subtype="html", charset="utf-8")
    # The library draws the boundary at random; one from the id keeps the bytes the same for the same mail.
    message.set_boundary(f"=_{hashlib.sha256(mail.id.encode()).hexdigest()[:32]}")
    return message.as_bytes(policy=_FLATTEN)


def message_id(domain: str, *parts: str) -> str:
    """Return a Message-ID that is the same for the same parts: a digest and its route, an alert and its reader."""
    digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:40]
    return f"<{digest}@{domain}>"


def domain_of(address: str) -> str:
    """Return the domain of an address as A-labels; raises InputError when there is none."""
    return ascii_address(address).rpartition("@")[2]


def ascii_address(address: str) -> str:
    """Return the bare address, its domain as A-labels (RFC 5890).

    Raises InputError for what is no address, and for a name before the @ that is not ASCII: few servers take it.
    """
    bare = parseaddr(address)[1]
    local, at, domain = bare.rpartition("@")
    if not at or not local or not domain or _CONTROLS.search(bare) or " " in bare:
        raise InputError(f'"{header_text(address)}" is not a mail address', "write it as name@example.org")
    if not local.isascii():
        raise InputError(f'the name before the @ of "{header_text(address)}" must be plain ASCII')
    return f"{local}@{'.'.join(_a_label(label, address) for label in domain.split('.'))}"


def header_text(text: str) -> str:
    """Return a title fit for a header: on one line, without characters that hide or turn what follows."""
    plain = " ".join(_INVISIBLE.sub("", _CONTROLS.sub(" ", text)).split())
    # What looks like an encoded word would be decoded by the reader's program, to anything at all.
    return plain.replace("=?", "= ?")


def _a_label(label: str, address: str) -> str:
    lowered = label.lower()
    try:
        if lowered.isascii():
            # The codec checks lengths and refuses empty labels.
            return lowered.encode("idna").decode("ascii") or _refuse(address)
        if _DEVIATIONS.isdisjoint(lowered):
            return lowered.encode("idna").decode("ascii")
        return f"xn--{lowered.encode('punycode').decode('ascii')}"
    except UnicodeError as error:
        raise InputError(f'the domain of "{header_text(address)}" is not a valid name') from error


def _refuse(address: str) -> str:
    raise InputError(f'the domain of "{header_text(address)}" is not a valid name')


def _address(address: str) -> Address:
    name = header_text(parseaddr(address)[0])
    local, _, domain = ascii_address(address).rpartition("@")
    return Address(display_name=name, username=local, domain=domain)


def _label(name: str) -> str:
    return re.sub(r"[^a-z0-9-]+", "-", name.lower()).strip("-") or "digest"


def _body(text: str) -> str:
    # NUL and lone surrogates would break the encoding of the whole mail.
    return re.sub("[\x00\ud800-\udfff]", "", text)
