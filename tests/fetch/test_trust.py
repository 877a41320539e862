"""Whom we tell what: a feed's secrets, who we are, and addresses that are nobody's publication."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import trustme
from yarl import URL

from monitor.fetch.client import run_fetch
from monitor.fetch.guard import RefusedAddressError, Resolver
from monitor.fetch.hop import is_trusted
from monitor.fetch.limits import FeedRequest, FetchLimits
from monitor.records import Feed, Fetched, FetchFailed, FetchFailure, FetchOutcome
from tests.fetch.tunnel import Tunnel
from tests.web import Reply, TestServer
from tests.workspaces import config_of, copy_workspace, feed_block, monitor, rows

BODY = b"<rss version='2.0'><channel><title>F</title><item><title>Convoy</title><guid>1</guid></item></channel></rss>"
LIMITS = FetchLimits(host_gap=timedelta(0), contact="desk@example.org")
SECRETS = (("Authorization", "Bearer s3cret"), ("Cookie", "session=1"), ("X-Key", "k"))


@pytest.fixture
def server() -> Iterator[TestServer]:
    with TestServer() as running:
        yield running


def fetch(feed: Feed, limits: FetchLimits = LIMITS) -> FetchOutcome:
    found: dict[str, FetchOutcome] = {}
    run_fetch([FeedRequest(feed)], limits, found.__setitem__)
    return found[feed.name]


@pytest.mark.parametrize(
    ("configured", "asked", "is_own"),
    [
        ("http://a.example/feed", "http://a.example/other", True),
        ("http://a.example/feed", "https://a.example/feed", True),
        ("http://a.example:80/feed", "https://a.example:443/feed", True),
        ("https://a.example/feed", "http://a.example/feed", False),
        ("http://a.example/feed", "https://www.a.example/feed", False),
        ("http://a.example/feed", "https://a.example:8443/feed", False),
        ("http://a.example:8080/feed", "https://a.example/feed", False),
        ("https://a.example/feed", "https://a.example.evil.example/feed", False),
        ("https://a.example/feed", "https://a.example@evil.example/feed", False),
        ("https://A.example/feed", "https://a.EXAMPLE/feed", True),
    ],
)
def test_a_feeds_secrets_are_for_its_own_server(configured: str, asked: str, *, is_own: bool) -> None:
    assert is_trusted(configured, URL(asked)) is is_own


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_secrets_do_not_follow_a_redirect_to_another_server_and_come_back_with_us(
    server: TestServer, status: int
) -> None:
    with TestServer() as other:  # another port is another server
        server.set("/feed", Reply(status, {"Location": other.url("/hop"), "Set-Cookie": "spy=1; Domain=127.0.0.1"}))
        other.set("/hop", Reply(status, {"Location": server.url("/home")}))
        server.set("/home", Reply(body=BODY))
        feed = Feed("f", server.url("/feed"), "F", allow_private=True, headers=SECRETS)
        assert isinstance(fetch(feed), Fetched)
        [abroad] = other.requests
        first, home = server.requests
    for name, value in SECRETS:
        assert (first.header(name), abroad.header(name), home.header(name)) == (value, None, value)
    assert abroad.header("Referer") is None


def test_a_sensitive_feed_says_the_same_little_at_every_step(server: TestServer) -> None:
    with TestServer("127.0.0.2") as other:
        server.set("/feed", Reply(302, {"Location": other.url("/feed"), "Set-Cookie": "spy=1"}))
        other.set("/feed", Reply(body=BODY))
        assert isinstance(fetch(Feed("f", server.url("/feed"), "F", allow_private=True, is_sensitive=True)), Fetched)
        received = [*server.requests, *other.requests]
    assert len(received) == 2
    for request in received:
        assert {name.lower() for name in request.headers} == {"host", "user-agent", "accept", "accept-encoding"}
        assert "monitor" not in str(request.headers)


def test_over_https_a_proxy_only_joins_and_hears_no_secret(fitted: Path, tmp_path: Path) -> None:
    authority = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    with TestServer(tls=context) as server, Tunnel() as proxy:
        block = feed_block("coast", server.set("/feed", Reply(body=BODY)))
        block += f'proxy = "{proxy.url}"\nheaders = {{ Authorization = "Bearer s3cret" }}\n'
        root = copy_workspace(fitted, tmp_path / "desk", config_of(block))
        done = monitor(root, "once", env={"SSL_CERT_FILE": str(tmp_path / "authority.pem")})
        assert (done.code, rows(root, "select title from revisions")) == (0, [("Convoy",)]), done.err
        assert server.requests[0].header("Authorization") == "Bearer s3cret"
        [head] = proxy.heads
        assert head.startswith(f"CONNECT 127.0.0.1:{server.port} HTTP/1.1\r\n")
    assert "s3cret" not in head
    assert "aiohttp" not in head.lower()


@pytest.mark.parametrize("name", ["ip6-localhost", "ip6-loopback", socket.gethostname()])
def test_names_that_lead_into_this_network_are_refused(server: TestServer, name: str) -> None:
    async def resolved(*, is_guarded: bool) -> list[str]:
        resolver = Resolver(8, is_guarded=is_guarded)
        try:
            return [found["host"] for found in await resolver.resolve(name, 80)]
        finally:
            await resolver.close()

    try:
        asyncio.run(resolved(is_guarded=False))
    except OSError:
        pytest.skip(f"this computer knows no {name}")
    with pytest.raises(RefusedAddressError, match="belongs to"):
        asyncio.run(resolved(is_guarded=True))
    outcome = fetch(Feed("f", f"http://{name}:{server.port}/feed", "F"))
    assert isinstance(outcome, FetchFailed)
    assert outcome.reason is FetchFailure.REFUSED_ADDRESS
    redirected = replace(Feed("f", server.url("/feed"), "F"), allow_private=False)
    assert isinstance(fetch(redirected), FetchFailed)
    assert server.requests == ()
