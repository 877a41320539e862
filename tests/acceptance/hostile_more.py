"""More hostile answers made up for this project, to look for what ``hostile_kinds`` had not tried."""

from __future__ import annotations

import codecs
import gzip
import json
import zlib
from collections.abc import Iterator
from html import escape

import brotli  # type: ignore[import-untyped]  # ships no types
from backports import zstd

from tests.acceptance.hostile_kinds import DECLARED, THREE, TITLES, TWO, Case, http, item, ok, refused, rss
from tests.web import Reply

WORDS = {
    "cp932": "パキスタンで中国人技術者の車列が襲撃され死亡した",
    "euc_jp": "パキスタンで中国人技術者の車列が襲撃され死亡した",
    "cp949": "파키스탄에서 중국인 기술자 차량 행렬 공격",
    "gb18030": "巴基斯坦中国工程师车队遭自杀式袭击两人死亡",
    "big5": "巴基斯坦中國工程師車隊遭自殺式襲擊",
    "cp1256": "هجوم على قافلة صينية في كويتا يقتل مهندسين",
    "cp1251": "Взрыв в Гвадаре убил двух китайских инженеров",
    "koi8-r": "Взрыв в Гвадаре убил двух китайских инженеров",
}
URDU = "پاکستان میں سی پیک منصوبے پر حملہ"


def _said(charset: str) -> str:
    return f'<?xml version="1.0" encoding="{charset}"?>' if charset else ""


def _charsets() -> Iterator[Case]:
    for encoding, words in WORDS.items():
        for said in ("", "iso-8859-1", "utf-8"):
            body = rss(item(1, words), start=_said(said)).encode(encoding)
            yield ok(f"{encoding} that says {said or 'nothing'}", body, words)
    japanese = WORDS["cp932"]
    for said, encoding in (("Windows-31J", "cp932"), ("x-sjis", "cp932"), ("ISO-2022-JP", "iso2022_jp")):
        yield ok(f"Japanese as {said}", rss(item(1, japanese), start=_said(said)).encode(encoding), japanese)
    yield ok("undeclared ISO-2022-JP", rss(item(1, japanese), start="").encode("iso2022_jp"), japanese)
    korean = rss(item(1, WORDS["cp949"]), start=_said("ISO-2022-KR"))
    yield ok("ISO-2022-KR", korean.encode("iso2022_kr"), WORDS["cp949"])
    for name, said in (
        ("after a comment", "<!-- x --><?xml version='1.0' encoding='windows-1256'?>"),
        ("without quotation marks", "<?xml version=1.0 encoding=windows-1256?>"),
        ("after blank lines", "\n\n<?xml version='1.0' encoding='windows-1256'?>"),
    ):
        yield ok(f"a declaration {name}", rss(item(1, WORDS["cp1256"]), start=said).encode("cp1256"), WORDS["cp1256"])
    wide = rss(item(1, URDU), start=_said("utf-16"))
    yield ok("a mark of UTF-8 before UTF-16", codecs.BOM_UTF8 + wide.encode("utf-16"), URDU)
    yield ok("UTF-16 with its mark twice", codecs.BOM_UTF16_LE * 2 + wide.encode("utf-16-le"), URDU)
    yield ok("UTF-16 cut off", wide.replace(item(1, URDU), item(1, URDU) + item(2)).encode("utf-16")[:-121], URDU)
    bad = rss(item(1), item(2, "A\0B"), item(3)).encode()
    for name, put, title in (
        ("an overlong NUL", b"\xc0\x80", "AÀ€B"),
        ("an overlong tag", b"\xc0\xbcscript>", "AÀ¼script>B"),
        ("five bytes for one character", b"\xf8\x88\x80\x80\x80", "Aøˆ€€€B"),
        ("half a character", "ح".encode()[:1], "AØB"),
    ):
        yield ok(name, bad.replace(b"\0", put), "Item 1", title, "Item 3")
    yield ok(
        "two charsets in one document", rss(item(1, URDU, "caf\0")).encode().replace(b"\0", b"\xe9"), URDU, text="café"
    )


