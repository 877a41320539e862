"""Throw broken and contrived input at the readers: ``python -m benchmarks.fuzz --minutes 10``.

Six kinds of input, in turn: recorded and sample documents with bytes changed (``parse``), well-formed feeds put
together at random, read by the fast reader and by feedparser (``agree``), HTML fragments read by the fast reader of
words and by the HTML parser (``words``), documents in one charset that claim another (``charset``), OPML lists with
bytes changed (``opml``), and dates (``dates``). A finding is an
exception, more than five CPU seconds for one input, an item that no database or page should be given, or two readers
that disagree. Findings are printed and, with ``--save``, written to a folder; each becomes a test. The same ``--seed``
gives the same inputs.
"""

from __future__ import annotations

import argparse
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import escape
from pathlib import Path
from types import FrameType
from typing import Final

from monitor.feeds.charset import decode
from monitor.feeds.clean import plain_text, safe_html
from monitor.feeds.dates import read_date
from monitor.feeds.fast import read_fast
from monitor.feeds.fast_text import simple_text
from monitor.feeds.links import clean_link
from monitor.feeds.opml import parse_opml, render_opml
from monitor.feeds.parse import parse_feed
from monitor.feeds.xml_repair import to_xml
from monitor.feeds.xmlfeed import build_feed, parse_xml_feed
from monitor.records import ParsedItem
from monitor.text.html import html_to_text

NOW: Final = datetime(2026, 11, 21, 12, tzinfo=UTC)
URL: Final = "https://feeds.example/all.xml"
HERE: Final = Path(__file__).parent
CORPUS: Final = HERE.parent.parent / "shared" / "corpus"
LONGEST_SEED: Final = 60_000
SECONDS_PER_INPUT: Final = 5.0

SAMPLE: Final = """<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/\
modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Frontier</title><ttl>15</ttl>
<item><title><![CDATA[Convoy hit near Dasu]]></title><link>https://frontier.example/1?a=1&amp;b=2</link><guid>1</guid>
<pubDate>Sat, 21 Nov 2026 10:00:00 PKT</pubDate><dc:creator>Gul Khan</dc:creator><category>Kohistan</category>
<description>Two died &lt;b&gt;at dawn&lt;/b&gt; &amp;amp; five.</description><content:encoded><![CDATA[<p>حملہ</p>]]>
</content:encoded><enclosure url="/a.mp3" length="5" type="audio/mpeg"/></item></channel></rss>"""
JSON_SAMPLE: Final = """{"version":"https://jsonfeed.org/version/1.1","title":"Gulf","items":[{"id":1,"url":"/1",
"title":"Port reopens","content_html":"<p>Ships</p>","date_published":"2026-11-21T10:00:00+04:00","tags":["a"]}]}"""

OPML_SAMPLE: Final = """<?xml version="1.0"?><opml version="2.0"><head><title>Desk</title></head><body>
<outline text="Pak"><outline text="Frontier" type="rss" xmlUrl="https://frontier.example/feed" htmlUrl="/"/></outline>
</body></opml>"""
CHARSETS: Final = ("utf-8", "utf-16", "utf-16-le", "utf-32", "cp1256", "cp1251", "gb18030", "big5", "iso-8859-1", "hz")
NAMED: Final = (*CHARSETS, "utf-7", "idna", "unicode_escape", "x-unknown", "", "iso-2022-jp", "rot13", "zlib", "ascii")

PIECES: Final = (
    b"<", b">", b"&", b";", b"]]>", b"<![CDATA[", b"<!--", b"-->", b"\x00", b"\xff\xfe", b"\xed\xa0\x80", b"\x1b$B",
    b"&#0;", b"&#x110000;", b"&nbsp;", b"<item>", b"</item>", b"<entry>", b"</channel>", b"<!DOCTYPE a [", b"<?xml ",
    b"encoding='utf-7'", b"xmlns:x=''", b"<p>" * 300, b"\xe2\x80\xae", b"9" * 400, b"<svg>", b"</p>", b'"', b"{", b"[",
    b"<link href='//[::1'/>", b"<guid/>", b"<title/>", b"<ttl>1e999</ttl>",
    b"<sy:updatePeriod>daily</sy:updatePeriod>", b"<sy:updateFrequency>1e-300</sy:updateFrequency>",
    b"xml:base='http://['", b"<description><b>", b"\xc2\x85",
)  # fmt: skip  # what has broken readers before, to be read as one list

