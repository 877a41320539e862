"""One request and what comes of it: a body, a redirect, or a failure in words."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import aiohttp
from yarl import URL

from monitor.feeds.unpack import TruncatedError, Unpacker
from monitor.fetch import failures
from monitor.fetch.headers import max_age, media_type, request_headers, retry_after, validator
from monitor.fetch.limits import FeedRequest, FetchLimits
from monitor.fetch.polite import Place
from monitor.records import Fetched, FetchFailed, FetchFailure, FetchOutcome, NotModified

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_PERMANENT: Final = frozenset({301, 308})
_MOST_COOKIES: Final = 50
_READ_AT_ONCE: Final = 65_536
_SHOWN_OF_ERRORS: Final = 32_768
"""Bytes of an error page looked at, to tell a challenge from a fault."""

_CHALLENGES: Final = (
    b"just a moment...", b"attention required! | cloudflare", b"cf-chl-", b"challenge-platform", b"_incapsula_resource",
    b"ddos-guard", b"checking your browser", b"sucuri website firewall", b"verify you are human", b"px-captcha",
    b"captcha-delivery.com", b"awswafintegration", b"sucuri_cloudproxy_js", b"making sure you're not a bot",
    b"anubis_challenge", b"sgcaptcha", b"your request is being verified", b"vercel security checkpoint", b"__arcsjs",
    b"has been limited by the site owner", b"hcaptcha.com/1/api.js", b"are you a robot?", b"slowaes.decrypt",
    b"kp_uidz", b"errors.edgesuite.net",
)  # fmt: skip  # a list to be read as one
"""What pages say that stand between a program and a feed, lower case."""
_CHALLENGE_HEADERS: Final = (("cf-mitigated", ("challenge",)), ("x-amzn-waf-action", ("challenge", "captcha")))

_DOCUMENT_END = re.compile(rb"</(?:rss|feed|rdf:rdf)\s*>(?:\s|<!--[^>]{0,500}-->)*\Z", re.IGNORECASE)
_SHOWN_OF_ENDS: Final = 4_096


@dataclass(frozen=True, slots=True)
class Redirect:
    """The server names another address; ``is_permanent`` says that it means it to stay (301, 308)."""

    url: str
    is_permanent: bool = False
    cookies: tuple[tuple[str, str], ...] = ()


class Hop:
    """One request and its answer; ``spent`` are the seconds that count against the feed's deadline."""

    def __init__(
        self, session: aiohttp.ClientSession, limits: FetchLimits, request: FeedRequest, url: URL, place: Place
    ) -> None:
        self._session, self._limits = session, limits
        self._request, self._url, self._place = request, url, place
        self._received = 0
        self._waited = 0.0
        self.spent = 0.0
        self.answer: FetchOutcome | Redirect

    async def run(self, seconds: float) -> FetchOutcome | Redirect:
        """Return the answer and keep it; all that may go wrong outside this program is a FetchFailed."""
        self.answer = await self._run(seconds)
        return self.answer

    async def _run(self, seconds: float) -> FetchOutcome | Redirect:
        loop = asyncio.get_running_loop()
        started = loop.time()
        url = str(self._url)
        try:
            async with asyncio.timeout(seconds) as timer:
                return await self._ask(timer)
        except TimeoutError:
            limit = deadline(self._request, self._limits)
            if loop.time() - started - self._waited < seconds:
                words = "the server did not take the connection in time"
            elif self._received:
                words = f"the answer was still arriving after {limit:g} s ({self._received:,} bytes so far)"
            else:
                words = f"no answer within {limit:g} s"
            return failures.failed(url, FetchFailure.TIMEOUT, words)
        except failures.EXPECTED as error:
            return failures.from_error(url, error)
        finally:
            self.spent = loop.time() - started - self._waited

    async def _ask(self, timer: asyncio.Timeout) -> FetchOutcome | Redirect:
        feed = self._request.feed
        own = dict(feed.headers) if feed.headers and is_trusted(feed.url, self._url) else {}
        headers = request_headers(self._request, self._limits.contact, own)
        proxy = feed.proxy
        # Without it the library would tell the proxy its own name and version.
        about_us = {"User-Agent": headers["User-Agent"]} if proxy and "User-Agent" in headers else None
        async with self._session.get(
            self._url, headers=headers, allow_redirects=False, proxy=proxy, proxy_headers=about_us
        ) as response:
            if response.status in _REDIRECTS:
                return self._redirect(response)
            if response.status == 304:
                return self._not_modified(response)
            if 200 <= response.status < 300:
                return await self._fetched(response, timer)
            return await self._refused(response)

    def _redirect(self, response: aiohttp.ClientResponse) -> Redirect | FetchFailed:
        location = response.headers.get("Location", "").strip()
        if not location:
            words = f"HTTP {response.status}: the server redirects without saying where to"
            return failures.failed(str(self._url), FetchFailure.REDIRECTS, words)
        readable = location.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        try:
            target = str(self._url.join(URL(readable)).with_fragment(None))
        except ValueError:
            shown = "".join(letter if letter.isprintable() else " " for letter in readable[:200])
            words = f'HTTP {response.status}: the server redirects to "{shown}", which is not an address'
            return failures.failed(str(self._url), FetchFailure.REDIRECTS, words)
        cookies = tuple((name, morsel.coded_value) for name, morsel in response.cookies.items())[:_MOST_COOKIES]
        return Redirect(target, response.status in _PERMANENT, cookies)

    def _not_modified(self, response: aiohttp.ClientResponse) -> NotModified | FetchFailed:
        if not (self._request.etag or self._request.last_modified):
            words = "HTTP 304: the server says that nothing changed, though we have nothing yet"
            return FetchFailed(str(self._url), FetchFailure.HTTP_STATUS, words, 304)
        return NotModified(
            url=self._request.feed.url,
            etag=validator(response.headers, "ETag"),
            last_modified=validator(response.headers, "Last-Modified"),
            max_age=max_age(response.headers, datetime.now(UTC)),
        )

    async def _fetched(self, response: aiohttp.ClientResponse, timer: asyncio.Timeout) -> FetchOutcome:
        body = await self._body(response, timer)
        kind, charset = media_type(response.headers)
        if _is_challenge(response, body):
            return failures.from_status(str(self._url), response.status, is_challenge=True)
        return Fetched(
            url=self._request.feed.url,
            final_url=str(self._url),
            body=body,
            media_type=kind,
            charset=charset,
            etag=validator(response.headers, "ETag"),
            last_modified=validator(response.headers, "Last-Modified"),
            max_age=max_age(response.headers, datetime.now(UTC)),
        )

    async def _body(self, response: aiohttp.ClientResponse, timer: asyncio.Timeout) -> bytes:
        unpacker = Unpacker(response.headers.get("Content-Encoding", ""), self._limits.max_bytes)
        body = bytearray()
        try:
            async for chunk in response.content.iter_chunked(_READ_AT_ONCE):
                self._received += len(chunk)
                for piece in unpacker.feed(chunk):
                    body += piece
                    while self._place.must_grow(len(body)):
                        await self._wait_for_memory(timer)
            for piece in unpacker.finish():
                body += piece
        except (aiohttp.ClientPayloadError, TruncatedError):
            # Some servers promise more bytes than they have, at every answer; browsers show those feeds all the same.
            if not _is_whole(bytes(body)):
                raise
        return bytes(body)

    async def _wait_for_memory(self, timer: asyncio.Timeout) -> None:
        loop = asyncio.get_running_loop()
        before, planned = loop.time(), timer.when()
        timer.reschedule(None)
        await self._place.grow()
        waited = loop.time() - before
        self._waited += waited
        timer.reschedule(planned + waited if planned is not None else None)

    async def _refused(self, response: aiohttp.ClientResponse) -> FetchFailed:
        page = b""
        if response.status in (403, 429, 503):
            with contextlib.suppress(aiohttp.ClientError):  # the status says enough
                page = await response.content.read(_SHOWN_OF_ERRORS)
        refused = failures.from_status(str(self._url), response.status, is_challenge=_is_challenge(response, page))
        wait = retry_after(response.headers, datetime.now(UTC))
        return FetchFailed(refused.url, refused.reason, refused.detail, response.status, wait)


