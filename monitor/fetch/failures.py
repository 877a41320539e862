"""Failures of the network as values with a sentence for the analyst: what happened, and what to do where one can."""

from __future__ import annotations

import errno
import socket
import ssl
from typing import Final

import aiohttp

from monitor.feeds.unpack import TooLargeError, TruncatedError, UnpackError
from monitor.fetch.guard import RefusedAddressError
from monitor.records import FetchFailed, FetchFailure

EXPECTED: Final = (aiohttp.ClientError, OSError, UnpackError)
"""What a request may raise when the other side, the network or the address is at fault."""

_BY_KIND: Final = (
    (TooLargeError, FetchFailure.TOO_LARGE, "{error}"),
    (TruncatedError, FetchFailure.INCOMPLETE, "{error}"),
    (UnpackError, FetchFailure.BAD_ENCODING, "{error}"),
    (aiohttp.InvalidURL, FetchFailure.BAD_ADDRESS, '"{url}" is not an address that can be fetched'),
    (aiohttp.ClientPayloadError, FetchFailure.INCOMPLETE, "the answer broke off before its end"),
    (aiohttp.ClientHttpProxyError, FetchFailure.UNREACHABLE, "the proxy refuses to pass the request on"),
    (aiohttp.ClientProxyConnectionError, FetchFailure.UNREACHABLE, "the proxy cannot be reached"),
    (aiohttp.ClientResponseError, FetchFailure.UNREACHABLE, "the server's answer is not valid HTTP"),
    (aiohttp.ServerDisconnectedError, FetchFailure.UNREACHABLE, "the server closed the connection without an answer"),
)
"""The first that fits, in this order."""

_CERTIFICATE: Final = {
    10: "its certificate has expired",
    9: "its certificate is not valid yet",
    18: "its certificate is self-signed",
    19: "its certificate is signed by an authority of its own",
    20: "its certificate is signed by an unknown authority, or the server does not send the whole chain",
    62: "its certificate is for another name",
    64: "its certificate is for another address",
}
"""Words for OpenSSL's verification results (openssl-verification-options)."""

_SYSTEM: Final = {
    errno.ECONNREFUSED: "the server refused the connection; it may be down",
    errno.ECONNRESET: "the server broke off the connection",
    errno.EHOSTUNREACH: "there is no way to the server; is this computer online?",
    errno.ENETUNREACH: "there is no way to the server; is this computer online?",
    errno.ETIMEDOUT: "the server did not take the connection in time",
    errno.EPIPE: "the server broke off the connection",
}

_STATUS: Final = {
    400: "the server does not understand the request",
    404: "there is nothing at this address; look for the feed's new address on the outlet's site",
    405: "the server does not serve feeds to readers at this address",
    406: "the server has nothing at this address that a feed reader could read",
    408: "the server gave up waiting",
    429: "the server says that we ask too often",
    500: "the server has an error of its own",
    502: "the server behind this address does not answer",
    503: "the server cannot answer now",
    504: "the server behind this address does not answer in time",
}

_BLOCKED_ADVICE: Final = (
    "open it in a browser; if that works, ask the outlet to allow feed readers, or use another feed"
)


def failed(url: str, reason: FetchFailure, detail: str) -> FetchFailed:
    """Return a failure that came without an HTTP status."""
    return FetchFailed(url=url, reason=reason, detail=detail)


def from_error(url: str, error: Exception) -> FetchFailed:
    """Return the failure behind an exception of ``EXPECTED``."""
    for kind, reason, words in _BY_KIND:
        if isinstance(error, kind):
            return failed(url, reason, words.format(error=error, url=url[:200]))
    # aiohttp wraps what the system said
    cause = getattr(error, "os_error", None) or error
    if isinstance(cause, RefusedAddressError):
        return refused_address(url, str(cause))
    if isinstance(cause, ssl.SSLError) or isinstance(error, aiohttp.ClientSSLError):
        return failed(url, FetchFailure.TLS, _tls(error, cause))
    if isinstance(cause, socket.gaierror):
        return failed(url, FetchFailure.NAME_UNKNOWN, _unknown_name(cause))
    if isinstance(cause, OSError):
        words = _SYSTEM.get(cause.errno or 0) or f"the connection failed ({cause.strerror or cause})"
        return failed(url, FetchFailure.UNREACHABLE, words)
    return failed(url, FetchFailure.UNREACHABLE, f"the connection failed ({type(error).__name__}: {error})")


def refused_address(url: str, reason: str) -> FetchFailed:
    """Return the failure of an address that is nobody's publication."""
    advice = 'if it is meant, say "allow_private = true" in the feed\'s settings'
    return failed(url, FetchFailure.REFUSED_ADDRESS, f"{reason}: not fetched; {advice}")


def from_status(url: str, status: int, *, is_challenge: bool) -> FetchFailed:
    """Return the failure an HTTP status means; ``is_challenge`` says that the page asks for proof of being human."""
    if is_challenge:
        what = "not a feed: the server wants proof that a person is asking (a challenge page)"
        return FetchFailed(url, FetchFailure.BLOCKED, f"HTTP {status}, {what}; {_BLOCKED_ADVICE}", status)
    if status == 410:
        words = "HTTP 410: the outlet has given up this feed for good; look for its successor"
        return FetchFailed(url, FetchFailure.GONE, words, status)
    if status == 401:
        words = "HTTP 401: the server wants a name and a password; give them with the feed's headers"
        return FetchFailed(url, FetchFailure.BLOCKED, words, status)
    if status in (403, 451):
        why = "the server refuses us" if status == 403 else "the server refuses us for legal reasons"
        return FetchFailed(url, FetchFailure.BLOCKED, f"HTTP {status}: {why}; {_BLOCKED_ADVICE}", status)
    words = _STATUS.get(status) or ("the server has an error of its own" if status >= 500 else "no feed was sent")
    return FetchFailed(url, FetchFailure.HTTP_STATUS, f"HTTP {status}: {words}", status)


def _tls(error: Exception, cause: BaseException) -> str:
    certificate = getattr(error, "certificate_error", None) or cause
    if isinstance(certificate, ssl.SSLCertVerificationError):
        words = (
            _CERTIFICATE.get(certificate.verify_code) or f"its certificate is not valid ({certificate.verify_message})"
        )
        return f"the server cannot be trusted: {words}"
    reason = getattr(cause, "reason", None) or str(cause)
    return f"no secure connection could be agreed on ({str(reason)[:100]})"


def _unknown_name(cause: socket.gaierror) -> str:
    if cause.errno == socket.EAI_AGAIN:
        return f"the name could not be looked up ({cause.strerror}); is this computer online?"
    return f"the name is not known ({cause.strerror}); check the address, and whether this computer is online"
