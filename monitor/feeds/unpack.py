"""Undo the compressions an answer may come in, never making more bytes than asked for.

Every step gives out at most 64 kB at a time, so that a bomb of a thousand to one stops at the limit, not in memory.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable, Iterator
from typing import Final, Protocol

import brotli  # type: ignore[import-untyped]  # ships no types

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

_CHUNK: Final = 65_536
_GZIP: Final = b"\x1f\x8b"
_ZSTD: Final = b"\x28\xb5\x2f\xfd"
_SKIPPABLE: Final = tuple(bytes([kind]) + b"\x2a\x4d\x18" for kind in range(0x50, 0x60))
"""Frames of Zstandard that hold no content, which parallel compressors write (RFC 8878, 3.1.2)."""
_ZLIB: Final = (b"x\x01", b"x\x9c", b"x\xda")
"""Beginnings of a zlib stream (RFC 1950, 2.2) that begin no text."""
_GZIP_WINDOW: Final = 16 + zlib.MAX_WBITS
_MOST_LAYERS: Final = 4
"""Encodings undone one inside the other; an honest answer has one, a broken proxy two."""


class UnpackError(Exception):
    """The bytes are not what their encoding says; the message is a phrase for the analyst."""


class TooLargeError(UnpackError):
    """Decoded, the body is larger than the limit."""


class TruncatedError(UnpackError):
    """The compressed body ends too early."""


class _Step(Protocol):
    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """Yield the bytes that ``chunk`` completes."""

    def finish(self) -> Iterator[bytes]:
        """Yield what was held back; raise TruncatedError if more should have come."""


class Unpacker:
    """Undoes the encodings of one body as it arrives.

    ``encodings`` is the value of Content-Encoding. Unknown tokens are ignored and a body that does not begin as its
    encoding must is passed on as it is, since servers name encodings they do not use. What turns out to be gzip, zlib
    or zstd without saying so is unpacked too. Raises UnpackError or one of its kinds, TooLargeError beyond
    ``max_bytes``.
    """

    def __init__(self, encodings: str, max_bytes: int) -> None:
        names = [name.strip().lower() for name in encodings.split(",")]
        declared = [name for name in names if name in _STEPS]
        if len(declared) > _MOST_LAYERS:
            raise UnpackError(f"the answer is encoded {len(declared)} times over")
        # The last one named was applied last (RFC 9110, 8.4). Two places for encodings nobody named.
        self._steps: list[_Step] = [
            *(_STEPS[name]() for name in reversed(declared)),
            _Sniffed(_undeclared),
            _Sniffed(_undeclared),
        ]
        self._left = [max_bytes] * (len(self._steps) + 1)
        self._max_bytes = max_bytes

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """Yield the decoded bytes that ``chunk`` completes."""
        yield from self._through(0, chunk)

    def finish(self) -> Iterator[bytes]:
        """Yield what was held back; raise TruncatedError if the body ended inside an encoding."""
        for number, step in enumerate(self._steps):
            for piece in step.finish():
                yield from self._through(number + 1, piece)

    def _through(self, number: int, chunk: bytes) -> Iterator[bytes]:
        # The limit holds between the layers too: a bomb may be wrapped in another one.
        self._left[number] -= len(chunk)
        if self._left[number] < 0:
            raise TooLargeError(f"the answer is larger than {self._max_bytes:,} bytes")
        if number == len(self._steps):
            if chunk:
                yield chunk
            return
        for piece in self._steps[number].feed(chunk):
            yield from self._through(number + 1, piece)


def unpack_undeclared(body: bytes, max_bytes: int) -> bytes:
    """Return ``body`` unpacked if it is gzip, zlib or zstd by its first bytes, else as it is.

    Raises UnpackError if it is broken.
    """
    if not body.startswith((_GZIP, _ZSTD, *_ZLIB)):
        return body
    unpacker = Unpacker("", max_bytes)
    return b"".join([*unpacker.feed(body), *unpacker.finish()])


class _Plain:
    def feed(self, chunk: bytes) -> Iterator[bytes]:
        yield chunk

    def finish(self) -> Iterator[bytes]:
        yield from ()


class _Next:
    """Looks whether another stream of the same kind follows, however the bytes of its mark arrive."""

    def __init__(self, marks: tuple[bytes, ...]) -> None:
        self._marks = marks
        self._held = b""
        self._is_over = not marks

    def begins(self, chunk: bytes) -> bytes:
        """Return what the next stream begins with; nothing as long as that is not sure, and for padding."""
        if self._is_over:
            return b""
        chunk, self._held = self._held + chunk, b""
        if chunk.startswith(self._marks):
            return chunk
        if any(mark.startswith(chunk) for mark in self._marks):
            self._held = chunk
        else:
            self._is_over = True
        return b""


class _Zlib:
    """One gzip, zlib or raw deflate stream; gzip members may follow each other (RFC 1952, 2.2)."""

    def __init__(self, window_bits: int) -> None:
        self._window_bits = window_bits
        self._next = _Next((_GZIP,) if window_bits == _GZIP_WINDOW else ())
        self._stream = zlib.decompressobj(window_bits)

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        while True:
            if self._stream.eof:
                chunk = self._next.begins(chunk)
                if not chunk:
                    return
                self._stream = zlib.decompressobj(self._window_bits)
            try:
                piece = self._stream.decompress(chunk, _CHUNK)
            except zlib.error as error:
                raise UnpackError(f"the compressed answer is broken ({error})") from error
            yield piece
            chunk = self._stream.unused_data if self._stream.eof else self._stream.unconsumed_tail
            if not chunk and len(piece) < _CHUNK:
                return

    def finish(self) -> Iterator[bytes]:
        if not self._stream.eof:
            raise TruncatedError("the compressed answer ends in the middle")
        yield from ()


class _Brotli:
    def __init__(self) -> None:
        self._stream = brotli.Decompressor()

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        try:
            yield self._stream.process(chunk, output_buffer_limit=_CHUNK)
            while not self._stream.can_accept_more_data():
                yield self._stream.process(b"", output_buffer_limit=_CHUNK)
        except brotli.error as error:
            raise UnpackError(f"the compressed answer is broken ({error})") from error

    def finish(self) -> Iterator[bytes]:
        if not self._stream.is_finished():
            raise TruncatedError("the compressed answer ends in the middle")
        yield from ()


class _Zstd:
    """Zstandard frames, one behind the other."""

    def __init__(self) -> None:
        self._next = _Next((_ZSTD, *_SKIPPABLE))
        self._stream = self._begin()

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        while True:
            if self._stream.eof:
                chunk = self._next.begins(chunk)
                if not chunk:
                    return
                self._stream = self._begin()
            try:
                piece = self._stream.decompress(chunk, _CHUNK)
            except zstd.ZstdError as error:
                raise UnpackError(f"the compressed answer is broken ({error})") from error
            yield piece
            chunk = self._stream.unused_data if self._stream.eof else b""
            if not chunk and (self._stream.eof or self._stream.needs_input):
                return

    def finish(self) -> Iterator[bytes]:
        if not self._stream.eof:
            raise TruncatedError("the compressed answer ends in the middle")
        yield from ()

    @staticmethod
    def _begin() -> zstd.ZstdDecompressor:
        # 8 MB is the largest window HTTP allows (RFC 9659); the format itself would allow memory without end.
        return zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: 23})


class _Sniffed:
    """A step chosen by the first bytes that arrive."""

    def __init__(self, choose: Callable[[bytes], _Step]) -> None:
        self._choose = choose
        self._head = b""
        self._step: _Step | None = None

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        if self._step is None:
            self._head += chunk
            if len(self._head) < len(_ZSTD):
                return
            self._step, chunk, self._head = self._choose(self._head), self._head, b""
        yield from self._step.feed(chunk)

    def finish(self) -> Iterator[bytes]:
        if self._step is not None:
            yield from self._step.finish()
        elif self._head:
            yield self._head  # too short to be anything encoded


def _gzip(head: bytes) -> _Step:
    return _Zlib(_GZIP_WINDOW) if head.startswith(_GZIP) else _Plain()


def _deflate(head: bytes) -> _Step:
    if _is_text(head) or head.startswith(_GZIP + b"\x08"):
        return _Plain()  # the latter is found out behind this step
    # "deflate" means the zlib format (RFC 9110, 8.4.1.2); some servers send the bare stream.
    has_header = head[0] & 0x0F == 8 and (head[0] << 8 | head[1]) % 31 == 0
    return _Zlib(zlib.MAX_WBITS if has_header else -zlib.MAX_WBITS)


def _br(head: bytes) -> _Step:
    # By its first bytes it is something else, which is found out behind this step.
    return _Plain() if _is_text(head) or head.startswith((_GZIP + b"\x08", _ZSTD)) else _Brotli()


def _zstd(head: bytes) -> _Step:
    return _Zstd() if head.startswith((_ZSTD, *_SKIPPABLE)) else _Plain()


def _undeclared(head: bytes) -> _Step:
    if head.startswith(_ZLIB):
        return _Zlib(zlib.MAX_WBITS)
    return _Zlib(_GZIP_WINDOW) if head.startswith(_GZIP) else _zstd(head)


def _is_text(head: bytes) -> bool:
    return head.startswith(
        (b"<?xm", b"<rss", b"<fee", b"<rdf", b"<!DO", b"<!do", b"<htm", b"\xef\xbb\xbf<", b'{"', b"{\n")
    )


_STEPS: Final[dict[str, Callable[[], _Step]]] = {
    "gzip": lambda: _Sniffed(_gzip),
    "x-gzip": lambda: _Sniffed(_gzip),
    "deflate": lambda: _Sniffed(_deflate),
    "br": lambda: _Sniffed(_br),
    "zstd": lambda: _Sniffed(_zstd),
}
