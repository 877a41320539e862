"""Serve the sample feeds on 127.0.0.1 with validators and edits, one feed dead and one not a feed."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from tests.demo.sample import SampleFeed, sample_feeds
from tests.demo.syndication import MEDIA_TYPES, write_feed

DEAD = "dead"
BROKEN = "broken"

_BROKEN_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Quetta Evening</title></head>
<body><h1>Quetta Evening</h1><p>We have moved to a new site. Our feed will be back soon.</p></body></html>
"""

_CONFIG_HEAD = """# The workspace of `make demo`. This computer serves the feeds below; every event in them is invented.

database = "sqlite:///.monitor/monitor.db"
me = "cpec-desk"

[fetch]
per_host = 8                    # every sample feed lives on one host: this computer
host_gap = "0s"                 # so nobody is to be spared
deadline = "10s"
contact = "demo@monitor.example"

[analyst.cpec-desk]
routes = ["folder"]
follows = ["sanctuaries-desk"]

[analyst.sanctuaries-desk]
routes = ["folder"]

[route.folder]
kind = "folder"
path = {path}

[digest.morning]
at = "07:30"
zone = "Asia/Karachi"
topics = ["cpec-security", "militant-sanctuaries"]
analysts = ["cpec-desk", "sanctuaries-desk"]
routes = ["folder"]
marking = "Demonstration: every event is invented"

[coverage]
watch = [
    {{ what = "Chinese Ministry of Foreign Affairs", kind = "speaker", feeds = [] }},
    {{ what = "ISPR (Pakistan military media wing)", kind = "speaker", feeds = ["radio-watan"] }},
    {{ what = "Chinese-language press", kind = "language", feeds = ["nanya-guancha"] }},
    {{ what = "Urdu", kind = "language", feeds = ["roznama-sahil", "awaz-e-shimal"] }},
    {{ what = "Dari", kind = "language", feeds = ["sobh-e-herat"] }},
    {{ what = "Pashto", kind = "language", feeds = ["pamir-ghag"] }},
    {{ what = "Hindi", kind = "language", feeds = [] }},
]
"""

# The two feeds that fail are outlets like the others; only what they answer differs.
_FAILING = (
    {"name": "makran-post", "outlet": "Makran Post", "path": DEAD, "comment": "its server answers 503"},
    {"name": "quetta-evening", "outlet": "Quetta Evening", "path": BROKEN, "comment": "serves a web page, no feed"},
)


@dataclass(frozen=True, slots=True)
class Request:
    """One request the server got: the feed's name (or the path's), whether it carried a validator, the answer."""

    name: str
    is_conditional: bool
    status: int
    user_agent: str


