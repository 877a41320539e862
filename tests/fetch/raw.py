"""A server that sends bytes as they are, for answers that no HTTP library would give.

with RawServer() as server:
    url = server.set("/feed", b"HTTP/1.1 200 OK\r\n\r\n…")
"""

from __future__ import annotations

import contextlib
import socket
import threading
from types import TracebackType
from typing import Self


class RawServer:
    """Answers each path with its bytes and closes the connection; remembers the first lines of requests."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        self._answers: dict[str, bytes] = {}
        self._listener = socket.create_server((host, 0), backlog=128)
        self._host = host
        self.port: int = self._listener.getsockname()[1]
        self.heads: list[str] = []
        """What clients sent up to the blank line, in the order of arrival."""
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._listener.close()
        with contextlib.suppress(OSError):  # wakes the thread that waits for the next connection
            socket.create_connection((self._host, self.port), timeout=1).close()

    def set(self, path: str, answer: bytes) -> str:
        """Answer ``path`` with these bytes; return its URL."""
        self._answers[path] = answer
        return f"http://{self._host}:{self.port}{path}"

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return  # closed
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            connection.settimeout(20)
            head = b""
            while b"\r\n\r\n" not in head:
                received = connection.recv(65_536)
                if not received:
                    return
                head += received
            self.heads.append(head.decode("latin-1"))
            path = head.split(b" ", 2)[1].decode("latin-1")
            connection.sendall(self._answers.get(path, b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"))
            connection.shutdown(socket.SHUT_WR)
            connection.recv(1)
