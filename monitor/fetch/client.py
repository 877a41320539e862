"""Fetch feeds over HTTP: politely to servers, safely against hostile ones, and never waiting longer than promised."""

from __future__ import annotations

import asyncio
import contextlib
import queue
import threading
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self

import aiohttp
from yarl import URL

from monitor.feeds.unpack import Unpacker
from monitor.fetch import failures
from monitor.fetch.guard import Resolver, guarded_socket, literal_refusal
from monitor.fetch.headers import max_age, media_type, request_headers, retry_after
from monitor.fetch.limits import FeedRequest, FetchLimits
from monitor.fetch.polite import Host, Memory, Place
from monitor.records import Fetched, FetchFailed, FetchFailure, FetchOutcome, NotModified

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_READ_AT_ONCE: Final = 65_536
_SHOWN_OF_ERRORS: Final = 32_768
"""Bytes of an error page looked at, to tell a challenge from a fault."""

_CHALLENGES: Final = (
    b"just a moment...", b"attention required! | cloudflare", b"cf-chl-", b"challenge-platform", b"_incapsula_resource",
    b"ddos-guard", b"checking your browser", b"sucuri website firewall", b"verify you are human", b"px-captcha",
    b"captcha-delivery.com", b"awswafintegration",
)  # fmt: skip  # a list to be read as one
"""What pages say that stand between a program and a feed, lower case."""


@dataclass(frozen=True, slots=True)
class _Redirect:
    url: str


@dataclass(frozen=True, slots=True)
class _Delivery:
    """An outcome on its way to the caller; ``release`` gives back the memory its body was promised."""

    feed: str
    outcome: FetchOutcome
    release: Callable[[], None]


async def fetch_feeds(
    requests: Sequence[FeedRequest], limits: FetchLimits
) -> AsyncGenerator[tuple[str, FetchOutcome], None]:
    """Yield (feed name, outcome) for every request, in the order the answers arrive.

    Failures are outcomes. At most 64 MB of bodies are in memory at a time, counting those not yet taken by the caller,
    so a slow caller slows the fetching down instead of filling memory.
    """
    async with contextlib.aclosing(_deliveries(requests, limits)) as deliveries:
        async for delivery in deliveries:
            yield delivery.feed, delivery.outcome
            delivery.release()


def run_fetch(
    requests: Sequence[FeedRequest], limits: FetchLimits, on_outcome: Callable[[str, FetchOutcome], None]
) -> None:
    """Fetch all feeds and call ``on_outcome`` for each in this thread, as the answers arrive.

    The network runs in a thread of its own, so that parsing here makes no deadline pass there. What ``on_outcome``
    raises ends the fetching and is raised here.
    """
    if not requests:
        return
    arrived: queue.SimpleQueue[_Delivery | BaseException | None] = queue.SimpleQueue()
    runner = _Runner(requests, limits, arrived)
    with runner:
        while True:
            delivery = arrived.get()
            if delivery is None:
                return
            if isinstance(delivery, BaseException):
                raise delivery
            on_outcome(delivery.feed, delivery.outcome)
            runner.call(delivery.release)


