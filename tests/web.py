"""A real HTTP server on a loopback address, whose answers a test sets path by path.

with TestServer() as server:
    server.set("/feed", Reply(body=FEED, headers={"Content-Type": "application/rss+xml"}))
    ...
    assert server.requests_to("/feed")[0].headers["User-Agent"].startswith("monitor/")
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it arrived; header names compare as sent, ``header`` finds them in any case."""

    path: str
    headers: dict[str, str]
    at: float
    """Monotonic seconds, for the order and distance of requests."""

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers.items() if key.lower() == name.lower()), None)


@dataclass(frozen=True, slots=True)
class Reply:
    """What the server answers.

    An ``ETag`` or ``Last-Modified`` among the headers makes the server answer 304 to a request that carries it.
    ``chunks`` replace ``body`` and are sent one by one with ``chunk_delay`` seconds between them, without a length.
    ``declared_length`` lies about the length of ``body``; the connection closes after what there is.
    """

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    delay: float = 0.0
    chunks: Iterable[bytes] | None = None
    chunk_delay: float = 0.0
    declared_length: int | None = None
    drops_connection: bool = False


Answer = Reply | Callable[[Request], Reply]


class TestServer:
    """Answers on a port of its own until the ``with`` block ends; unknown paths give 404.

    A list of replies is given out one after the other, the last one for good.
    """

    __test__ = False  # the name is not a test's

    def __init__(self, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> None:
        self._answers: dict[str, list[Answer]] = {}
        self._requests: list[Request] = []
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._server = _Server((host, 0), self)
        self._scheme = "http"
        if tls is not None:
            self._scheme = "https"
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self._host = host
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stopping.set()
        self._server.shutdown()
        self._server.close_connections()
        self._server.server_close()
        self._thread.join()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def requests(self) -> tuple[Request, ...]:
        with self._lock:
            return tuple(self._requests)

    def url(self, path: str) -> str:
        return f"{self._scheme}://{self._host}:{self.port}{path}"

    def set(self, path: str, *answers: Answer) -> str:
        """Answer ``path`` with these replies in turn; return its URL."""
        with self._lock:
            self._answers[path] = list(answers)
        return self.url(path)

    def requests_to(self, path: str) -> tuple[Request, ...]:
        return tuple(request for request in self.requests if request.path == path)

    def answer(self, request: Request) -> Reply:
        with self._lock:
            self._requests.append(request)
            answers = self._answers.get(request.path) or self._answers.get(request.path.partition("?")[0])
            if not answers:
                return Reply(404, body=b"nothing here")
            answer = answers.pop(0) if len(answers) > 1 else answers[0]
        return answer(request) if callable(answer) else answer

    def wait(self, seconds: float) -> bool:
        """Wait, but not beyond the server's end; return whether it is still running."""
        return not self._stopping.wait(seconds) if seconds else not self._stopping.is_set()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def __init__(self, address: tuple[str, int], owner: TestServer) -> None:
        self.owner = owner
        self.connections: set[socket.socket] = set()
        super().__init__(address, _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: clients of these tests break off connections on purpose."""

    def process_request(self, request: socket.socket, client_address: object) -> None:  # type: ignore[override]
        self.connections.add(request)
        super().process_request(request, client_address)

    def close_connections(self) -> None:
        for connection in list(self.connections):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # closed already

    def shutdown_request(self, request: socket.socket) -> None:  # type: ignore[override]
        self.connections.discard(request)
        super().shutdown_request(request)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def do_GET(self) -> None:
        request = Request(self.path, dict(self.headers.items()), time.monotonic())
        reply = self.server.owner.answer(request)
        if not self.server.owner.wait(reply.delay) or reply.drops_connection:
            self.close_connection = True
        elif _is_known(request, reply):
            self._head(304, {name: reply.headers[name] for name in reply.headers if name in _VALIDATORS}, None)
        elif reply.chunks is not None:
            self.close_connection = True
            self._head(reply.status, reply.headers, None)
            self._drip(reply.chunks, reply.chunk_delay)
        else:
            length = len(reply.body) if reply.declared_length is None else reply.declared_length
            self.close_connection = self.close_connection or length != len(reply.body)
            self._head(reply.status, reply.headers, length)
            self.wfile.write(reply.body)

    def _head(self, status: int, headers: dict[str, str], length: int | None) -> None:
        self.send_response_only(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if length is not None:
            self.send_header("Content-Length", str(length))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()

    def _drip(self, chunks: Iterable[bytes], delay: float) -> None:
        for chunk in chunks:
            self.wfile.write(chunk)
            self.wfile.flush()
            if not self.server.owner.wait(delay):
                return

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the standard library's name
        """Keep the tests' output clean."""


_VALIDATORS = ("ETag", "Last-Modified")


def _is_known(request: Request, reply: Reply) -> bool:
    etag, modified = reply.headers.get("ETag"), reply.headers.get("Last-Modified")
    if request.header("If-None-Match") is not None:
        return etag is not None and request.header("If-None-Match") == etag
    return modified is not None and request.header("If-Modified-Since") == modified
