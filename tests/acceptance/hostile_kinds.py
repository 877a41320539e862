"""Hostile answers made up for this project, in the kinds that real feeds and attackers send, and what polling gives.

Every case is one answer of a server: a Reply, or bytes to be sent as they are.
"""

from __future__ import annotations

import codecs
import gzip
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

import brotli  # type: ignore[import-untyped]  # ships no types
from backports import zstd

from tests.web import Reply

DECLARED = '<?xml version="1.0" encoding="utf-8"?>'


def item(number: int, title: str = "", body: str = "", more: str = "") -> str:
    where = f"https://a.example/{number}"
    words = f"<title>{title or f'Item {number}'}</title><link>{where}</link><guid>{where}</guid>"
    return f"<item>{words}<description>{body}</description>{more}</item>"


def rss(*items: str, start: str = DECLARED, attributes: str = "", after: str = "") -> str:
    listed = "".join(items)
    return f'{start}<rss version="2.0"{attributes}><channel><title>F</title>{listed}</channel></rss>{after}'


THREE = (item(1), item(2), item(3))
TITLES = ("Item 1", "Item 2", "Item 3")
TWO = TITLES[:2]


@dataclass(frozen=True, slots=True)
class Case:
    """An answer and what it gives: the titles stored, in order, or a part of the problem told."""

    name: str
    answer: Reply | bytes
    titles: tuple[str, ...] = ()
    problem: str = ""
    health: str = "ok"
    text: str | None = None
    """Of the first item; None if it is not looked at."""


def ok(
    name: str, body: str | bytes, *titles: str, text: str | None = None, media_type: str = "application/rss+xml",
    encoding: str = "",
) -> Case:  # fmt: skip
    headers = {"Content-Type": media_type} | ({"Content-Encoding": encoding} if encoding else {})
    sent = body.encode() if isinstance(body, str) else body
    return Case(name, Reply(headers={k: v for k, v in headers.items() if v}, body=sent), titles, text=text)


def refused(name: str, reply: Reply | bytes, problem: str, health: str = "failing") -> Case:
    return Case(name, reply, problem=problem, health=health)


