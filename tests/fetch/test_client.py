from __future__ import annotations

import asyncio
import gzip
import itertools
import ssl
import zlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import brotli  # type: ignore[import-untyped]  # ships no types
import pytest
import trustme
from backports import zstd

from monitor.fetch.client import fetch_feeds, run_fetch
from monitor.fetch.limits import FeedRequest, FetchLimits
from monitor.records import Feed, Fetched, FetchFailed, FetchFailure, FetchOutcome, NotModified
from tests.web import Reply, Request, TestServer

FEED = b'<?xml version="1.0"?><rss version="2.0"><channel><title>Frontier Post</title></channel></rss>'
RSS = {"Content-Type": "application/rss+xml; charset=utf-8"}
QUICK = FetchLimits(host_gap=timedelta(0), deadline=timedelta(seconds=20), contact="desk@example.org")


@pytest.fixture
def server() -> Iterator[TestServer]:
    with TestServer() as running:
        yield running


def feed_at(url: str, name: str = "frontier") -> Feed:
    return Feed(name=name, url=url, outlet="Frontier Post", allow_private=True)


def outcomes(*requests: FeedRequest, limits: FetchLimits = QUICK) -> dict[str, FetchOutcome]:
    found: dict[str, FetchOutcome] = {}
    run_fetch(requests, limits, found.__setitem__)
    return found


def fetch(url: str, limits: FetchLimits = QUICK) -> FetchOutcome:
    return outcomes(FeedRequest(feed_at(url)), limits=limits)["frontier"]


def failure(url: str, limits: FetchLimits = QUICK) -> tuple[FetchFailure, str]:
    outcome = fetch(url, limits)
    assert isinstance(outcome, FetchFailed)
    return outcome.reason, outcome.detail


def test_a_feed_arrives_with_what_its_headers_say(server: TestServer) -> None:
    headers = RSS | {"ETag": '"v1"', "Last-Modified": "Sat, 21 Nov 2026 10:00:00 GMT", "Cache-Control": "max-age=600"}
    url = server.set("/feed", Reply(headers=headers, body=FEED))
    assert fetch(url) == Fetched(
        url=url,
        final_url=url,
        body=FEED,
        media_type="application/rss+xml",
        charset="utf-8",
        etag='"v1"',
        last_modified="Sat, 21 Nov 2026 10:00:00 GMT",
        max_age=timedelta(seconds=600),
    )


def test_validators_are_sent_and_not_modified_is_an_outcome(server: TestServer) -> None:
    url = server.set("/feed", Reply(headers=RSS | {"ETag": '"v1"'}, body=FEED))
    known = FeedRequest(feed_at(url), etag='"v1"', last_modified="Sat, 21 Nov 2026 10:00:00 GMT")
    assert outcomes(known)["frontier"] == NotModified(url=url, etag='"v1"')
    sent = server.requests_to("/feed")[0]
    assert sent.header("If-None-Match") == '"v1"'
    assert sent.header("If-Modified-Since") == "Sat, 21 Nov 2026 10:00:00 GMT"


def test_we_say_who_we_are_but_not_to_sensitive_feeds(server: TestServer) -> None:
    url = server.set("/feed", Reply(headers=RSS, body=FEED))
    sensitive = replace(feed_at(url, "exile"), is_sensitive=True)
    outcomes(FeedRequest(feed_at(url)))
    outcomes(FeedRequest(sensitive))
    agents = [request.header("User-Agent") for request in server.requests]
    assert agents == ["monitor/0.1.0 (+desk@example.org)", "Mozilla/5.0 (compatible; FeedReader)"]