def _compressions() -> Iterator[Case]:
    body = rss(*THREE).encode()
    members = b"".join(gzip.compress(body[start : start + 50]) for start in range(0, len(body), 50))
    skipped = b"\x50\x2a\x4d\x18\x04\x00\x00\x00note"
    for name, sent, encoding in (
        ("gzip in many members", members, "gzip"),
        ("gzip that says deflate", gzip.compress(body), "deflate"),
        ("gzip that says identity", gzip.compress(body), "identity"),
        ("zlib that says gzip", zlib.compress(body), "gzip"),
        ("Zstandard behind a frame to be skipped", skipped + zstd.compress(body), "zstd"),
        ("Zstandard in two frames", zstd.compress(body[:90]) + zstd.compress(body[90:]), "zstd"),
        ("gzip without its last bytes", gzip.compress(body)[:-4], "gzip"),
        ("gzip, then identity", gzip.compress(body), "gzip, identity"),
        ("LZW, said and not done", body, "compress"),
    ):
        yield ok(name, sent, *TITLES, encoding=encoding)
    for name, sent, encoding, problem in (
        ("brotli cut off", brotli.compress(body)[:-10], "br", "ends in the middle"),
        ("Zstandard cut off", zstd.compress(body)[:-10], "zstd", "ends in the middle"),
        ("gzip six times over", gzip.compress(body), ",".join(["gzip"] * 6), "encoded 6 times over"),
        ("gzip with a wrong sum", gzip.compress(body)[:-8] + b"\0" * 8, "gzip", "the compressed answer is broken"),
        ("a bomb of small members", gzip.compress(b" " * 1_000) * 20_000, "gzip", "larger than 16,777,216 bytes"),
    ):
        yield refused(name, Reply(headers={"Content-Encoding": encoding}, body=sent), problem)
    window: dict[int, int] = {zstd.CompressionParameter.window_log: 27}
    wide = Reply(headers={"Content-Encoding": "zstd"}, body=zstd.compress(b"A" * 20_000_000, options=window))
    yield refused("Zstandard that asks for 128 MB", wide, "requires too much memory")