def _charsets() -> Iterator[Case]:
    urdu = "حملہ – قافلہ"
    said = rss(item(1, urdu))
    wide = said.replace("utf-8", "utf-16")
    bare = rss(item(1, urdu), start="\n ")
    yield ok("UTF-16 with a mark that says UTF-8", codecs.BOM_UTF16_LE + said.encode("utf-16-le"), urdu)
    yield ok("UTF-16 big endian with a mark", codecs.BOM_UTF16_BE + wide.encode("utf-16-be"), urdu)
    yield ok("UTF-16 without a mark", wide.encode("utf-16-le"), urdu)
    yield ok("UTF-16 big endian without a mark", wide.encode("utf-16-be"), urdu)
    yield ok("UTF-16 that begins with blank lines", bare.encode("utf-16-le"), urdu)
    yield ok("UTF-16 with a byte too many", codecs.BOM_UTF16_LE + said.encode("utf-16-le") + b"\0", urdu)
    yield ok("UTF-32 with a mark", codecs.BOM_UTF32_LE + said.encode("utf-32-le"), urdu)
    yield ok("UTF-32 without a mark", said.encode("utf-32-be"), urdu)
    yield ok("UTF-8 that says UTF-16", wide, urdu)
    yield ok("UTF-8 whose server says UTF-16", said, urdu, media_type="text/xml; charset=utf-16")
    yield ok("UTF-7 is never read", rss(item(1, "+ADw-b+AD4-"), start=""), "+ADw-b+AD4-", media_type="x; charset=utf-7")
    russian, arabic, chinese = "Взрыв в Гвадаре, убиты инженеры", "هجوم على قافلة في كويتا", "巴基斯坦達蘇鎔水电站遇袭"
    yield ok("undeclared Windows-1251", rss(item(1, russian), start="").encode("cp1251"), russian)
    yield ok("Windows-1256 that says UTF-8", rss(item(1, arabic)).encode("cp1256"), arabic)
    yield ok(
        "GBK that says GB2312",
        rss(item(1, chinese), start='<?xml version="1.0" encoding="gb2312"?>').encode("gbk"),
        chinese,
    )
    yield ok(
        "Big5 by the server only",
        rss(item(1, "巴基斯坦遇襲"), start="").encode("big5"),
        "巴基斯坦遇襲",
        media_type="text/xml; charset=big5",
    )
    bad = rss(item(1), item(2, "Engineers \0 hurt"), item(3)).encode()
    yield ok("one bad byte in the middle", bad.replace(b"\0", b"\x93"), "Item 1", "Engineers “ hurt", "Item 3")
    yield ok(
        "a surrogate pair as two characters",
        bad.replace(b"\0", b"\xed\xa0\xbd\xed\xb8\x80"),
        "Item 1",
        "Engineers 😀 hurt",
        "Item 3",
    )
    yield ok("half a surrogate pair", bad.replace(b"\0", b"\xed\xa0\xbd"), "Item 1", "Engineers \ufffd hurt", "Item 3")
    yield ok("surrogates as references", rss(item(1, "Blast &#xD83D;&#0;&#x1F; here"), item(2)), "Blast here", "Item 2")
    yield ok("non-characters", rss(item(1, "A\ufffeB\uffffC\x0cD\x1bE")), "ABCDE")
    yield ok(
        "entities of HTML and of nobody",
        rss(item(1, "Kabul&zwnj;ha &rsquo; &nobody; AT&T"), item(2)),
        "Kabul\u200cha ’ &nobody; AT&T",
        "Item 2",
    )
    tricks = "A\u202eevil\u202c \u2066x\u2069 می\u200cخواهند"
    yield ok("overrides of direction go, joiners stay", rss(item(1, tricks)), "Aevil x می\u200cخواهند")
    yield ok("XML 1.1", rss(item(1, "A&#1;B"), start='<?xml version="1.1"?>'), "AB")
    yield refused("EBCDIC", Reply(body=rss(*THREE).encode("cp037")), "neither XML nor JSON", "not-a-feed")


def _compressions() -> Iterator[Case]:
    body = rss(*THREE).encode()
    bare = zlib.compressobj(wbits=-15)
    for name, sent, encoding in (
        ("gzip that says brotli", gzip.compress(body), "br"),
        ("Zstandard that says gzip", zstd.compress(body), "gzip"),
        ("undeclared Zstandard", zstd.compress(body), ""),
        ("undeclared zlib", zlib.compress(body), ""),
        ("bare deflate", bare.compress(body) + bare.flush(), "deflate"),
        ("brotli", brotli.compress(body), "br"),
        ("gzip and what is behind it", gzip.compress(body) + b"padding", "GZIP"),
        ("gzip in gzip, named once", gzip.compress(gzip.compress(body)), "gzip"),
        ("an encoding that is none", body, "none, aws-chunked"),
        ("declared, not done", body, "br"),
    ):
        yield ok(name, sent, *TITLES, encoding=encoding)
    bomb = b" " * 30_000_000
    for name, sent, encoding in (
        ("a brotli bomb", brotli.compress(bomb, quality=1), "br"),
        ("a bomb in a bomb", gzip.compress(gzip.compress(bomb)), ""),
    ):
        reply = Reply(headers={"Content-Encoding": encoding} if encoding else {}, body=sent)
        yield refused(name, reply, "larger than 16,777,216 bytes")
    yield refused("gzip of nothing", Reply(headers={"Content-Encoding": "gzip"}), "the answer was empty", "not-a-feed")