ELEMENTS: Final = (
    "title", "link", "guid", "description", "content:encoded", "pubDate", "dc:date", "dc:creator", "author", "category",
    "media:content", "media:group", "media:title", "media:description", "enclosure", "dc:subject", "summary",
    "comments", "slash:comments", "dc:title", "media:keywords", "thr:total", "body", "content", "updated",
)  # fmt: skip  # as above
NESTED: Final = tuple(name for name in ELEMENTS if name.startswith("media:"))
"""Plain elements inside a media group, and titles beside ``source`` and ``image``, confuse feedparser's own state."""

WORDS: Final = (
    "attack", "Gwadar", "چین", "袭击", "&", "<b>bold</b>", "</p>", "https://a.example/1?x=1&y=2", "/2", "AT&amp;T", " ",
    "gul@a.org (Gul)", "2026-11-21T10:00:00Z", "Sat, 21 Nov 2026 10:00:00 PKT", "Ã©tat", "\x93quoted\x94", "", "\n",
    "1 < 2", "&nbsp;", "true", "http:////x/y", "é", "&copy=1", "&copy;=1",
)  # fmt: skip  # as above
MARKUP: Final = (
    "<p>", "</p>", "<br>", "<br/>", "</br>", "<b>", "</b>", "<div>", "</div>", "<ul>", "</ul>", "<li>", "</li>",
    "<a href='x'>", "</a>", "<img src=x>", "<h2>", "</h2>", "<blockquote>", "</blockquote>", '<span title="a>b">',
    "</span>", "<hr>", "word", "چین", "袭击", "\n", "\t", "\xa0", "&amp;", "&nbsp;", "&lt;b&gt;", "&#8217;", "&#146;",
    "&copy", "&x;", "<", ">", "<script>", "</script>", "<!-- a -->", "<pre>", "</pre>", "<td>", "\u200c", "\u202e",
    "</", "<ol>", "</ol>", "\r", "\u2028", "<p", "<P>", "<a b='>", "&shy;", "&#32;", "<center>", "</center>", "<em/>",
    "</em>", "</p >", "<p/>", "&AMP;", "&frac12;", " ", "<p class='a/b'/>", "<a href=x/>", "<hr / >",
)  # fmt: skip  # as above
DATE_PARTS: Final = (
    "Sat,", "21", "Nov", "2026", "10:00:00", "PKT", "+0500", "T", "Z", "-", "/", ".", "1405", "08", "30", "نومبر", "۲۱",
    "年", "月", "日", "pm", "W47", "99999", "24:00", "+25:99", "-1", "0", "१९", " ",
)  # fmt: skip  # as above

Finding = str | None


class TooSlowError(Exception):
    """One input took longer than any input may."""


def _ring(_signal: int, _frame: FrameType | None) -> None:
    raise TooSlowError


def seeds() -> list[bytes]:
    """Return documents to damage: two samples and, where it is there, the recorded corpus."""
    found = [SAMPLE.encode(), JSON_SAMPLE.encode()]
    for folder in ("odd", "hostile", "real"):
        if (CORPUS / folder).is_dir():
            documents = [path.read_bytes() for path in sorted((CORPUS / folder).iterdir())]
            found += [body for body in documents if len(body) <= LONGEST_SEED]
    return found


def damaged(rng: random.Random, documents: list[bytes]) -> bytes:
    """Return one of the documents with a few bytes changed, cut out, repeated or put in."""
    body = bytearray(rng.choice(documents))
    for _ in range(rng.randint(1, 8)):
        start = rng.randint(0, len(body))
        end = min(len(body), start + int(rng.expovariate(1 / 30)))
        match rng.randrange(6):
            case 0:
                body[start:end] = b""
            case 1:
                body[start:start] = rng.choice(PIECES)
            case 2:
                body[start:start] = body[start:end] * rng.randint(1, 20)
            case 3 if start < len(body):
                body[start] = rng.randrange(256)
            case 4:
                other = rng.choice(documents)
                place = rng.randint(0, len(other))
                body[start:end] = other[place : place + rng.randint(0, 300)]
            case _:
                body[start:end] = rng.choice(PIECES)
    return bytes(body)