def test_a_feeds_own_headers_go_to_its_own_host_only(server: TestServer) -> None:
    with TestServer("127.0.0.2") as stranger:
        target = stranger.set("/feed", Reply(headers=RSS, body=FEED))
        server.set("/feed", Reply(302, {"Location": target}))
        feed = replace(feed_at(server.url("/feed")), headers=(("Authorization", "Basic c2VjcmV0"), ("X-Desk", "cpec")))
        assert isinstance(outcomes(FeedRequest(feed))["frontier"], Fetched)
        assert server.requests[0].header("Authorization") == "Basic c2VjcmV0"
        assert stranger.requests[0].header("Authorization") is None
        assert stranger.requests[0].header("X-Desk") is None


def gz(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)  # the same at every collection: it becomes part of a test's name


def zlib_raw(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gz(FEED)),
        ("x-gzip", gz(FEED)),
        ("deflate", zlib.compress(FEED)),
        ("deflate", zlib_raw(FEED)),
        ("br", brotli.compress(FEED)),
        ("zstd", zstd.compress(FEED)),
        ("gzip, br", brotli.compress(gz(FEED))),
        ("gzip", gz(gz(FEED))),  # nested, named once
        ("", gz(FEED)),  # undeclared
        ("", zlib.compress(FEED)),
        ("br", gz(FEED)),  # another than declared
        ("br", zstd.compress(FEED)),
        ("gzip", zstd.compress(FEED)),
        ("gzip", FEED),  # declared, not done
        ("utf-8", FEED),  # no encoding at all
        ("gzip", gz(FEED[:40]) + gz(FEED[40:])),  # two members
    ],
)
def test_encodings_are_undone(server: TestServer, encoding: str, body: bytes) -> None:
    url = server.set("/feed", Reply(headers=RSS | ({"Content-Encoding": encoding} if encoding else {}), body=body))
    outcome = fetch(url)
    assert isinstance(outcome, Fetched)
    assert outcome.body == FEED


@pytest.mark.parametrize(
    "reply",
    [
        Reply(headers=RSS, body=FEED + b"\n", declared_length=5_000),
        Reply(headers=RSS | {"Content-Encoding": "gzip"}, body=gz(FEED)[:-8]),
    ],
)
def test_a_document_that_is_whole_is_taken_whatever_the_servers_own_count(server: TestServer, reply: Reply) -> None:
    outcome = fetch(server.set("/feed", reply))
    assert isinstance(outcome, Fetched)
    assert outcome.body.strip() == FEED


BOMB = b"\0" * 40_000_000


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gz(BOMB)),
        ("deflate", zlib.compress(BOMB)),
        ("br", brotli.compress(BOMB)),
        ("zstd", zstd.compress(BOMB)),
        ("gzip, gzip", gz(gz(BOMB))),
        ("", gz(BOMB)),
        ("", BOMB[:17_000_000]),
    ],
)
def test_a_body_larger_than_the_cap_is_refused_when_it_gets_there(
    server: TestServer, encoding: str, body: bytes
) -> None:
    url = server.set("/bomb", Reply(headers=RSS | ({"Content-Encoding": encoding} if encoding else {}), body=body))
    assert failure(url) == (FetchFailure.TOO_LARGE, "the answer is larger than 16,777,216 bytes")


def test_an_endless_body_ends_at_the_cap(server: TestServer) -> None:
    url = server.set("/endless", Reply(headers=RSS, chunks=itertools.repeat(b"x" * 65_536)))
    assert failure(url)[0] is FetchFailure.TOO_LARGE


def test_a_slow_drip_does_not_outlast_the_deadline(server: TestServer) -> None:
    url = server.set("/drip", Reply(headers=RSS, chunks=itertools.repeat(b"x"), chunk_delay=0.05))
    reason, detail = failure(url, replace(QUICK, deadline=timedelta(seconds=0.5)))
    assert reason is FetchFailure.TIMEOUT
    assert "still arriving after 0.5 s" in detail