def _broken_documents() -> Iterator[Case]:
    whole = rss(*THREE)
    notice = "<br />\n<b>Warning</b>: headers already sent in <b>/home/x.php</b> on line <b>12</b><br />\n"
    for name, body in (
        ("a mark of byte order behind a blank line", "\n\ufeff" + whole),
        ("a warning before the declaration", notice + whole),
        ("a warning between items", rss(item(1), notice, item(2), item(3))),
        ("a comment and a script behind the feed", whole + "<!-- cached -->\n<script src=x></script>"),
        ("two documents, one behind the other", rss(item(1), item(2)) + rss(item(3))),
        ("two declarations", DECLARED + whole),
        ("a feed in a page", f"<html><body>{rss(*THREE, start='')}</body></html>"),
        ("the document type of HTML", "<!DOCTYPE html>\n" + rss(*THREE, start="")),
        ("no end", whole.replace("</channel></rss>", "")),
        ("the end of the channel missing", whole.replace("</channel>", "")),
        ("no channel at all", '<rss version="2.0">' + "".join(THREE) + "</rss>"),
        ("a channel for a root", "<channel><title>F</title>" + "".join(THREE) + "</channel>"),
        ("items behind the channel", '<rss version="2.0"><channel/>' + "".join(THREE) + "</rss>"),
        ("an item whose end is missing", rss(item(1), item(2).replace("</item>", ""), item(3))),
        ("CDATA never closed in the middle", rss(item(1), item(2, body="<![CDATA[never closed"), item(3))),
        ("CDATA never closed at the end", rss(item(1), item(2), item(3, body="<![CDATA[never closed"))),
        ("a comment never closed", rss(item(1), "<!-- advert ", item(2), item(3))),
        ("an end tag in other letters", rss(item(1), item(2).replace("</title>", "</Title>"), item(3))),
        ("capital tags", rss(*THREE, start="").replace("item>", "ITEM>").replace("title>", "TITLE>")),
        ("a declaration without its end", whole.replace("?>", ">", 1)),
        ("curly quotation marks in the declaration", whole.replace('="', "=“", 2).replace('"?>', "”?>")),
        ("the namespace of Atom", rss(*THREE, attributes=' xmlns="http://www.w3.org/2005/Atom"')),
        ("a namespace nobody knows", rss(*THREE, attributes=' xmlns="urn:somebody"')),
        ("five hundred instructions", "<?php echo 1 ?>" * 500 + rss(*THREE, start="")),
    ):
        yield ok(name, body, *TITLES)
    yield ok("letters that look like markup", rss(item(1, "Deaths < 5 & injured > 3")), "Deaths < 5 & injured > 3")
    yield ok(
        "markup that is not escaped",
        rss(item(1, body="One<br>two <img src=x> & three"), item(2)),
        *TWO,
        text="One\ntwo & three",
    )
    yield ok("an attribute twice", rss(item(1, more='<enclosure url="/a" url="/b"/>'), item(2)), *TWO)
    yield ok(
        "attributes without quotation marks", rss(item(1, more="<enclosure url=/a.mp3 length=5 />"), item(2)), *TWO
    )


def _escapes() -> Iterator[Case]:
    yield ok(
        "CDATA in CDATA", rss(item(1, body="<![CDATA[one <![CDATA[two]]> three]]>")), "Item 1", text="one two three"
    )
    yield ok("escaped CDATA in a title", rss(item(1, escape("<![CDATA[Convoy hit]]>"))), "Convoy hit")
    yield ok("twice escaped CDATA in a title", rss(item(1, escape(escape("<![CDATA[Convoy hit]]>")))), "Convoy hit")
    yield ok(
        "escaped CDATA in a text",
        rss(item(1, body=escape("<![CDATA[<p>Convoy hit</p>]]>"))),
        "Item 1",
        text="Convoy hit",
    )
    yield ok(
        "the end of CDATA in a text", rss(item(1, body="<![CDATA[a ]]]]><![CDATA[> b]]>")), "Item 1", text="a ]]> b"
    )
    yield ok("tags between parts of a tag", rss(item(1, escape("Hit <scr<script>ipt>x</scr</script>ipt>"))), "Hit")
    yield ok(
        "a text escaped twice",
        rss(item(1, body=escape(escape("<p>Convoy <b>hit</b></p>")))),
        "Item 1",
        text="Convoy hit",
    )