def _documents() -> Iterator[Case]:
    whole = rss(*THREE)
    atom = (
        '<a:entry xmlns:a="http://www.w3.org/2005/Atom"><a:id>u:3</a:id><a:title>Item 3</a:title>'
        '<a:link href="https://a.example/3"/></a:entry>'
    )
    for name, body in (
        ("CDATA in small letters", whole.replace("<title>Item 1<", "<title><![cdata[Item 1]]><")),
        ("CDATA with a blank", whole.replace("<title>Item 1<", "<title><! [CDATA[Item 1]]><")),
        ("a title whose end is missing", whole.replace("Item 1</title>", "Item 1")),
        ("an entry of Atom in RSS", rss(item(1), item(2), atom)),
        ("a list of items in the channel", rss("<items>" + "".join(THREE) + "</items>")),
        ("two channels", DECLARED + f"<rss><channel>{THREE[0]}{THREE[1]}</channel><channel>{THREE[2]}</channel></rss>"),
        ("an envelope around it", f'<s:Envelope xmlns:s="urn:s"><s:Body>{rss(*THREE, start="")}</s:Body></s:Envelope>'),
        ("capitals in some tags", rss(*THREE, start="").replace("item>", "ITEM>").replace("rss", "RSS")),
        ("NULs behind the feed", whole.encode() + b"\0" * 500),
        ("attributes without a blank between", whole.replace("</item>", '<enclosure url="/a"length="5"/></item>')),
        ("a tag with two colons", whole.replace("</item>", "<a:b:c>x</a:b:c></item>")),
        ("a tag that begins with a digit", whole.replace("</item>", "<1x>y</1x></item>")),
        ("a prefix declared wrongly", rss(*THREE, attributes=' xmlns:xml="urn:x" xmlns:xmlns="urn:y"')),
        ("an encoding declared twice", whole.replace("?>", ' encoding="utf-8"?>', 1)),
        ("a declaration in capitals", whole.replace("<?xml version", "<?XML VERSION", 1)),
        ("a notice in the channel's head", whole.replace("<title>F", "<br />\n<b>Notice</b>: x & y <b>/a</b><title>F")),
        ("two hyphens in a comment", whole.replace("<item>", "<!-- a -- b --><item>", 1)),
        ("20,000 namespaces", rss(*THREE, attributes="".join(f' xmlns:n{n}="urn:{n}"' for n in range(20_000)))),
        ("4,000 elements within each other", whole.replace("</item>", "<x>" * 4_000 + "</x>" * 4_000 + "</item>", 1)),
        ("an element of 300 kB", whole.replace("</item>", f'<e u="{"x" * 300_000}"/></item>', 1)),
    ):  # fmt: skip  # a table is read by its rows
        yield ok(name, body, *TITLES)
    yield ok("an item in a comment", rss("<!-- " + item(9) + " -->", item(1), item(2)), *TWO)
    yield ok("a feed in a text", rss(item(1, body=f"<![CDATA[{rss(item(9), start='')}]]>"), item(2)), *TWO)
    halves = rss(item(1), item(2), item(3, more='<enclosure url="https://a.example/xxx'))
    yield ok("cut off in an attribute", halves[:-40], *TITLES[:2])
    laughs = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 9))
    entities = f'<!DOCTYPE rss [<!ENTITY e0 "ha">{laughs}]>'
    bombed = rss(item(1, more='<enclosure url="https://a.example/&e8;"/>'), item(2), start="")
    yield ok("a bomb of entities in an attribute", entities + bombed, *TWO)


def _texts() -> Iterator[Case]:
    for opening in (
        "<svg class=icon/>",
        "<embed src=x>",
        "<iframe src=x/>",
        "<noscript>",
        "<video src=x>",
        "<template>",
    ):
        hidden = escape(f"<p>Two killed.</p>{opening}<p>TTP claimed it.</p>")
        yield ok(
            f"{opening} that never ends", rss(item(1, body=hidden)), "Item 1", text="Two killed.\n\nTTP claimed it."
        )
    yield ok("a tag with an override of direction", rss(item(1, escape("<scr\u202eipt>x()</scr\u202eipt>Hit"))), "Hit")
    yield ok("less than, then a letter", rss(item(1, escape("Toll up <a week after"))), "Toll up <a week after")
    yield ok("a tag that never ends", rss(item(1, escape("Hit <img src=x onerror=x()"))), "Hit")
    named = '<source url="https://d.example">Dawn.com</source>'
    yield ok("an outlet in other letters", rss(item(1, "Convoy hit - DAWN.COM", more=named)), "Convoy hit")
    titled = "<item><itunes:title>Only here</itunes:title><guid>1</guid></item>"
    spaced = ' xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"'
    yield ok("a title for podcasts only", rss(titled, attributes=spaced), "Only here")


