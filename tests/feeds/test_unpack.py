from __future__ import annotations

import contextlib
import gzip
import zlib

import brotli  # type: ignore[import-untyped]  # ships no types
import pytest
from backports import zstd
from hypothesis import given
from hypothesis import strategies as st

from monitor.feeds.unpack import TooLargeError, TruncatedError, Unpacker, UnpackError, unpack_undeclared

DOCUMENT = b"<rss>" + bytes(range(256)) * 300 + b"</rss>"
PACKERS = {"gzip": gzip.compress, "deflate": zlib.compress, "br": brotli.compress, "zstd": zstd.compress}


def unpack(encodings: str, body: bytes, step: int = 1_000, max_bytes: int = 1_000_000) -> bytes:
    unpacker = Unpacker(encodings, max_bytes)
    pieces = [piece for start in range(0, len(body), step) for piece in unpacker.feed(body[start : start + step])]
    return b"".join([*pieces, *unpacker.finish()])


@pytest.mark.parametrize("name", sorted(PACKERS))
@pytest.mark.parametrize("step", [1, 7, 100_000])
def test_every_encoding_comes_out_whole_in_any_pieces(name: str, step: int) -> None:
    assert unpack(name, PACKERS[name](DOCUMENT), step) == DOCUMENT


SKIPPED = b"\x5a\x2a\x4d\x18\x04\x00\x00\x00note"


@pytest.mark.parametrize(
    ("encodings", "body"),
    [
        ("gzip", gzip.compress(DOCUMENT[:500]) + gzip.compress(b"") + gzip.compress(DOCUMENT[500:]) + b"\0" * 50),
        ("deflate", gzip.compress(DOCUMENT)),
        ("zstd", SKIPPED + zstd.compress(DOCUMENT[:500]) + SKIPPED + zstd.compress(DOCUMENT[500:])),
        ("", SKIPPED + zstd.compress(DOCUMENT)),
    ],
)
@pytest.mark.parametrize("step", [1, 7, 100_000])
def test_members_and_frames_come_out_as_one_document(encodings: str, body: bytes, step: int) -> None:
    assert unpack(encodings, body, step) == DOCUMENT


@pytest.mark.parametrize("name", sorted(PACKERS))
def test_a_body_that_ends_early_is_truncated(name: str) -> None:
    with pytest.raises(TruncatedError):
        unpack(name, PACKERS[name](DOCUMENT)[:-20])


@pytest.mark.parametrize("name", sorted(PACKERS))
def test_a_bomb_stops_at_the_limit(name: str) -> None:
    with pytest.raises(TooLargeError, match="larger than 1,000,000 bytes"):
        unpack(name, PACKERS[name](b"\0" * 50_000_000))


def test_a_bomb_in_a_bomb_stops_at_the_inner_limit() -> None:
    with pytest.raises(TooLargeError):
        unpack("gzip, gzip", gzip.compress(gzip.compress(b"\0" * 50_000_000)))
    padded = gzip.compress(DOCUMENT) + b"\0" * 50_000_000  # what lies between the layers is bounded too
    with pytest.raises(TooLargeError):
        unpack("gzip, gzip", gzip.compress(padded))


def test_a_broken_stream_is_named() -> None:
    with pytest.raises(UnpackError, match="broken"):
        unpack("gzip", b"\x1f\x8b\x08\x00" + b"\xff" * 100)


def test_too_many_layers_are_refused() -> None:
    with pytest.raises(UnpackError, match="5 times over"):
        Unpacker("gzip, br, gzip, br, gzip", 1_000)


def test_padding_behind_a_stream_is_ignored_and_a_second_member_is_not() -> None:
    assert unpack("gzip", gzip.compress(DOCUMENT) + b"\0" * 50) == DOCUMENT
    assert unpack("gzip", gzip.compress(DOCUMENT) * 2, max_bytes=10**7) == DOCUMENT * 2
    assert unpack("zstd", zstd.compress(DOCUMENT) * 2, max_bytes=10**7) == DOCUMENT * 2


def test_what_is_not_declared_is_seen_by_its_first_bytes() -> None:
    assert unpack_undeclared(gzip.compress(DOCUMENT), 10**6) == DOCUMENT
    assert unpack_undeclared(zstd.compress(DOCUMENT), 10**6) == DOCUMENT
    assert unpack_undeclared(DOCUMENT, 10) == DOCUMENT
    assert unpack_undeclared(b"", 10) == b""


@given(st.binary(max_size=300), st.sampled_from(["gzip", "deflate", "br", "zstd", "gzip, br", "identity", "", "x, y"]))
def test_no_bytes_raise_anything_else(body: bytes, encodings: str) -> None:
    with contextlib.suppress(UnpackError):
        assert len(unpack(encodings, body, 50, 10_000)) <= 10_000