def test_a_silent_server_does_not_outlast_the_deadline(server: TestServer) -> None:
    url = server.set("/silent", Reply(headers=RSS, body=FEED, delay=30))
    limits = replace(QUICK, deadline=timedelta(seconds=0.3))
    assert failure(url, limits) == (FetchFailure.TIMEOUT, "no answer within 0.3 s")


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (Reply(headers=RSS, body=FEED[:-9], declared_length=5_000), FetchFailure.INCOMPLETE),
        (Reply(headers=RSS | {"Content-Encoding": "gzip"}, body=gz(FEED)[:-30]), FetchFailure.INCOMPLETE),
        (
            Reply(headers=RSS | {"Content-Encoding": "gzip"}, body=b"\x1f\x8b\x08" + b"\xff" * 60),
            FetchFailure.BAD_ENCODING,
        ),
        (Reply(404), FetchFailure.HTTP_STATUS),
        (Reply(500), FetchFailure.HTTP_STATUS),
        (Reply(401), FetchFailure.BLOCKED),
        (Reply(403), FetchFailure.BLOCKED),
        (Reply(410), FetchFailure.GONE),
        (Reply(304), FetchFailure.HTTP_STATUS),
        (Reply(302), FetchFailure.REDIRECTS),
        (Reply(302, {"Location": "ftp://example.org/feed"}), FetchFailure.BAD_ADDRESS),
        (Reply(302, {"Location": "http://[bad"}), FetchFailure.REDIRECTS),
        (Reply(drops_connection=True), FetchFailure.UNREACHABLE),
    ],
)
def test_failures_are_named(server: TestServer, reply: Reply, reason: FetchFailure) -> None:
    assert failure(server.set("/feed", reply))[0] is reason


def test_a_challenge_page_is_blocked_even_with_status_200(server: TestServer) -> None:
    page = b"<!DOCTYPE html><html><head><title>Just a moment...</title></head><body>wait</body></html>"
    html = {"Content-Type": "text/html"}
    for status in (200, 403, 503):
        outcome = fetch(server.set("/feed", Reply(status, html, page)))
        assert isinstance(outcome, FetchFailed)
        assert (outcome.reason, outcome.status) == (FetchFailure.BLOCKED, status)
        assert "not a feed: the server wants proof" in outcome.detail


def test_retry_after_travels_with_the_failure(server: TestServer) -> None:
    outcome = fetch(server.set("/feed", Reply(429, {"Retry-After": "120"})))
    assert isinstance(outcome, FetchFailed)
    assert (outcome.status, outcome.retry_after) == (429, timedelta(seconds=120))


def test_redirects_are_followed_and_told(server: TestServer) -> None:
    server.set("/old", Reply(301, {"Location": "/new#top"}))
    server.set("/new", Reply(308, {"Location": server.url("/newest")}))
    server.set("/newest", Reply(headers=RSS, body=FEED))
    outcome = fetch(server.url("/old"))
    assert isinstance(outcome, Fetched)
    assert (outcome.url, outcome.final_url) == (server.url("/old"), server.url("/newest"))


def test_redirects_in_a_circle_and_without_end_stop(server: TestServer) -> None:
    server.set("/a", Reply(302, {"Location": "/b"}))
    server.set("/b", Reply(302, {"Location": "/a"}))
    words = f"the server sends us in a circle (by way of {server.url('/a')})"
    assert failure(server.url("/a")) == (FetchFailure.REDIRECTS, words)

    def further(request: Request) -> Reply:
        return Reply(302, {"Location": f"/chain?{int(request.path.partition('?')[2]) + 1}"})

    server.set("/chain", further)
    assert failure(server.url("/chain?1")) == (FetchFailure.REDIRECTS, "the server redirects more than 10 times")
    assert len(server.requests_to("/chain?11")) == 1
    assert len(server.requests_to("/chain?12")) == 0


def test_untrusted_certificates_are_named() -> None:
    authority = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with TestServer(tls=context) as server:
        reason, detail = failure(server.set("/feed", Reply(headers=RSS, body=FEED)))
    assert reason is FetchFailure.TLS
    assert "certificate" in detail