class _Runner:
    """An event loop in a thread, which puts deliveries, an error or the final None into a queue."""

    def __init__(
        self,
        requests: Sequence[FeedRequest],
        limits: FetchLimits,
        arrived: queue.SimpleQueue[_Delivery | BaseException | None],
    ) -> None:
        self._requests, self._limits, self._arrived = requests, limits, arrived
        self._loop = asyncio.new_event_loop()
        self._task: asyncio.Task[None] | None = None
        self._thread = threading.Thread(target=self._run, name="fetch", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if kind is not None:
            self.call(self._cancel)
        self._thread.join()

    def call(self, action: Callable[[], None]) -> None:
        """Run ``action`` in the loop's thread; nothing if the loop is over."""
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(action)

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            try:
                runner.run(self._pump())
            except asyncio.CancelledError:
                pass  # the caller gave up and waits for nothing but the end of this thread
            except BaseException as error:  # noqa: BLE001  # carried over to the caller's thread and raised there
                self._arrived.put(error)
            else:
                self._arrived.put(None)

    async def _pump(self) -> None:
        self._task = asyncio.current_task()
        async with contextlib.aclosing(_deliveries(self._requests, self._limits)) as deliveries:
            async for delivery in deliveries:
                self._arrived.put(delivery)


async def _deliveries(requests: Sequence[FeedRequest], limits: FetchLimits) -> AsyncGenerator[_Delivery, None]:
    done: asyncio.Queue[_Delivery | BaseException] = asyncio.Queue()
    async with _Client(limits) as client:

        async def work(request: FeedRequest) -> None:
            try:
                done.put_nowait(await client.fetch(request))
            except Exception as error:  # noqa: BLE001  # a bug: carried to the caller, who must not wait for ever
                done.put_nowait(error)

        tasks = [asyncio.create_task(work(request)) for request in requests]
        try:
            for _ in tasks:
                delivery = await done.get()
                if isinstance(delivery, BaseException):
                    raise delivery
                yield delivery
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


class _Client:
    """The connections of one round."""

    def __init__(self, limits: FetchLimits) -> None:
        self._limits = limits
        self._hosts: dict[str, Host] = {}
        self._memory = Memory(limits.concurrency)
        self._guarded = _session(limits, is_guarded=True)
        self._open = _session(limits, is_guarded=False)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._guarded.close()
        await self._open.close()

    async def fetch(self, request: FeedRequest) -> _Delivery:
        """Fetch one feed, following redirects; every hop is checked and waits for its turn at its host."""
        url, spent = request.feed.url, 0.0
        visited = {url}
        for _ in range(self._limits.max_redirects + 1):
            target = _target(url, request)
            if isinstance(target, FetchFailed):
                return _Delivery(request.feed.name, target, _nothing)
            async with self._host(target).turn():
                place = await self._memory.place()
                hop = _Hop(self, request, target, place)
                try:
                    answer = await hop.run(self._limits.deadline.total_seconds() - spent)
                except BaseException:
                    place.release()
                    raise
                spent += hop.spent
            if isinstance(answer, Fetched):
                return _Delivery(request.feed.name, answer, place.release)
            place.release()
            if not isinstance(answer, _Redirect):
                return _Delivery(request.feed.name, answer, _nothing)
            if answer.url in visited:
                words = f"the server sends us in a circle (by way of {answer.url[:200]})"
                return _Delivery(request.feed.name, failures.failed(url, FetchFailure.REDIRECTS, words), _nothing)
            visited.add(answer.url)
            url = answer.url
        words = f"the server redirects more than {self._limits.max_redirects} times"
        return _Delivery(request.feed.name, failures.failed(url, FetchFailure.REDIRECTS, words), _nothing)

    def _host(self, url: URL) -> Host:
        name = (url.host or "").lower()
        if name not in self._hosts:
            self._hosts[name] = Host(self._limits.per_host, self._limits.host_gap.total_seconds())
        return self._hosts[name]

    def session(self, request: FeedRequest) -> aiohttp.ClientSession:
        """Return the session for a feed: guarded, unless it may reach private addresses or a proxy stands between."""
        return self._open if request.feed.allow_private or self._limits.proxy else self._guarded

    @property
    def limits(self) -> FetchLimits:
        """Return the bounds of this round."""
        return self._limits


class _Hop:
    """One request and its answer; ``spent`` are the seconds that count against the feed's deadline."""

    def __init__(self, client: _Client, request: FeedRequest, url: URL, place: Place) -> None:
        self._client, self._request, self._url, self._place = client, request, url, place
        self._received = 0
        self._waited = 0.0
        self.spent = 0.0

    async def run(self, seconds: float) -> FetchOutcome | _Redirect:
        """Return the answer; all that may go wrong outside this program is a FetchFailed."""
        loop = asyncio.get_running_loop()
        started = loop.time()
        url = str(self._url)
        try:
            async with asyncio.timeout(seconds) as timer:
                return await self._ask(timer)
        except TimeoutError:
            limit = self._client.limits.deadline.total_seconds()
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

    async def _ask(self, timer: asyncio.Timeout) -> FetchOutcome | _Redirect:
        origin = URL(self._request.feed.url)
        headers = request_headers(
            self._request, self._client.limits.contact, is_same_origin=self._url.origin() == origin.origin()
        )
        session = self._client.session(self._request)
        proxy = self._client.limits.proxy
        async with session.get(self._url, headers=headers, allow_redirects=False, proxy=proxy) as response:
            if response.status in _REDIRECTS:
                return self._redirect(response)
            if response.status == 304:
                return self._not_modified(response)
            if 200 <= response.status < 300:
                return await self._fetched(response, timer)
            return await self._refused(response)

    def _redirect(self, response: aiohttp.ClientResponse) -> _Redirect | FetchFailed:
        location = response.headers.get("Location", "").strip()
        if not location:
            words = f"HTTP {response.status}: the server redirects without saying where to"
            return failures.failed(str(self._url), FetchFailure.REDIRECTS, words)
        readable = location.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        try:
            return _Redirect(str(self._url.join(URL(readable)).with_fragment(None)))
        except ValueError:
            words = f'HTTP {response.status}: the server redirects to "{readable[:200]}", which is not an address'
            return failures.failed(str(self._url), FetchFailure.REDIRECTS, words)

    def _not_modified(self, response: aiohttp.ClientResponse) -> NotModified | FetchFailed:
        if not (self._request.etag or self._request.last_modified):
            words = "HTTP 304: the server says that nothing changed, though we have nothing yet"
            return FetchFailed(str(self._url), FetchFailure.HTTP_STATUS, words, 304)
        return NotModified(
            url=self._request.feed.url,
            etag=response.headers.get("ETag"),
            last_modified=response.headers.get("Last-Modified"),
            max_age=max_age(response.headers),
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
            etag=response.headers.get("ETag"),
            last_modified=response.headers.get("Last-Modified"),
            max_age=max_age(response.headers),
        )

    async def _body(self, response: aiohttp.ClientResponse, timer: asyncio.Timeout) -> bytes:
        unpacker = Unpacker(response.headers.get("Content-Encoding", ""), self._client.limits.max_bytes)
        body = bytearray()
        async for chunk in response.content.iter_chunked(_READ_AT_ONCE):
            self._received += len(chunk)
            for piece in unpacker.feed(chunk):
                body += piece
                while self._place.must_grow(len(body)):
                    await self._wait_for_memory(timer)
        for piece in unpacker.finish():
            body += piece
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
        return FetchFailed(refused.url, refused.reason, refused.detail, response.status, retry_after(response.headers))


def _session(limits: FetchLimits, *, is_guarded: bool) -> aiohttp.ClientSession:
    connector = aiohttp.TCPConnector(
        limit=0,  # our own limits stand in front of it
        resolver=Resolver(limits.name_deadline.total_seconds(), is_guarded=is_guarded),
        socket_factory=guarded_socket if is_guarded else None,
    )
    return aiohttp.ClientSession(
        connector=connector,
        auto_decompress=False,
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=limits.connect_deadline.total_seconds()),
        trust_env=False,
    )


def _target(url: str, request: FeedRequest) -> URL | FetchFailed:
    """Return the address to ask, or why it is not to be asked."""
    try:
        target = URL(url)
        is_web = target.scheme in ("http", "https") and bool(target.host) and target.port is not None
    except ValueError:
        is_web = False
    if not is_web:
        words = f'"{url[:200]}" is not an address of the web; it must begin with http:// or https:// and name a host'
        return failures.failed(url, FetchFailure.BAD_ADDRESS, words)
    reason = None if request.feed.allow_private else literal_refusal(target.host or "")
    if reason:
        return failures.refused_address(url, reason)
    return target


def _is_challenge(response: aiohttp.ClientResponse, page: bytes) -> bool:
    if response.headers.get("cf-mitigated", "").lower() == "challenge":
        return True
    if media_type(response.headers)[0] not in ("text/html", "application/xhtml+xml", ""):
        return False
    start = page[:_SHOWN_OF_ERRORS].lower()
    is_feed = b"<rss" in start or b"<feed" in start or b"<rdf:rdf" in start
    return not is_feed and any(mark in start for mark in _CHALLENGES)


def _nothing() -> None:
    """Give back nothing: no body, no memory."""