class DemoServer:
    """Serve the sample feeds until the block ends.

    Dates count back from ``start``, the moment the server was made. With ``edits``, an item's edit shows from the
    given pull of its feed on, whether that pull brings a body or a 304; validators change with it.
    """

    def __init__(self, port: int = 0, *, edits: bool = True) -> None:
        self.start = datetime.now(UTC).replace(microsecond=0)
        self.feeds = {feed.name: feed for feed in sample_feeds()}
        self.requests: list[Request] = []
        self._edits = edits
        self._pulls: Counter[str] = Counter()
        self._lock = Lock()
        self._server = _Server(("127.0.0.1", port), self)
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def base_url(self) -> str:
        """Return the address every feed's URL begins with."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def url(self, name: str) -> str:
        """Return the URL of the feed with this name; ``dead`` and ``broken`` are the two that fail."""
        return f"{self.base_url}/{name}"

    def pull(self, name: str) -> int:
        """Count one more pull of a feed and return its number, the first being 1."""
        with self._lock:
            self._pulls[name] += 1
            return self._pulls[name] if self._edits else 1

    def note(self, request: Request) -> None:
        """Remember a request that was answered."""
        with self._lock:
            self.requests.append(request)

    def modified_at(self, feed: SampleFeed, pull: int) -> datetime:
        """Return when the feed last changed: its newest item, and a minute later for each edit shown.

        Never in the future, since every sample feed's newest item is older than it has edits.
        """
        newest = min(item.age for item in feed.items if item.age is not None)
        return self.start - newest + timedelta(minutes=feed.edits_shown(pull))


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], demo: DemoServer) -> None:
        super().__init__(address, _Handler)
        self.demo = demo


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    server_version = "monitor-demo"
    sys_version = ""
    # Without it, headers and body leave in two packets and each answer waits for a delayed acknowledgement.
    wbufsize = -1

    def do_GET(self) -> None:
        name = urlsplit(self.path).path.strip("/")
        feed = self.server.demo.feeds.get(name)
        if feed:
            self._answer_feed(feed)
        elif name == BROKEN:
            self._answer(name, HTTPStatus.OK, {"Content-Type": "text/html; charset=utf-8"}, _BROKEN_PAGE.encode())
        elif name == DEAD:
            headers = {"Content-Type": "text/plain", "Retry-After": "3600"}
            self._answer(name, HTTPStatus.SERVICE_UNAVAILABLE, headers, b"down for repair\n")
        else:
            self._answer(name, HTTPStatus.NOT_FOUND, {"Content-Type": "text/plain"}, b"no such feed\n")

    def _answer_feed(self, feed: SampleFeed) -> None:
        demo = self.server.demo
        pull = demo.pull(feed.name)
        body = write_feed(feed.at_pull(pull), demo.start)
        etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        modified = format_datetime(demo.modified_at(feed, pull), usegmt=True)
        headers = {"ETag": etag, "Last-Modified": modified, "Cache-Control": "no-cache"}
        wanted = self.headers.get("If-None-Match")
        # RFC 9110, 13.2.2: If-Modified-Since counts only where there is no If-None-Match.
        is_same = etag in wanted if wanted else self.headers.get("If-Modified-Since") == modified
        if is_same:
            self._answer(feed.name, HTTPStatus.NOT_MODIFIED, headers, b"")
        else:
            self._answer(feed.name, HTTPStatus.OK, {**headers, "Content-Type": MEDIA_TYPES[feed.format]}, body)

    def _answer(self, name: str, status: HTTPStatus, headers: dict[str, str], body: bytes) -> None:
        is_conditional = "If-None-Match" in self.headers or "If-Modified-Since" in self.headers
        self.server.demo.note(Request(name, is_conditional, status, self.headers.get("User-Agent", "")))
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key, value)
        if status is not HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 # the name the base class gave it
        """Stay silent: what a reader of the terminal wants to see is the round, not the server."""


def config_text(base_url: str, out_dir: Path | str) -> str:
    """Return the config.toml of a demo workspace: every sample feed, the two that fail, one digest to ``out_dir``."""
    blocks = [_CONFIG_HEAD.format(path=_quoted(str(out_dir)))]
    blocks += [_feed_block(feed, base_url) for feed in sample_feeds()]
    blocks += [_failing_block(row, base_url) for row in _FAILING]
    return "\n".join(blocks)


def _feed_block(feed: SampleFeed, base_url: str) -> str:
    sensitive = "sensitive = true\n" if feed.sensitive else ""
    return (
        f"[[feed]]\nname = {_quoted(feed.name)}\nurl = {_quoted(f'{base_url}/{feed.name}')}\n"
        f"outlet = {_quoted(feed.outlet)}\nlang = {_quoted(feed.lang)}\ncountry = {_quoted(feed.country)}\n"
        f"grade = {_quoted(feed.grade)}\nstance = {_quoted(feed.stance)}\n{sensitive}allow_private = true\n"
    )


def _failing_block(row: dict[str, str], base_url: str) -> str:
    return (
        f"[[feed]]                        # {row['comment']}\nname = {_quoted(row['name'])}\n"
        f'url = {_quoted(base_url + "/" + row["path"])}\noutlet = {_quoted(row["outlet"])}\nlang = "en"\n'
        'country = "PK"\ngrade = "C"\nstance = "independent"\nallow_private = true\n'
    )


def _quoted(text: str) -> str:
    # A JSON string is a TOML basic string, but for U+007F, which no name here holds.
    return json.dumps(text, ensure_ascii=False)
