"""Recorded feeds, damaged in the ways publishers damage them: never fewer items than feedparser finds, with its ids."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.feeds.compose import kept_guid
from monitor.feeds.parse import parse_feed
from tests.feeds.test_corpus_reference import NOON, URL, recorded, reference

pytestmark = [
    pytest.mark.slow,
    # feedparser warns of its own old spelling of "updated".
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]

Mutation = Callable[[bytes, random.Random], bytes]
FILES, LARGEST = 25, 60_000
OFTEN = rb"<(title|link|guid|description|pubDate|id|updated)>[^<]*</\1>"


def replaced(pattern: bytes, make: Callable[[re.Match[bytes]], bytes], times: int) -> Mutation:
    """Return what replaces a few of the places where a pattern is found."""

    def mutate(body: bytes, rng: random.Random) -> bytes:
        places = list(re.finditer(pattern, body, re.DOTALL))
        for place in sorted(rng.sample(places, min(times, len(places))), key=lambda found: -found.start()):
            body = body[: place.start()] + make(place) + body[place.end() :]
        return body

    return mutate


MUTATIONS: dict[str, Mutation] = {
    "junk before": lambda body, _: b"<br />\n<b>Warning</b>: x in <b>/a.php</b> on line <b>1</b><br />\n" + body,
    "junk behind": lambda body, _: body + b"<script>x</script>\n<!-- cached -->\0\0",
    "bare ampersands": lambda body, rng: re.sub(rb"&amp;", lambda m: b"&" if rng.random() < 0.3 else m[0], body),
    "lost namespaces": replaced(rb'\sxmlns:\w+="[^"]*"', lambda _: b"", 3),
    "lost end tags": replaced(rb"</(?:title|link|description|item|entry|category)>", lambda _: b"", 2),
    "elements left empty": replaced(OFTEN, lambda m: b"<" + m[1] + b"/>", 4),
    "elements twice": replaced(OFTEN, lambda m: m[0] + m[0], 4),
    "elements of nobody": replaced(
        rb"<(?:item|entry)\b[^>]*>", lambda m: m[0] + b"<x:y z='1'/><foo>a<b>c</b>d</foo>", 4
    ),
    "tags in capitals": lambda body, _: re.sub(rb"(</?)(item|entry)\b", lambda m: m[1] + m[2].upper(), body),
    "CDATA everywhere": replaced(rb"(?<=<title>)[^<&]+(?=</)", lambda m: b"<![CDATA[" + m[0] + b"]]>", 9),
    "another charset named": lambda body, _: re.sub(rb"encoding=(['\"])[^'\"]*\1", b'encoding="gb2312"', body, count=1),
    "stray bytes": replaced(rb"(?<=<title>)[^<]{4,}", lambda m: m[0][:2] + b"\x08\xff&#0;" + m[0][2:], 4),
    "a document type": lambda body, _: re.sub(
        rb"<(?=rss|feed|rdf:RDF)", b'<!DOCTYPE x [<!ENTITY nbsp "&#160;">]><', body, count=1
    ),
}


@pytest.mark.parametrize("kind", MUTATIONS)
def test_a_damaged_feed_has_no_fewer_items_than_feedparser_finds(shared: Path, kind: str) -> None:
    rng = random.Random(kind)
    files = [path for folder in ("real", "odd") for path in recorded(shared, folder) if path.stat().st_size < LARGEST]
    other_ids = 0
    for path in rng.sample(files, FILES):
        body = MUTATIONS[kind](path.read_bytes(), rng)
        ours, theirs = parse_feed(body, "", None, URL, NOON).items, reference(body)
        assert len(ours) >= len(theirs), path.name
        if len(ours) == len(theirs):
            ids = [kept_guid(str(dict.get(entry, "id") or "")) for entry in theirs]
            # Its lenient parser writes "&amp;" into ids, and takes those of foreign elements.
            other_ids += [item.guid for item in ours] != [(one or "").replace("&amp;", "&") or None for one in ids]
    assert other_ids <= 2
