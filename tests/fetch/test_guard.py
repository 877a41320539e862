from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.fetch.client import run_fetch
from monitor.fetch.guard import RefusedAddressError, guarded_socket, literal_refusal, refusal
from monitor.fetch.limits import FeedRequest, FetchLimits
from monitor.records import Feed, Fetched, FetchFailed, FetchFailure, FetchOutcome
from tests.web import Reply, TestServer

FEED = b'<rss version="2.0"><channel><title>t</title></channel></rss>'
QUICK = FetchLimits(host_gap=timedelta(0))


@pytest.fixture
def server() -> Iterator[TestServer]:
    with TestServer() as running:
        yield running


def fetch(url: str, limits: FetchLimits = QUICK) -> FetchOutcome:
    found: dict[str, FetchOutcome] = {}
    run_fetch([FeedRequest(Feed("f", url, "Outlet"))], limits, found.__setitem__)
    return found["f"]


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("127.0.0.1", "127.0.0.1 belongs to this computer"),
        ("0.0.0.0", "0.0.0.0 belongs to this computer"),
        ("10.1.2.3", "10.1.2.3 belongs to a private or reserved network"),
        ("172.16.0.1", "172.16.0.1 belongs to a private or reserved network"),
        ("192.168.1.1", "192.168.1.1 belongs to a private or reserved network"),
        ("100.64.0.1", "100.64.0.1 belongs to a private or reserved network"),
        ("169.254.169.254", "169.254.169.254 belongs to the local link"),
        ("224.0.0.1", "224.0.0.1 belongs to a multicast group"),
        ("240.0.0.1", "240.0.0.1 belongs to a private or reserved network"),
        ("255.255.255.255", "255.255.255.255 belongs to a private or reserved network"),
        ("::1", "::1 belongs to this computer"),
        ("::", ":: belongs to this computer"),
        ("fe80::1%2", "fe80::1%2 belongs to the local link"),
        ("fc00::1", "fc00::1 belongs to a private or reserved network"),
        ("fec0::1", "fec0::1 belongs to a private or reserved network"),
        ("ff02::1", "ff02::1 belongs to a multicast group"),
        ("::ffff:127.0.0.1", "::ffff:127.0.0.1 belongs to this computer"),
        ("::ffff:10.0.0.1", "::ffff:10.0.0.1 belongs to a private or reserved network"),
        ("64:ff9b::7f00:1", "64:ff9b::7f00:1 belongs to this computer"),
        ("64:ff9b:1::1", "64:ff9b:1::1 leads through a tunnel to an address that cannot be checked"),
        ("2002:7f00:1::", "2002:7f00:1:: belongs to this computer"),
        ("2001:0:1::1", "2001:0:1::1 leads through a tunnel to an address that cannot be checked"),
        ("pakistan", "pakistan is not an address"),
    ],
)
def test_addresses_that_are_nobodys_publication_are_refused(address: str, reason: str) -> None:
    assert refusal(address) == reason


@pytest.mark.parametrize("address", ["104.18.2.161", "2606:4700::6812:2a1", "64:ff9b::6812:2a1", "::ffff:104.18.2.161"])
def test_public_addresses_are_allowed(address: str) -> None:
    assert refusal(address) is None
    assert literal_refusal(address) is None


def test_names_are_no_literals() -> None:
    assert literal_refusal("dawn.com") is None


def test_no_socket_is_made_for_a_refused_address() -> None:
    with pytest.raises(RefusedAddressError):
        guarded_socket((socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.168.0.1", 80)))
    guarded_socket((socket.AF_INET, socket.SOCK_STREAM, 6, "", ("104.18.2.161", 80))).close()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]"])
def test_private_addresses_are_not_fetched_by_literal_or_by_name(server: TestServer, host: str) -> None:
    server.set("/feed", Reply(body=FEED))
    outcome = fetch(f"http://{host}:{server.port}/feed")
    assert isinstance(outcome, FetchFailed)
    assert outcome.reason is FetchFailure.REFUSED_ADDRESS
    assert "allow_private = true" in outcome.detail
    assert server.requests == ()


@pytest.mark.parametrize("host", ["2130706433", "127.1", "0x7f.0.0.1", "0177.0.0.1"])
def test_addresses_in_disguise_are_not_fetched(server: TestServer, host: str) -> None:
    server.set("/feed", Reply(body=FEED))
    outcome = fetch(f"http://{host}:{server.port}/feed")
    assert isinstance(outcome, FetchFailed)
    assert outcome.reason in (FetchFailure.REFUSED_ADDRESS, FetchFailure.BAD_ADDRESS, FetchFailure.NAME_UNKNOWN)
    assert server.requests == ()


def test_a_feed_may_ask_for_private_addresses(server: TestServer) -> None:
    server.set("/feed", Reply(body=FEED))
    found: dict[str, FetchOutcome] = {}
    feed = Feed("f", f"http://localhost:{server.port}/feed", "Outlet", allow_private=True)
    run_fetch([FeedRequest(feed)], QUICK, found.__setitem__)
    assert isinstance(found["f"], Fetched)


def test_a_redirect_into_the_private_network_is_not_followed_even_behind_a_proxy(server: TestServer) -> None:
    server.set("http://news.example/feed", Reply(302, {"Location": "http://169.254.169.254/latest/meta-data"}))
    outcome = fetch("http://news.example/feed", replace(QUICK, proxy=server.url("")))
    assert isinstance(outcome, FetchFailed)
    assert outcome.reason is FetchFailure.REFUSED_ADDRESS
    assert [request.path for request in server.requests] == ["http://news.example/feed"]


def test_a_proxy_fetches_public_names_for_us(server: TestServer) -> None:
    server.set("http://news.example/feed", Reply(body=FEED))
    outcome = fetch("http://news.example/feed", replace(QUICK, proxy=server.url("")))
    assert isinstance(outcome, Fetched)
    assert outcome.body == FEED


def test_unknown_names_all_fail_and_none_stops_the_others() -> None:
    requests = [FeedRequest(Feed(f"f{n}", f"http://outlet-{n}.invalid/feed", "Outlet")) for n in range(12)]
    found: dict[str, FetchOutcome] = {}
    run_fetch(requests, QUICK, found.__setitem__)
    reasons = {outcome.reason for outcome in found.values() if isinstance(outcome, FetchFailed)}
    assert len(found) == 12
    assert reasons == {FetchFailure.NAME_UNKNOWN}