def _json_feeds() -> Iterator[Case]:
    one, two = ({"id": str(n), "url": f"https://a.example/{n}", "title": f"Item {n}"} for n in (1, 2))
    version = "https://jsonfeed.org/version/1.1"
    both = json.dumps({"version": version, "title": "F", "items": [one, two]})
    deep = both.replace('"Item 1"}', '"Item 1", "x": ' + "[" * 100_000 + "]" * 100_000 + "}")
    for name, body in (
        ("comments between items", both.replace("}, {", "}, // the next\n{")),
        ("a long comment in JSON", both.replace('"items"', '/* generated, "by hand" */ "items"')),
        ("a comma too many in an item", both.replace('1"}', '1",}')),
        ("an address in a string is no comment", both.replace('1"}', '1", "x": "http://a//b/*c",}')),
        ("blanks before JSON", " " * 50_000 + both),
        ("an assignment", f"var feed = {both};"),
        ("a loop before JSON", "for(;;);" + both),
        ("JSON in a page", f"<html><body><pre>{both}</pre></body></html>"),
        ("members without version and title", json.dumps({"items": [one, two]})),
    ):
        yield ok(name, body, *TWO, media_type="application/feed+json")
    yield ok("an item nested too deeply", deep, "Item 2", media_type="application/feed+json")
    hidden = both.replace("Item 1", "<scr\\u0000ipt>x()</scr\\u0000ipt>Hit")
    yield ok("a tag with a NUL in JSON", hidden, "Hit", "Item 2", media_type="application/feed+json")
    for name, body in (("quotes", '{"items":["' + '\\"' * 300_000), ("comments", '{"items":[' + "/*" * 300_000)):
        reply = Reply(headers={"Content-Type": "application/json"}, body=body.encode())
        yield refused(f"JSON of {name} without end", reply, "broken JSON", "not-a-feed")


def _servers() -> Iterator[Case]:
    body = rss(*THREE).encode()
    length = f"Content-Length: {len(body)}"
    feed = json.dumps(
        {"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "title": "Item 1"}]}
    ).encode()
    many = "".join(f"X-{number}: 1\n" for number in range(400))
    for name, answer, titles in (
        ("four hundred headers", http(f"HTTP/1.1 200 OK\n{many}{length}", body), TITLES),
        ("a length too long, a comment at the end", http(
            f"HTTP/1.1 200 OK\nContent-Length: {len(body) + 99}", body + b"\n<!-- cached -->\n"), TITLES),
        ("JSON with a length too long", http(
            f"HTTP/1.1 200 OK\nContent-Type: application/json\nContent-Length: {len(feed) + 9}", feed), ("Item 1",)),
        ("one byte a chunk", http("HTTP/1.1 200 OK\nTransfer-Encoding: chunked",
            b"".join(b"1\r\n%c\r\n" % byte for byte in body) + b"0\r\n\r\n"), TITLES),
        ("fifty hints", http("HTTP/1.1 102 Processing", b"") * 50 + http(f"HTTP/1.1 200 OK\n{length}", body), TITLES),
        ("a refresh header", http(f"HTTP/1.1 200 OK\nRefresh: 0; url=http://127.0.0.1:9/\n{length}", body), TITLES),
        ("two types", http(f"HTTP/1.1 200 OK\nContent-Type: a/b\nContent-Type: text/xml\n{length}", body), TITLES),
        ("a status of nobody", http(f"HTTP/1.1 299 Fine\n{length}", body), TITLES),
        ("two answers", http(f"HTTP/1.1 200 OK\n{length}", body) * 2, TITLES),
    ):  # fmt: skip  # a table is read by its rows
        yield Case(name, answer, titles)
    cut = feed[:-20] + b"}"
    for name, answer, problem in (
        ("JSON cut off", http(f"HTTP/1.1 200 OK\nContent-Length: {len(feed) + 9}", cut), "broke off before its end"),
        ("not modified, unasked", http("HTTP/1.1 304 Not Modified", b""), "though we have nothing yet"),
        ("the greeting of a mail server", b"220 mail.example ESMTP\r\n", "not valid HTTP"),
        ("several choices", http(f"HTTP/1.1 300 Multiple Choices\n{length}", body), "HTTP 300: no feed was sent"),
        ("a way to a proxy", http("HTTP/1.1 305 Use Proxy\nLocation: /x\nContent-Length: 0", b""), "HTTP 305"),
    ):
        yield refused(name, answer, problem)
    redirected = http("HTTP/1.1 302 Found\nLocation: /خبر x\nContent-Length: 0".replace("خبر", "\xd8\xae"), b"")
    yield refused("a redirect in letters of nobody", redirected, "HTTP 404")


CASES = {
    case.name: case
    for make in (_charsets, _compressions, _documents, _texts, _json_feeds, _servers)
    for case in make()
}  # fmt: skip
