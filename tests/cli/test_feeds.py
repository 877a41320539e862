"""The commands of ``monitor feeds`` on a workspace of their own, asking a real server."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.web import Reply, TestServer
from tests.workspaces import Outcome, config_of, feed_block, monitor, rows

RSS = {"Content-Type": "application/rss+xml"}
HTML = {"Content-Type": "text/html; charset=utf-8"}


def rss(title: str, *items: str) -> bytes:
    entries = "".join(
        f"<item><title>{item}</title><link>https://outlet.example/{item}</link>"
        f"<guid>{item}</guid><pubDate>Sat, 21 Nov 2026 08:00:00 GMT</pubDate></item>"
        for item in items
    )
    head = f"<title>{title}</title><language>ur-PK</language>"
    return f"<rss version='2.0'><channel>{head}{entries}</channel></rss>".encode()


@pytest.fixture
def server() -> Iterator[TestServer]:
    with TestServer() as started:
        yield started


@pytest.fixture
def desk(tmp_path: Path, server: TestServer) -> Path:
    """Give a workspace with one feed, ``frontier``, that brings two items."""
    url = server.set("/frontier", Reply(headers=RSS, body=rss("Frontier Post", "one", "two")))
    text = config_of("# the border\n" + feed_block("frontier", url)).strip() + "\n"
    (tmp_path / "config.toml").write_text(text, encoding="utf-8")
    return tmp_path


def config(desk: Path) -> str:
    return (desk / "config.toml").read_text(encoding="utf-8")


def listed(desk: Path) -> dict[str, str]:
    out = monitor(desk, "feeds", "list", "--json").out
    return {line["name"]: line["state"] for line in map(json.loads, out.splitlines())}


def test_a_feed_is_added_with_what_it_says_of_itself(desk: Path, server: TestServer) -> None:
    url = server.set("/khyber", Reply(headers=RSS, body=rss("Khyber News", "three")))
    before = config(desk)
    done = monitor(desk, "feeds", "add", url, "--allow-private", "--grade", "B")
    assert (done.code, done.out) == (0, 'added "khyber-news": Khyber News\n')
    assert config(desk) == before + (
        f'\n[[feed]]\nname = "khyber-news"\nurl = "{url}"\noutlet = "Khyber News"\nlang = "ur"\n'
        'grade = "B"\nallow_private = true\n'
    )
    again = monitor(desk, "feeds", "add", url)
    assert again.code == 2
    assert 'is there already: it is the feed "khyber-news" (config.toml:' in again.err


def test_a_page_is_not_added_and_names_its_feed(desk: Path, server: TestServer) -> None:
    page = b'<html><head><title>Khyber</title><link rel="alternate" type="application/rss+xml" href="/rss"></head>'
    url = server.set("/", Reply(headers=HTML, body=page))
    before = config(desk)
    done = monitor(desk, "feeds", "add", url, "--allow-private")
    assert done.code == 2
    assert f'a web page titled "Khyber"; it names a feed at {server.url("/rss")}' in done.err
    gone = monitor(desk, "feeds", "add", server.url("/nothing"), "--allow-private")
    assert (gone.code, config(desk)) == (3, before)


@pytest.mark.parametrize(
    "arguments",
    [
        ["add", "ftp://a.example/", "--no-check"],
        ["add", "https://a.example/feed", "--no-check", "--name", "Not A Name"],
        ["add", "https://a.example/feed", "--no-check", "--interval", "soon"],
        ["add", "https://a.example/feed", "--no-check", "--name", "frontier"],
        ["remove", "nobody"],
        ["pause", "nobody"],
        ["resume", "nobody"],
    ],
)
def test_what_cannot_be_used_changes_nothing(desk: Path, arguments: list[str]) -> None:
    before = config(desk)
    done = monitor(desk, "feeds", *arguments)
    assert (done.code, config(desk)) == (2, before)
    assert "Traceback" not in done.err


def test_a_paused_feed_is_not_asked_and_resumes(desk: Path, server: TestServer) -> None:
    before = config(desk)
    assert monitor(desk, "feeds", "pause", "frontier").code == 0
    assert listed(desk) == {"frontier": "paused"}
    assert monitor(desk, "feeds", "resume", "frontier").code == 0
    assert config(desk) == before
    assert listed(desk) == {"frontier": "new"}


def test_permissions_and_links_of_the_settings_survive(desk: Path) -> None:
    real = desk / "kept.toml"
    (desk / "config.toml").rename(real)
    real.chmod(0o600)
    (desk / "config.toml").symlink_to(real)
    assert monitor(desk, "feeds", "pause", "frontier").code == 0
    assert (desk / "config.toml").is_symlink()
    assert real.stat().st_mode & 0o777 == 0o600
    assert "paused = true" in real.read_text(encoding="utf-8")


def test_a_removed_feed_keeps_its_items_and_its_name_is_not_given_away(fitted: Path, tmp_path: Path) -> None:
    with TestServer() as server:
        url = server.set("/frontier", Reply(headers=RSS, body=rss("Frontier Post", "one", "two")))
        desk = polled(fitted, tmp_path / "desk", server.url("/frontier"))
        assert monitor(desk, "feeds", "remove", "frontier").code == 0
        assert listed(desk) == {}
        assert rows(desk, "SELECT count(*) FROM items") == [(2,)]
        other = server.set("/other", Reply(headers=RSS, body=rss("Frontier", "x")))
        assert monitor(desk, "feeds", "add", other, "--allow-private").out == 'added "frontier-2": Frontier\n'
        assert monitor(desk, "feeds", "add", url, "--allow-private", "--name", "frontier").code == 0
        assert listed(desk)["frontier"] == "ok"


def test_a_feed_whose_ids_are_unusable_says_so(fitted: Path, tmp_path: Path) -> None:
    listed = "".join(f"<item><title>{n}</title><link>https://a.example/{n}</link><guid>1</guid></item>" for n in "abc")
    with TestServer() as server:
        body = f"<rss version='2.0'><channel><title>F</title>{listed}</channel></rss>".encode()
        desk = polled(fitted, tmp_path / "desk", server.set("/frontier", Reply(headers=RSS, body=body)))
        words = "items are told apart by link: the feed's own ids are unusable"
        shown = " ".join(monitor(desk, "feeds", "list").out.split())
        assert "told apart by link: the feed's own ids are unusable" in shown
        assert words in monitor(desk, "feeds", "check", "frontier").out
        [line] = [json.loads(line) for line in monitor(desk, "feeds", "list", "--json").out.splitlines()]
    assert (line["items"], line["problem"]) == (3, "")


def test_a_removed_feed_leaves_the_coverage_and_what_nobody_carries_then_is_said(desk: Path) -> None:
    watch = '[coverage]\nwatch = [{ what = "ISPR", kind = "speaker", feeds = ["frontier"] }]  # the army\n'
    (desk / "config.toml").write_text(config(desk) + watch, encoding="utf-8")
    done = monitor(desk, "feeds", "remove", "frontier")
    assert done.code == 0
    assert "no feed carries ISPR any more" in done.err
    assert 'what = "ISPR", kind = "speaker", feeds = [] }]  # the army\n' in config(desk)


OPML = """<opml><body><outline text="Pakistan"><outline text="Dawn" xmlUrl="https://dawn.example/feed"/>
<outline text="Frontier" xmlUrl="{known}"/></outline><outline text="bad" xmlUrl="mailto:x@y.example"/>"""


def test_a_broken_list_is_imported_and_what_is_left_out_is_said(desk: Path, server: TestServer) -> None:
    file = desk / "list.opml"
    file.write_text(OPML.format(known=server.url("/frontier")), encoding="utf-8")
    before = config(desk)
    tried = monitor(desk, "feeds", "import", str(file), "--dry-run")
    assert (tried.code, tried.out, config(desk)) == (1, "dawn  https://dawn.example/feed\n", before)
    done = monitor(desk, "feeds", "import", str(file), "--stance", "state", "--paused")
    assert (done.code, done.out) == (1, "dawn  https://dawn.example/feed\n")
    assert 'line 2: "mailto:x@y.example" is no address of the web' in done.err
    assert "1 feed added, 1 was there already" in done.err
    assert config(desk) == before + (
        '\n# Pakistan\n[[feed]]\nname = "dawn"\nurl = "https://dawn.example/feed"\noutlet = "Dawn"\n'
        'stance = "state"\npaused = true\n'
    )
    assert listed(desk) == {"frontier": "new", "dawn": "paused"}


def test_an_exported_list_is_imported_with_all_it_says(desk: Path, tmp_path: Path) -> None:
    block = '\n[[feed]]\nname = "amu"\nurl = "https://u:secret@amu.example/feed"\noutlet = "Amu & Co"\nlang = "fa-AF"\n'
    block += 'grade = "B"\nstance = "exile"\nsensitive = true\nheaders = { Cookie = "secret" }\n'
    (desk / "config.toml").write_text(config(desk) + block, encoding="utf-8")
    exported = monitor(desk, "feeds", "export")
    assert exported.code == 0
    assert "secret" not in exported.out
    other = tmp_path / "other"
    other.mkdir()
    (other / "config.toml").write_text(config_of(""), encoding="utf-8")
    (other / "list.opml").write_text(exported.out, encoding="utf-8")
    assert monitor(other, "feeds", "import", str(other / "list.opml")).code == 0
    added = config(other).partition('name = "amu"')[2]
    assert added == (
        '\nurl = "https://amu.example/feed"\noutlet = "Amu & Co"\nlang = "fa-AF"\ngrade = "B"\nstance = "exile"\n'
        'interval = "30m"\nsensitive = true\n'
    )


@pytest.mark.parametrize("text", ["", "<html></html>", '{"version": "x"}'])
def test_what_is_no_list_is_not_imported(desk: Path, text: str) -> None:
    (desk / "list.opml").write_text(text, encoding="utf-8")
    done = monitor(desk, "feeds", "import", str(desk / "list.opml"))
    assert done.code == 2
    assert "is no OPML list" in done.err
    assert monitor(desk, "feeds", "import", str(desk / "missing.opml")).code == 2


def test_feeds_are_discovered_by_what_a_page_names(desk: Path, server: TestServer) -> None:
    page = """<html><head><link rel="alternate" type="application/rss+xml" title="All" href="/all.xml">
        <link rel="alternate" type="application/rss+xml" href="/broken"></head>
        <a href="/frontier">RSS</a><a href="/rss/world?a=1&amp;b=2">World</a></html>"""
    server.set("/news", Reply(headers=HTML, body=page.encode()))
    server.set("/all.xml", Reply(headers=RSS, body=rss("All news", "one")))
    server.set("/rss/world", Reply(headers=RSS, body=rss("World news", "two")))
    done = monitor(desk, "feeds", "discover", server.url("/news"), "--allow-private")
    assert done.code == 0
    found = [line for line in done.out.splitlines() if not line.startswith(" ")]
    assert [line.partition(", ")[0] for line in found] == [
        f"{server.url('/all.xml')}: ok",
        f"{server.url('/frontier')}: ok",
        f"{server.url('/rss/world?a=1&b=2')}: ok",
    ]
    assert 'it is "frontier" of config.toml' in done.out
    assert f"add it with: monitor feeds add --allow-private {server.url('/all.xml')}" in done.out
    assert server.requests_to("/feed") == ()


def test_feeds_are_discovered_in_the_usual_places(desk: Path, server: TestServer) -> None:
    server.set("/about", Reply(headers=HTML, body=b"<html><p>nothing named</p></html>"))
    for path in ("/feed", "/rss.xml"):
        server.set(path, Reply(headers=RSS, body=rss("The same", "one")))
    done = monitor(desk, "feeds", "discover", server.url("/about"), "--allow-private", "--json")
    assert done.code == 0
    (found,) = map(json.loads, done.out.splitlines())
    assert (found["url"], found["origin"], found["title"], found["items_now"]) == (
        server.url("/feed"),
        "guessed",
        "The same",
        1,
    )


def test_where_no_feed_is_found_that_is_said(desk: Path, server: TestServer) -> None:
    server.set("/", Reply(headers=HTML, body=b"<html></html>"))
    none = monitor(desk, "feeds", "discover", server.url("/"), "--allow-private")
    assert (none.code, none.out) == (1, "")
    assert "no feed found; 9 addresses were asked" in none.err
    assert monitor(desk, "feeds", "discover", "http://127.0.0.1:1/", "--allow-private").code == 3
    assert monitor(desk, "feeds", "discover", "gopher://a.example/").code == 2


def test_an_address_that_is_a_feed_is_found_as_itself(desk: Path, server: TestServer) -> None:
    done = monitor(desk, "feeds", "discover", server.url("/frontier"), "--allow-private")
    assert done.code == 0
    assert 'it is "frontier" of config.toml' in done.out


def polled(fitted: Path, root: Path, url: str) -> Path:
    from tests.workspaces import copy_workspace

    desk = copy_workspace(fitted, root, config_of(feed_block("frontier", url)))
    done = monitor(desk, "once", "--no-send")
    assert done.code == 0, done.err
    return desk


def lines(done: Outcome) -> dict[str, str]:
    """Give the indented facts of ``feeds check`` by their first word."""
    return {line.split()[0]: line.strip() for line in done.out.splitlines() if line.startswith("    ")}


def test_a_check_tells_the_answer_and_the_past(fitted: Path, tmp_path: Path) -> None:
    with TestServer() as server:
        url = server.set("/frontier", Reply(headers=RSS, body=rss("Frontier Post", "one", "two")), Reply(503))
        desk = polled(fitted, tmp_path / "desk", url)
        failed = monitor(desk, "feeds", "check", "frontier")
        assert failed.code == 3
        assert failed.out.startswith("frontier: HTTP 503")
        facts = lines(failed)
        assert facts["state"].startswith("state     ok since 20")
        assert "last asked 20" in facts["history"]
        assert facts["items"].startswith("items     2 stored; last brought news 2026-11-21 08:00 UTC")
        assert "called silent after 14 days without news" in facts["rhythm"]
        assert f"monitor feeds discover http://127.0.0.1:{server.port}/" in facts["to"]
        by_address = monitor(desk, "feeds", "check", url)
        assert by_address.out.startswith("frontier: HTTP 503")


def test_a_check_of_a_feed_never_polled_makes_no_database(desk: Path) -> None:
    done = monitor(desk, "feeds", "check")
    assert done.code == 0
    answer = r'frontier: ok, rss20, 2 items, newest 2026-11-21 08:00 UTC(?: \(\d+ days ago\))?, "Frontier Post"\n'
    assert re.fullmatch(answer, done.out)
    assert not (desk / ".monitor").exists()


def test_a_check_is_told_to_scripts_too(desk: Path, server: TestServer) -> None:
    server.set("/page", Reply(headers=HTML, body=b"<html><title>Hello</title></html>"))
    done = monitor(desk, "feeds", "check", "frontier", server.url("/page"), "--allow-private", "--json")
    assert done.code == 3
    good, bad = map(json.loads, done.out.splitlines())
    assert (good["name"], good["is_ok"], good["items_now"], good["lang"]) == ("frontier", True, 2, "ur-PK")
    assert (bad["is_ok"], bad["problem"]) == (False, 'not a feed: a web page titled "Hello"')


def test_a_feed_that_is_gone_is_asked_again_when_somebody_says_so(fitted: Path, tmp_path: Path) -> None:
    with TestServer() as server:
        url = server.set("/frontier", Reply(headers=RSS, body=rss("Frontier Post", "one")), Reply(410))
        desk = polled(fitted, tmp_path / "desk", url)
        assert monitor(desk, "once", "--no-send").code == 3
        assert listed(desk) == {"frontier": "gone"}
        assert rows(desk, "SELECT next_check_at IS NULL FROM feed_states") == [(0,)]
        assert monitor(desk, "feeds", "resume", "frontier").code == 0
        assert rows(desk, "SELECT next_check_at IS NULL, health FROM feed_states") == [(1, "gone")]
        assert monitor(desk, "once", "--due", "--no-send").code == 3
        assert len(server.requests_to("/frontier")) == 3


def test_a_desk_without_feeds_is_told_how_to_find_some(tmp_path: Path) -> None:
    assert monitor(tmp_path, "init", str(tmp_path)).code == 0
    (tmp_path / "config.toml").write_text(config_of(""), encoding="utf-8")
    listed_none = monitor(tmp_path, "feeds", "list")
    assert (listed_none.code, listed_none.out) == (0, "")
    assert "no feed in config.toml; find those of a site with: monitor feeds discover URL" in listed_none.err
    assert "add one with: monitor feeds add URL" in monitor(tmp_path, "status").out
    assert "no feed to ask: add one with monitor feeds add URL" in monitor(tmp_path, "once").out


@pytest.mark.parametrize("command", [["add"], ["discover"], ["check"]])
def test_a_private_address_is_asked_only_when_it_is_meant(desk: Path, server: TestServer, command: list[str]) -> None:
    url = server.set("/inside", Reply(headers=RSS, body=rss("Inside", "one")))
    done = monitor(desk, "feeds", *command, url)
    assert done.code == 3
    assert "127.0.0.1 belongs to this computer" in done.out + done.err
    assert "if it lies inside your own network" in done.out + done.err
    assert "--allow-private" in done.out + done.err
    assert "--no-check" not in done.err
    assert server.requests_to("/inside") == ()


def test_a_feed_that_has_moved_is_added_at_its_new_address_and_once(desk: Path, server: TestServer) -> None:
    new = server.set("/new", Reply(headers=RSS, body=rss("New", "one")))
    old = server.set("/old", Reply(301, {"Location": "/new"}))
    assert f"the server says it moved for good to {new}" in monitor(desk, "feeds", "check", old, "--allow-private").out
    done = monitor(desk, "feeds", "add", old, "--allow-private")
    assert done.code == 0
    assert f'url = "{new}"' in config(desk)
    assert "has moved for good: the new address is added" in done.err
    again = monitor(desk, "feeds", "add", old, "--allow-private")
    assert again.code == 2
    assert f'{old} has moved for good to {new}, which is there already: it is the feed "new"' in again.err


def test_addresses_are_taken_as_people_have_them(desk: Path, server: TestServer) -> None:
    url = server.set("/empty", Reply(headers=RSS, body=rss("Empty")))
    done = monitor(desk, "feeds", "add", url.replace("http:", "feed:"), "--allow-private")
    assert (done.code, done.out) == (0, 'added "empty": Empty\n')
    assert "it holds no item at the moment" in done.err
    bare = monitor(desk, "feeds", "add", "www.outlet.example/feed")
    assert bare.code == 2
    assert "write https://www.outlet.example/feed, or find the feeds of a site with" in bare.err
    assert "begins with https:// or http://" in monitor(desk, "feeds", "check", "outlet.example").err


@pytest.mark.parametrize(("option", "value"), [("--country", "Pakistan"), ("--lang", "Urdu, English")])
def test_codes_of_countries_and_languages_are_checked(desk: Path, server: TestServer, option: str, value: str) -> None:
    before = config(desk)
    done = monitor(desk, "feeds", "add", server.url("/frontier?x=1"), "--allow-private", option, value)
    assert done.code == 2
    assert f'"{value}" is not' in done.err
    assert config(desk) == before


def test_a_document_from_nowhere_is_parsed_with_a_warning(tmp_path: Path) -> None:
    (tmp_path / "feed.xml").write_bytes(rss("Frontier", "one").replace(b"https://outlet.example", b""))
    done = monitor(tmp_path, "feeds", "parse", str(tmp_path / "feed.xml"), "--url", "somewhere")
    assert done.code == 0
    assert json.loads(done.out.splitlines()[1])["link"] is None
    assert '"somewhere" is no web address' in done.err


@pytest.mark.parametrize(
    "content_type",
    ["text/xml; charset=windows-1256; x=y", 'Text/XML;Charset="windows-1256"', "text/xml ; charset = windows-1256"],
)
def test_a_document_is_parsed_in_the_charset_of_its_header(tmp_path: Path, content_type: str) -> None:
    document = "<rss version='2.0'><channel><item><title>انفجار</title></item></channel></rss>"
    (tmp_path / "feed.xml").write_bytes(document.encode("cp1256"))
    options = ("--url", "https://outlet.example/feed", "--content-type", content_type)
    done = monitor(tmp_path, "feeds", "parse", str(tmp_path / "feed.xml"), *options)
    assert json.loads(done.out.splitlines()[1])["title"] == "انفجار"


@pytest.mark.parametrize(
    ("reply", "todo"),
    [
        (Reply(429), "the trouble is the server's own: try again later"),
        (Reply(503), "the trouble is the server's own: try again later"),
        (Reply(404), "the address may be wrong: look for its present address with: monitor feeds discover"),
        (Reply(headers=HTML, body=b"<html>no"), "no feed is at this address: look for its present address with"),
    ],
)
def test_a_check_says_what_to_do_about_an_address(desk: Path, server: TestServer, reply: Reply, todo: str) -> None:
    done = monitor(desk, "feeds", "check", server.set("/wrong", reply), "--allow-private")
    assert done.code == 3
    assert f"    to do     {todo}" in done.out