def test_a_closed_port_and_an_unknown_name_are_told_apart() -> None:
    with TestServer() as server:
        url = server.url("/feed")
    assert failure(url) == (FetchFailure.UNREACHABLE, "the server refused the connection; it may be down")
    assert failure("http://no-such-outlet.invalid/feed")[0] is FetchFailure.NAME_UNKNOWN


@pytest.mark.parametrize("url", ["ftp://example.org/feed", "feed", "http://", "http://[::1/feed", "file:///etc/passwd"])
def test_addresses_that_are_none_are_refused(url: str) -> None:
    assert failure(url)[0] is FetchFailure.BAD_ADDRESS


def test_every_feed_has_one_outcome_and_one_bad_feed_stops_no_other(server: TestServer) -> None:
    requests = []
    for number in range(40):
        path = f"/feed-{number}"
        server.set(path, Reply(headers=RSS, body=FEED + b" " * number) if number % 4 else Reply(500))
        requests.append(FeedRequest(feed_at(server.url(path), f"feed-{number}")))
    found = outcomes(*requests, limits=replace(QUICK, per_host=8))
    assert len(found) == 40
    assert sum(isinstance(outcome, Fetched) for outcome in found.values()) == 30


def test_a_host_gets_two_requests_at_a_time_and_then_a_pause(server: TestServer) -> None:
    requests = []
    for number in range(5):
        server.set(f"/{number}", Reply(headers=RSS, body=FEED))
        requests.append(FeedRequest(feed_at(server.url(f"/{number}"), f"feed-{number}")))
    outcomes(*requests, limits=replace(QUICK, host_gap=timedelta(seconds=0.2)))
    starts = sorted(request.at for request in server.requests)
    # The first two start at once; the others each 0.2 s after the one before, seen here with a little scatter.
    assert all(later - earlier > 0.15 for earlier, later in itertools.pairwise(starts[1:]))


def test_large_bodies_wait_for_memory_but_all_arrive(server: TestServer) -> None:
    requests = []
    for number in range(12):
        server.set(f"/{number}", Reply(headers=RSS, body=FEED + b" " * 3_000_000))
        requests.append(FeedRequest(feed_at(server.url(f"/{number}"), f"feed-{number}")))
    found = outcomes(*requests, limits=replace(QUICK, per_host=12))
    assert sum(isinstance(outcome, Fetched) for outcome in found.values()) == 12


def test_what_the_caller_raises_ends_the_fetching(server: TestServer) -> None:
    server.set("/feed", Reply(headers=RSS, body=FEED))
    slow = server.set("/slow", Reply(headers=RSS, body=FEED, delay=30))
    requests = [FeedRequest(feed_at(server.url("/feed"))), FeedRequest(feed_at(slow, "slow"))]

    def disk_is_full(_name: str, _outcome: FetchOutcome) -> None:
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        run_fetch(requests, QUICK, disk_is_full)


def test_the_asynchronous_way_gives_the_same(server: TestServer) -> None:
    url = server.set("/feed", Reply(headers=RSS, body=FEED))

    async def collect() -> list[tuple[str, FetchOutcome]]:
        return [pair async for pair in fetch_feeds([FeedRequest(feed_at(url))], QUICK)]

    [(name, outcome)] = asyncio.run(collect())
    assert name == "frontier"
    assert isinstance(outcome, Fetched)
    assert outcome.body == FEED


def test_nothing_to_fetch_is_no_work() -> None:
    assert outcomes() == {}


@pytest.mark.parametrize(
    ("name", "reason"),
    [("gzip_bomb_500mb.xml.gz", FetchFailure.TOO_LARGE), ("gzip_truncated.xml.gz", FetchFailure.INCOMPLETE)],
)
def test_compressed_attacks_are_stopped_on_the_way_in(
    shared: Path, server: TestServer, name: str, reason: FetchFailure
) -> None:
    body = (shared / "corpus" / "hostile" / name).read_bytes()
    assert failure(server.set("/feed", Reply(headers=RSS | {"Content-Encoding": "gzip"}, body=body)))[0] is reason
