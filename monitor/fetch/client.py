"""Fetch feeds over HTTP: politely to servers, safely against hostile ones, and never waiting longer than promised."""

from __future__ import annotations

import asyncio
import contextlib
import queue
import threading
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from types import TracebackType
from typing import Final, Self

import aiohttp
from yarl import URL

from monitor.fetch import failures
from monitor.fetch.guard import Resolver, guarded_socket, literal_refusal
from monitor.fetch.hop import Hop, Redirect, deadline, is_trusted
from monitor.fetch.limits import FeedRequest, FetchLimits
from monitor.fetch.polite import Host, Memory, Place
from monitor.fetch.secrets import SecretError, reveal
from monitor.records import Fetched, FetchFailed, FetchFailure, FetchOutcome

_LONGEST_HEADER: Final = 65_536
"""Content-Security-Policy and cookies of some outlets pass the 8 kB the library would take."""

_MOST_HEADERS: Final = 1_000
"""Cookies and policies of a site behind three proxies can pass the 128 the library would take."""

_NEVER_ARRIVED: Final = frozenset({FetchFailure.NAME_UNKNOWN, FetchFailure.REFUSED_ADDRESS})

_KEPT_BACK: Final = 4
"""A quarter of the places at most are given back late, so that answers go on coming meanwhile."""


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
    taken: list[Callable[[], None]] = []
    with runner:
        while True:
            delivery = arrived.get()
            if delivery is None:
                return
            if isinstance(delivery, BaseException):
                raise delivery
            on_outcome(delivery.feed, delivery.outcome)
            if delivery.release is not _nothing:
                taken.append(delivery.release)
            # Waking the other thread costs as much as a third of a 304. While answers wait here it has time, as long
            # as most of its places are free to it.
            if taken and (arrived.empty() or len(taken) * _KEPT_BACK >= limits.concurrency):
                runner.call(partial(_call_all, taken))
                taken = []


def _call_all(actions: Iterable[Callable[[], None]]) -> None:
    for action in actions:
        action()


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

        tasks: list[asyncio.Task[None]] = []

        async def start() -> None:
            for request in requests:
                tasks.append(asyncio.create_task(work(request)))
                # One after the other: of requests that set out together none is sent before all are prepared, and
                # their answers come together too (200 servers 200 ms away: 20 ms later with each of four waves).
                await asyncio.sleep(0)

        starting = asyncio.create_task(start())
        try:
            for _ in requests:
                delivery = await done.get()
                if isinstance(delivery, BaseException):
                    raise delivery
                yield delivery
        finally:
            starting.cancel()
            for task in tasks:
                task.cancel()
            await asyncio.gather(starting, *tasks, return_exceptions=True)


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
        try:
            ready = _with_secrets(request, self._limits)
        except SecretError as error:
            unsent = failures.failed(request.feed.url, FetchFailure.NOT_SENT, f"not asked: {error}")
            return _Delivery(request.feed.name, unsent, _nothing)
        outcome, release = await self._follow(ready)
        return _Delivery(request.feed.name, outcome, release)

    async def _follow(self, request: FeedRequest) -> tuple[FetchOutcome, Callable[[], None]]:
        url, spent = request.address or request.feed.url, 0.0
        visited = [url]
        moved_to: str | None = None
        for _ in range(self._limits.max_redirects + 1):
            target = _target(url, request)
            if isinstance(target, FetchFailed):
                return target, _nothing
            asked = request
            hop, place = await self._hop(request, target, spent)
            spent += hop.spent
            answer = hop.answer
            if not isinstance(answer, Fetched):
                place.release()
            if not isinstance(answer, Redirect):
                has_arrived = isinstance(answer, Fetched)
                return _moved(answer, moved_to), place.release if has_arrived else _nothing
            request = _with_cookies(request, target, answer)
            # Some servers send a visitor without a cookie once round, and serve the same address to one who has it.
            is_let_in = request.cookies != asked.cookies and visited.count(answer.url) == 1
            if answer.url in visited and not is_let_in:
                words = f"the server sends us in a circle (by way of {answer.url[:200]})"
                return failures.failed(url, FetchFailure.REDIRECTS, words), _nothing
            # Permanent only as far as every step from the first address was.
            if answer.is_permanent and (moved_to == url or len(visited) == 1):
                moved_to = answer.url
            visited.append(answer.url)
            url = answer.url
        words = f"the server redirects more than {self._limits.max_redirects} times"
        return failures.failed(url, FetchFailure.REDIRECTS, words), _nothing

    async def _hop(self, request: FeedRequest, target: URL, spent: float) -> tuple[Hop, Place]:
        host = self._host(target)
        async with host.turn():
            place = await self._memory.place()
            hop = Hop(self._session(request), self._limits, request, target, place)
            try:
                answer = await hop.run(deadline(request, self._limits) - spent)
            except BaseException:
                place.release()
                raise
        if isinstance(answer, FetchFailed) and answer.reason in _NEVER_ARRIVED:
            host.forgive()
        return hop, place

    def _host(self, url: URL) -> Host:
        name = (url.host or "").lower()
        if name not in self._hosts:
            self._hosts[name] = Host(self._limits.per_host, self._limits.host_gap.total_seconds())
        return self._hosts[name]

    def _session(self, request: FeedRequest) -> aiohttp.ClientSession:
        """Return the session for a feed: guarded, unless it may reach private addresses or a proxy stands between."""
        return self._open if request.feed.allow_private or request.feed.proxy else self._guarded


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
        max_field_size=_LONGEST_HEADER,
        max_line_size=_LONGEST_HEADER,
        max_headers=_MOST_HEADERS,
    )


def _with_cookies(request: FeedRequest, source: URL, answer: Redirect) -> FeedRequest:
    """Return the request for the next hop, with the cookies set so far if it leads to the same server again."""
    if not (answer.cookies or request.cookies):
        return request
    target = URL(answer.url)
    if request.feed.is_sensitive or not target.host or not is_trusted(str(source), target):
        return replace(request, cookies=()) if request.cookies else request
    return replace(request, cookies=tuple({**dict(request.cookies), **dict(answer.cookies)}.items()))


def _moved(outcome: FetchOutcome, moved_to: str | None) -> FetchOutcome:
    if moved_to is None or isinstance(outcome, FetchFailed):
        return outcome
    return replace(outcome, moved_to=moved_to)


def _with_secrets(request: FeedRequest, limits: FetchLimits) -> FeedRequest:
    """Return the request with what its headers and proxy refer to; raise SecretError if something is not there."""
    feed, proxy = request.feed, request.feed.proxy or limits.proxy
    if not feed.headers and not proxy:
        return request
    headers = tuple((name, reveal(value, limits.root)) for name, value in feed.headers)
    return replace(request, feed=replace(feed, headers=headers, proxy=reveal(proxy, limits.root) if proxy else None))


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


def _nothing() -> None:
    """Give back nothing: no body, no memory."""
