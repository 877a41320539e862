"""What servers see of us, and what we make of where they send us."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.fetch.client import run_fetch
from monitor.fetch.limits import FeedRequest, FetchLimits
from monitor.records import Feed, Fetched, FetchFailed, FetchFailure, FetchOutcome, NotModified
from tests.web import Reply, Request, TestServer

BODY = b"<rss version='2.0'><channel><title>Frontier Post</title></channel></rss>"
LIMITS = FetchLimits(host_gap=timedelta(0), deadline=timedelta(seconds=20), contact="desk@example.org")


@pytest.fixture
def server() -> Iterator[TestServer]:
    with TestServer() as running:
        yield running


def feed_at(url: str) -> Feed:
    return Feed("frontier", url, "Frontier Post", allow_private=True)


def fetch(request: FeedRequest, limits: FetchLimits = LIMITS) -> FetchOutcome:
    found: dict[str, FetchOutcome] = {}
    run_fetch([request], limits, found.__setitem__)
    return found["frontier"]


@pytest.mark.parametrize(
    ("statuses", "moved_to"),
    [
        ((301,), "/1"),
        ((308,), "/1"),
        ((301, 308), "/2"),
        ((302,), None),
        ((303,), None),
        ((307,), None),
        ((301, 302), "/1"),
        ((302, 301), None),
        ((301, 307, 301), "/1"),
    ],
)
def test_only_permanent_steps_from_the_start_are_a_move(
    server: TestServer, statuses: tuple[int, ...], moved_to: str | None
) -> None:
    for number, status in enumerate(statuses):
        server.set(f"/{number}", Reply(status, {"Location": f"/{number + 1}"}))
    server.set(f"/{len(statuses)}", Reply(headers={"ETag": '"v1"'}, body=BODY))
    fetched = fetch(FeedRequest(feed_at(server.url("/0"))))
    assert isinstance(fetched, Fetched)
    expected = server.url(moved_to) if moved_to else None
    assert fetched.moved_to == expected
    unchanged = fetch(FeedRequest(feed_at(server.url("/0")), etag='"v1"'))
    assert isinstance(unchanged, NotModified)
    assert unchanged.moved_to == expected


def test_a_feed_that_has_moved_is_asked_at_its_new_address(server: TestServer) -> None:
    server.set("/new", Reply(body=BODY))
    fetched = fetch(FeedRequest(feed_at(server.url("/old")), address=server.url("/new")))
    assert isinstance(fetched, Fetched)
    assert [request.path for request in server.requests] == ["/new"]


def test_a_moved_feeds_secrets_stay_with_the_server_they_were_meant_for(server: TestServer) -> None:
    with TestServer("127.0.0.2") as stranger:
        stranger.set("/new", Reply(body=BODY))
        feed = replace(feed_at(server.url("/old")), headers=(("Authorization", "Bearer s3cret"),))
        assert isinstance(fetch(FeedRequest(feed, address=stranger.url("/new"))), Fetched)
        assert stranger.requests[0].header("Authorization") is None


def test_secrets_are_read_from_where_the_configuration_says(
    server: TestServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "login").write_text("desk:geheim", encoding="utf-8")
    monkeypatch.setenv("OUTLET_COOKIE", "session=1")
    headers = (("Authorization", "Basic file:login"), ("Cookie", "env:OUTLET_COOKIE"))
    feed = replace(feed_at(server.set("/feed", Reply(body=BODY))), headers=headers)
    assert isinstance(fetch(FeedRequest(feed), replace(LIMITS, root=tmp_path)), Fetched)
    assert server.requests[0].header("Authorization") == "Basic ZGVzazpnZWhlaW0="
    assert server.requests[0].header("Cookie") == "session=1"


def test_without_its_secret_a_feed_is_not_asked(server: TestServer, tmp_path: Path) -> None:
    feed = replace(feed_at(server.set("/feed", Reply(body=BODY))), headers=(("Cookie", "file:nowhere"),))
    outcome = fetch(FeedRequest(feed), replace(LIMITS, root=tmp_path))
    assert isinstance(outcome, FetchFailed)
    assert outcome.reason is FetchFailure.NOT_SENT
    assert "nowhere with a secret of this feed cannot be read" in outcome.detail
    assert server.requests == ()


def test_a_sensitive_feed_goes_by_its_own_proxy_and_says_nothing_of_us(server: TestServer) -> None:
    with TestServer() as own_proxy:
        own_proxy.set("http://exile.example/feed", Reply(body=BODY))
        feed = Feed("frontier", "http://exile.example/feed", "Exile", is_sensitive=True, proxy=own_proxy.url(""))
        assert isinstance(fetch(FeedRequest(feed), replace(LIMITS, proxy=server.url(""))), Fetched)
        [received] = own_proxy.requests
    assert server.requests == ()
    assert {name.lower() for name in received.headers} == {"host", "user-agent", "accept", "accept-encoding"}
    assert received.header("User-Agent") == "Mozilla/5.0 (compatible; FeedReader)"
    assert "monitor" not in str(received.headers)
    assert "example.org" not in str(received.headers)


def test_a_proxy_of_all_feeds_is_used_by_those_without_one(server: TestServer, monkeypatch: pytest.MonkeyPatch) -> None:
    server.set("http://news.example/feed", Reply(body=BODY))
    monkeypatch.setenv("DESK_PROXY", server.url(""))
    outcome = fetch(
        FeedRequest(Feed("frontier", "http://news.example/feed", "News")), replace(LIMITS, proxy="env:DESK_PROXY")
    )
    assert isinstance(outcome, Fetched)


def test_a_proxy_that_is_down_is_named(server: TestServer) -> None:
    with TestServer() as closed:
        proxy = closed.url("")
    outcome = fetch(FeedRequest(replace(feed_at(server.url("/feed")), proxy=proxy)))
    assert isinstance(outcome, FetchFailed)
    assert outcome.detail == "the proxy cannot be reached"


@pytest.mark.parametrize("host", ["localhost", "feeds.localhost", "2130706433", "0x7f.1", "127.1", "0"])
def test_behind_a_proxy_other_spellings_of_this_computer_are_refused(server: TestServer, host: str) -> None:
    feed = Feed("frontier", f"http://{host}/feed", "Frontier Post", proxy=server.url(""))
    outcome = fetch(FeedRequest(feed))
    assert isinstance(outcome, FetchFailed)
    assert outcome.reason is FetchFailure.REFUSED_ADDRESS
    assert server.requests == ()


def test_a_feed_may_have_a_deadline_of_its_own(server: TestServer) -> None:
    feed = replace(feed_at(server.set("/feed", Reply(body=BODY, delay=30))), deadline=timedelta(seconds=0.2))
    outcome = fetch(FeedRequest(feed))
    assert isinstance(outcome, FetchFailed)
    assert outcome.detail == "no answer within 0.2 s"


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"Retry-After": "7200"}, timedelta(hours=2)),
        (
            {"Retry-After": "Sat, 21 Nov 2026 12:30:00 GMT", "Date": "Sat, 21 Nov 2026 12:00:00 GMT"},
            timedelta(minutes=30),
        ),
        ({"Retry-After": "in a while"}, None),
    ],
)
def test_how_long_a_server_wants_us_to_wait(
    server: TestServer, status: int, headers: dict[str, str], wait: timedelta | None
) -> None:
    outcome = fetch(FeedRequest(feed_at(server.set("/feed", Reply(status, headers)))))
    assert isinstance(outcome, FetchFailed)
    assert (outcome.status, outcome.retry_after) == (status, wait)


def test_a_redirect_to_itself_is_a_circle(server: TestServer) -> None:
    def again(request: Request) -> Reply:
        return Reply(301, {"Location": request.path})

    outcome = fetch(FeedRequest(feed_at(server.set("/feed", again))))
    assert isinstance(outcome, FetchFailed)
    assert outcome.reason is FetchFailure.REDIRECTS
    assert len(server.requests) == 1


def test_a_server_that_lets_in_visitors_with_its_cookie_is_read(server: TestServer) -> None:
    def answer(request: Request) -> Reply:
        if "seen=a1" in (request.header("Cookie") or ""):
            return Reply(body=b"<rss/>")
        return Reply(302, {"Location": "/feed", "Set-Cookie": "seen=a1; Path=/; HttpOnly"})

    outcome = fetch(FeedRequest(feed_at(server.set("/feed", answer))))
    assert isinstance(outcome, Fetched)
    assert [request.header("Cookie") for request in server.requests] == [None, "seen=a1"]


def test_a_server_whose_cookies_let_nobody_in_is_asked_twice(server: TestServer) -> None:
    numbers = iter(range(100))

    def answer(_request: Request) -> Reply:
        return Reply(302, {"Location": "/feed", "Set-Cookie": f"n={next(numbers)}"})

    outcome = fetch(FeedRequest(feed_at(server.set("/feed", answer))))
    assert isinstance(outcome, FetchFailed)
    assert "in a circle" in outcome.detail
    assert len(server.requests) == 2


def test_a_sensitive_feed_takes_no_cookie(server: TestServer) -> None:
    url = server.set("/old", Reply(302, {"Location": "/feed", "Set-Cookie": "seen=1"}))
    server.set("/feed", Reply(body=b"<rss/>"))
    assert isinstance(fetch(FeedRequest(replace(feed_at(url), is_sensitive=True))), Fetched)
    assert [request.header("Cookie") for request in server.requests] == [None, None]


def test_a_cookie_goes_to_no_other_server(server: TestServer) -> None:
    with TestServer("127.0.0.2") as other:
        target = other.set("/feed", Reply(body=b"<rss/>"))
        url = server.set("/old", Reply(302, {"Location": target, "Set-Cookie": "secret=1"}))
        assert isinstance(fetch(FeedRequest(feed_at(url))), Fetched)
        assert other.requests[0].header("Cookie") is None


def test_validators_that_no_server_would_take_back_are_forgotten(server: TestServer) -> None:
    url = server.set("/feed", Reply(headers={"ETag": f'"{"x" * 9_000}"', "Last-Modified": "y" * 9_000}, body=b"<rss/>"))
    outcome = fetch(FeedRequest(feed_at(url)))
    assert isinstance(outcome, Fetched)
    assert (outcome.etag, outcome.last_modified) == (None, None)
