"""Our own limits on what is under way: requests per host, requests in all, bytes of bodies in memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from monitor.fetch.limits import MEGABYTE

_SMALL: Final = MEGABYTE // 4
_MEDIUM: Final = 2 * MEGABYTE
_MEDIUM_PLACES: Final = 8
_LARGE_PLACES: Final = 2
"""64 × 0.25 + 8 × 2 + 2 × 16 = 64 MB of bodies in flight with the default limits (DESIGN §4).

A body that outgrows its place waits for the next larger one. Places are taken in rising order and the largest never
waits for another, so nobody waits in a circle.
"""


class Host:
    """The queue in front of one host."""

    def __init__(self, per_host: int, gap: float) -> None:
        self._places = asyncio.Semaphore(per_host)
        self._unhurried = per_host
        self._gap = gap
        self._next_start = 0.0

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait until a request may start; the place is free again on leaving."""
        async with self._places:
            now = asyncio.get_running_loop().time()
            if self._unhurried > 0:
                self._unhurried -= 1
                start = now
            else:
                start = max(now, self._next_start)
            self._next_start = start + self._gap
            if start > now:
                await asyncio.sleep(start - now)
            yield

    def forgive(self) -> None:
        """Let the next request start at once: the one before never reached the host."""
        self._unhurried += 1


class Memory:
    """The places for requests under way and for the bodies they bring."""

    def __init__(self, concurrency: int) -> None:
        self._small = asyncio.Semaphore(concurrency)
        self._medium = asyncio.Semaphore(_MEDIUM_PLACES)
        self._large = asyncio.Semaphore(_LARGE_PLACES)

    async def place(self) -> Place:
        """Wait for a place for one request."""
        await self._small.acquire()
        return Place([self._medium, self._large], self._small)


class Place:
    """One request's share of the memory; grows with its body and is given back once, by ``release``."""

    def __init__(self, larger: list[asyncio.Semaphore], first: asyncio.Semaphore) -> None:
        self._larger = larger
        self._held = [first]

    def must_grow(self, size: int) -> bool:
        """Return whether a body of ``size`` bytes needs a larger place than the one held."""
        return bool(self._larger) and size > (_SMALL, _MEDIUM)[len(self._held) - 1]

    async def grow(self) -> None:
        """Wait for the next larger place."""
        larger = self._larger.pop(0)
        await larger.acquire()
        self._held.append(larger)

    def release(self) -> None:
        """Give everything back; a second call does nothing."""
        while self._held:
            self._held.pop().release()
        self._larger = []