def _entities() -> Iterator[Case]:
    laughs = '<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">'
    for name, declared, title, stored in (
        ("entities in entities", laughs, "x &c; y", "x &c; y"),
        ("one long entity", f'<!ENTITY a "{"A" * 50_000}">', "x &a;&a;", "x &a;&a;"),
        ("an entity in a file", '<!ENTITY x SYSTEM "file:///etc/passwd">', "x &x; y", "x &x; y"),
        ("a parameter entity", '<!ENTITY % p SYSTEM "http://127.0.0.1:9/x.dtd"> %p;', "x", "x"),
        ("an entity for words", '<!ENTITY outlet "Frontier">', "By &outlet; today", "By Frontier today"),
    ):
        yield ok(name, f"<!DOCTYPE rss [{declared}]>" + rss(item(1, title), item(2), start=""), stored, "Item 2")


def _json_feeds() -> Iterator[Case]:
    one, two = ({"id": str(n), "url": f"https://a.example/{n}", "title": f"Item {n}"} for n in (1, 2))
    version = "https://jsonfeed.org/version/1.1"

    def feed(*items: object) -> str:
        return json.dumps({"version": version, "title": "F", "items": items})

    both = feed(one, two)
    huge = '{"id": 1, "title": "Item 1", "x": ' + "9" * 6000 + "}"
    for name, body in (
        ("a JSON feed cut off", feed(one, two, {"id": "3", "title": "Cut"})[:-9]),
        ("a comma too many", both.replace("}]", "},]")),
        ("a comment behind JSON", both + "<!-- cached -->"),
        ("a guard before JSON", ")]}',\n" + both),
        ("JSON in a script's brackets", f"callback({both});"),
        ("a warning before JSON", "<br />\n<b>Warning</b>: x<br />\n" + both),
        ("a number without end", feed({}, two).replace("{}", huge)),
        ("raw control characters", both.replace("Item 1", "Item\n\x011")),
        ("JSON with a mark of byte order", "\ufeff" + both),
        ("members twice", both.replace('"title": "Item 1"', '"title": "no", "title": "Item 1"')),
        ("no version", both.replace(version, "")),
        ("ids that are no numbers", both.replace('"1"', "NaN", 1).replace('"2"', "Infinity", 1)),
    ):
        yield ok(name, body, *TWO, media_type="application/feed+json")
    yield ok("JSON in UTF-16 without a mark", both.encode("utf-16-le"), *TWO, media_type="application/json")
    yield ok("JSON that says HTML", both, *TWO, media_type="text/html")
    yield ok("an item that is no JSON", feed({"title": "a\\x"}, two).replace("\\\\", "\\"), "Item 2")
    wrong = {"id": [1], "url": 5, "title": {}, "content_html": [1], "authors": "x", "tags": 5, "attachments": {"a": 1}}
    yield ok("wrong types everywhere", feed(wrong, None, 5, "x", two), "", "Item 2")
    lone = '{"id": "\\ud83d", "url": "https://a.example/\\ud83d", "title": "Item \\ud83d", "tags": ["\\ud83d"]}'
    yield ok("half surrogate pairs in JSON", feed({}, two).replace("{}", lone), "Item", "Item 2")


def _atom() -> Iterator[Case]:
    def entry(number: int, more: str = "") -> str:
        link = f'<link href="https://a.example/{number}"/>'
        return f"<entry><id>urn:x:{number}</id><title>Item {number}</title>{link}{more}</entry>"

    def feed(*entries: str) -> str:
        return f'<feed xmlns="http://www.w3.org/2005/Atom"><title>F</title>{"".join(entries)}</feed>'

    plain = feed(entry(1), entry(2))
    renamed = plain.replace("<", "<a:").replace("<a:/", "</a:").replace("xmlns=", "xmlns:a=")
    yield ok("Atom with a prefix", renamed, *TWO)
    yield ok("Atom without a namespace", plain.replace(' xmlns="http://www.w3.org/2005/Atom"', ""), *TWO)
    yield ok("Atom with a namespace over https", plain.replace("http://www", "https://www"), *TWO)
    xhtml = '<content type="xhtml"><x:div><x:p>Two died</x:p></x:div></content>'
    yield ok("XHTML with an undeclared prefix", feed(entry(1, xhtml), entry(2)), *TWO, text="Two died")
    broken = '<content type="xhtml"><div><p>Two<br>died</p></div></content>'
    yield ok("XHTML that is HTML", feed(entry(1, broken), entry(2)), *TWO, text="Two\ndied")