def misnamed(rng: random.Random) -> bytes:
    """Return the sample in one charset, declaring another, some bytes changed."""
    text = SAMPLE.replace('encoding="utf-8"', f'encoding="{rng.choice(NAMED)}"')
    body = text.encode(rng.choice(CHARSETS), "xmlcharrefreplace")
    return damaged(rng, [body]) if rng.random() < 0.5 else body


def contrived(rng: random.Random) -> str:
    """Return a well-formed feed of random elements in random order and depth."""
    items = "".join(f"<item>{_elements(rng, 0)}</item>" for _ in range(rng.randint(1, 3)))
    spaces = (
        'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:media="http://search.yahoo.com/mrss/" xmlns:slash="http://purl.org/rss/1.0/modules/slash/" '
        'xmlns:thr="http://purl.org/syndication/thread/1.0"'
    )
    return f'<rss version="2.0" {spaces}><channel><title>F</title>{items}</channel></rss>'


def _elements(rng: random.Random, depth: int) -> str:
    written = []
    for _ in range(rng.randint(0, 7)):
        name = rng.choice(NESTED if depth else ELEMENTS)
        attributes = ""
        if rng.random() < 0.3:
            key = rng.choice(["type", "href", "url", "isPermaLink", "term", "label", "domain", "rel", "length"])
            value = rng.choice(["html", "text", "xhtml", "false", "https://a.example/x", "alternate", "self", "5", ""])
            attributes = f' {key}="{escape(value)}"'
        inner = "".join(rng.choice(WORDS) for _ in range(rng.randint(0, 4)))
        is_cdata = rng.random() < 0.3 and "]]>" not in inner
        content = f"<![CDATA[{inner}]]>" if is_cdata else escape(inner)
        if name in ("media:group", "media:content") and depth < 2:
            content = _elements(rng, depth + 1)
        written.append(f"<{name}{attributes}>{content}</{name}>")
    return "".join(written)


def check_parse(body: bytes) -> Finding:
    """Return what is wrong with the items read from ``body``."""
    for item in parse_feed(body, "", None, URL, NOW).items:
        if wrong := _wrong(item):
            return wrong
    return None


def _wrong(item: ParsedItem) -> Finding:
    for words in (item.title, item.text, item.html, item.guid or "", item.link or "", *item.authors, *item.tags):
        words.encode()  # a lone surrogate ends every later step
        if "\x00" in words:
            return "a NUL"
    if "\n" in item.title or len(item.title) > 1_000 or len(item.text) > 200_000 or len(item.guid or "") > 1_000:
        return "too long, or a title of two lines"
    if not (item.link or "http").startswith("http") or "<script" in item.html.lower():
        return "a link or markup that acts"
    for moment in (item.published_at, item.updated_at):
        if moment and not datetime(1990, 1, 1, tzinfo=UTC) <= moment <= NOW + timedelta(hours=24):
            return f"a date that cannot be: {moment}"
    return None


def check_charset(body: bytes) -> Finding:
    """Return what is wrong with a document read in the charset an HTTP header may name."""
    for name in (None, NAMED[len(body) % len(NAMED)]):
        decode(body, name).text.encode("utf-8", "surrogatepass")
        for item in parse_feed(body, "text/xml", name, URL, NOW).items:
            if wrong := _wrong(item):
                return wrong
    return None


def check_opml(body: bytes) -> Finding:
    """Return what is wrong with the feeds read from an OPML list, and read again from our own."""
    found = parse_opml(body)
    again = parse_opml(render_opml(found.title, found.subscriptions).encode())
    # In any order: what stands in one folder at two places is written together.
    ours, theirs = [sorted(each.url for each in read.subscriptions) for read in (again, found)]
    return None if ours == theirs else f"{theirs} came back as {ours}"