def deadline(request: FeedRequest, limits: FetchLimits) -> float:
    """Return the seconds one feed may take."""
    return (request.feed.deadline or limits.deadline).total_seconds()


def is_trusted(configured: str, url: URL) -> bool:
    """Return whether the feed's own headers, which may be secrets, may go to ``url``: to its own server only.

    The same server over https is its own server too; over http after https it is whoever listens on the way.
    """
    own = URL(configured)
    if url.origin() == own.origin():
        return True
    is_safer = (own.scheme, own.port, url.scheme, url.port) == ("http", 80, "https", 443)
    return is_safer and url.host == own.host


def _is_whole(body: bytes) -> bool:
    """Return whether a document is complete by its own account, whatever the server's count of its bytes says."""
    if not body[:1_000].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return _DOCUMENT_END.search(body[-_SHOWN_OF_ENDS:]) is not None
    try:
        json.loads(body)
    except (ValueError, RecursionError):
        return False
    return True


def _is_challenge(response: aiohttp.ClientResponse, page: bytes) -> bool:
    if any(response.headers.get(name, "").lower() in said for name, said in _CHALLENGE_HEADERS):
        return True
    start = page[:_SHOWN_OF_ERRORS].lower()
    is_page = start.lstrip().startswith((b"<html", b"<!doctype html"))
    if not is_page and media_type(response.headers)[0] not in ("text/html", "application/xhtml+xml", ""):
        return False
    is_feed = start.lstrip().startswith(b"{") or any(root in start for root in (b"<rss", b"<feed", b"<rdf:rdf"))
    return not is_feed and any(mark in start for mark in _CHALLENGES)