def _media_types() -> Iterator[Case]:
    for kind in (
        "text/html",
        "image/png",
        "",
        "multipart/mixed; boundary=x",
        ";;;",
        'text/xml; charset="',
        "application/json",
    ):
        yield ok(f"a feed that says it is {kind or 'nothing'}", rss(*THREE), *TITLES, media_type=kind)
    part = "From: <Saved>\r\nContent-Type: multipart/related\r\n\r\n--b\r\nContent-Type: text/xml\r\n\r\n"
    yield ok("a saved page", part + rss(*THREE) + "\r\n--b--", *TITLES, media_type="multipart/related")
    page = '<html><title>Dawn</title><link rel=alternate type="application/rss+xml" href="/feed.xml"></html>'
    yield refused(
        "a page that names its feed",
        Reply(headers={"Content-Type": "text/html"}, body=page.encode()),
        "it names a feed at",
        "not-a-feed",
    )
    yield ok(
        "a feed about checking browsers", rss(item(1, "Just a moment...")), "Just a moment...", media_type="text/html"
    )


CHALLENGES = {
    "Cloudflare": "<title>Just a moment...</title><script src='/cdn-cgi/challenge-platform/x'>",
    "Sucuri": "<title>You are being redirected...</title><script>S='sucuri_cloudproxy_js'</script>",
    "Imperva": "<iframe src='/_Incapsula_Resource?x'></iframe>",
    "DataDome": "<p>Please enable JS</p><script src='https://ct.captcha-delivery.com/c.js'>",
    "PerimeterX": "<title>Access to this page has been denied</title><div id='px-captcha'></div>",
    "Akamai": "<title>Access Denied</title>Reference #18.abc https://errors.edgesuite.net/18.abc",
    "Anubis": "<title>Making sure you're not a bot!</title>",
    "SiteGround": "<meta http-equiv='refresh' content='0;/.well-known/sgcaptcha/?r=%2F'>",
    "Imunify": "<h1>Please wait while your request is being verified...</h1>",
    "DDoS-Guard": "<script src='/.well-known/ddos-guard/js-challenge/index.js'>",
    "Vercel": "<title>Vercel Security Checkpoint</title>",
    "ArvanCloud": "<script>document.cookie='__arcsjs=1'</script>",
    "Wordfence": "<p>Your access to this site has been limited by the site owner</p>",
}


def _statuses() -> Iterator[Case]:
    body = rss(*THREE).encode()
    for status in (201, 202, 203, 206, 226):
        yield Case(f"status {status}", Reply(status, body=body), TITLES)
    page = b"<html><body>no</body></html>"
    for status, health in ((401, "blocked"), (403, "blocked"), (404, "failing"), (410, "gone"), (429, "failing"),
                           (451, "blocked"), (500, "failing"), (503, "failing"), (522, "failing")):  # fmt: skip
        yield refused(f"status {status}", Reply(status, body=page), f"HTTP {status}", health)
    yield refused("status 204", Reply(204), "the answer was empty", "not-a-feed")
    for name, words in CHALLENGES.items():
        reply = Reply(headers={"Content-Type": "text/html"}, body=f"<html><head>{words}</html>".encode())
        yield refused(f"a challenge of {name}", reply, "proof that a person is asking", "blocked")
    disguised = Reply(
        headers={"Content-Type": "application/rss+xml"}, body=b"<!doctype html>" + CHALLENGES["Cloudflare"].encode()
    )
    yield refused("a challenge that says it is a feed", disguised, "proof that a person is asking", "blocked")
    empty = Reply(202, {"x-amzn-waf-action": "challenge", "Content-Type": "text/html"})
    yield refused("a challenge without a page", empty, "proof that a person is asking", "blocked")