def check_agree(text: str) -> Finding:
    """Return where the fast reader and feedparser differ on a well-formed feed."""
    fast = read_fast(text)
    if fast is None:
        return None
    ours = build_feed(fast, URL, NOW, ()).items
    theirs = parse_xml_feed(to_xml(decode(text.encode(), None).text), URL, NOW).items
    if len(ours) != len(theirs):
        return f"{len(ours)} items against {len(theirs)}"
    for mine, other in zip(ours, theirs, strict=True):
        for name in ("guid", "link", "title", "text", "published_at", "updated_at", "tags", "enclosures"):
            if name == "link" and (other.link is None or mine.link == clean_link(URL, mine.guid)):
                continue  # feedparser does not take a guid for the address where the link was left empty
            if getattr(mine, name) != getattr(other, name):
                return f"{name}: {getattr(mine, name)!r} against {getattr(other, name)!r}"
        if not set(other.authors) <= set(mine.authors):  # feedparser drops some that repeat or stand empty before
            return f"authors: {mine.authors!r} against {other.authors!r}"
    return None


def check_words(html: str) -> Finding:
    """Return where the fast reader of words and the HTML parser differ, or what it takes for safe and the sanitiser."""
    fast = simple_text(html)
    if fast is not None and fast.text != (slow := html_to_text(html)):
        return f"{fast.text!r} against {slow!r}"
    told = plain_text(html).html
    if told is not None and told != (safe := safe_html(html, None)):
        return f"{told!r} against {safe!r}"
    return None


def check_date(value: str) -> Finding:
    """Return what is wrong with the time read from ``value``."""
    moment, flag = read_date(value, NOW)
    if moment is None:
        return None if flag else "no time and no reason"
    return _wrong(replace(_BLANK, published_at=moment))


_BLANK: Final = ParsedItem(None, None, "", "", "")


def _kinds(rng: random.Random) -> dict[str, tuple[Callable[[], bytes], Callable[[bytes], Finding]]]:
    documents = seeds()
    lists = [OPML_SAMPLE.encode(), *(path.read_bytes() for path in sorted(CORPUS.glob("opml/*")))]
    return {
        "parse": (lambda: damaged(rng, documents), check_parse),
        "agree": (lambda: contrived(rng).encode(), lambda body: check_agree(body.decode())),
        "words": (
            lambda: "".join(rng.choice(MARKUP) for _ in range(rng.randint(1, 12))).encode(),
            lambda body: check_words(body.decode()),
        ),
        "charset": (lambda: misnamed(rng), check_charset),
        "opml": (lambda: damaged(rng, lists), check_opml),
        "dates": (
            lambda: "".join(rng.choice(DATE_PARTS) + " " * rng.randrange(2) for _ in range(rng.randint(1, 8))).encode(),
            lambda body: check_date(body.decode()),
        ),
    }


def _try(check: Callable[[bytes], Finding], body: bytes) -> Finding:
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS_PER_INPUT)
    try:
        return check(body)
    except TooSlowError:
        return f"more than {SECONDS_PER_INPUT:.0f} CPU seconds"
    except Exception as error:  # noqa: BLE001  # finding these is what this program is for
        return f"{type(error).__name__}: {error}"
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def main() -> int:
    """Fuzz for the CPU time asked for; return 1 if anything was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=0.2, help="CPU minutes (default: 0.2)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=["parse", "agree", "words", "charset", "opml", "dates"])
    parser.add_argument("--save", type=Path, help="folder for the inputs that found something")
    arguments = parser.parse_args()
    signal.signal(signal.SIGVTALRM, _ring)
    kinds = _kinds(random.Random(arguments.seed))  # noqa: S311  # repeatable, guards nothing
    if arguments.only:
        kinds = {arguments.only: kinds[arguments.only]}
    tried: Counter[str] = Counter()
    findings = 0
    while time.process_time() < arguments.minutes * 60:
        for kind, (make, check) in kinds.items():
            body = make()
            tried[kind] += 1
            finding = _try(check, body)
            if finding:
                findings += 1
                print(f"{kind} #{tried[kind]}: {finding[:300]}\n    {body[:300]!r}", flush=True)
                if arguments.save:
                    arguments.save.mkdir(parents=True, exist_ok=True)
                    (arguments.save / f"{kind}-{arguments.seed}-{tried[kind]}.bin").write_bytes(body)
    inputs = ", ".join(f"{number:,} {kind}" for kind, number in tried.items())
    print(f"{time.process_time() / 60:.1f} CPU minutes, seed {arguments.seed}: {inputs}; {findings} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
