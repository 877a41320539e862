"""The demo's server answers as real outlets do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPMessage
from urllib.parse import urlsplit

import feedparser
import pytest

from monitor.config import parse_config
from tests.demo.server import DemoServer, Request, config_text


@pytest.fixture
def server() -> Iterator[DemoServer]:
    with DemoServer() as running:
        yield running


def get(url: str, headers: dict[str, str] | None = None) -> tuple[int, HTTPMessage, bytes]:
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=10)
    try:
        connection.request("GET", parts.path, headers=headers or {})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


def test_every_feed_is_well_formed_and_serves_all_its_items(server: DemoServer) -> None:
    found = 0
    for feed in server.feeds.values():
        _, _, body = get(server.url(feed.name))
        if feed.format == "jsonfeed":
            served = [(row["title"], row["url"]) for row in json.loads(body)["items"]]
        else:
            parsed = feedparser.parse(body)
            assert not parsed.bozo, feed.name
            served = [(entry["title"], entry["link"]) for entry in parsed.entries]
        assert served == [(item.title, item.link) for item in feed.items]
        found += len(served)
    assert found == 172


def test_an_unchanged_feed_is_not_sent_again(server: DemoServer) -> None:
    status, headers, _ = get(server.url("indus-courier"))
    assert status == 200
    by_etag = get(server.url("indus-courier"), {"If-None-Match": headers["ETag"]})
    by_date = get(server.url("indus-courier"), {"If-Modified-Since": headers["Last-Modified"]})
    assert (by_etag[0], by_etag[2]) == (304, b"")
    assert (by_date[0], by_date[2]) == (304, b"")


def test_an_edit_shows_at_the_second_pull_and_changes_both_validators(server: DemoServer) -> None:
    _, first, before = get(server.url("meridian-wire"))
    status, second, after = get(
        server.url("meridian-wire"),
        {"If-None-Match": first["ETag"], "If-Modified-Since": first["Last-Modified"]},
    )
    assert status == 200
    assert first["ETag"] != second["ETag"]
    assert first["Last-Modified"] != second["Last-Modified"]
    assert "At least nine killed" not in before.decode()
    assert "At least nine killed" in after.decode()
    assert get(server.url("meridian-wire"), {"If-None-Match": second["ETag"]})[0] == 304


def test_without_edits_every_pull_is_the_same() -> None:
    with DemoServer(edits=False) as server:
        first, second = get(server.url("meridian-wire"))[2], get(server.url("meridian-wire"))[2]
    assert first == second


def test_one_feed_is_dead_and_one_is_a_page(server: DemoServer) -> None:
    status, headers, _ = get(server.url("dead"))
    assert (status, headers["Retry-After"]) == (503, "3600")
    status, headers, body = get(server.url("broken"))
    assert (status, headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert body.startswith(b"<!doctype html>")
    assert get(server.url("nothing-here"))[0] == 404


def test_requests_are_remembered_in_order(server: DemoServer) -> None:
    _, headers, _ = get(server.url("pamir-ghag"), {"User-Agent": "test/1"})
    get(server.url("pamir-ghag"), {"User-Agent": "test/1", "If-None-Match": headers["ETag"]})
    get(server.url("dead"), {"User-Agent": "test/1"})
    assert server.requests == [
        Request("pamir-ghag", is_conditional=False, status=200, user_agent="test/1"),
        Request("pamir-ghag", is_conditional=True, status=304, user_agent="test/1"),
        Request("dead", is_conditional=False, status=503, user_agent="test/1"),
    ]


def test_dates_are_written_as_each_outlet_writes_them(server: DemoServer) -> None:
    _, _, courier = get(server.url("indus-courier"))
    assert courier.count(b" PKT</pubDate>") == 21
    assert courier.count(b"<item>") == 22
    _, _, herat = get(server.url("sobh-e-herat"))
    assert herat.count(b" AFT</pubDate>") == 14
    _, _, ledger = get(server.url("delhi-ledger"))
    assert all(row["date_published"].endswith("+05:30") for row in json.loads(ledger)["items"])


def test_the_demo_config_is_valid_and_names_every_feed(server: DemoServer) -> None:
    config, problems = parse_config(config_text(server.base_url, "out"), "config.toml")
    assert problems == ()
    assert config is not None
    assert len(config.feeds) == 13
    assert all(feed.allow_private for feed in config.feeds)
    assert {feed.url for feed in config.feeds} == {server.url(name) for name in (*server.feeds, "dead", "broken")}
    assert config.unwatched == ("Chinese Ministry of Foreign Affairs", "Hindi")
    assert [digest.name for digest in config.digests] == ["morning"]