def http(head: str, body: bytes) -> bytes:
    return head.replace("\n", "\r\n").encode("latin-1") + b"\r\n\r\n" + body


def _servers() -> Iterator[Case]:
    body = rss(*THREE).encode()
    length = f"Content-Length: {len(body)}"
    chunk = b"%x\r\n%s\r\n" % (len(body), body)
    chunked = "HTTP/1.1 200 OK\nTransfer-Encoding: chunked"
    for name, answer in (
        ("HTTP/1.0 without a length", http("HTTP/1.0 200 OK", body)),
        ("no reason behind the status", http(f"HTTP/1.1 200\n{length}", body)),
        ("line ends of Unix", f"HTTP/1.1 200 OK\n{length}\n\n".encode() + body),
        ("Latin-1 in a header", http(f"HTTP/1.1 200 OK\nX-T: caf\xe9 \xff\n{length}", body)),
        ("bytes of nobody in validators", http(f'HTTP/1.1 200 OK\nETag: "\xff"\nLast-Modified: \xff\n{length}', body)),
        ("a header over two lines", http(f"HTTP/1.1 200 OK\nX-Y: 1\n 2\n{length}", body)),
        ("a header of 12 kB", http(f"HTTP/1.1 200 OK\nContent-Security-Policy: {'x' * 12_000}\n{length}", body)),
        ("sixty headers", http("HTTP/1.1 200 OK\n" + "X-Y: 1\n" * 60 + length, body)),
        ("forty cookies", http("HTTP/1.1 200 OK\n" + f"Set-Cookie: a={'z' * 200}\n" * 40 + length, body)),
        ("early hints", http("HTTP/1.1 103 Early Hints\nLink: </x>", b"") + http(f"HTTP/1.1 200 OK\n{length}", body)),
        ("chunks that do not end", http(chunked, chunk)),
        ("chunks with notes", http(chunked, chunk.replace(b"\r\n", b";a=b\r\n", 1) + b"0\r\nX-T: 1\r\n\r\n")),
        ("a length too long", http(f"HTTP/1.1 200 OK\nContent-Length: {len(body) + 50}", body)),
        (
            "dates of nobody",
            http(f"HTTP/1.1 200 OK\nDate: x\nExpires: 99\nCache-Control: max-age={'9' * 30}\n{length}", body),
        ),
    ):
        yield Case(name, answer, TITLES)
    for name, answer in (
        ("a header of 200 kB", http(f"HTTP/1.1 200 OK\nX-Y: {'x' * 200_000}\n{length}", body)),
        ("ten thousand headers", http("HTTP/1.1 200 OK\n" + "X-Y: 1\n" * 10_000 + length, body)),
        ("two lengths", http(f"HTTP/1.1 200 OK\n{length}\nContent-Length: 5", body)),
        ("a length below zero", http("HTTP/1.1 200 OK\nContent-Length: -5", body)),
        ("chunks that are none", http(chunked, body)),
        ("a body without a header", body),
    ):
        yield refused(name, answer, "not valid HTTP")
    yield refused("nothing at all", b"", "closed the connection without an answer")
    yield refused(
        "half a document", http("HTTP/1.1 200 OK\nContent-Length: 5000", body[:-50]), "broke off before its end"
    )
    for name, target, problem in (
        ("to a script", "javascript:alert(1)", "not an address of the web"),
        ("to a file", "file:///etc/passwd", "not an address of the web"),
        ("to nowhere", " ", "without saying where to"),
        ("to a port of nobody", "http://127.0.0.1:99999/", "which is not an address"),
    ):
        yield refused(f"sent {name}", Reply(302, {"Location": target}), problem)


CASES = {
    case.name: case
    for make in (_charsets, _compressions, _broken_documents, _escapes, _entities, _json_feeds, _atom, _media_types,
                 _statuses, _servers)
    for case in make()
}  # fmt: skip
