"""A server of made-up feeds for benchmarks: ``python -m benchmarks._feedserver FEEDS ITEMS [LATENCY ADDRESSES]``.

Prints its port, then serves ``/0`` to ``/FEEDS-1`` until its standard input closes. ``/mode?NAME`` sets what it
answers: ``new`` has one more item on top than the other modes, ``changed`` another build date, ``plain``
ignores validators.
"""

from __future__ import annotations

import asyncio
import random
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

MODES = ("normal", "plain", "changed", "new")
_WORDS = re.findall(
    r"\w+",
    "convoy road checkpoint district police statement ministry border market harbour engineers project corridor "
    "security forces village hospital court tender power plant bridge rail meeting delegation visit budget exports "
    "rain flood wheat school teachers protest strike port cargo customs drone patrol arrest trial verdict appeal",
)
_PLACES = ("Quetta", "Gwadar", "Turbat", "Dasu", "Karachi", "Peshawar", "Kandahar", "Khost", "Chaman", "Hub", "Zhob")
_START = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def feed(number: int, items: int, mode: str = "normal") -> bytes:
    """Return one feed of ``items`` items, the same for the same arguments; about 1.1 kB per item."""
    chance = random.Random(number)  # noqa: S311 # made-up news
    entries = "".join(_item(number, item, chance) for item in range(items))
    if mode == "new":
        entries = _item(number, items, random.Random(f"{number} new")) + entries  # noqa: S311 # as above
    built = _START + timedelta(hours=1 if mode in ("changed", "new") else 0)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
        f"<title>Outlet {number}</title><link>https://outlet-{number}.example/</link><description>News</description>"
        f"<language>en</language><lastBuildDate>{format_datetime(built)}</lastBuildDate>{entries}</channel></rss>\n"
    ).encode()


def _item(number: int, item: int, chance: random.Random) -> str:
    title = f"{chance.choice(_PLACES)}: {_sentence(chance, 8)}"
    text = " ".join(_sentence(chance, 14) for _ in range(4))
    body = "".join(f"<p>{_sentence(chance, 30)}</p>" for _ in range(4)) if item % 2 else ""
    content = f"<content:encoded><![CDATA[{body}]]></content:encoded>" if body else ""
    link = f"https://outlet-{number}.example/{item}/{title[:20].lower().replace(' ', '-').replace(':', '')}"
    at = format_datetime(_START - timedelta(minutes=17 * item))
    return (
        f"<item><title>{title} &amp; more</title><link>{link}?utm_source=rss</link><guid>{link}</guid>"
        f"<pubDate>{at}</pubDate><dc:creator>Desk</dc:creator><category>Region</category>"
        f"<description>&lt;p&gt;{text}&lt;/p&gt;</description>{content}</item>\n"
    )


def _sentence(chance: random.Random, words: int) -> str:
    return " ".join(chance.choices(_WORDS, k=words)).capitalize()


class _Answering(asyncio.Protocol):
    """One connection: GET requests one after the other."""

    bodies: dict[str, list[bytes]]
    latency = 0.0
    mode = "normal"

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._buffer = b""

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while b"\r\n\r\n" in self._buffer:
            head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
            answer = self._answer(head)
            if self.latency:
                asyncio.get_running_loop().call_later(self.latency, self._transport.write, answer)
            else:
                self._transport.write(answer)

    def _answer(self, head: bytes) -> bytes:
        path = head.split(b" ", 2)[1].decode("ascii")
        if path.startswith("/mode?"):
            type(self).mode = path.partition("?")[2]
            return b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
        mode, number = type(self).mode, int(path[1:])
        etag = b'"%d-%s"' % (number, b"normal" if mode == "plain" else mode.encode())
        if mode != "plain" and b"If-None-Match: " + etag in head:
            return b"HTTP/1.1 304 Not Modified\r\nETag: " + etag + b"\r\n\r\n"
        body = self.bodies[mode if mode != "plain" else "normal"][number]
        kind = b"Content-Type: application/rss+xml; charset=utf-8\r\n"
        return b"HTTP/1.1 200 OK\r\n%sETag: %s\r\nContent-Length: %d\r\n\r\n%s" % (kind, etag, len(body), body)


def _addresses(number: int) -> Iterator[str]:
    for each in range(number):
        yield f"127.0.{1 + each // 200}.{1 + each % 200}"


async def _serve(feeds: int, items: int, latency: float, addresses: int) -> None:
    modes = [mode for mode in MODES if mode != "plain"]
    _Answering.bodies = {mode: [feed(number, items, mode) for number in range(feeds)] for mode in modes}
    _Answering.latency = latency
    loop = asyncio.get_running_loop()
    first = await loop.create_server(_Answering, "127.0.0.1", 0, backlog=1024)
    port = first.sockets[0].getsockname()[1]
    for address in _addresses(addresses):
        await loop.create_server(_Answering, address, port, backlog=64)
    print(port, flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


def main() -> None:
    """Serve until standard input closes."""
    feeds, items, *more = sys.argv[1:]
    latency, addresses = (float(more[0]), int(more[1])) if more else (0.0, 0)
    asyncio.run(_serve(int(feeds), int(items), latency, addresses))


if __name__ == "__main__":
    main()
