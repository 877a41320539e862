"""Names for new feeds: short, readable, unique; a name is for ever, so it is made from what rarely changes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from typing import Final
from urllib.parse import urlsplit

LONGEST_NAME: Final = 40
"""A name is typed on command lines; config.toml would take 64."""

_FEWEST_LETTERS: Final = 3
"""Of a title in another script hardly a letter is left; the host says more than "24"."""

_NOT_IN_NAMES = re.compile(r"[^a-z0-9]+")
_BEHIND_NAMES: Final = frozenset({"com", "org", "net", "gov", "gob", "edu", "mil", "co", "ac", "go", "or", "info"})
_BEFORE_NAMES: Final = frozenset({"www", "feeds", "feed", "rss", "en"})


def feed_name(title: str, url: str, taken: Collection[str]) -> str:
    """Return a name for a feed that is none of ``taken``: from its title, or its host where that leaves no letters."""
    name = _slug(title)
    if sum(letter.isalpha() for letter in name) < _FEWEST_LETTERS:
        name = _slug(_host(url)) or "feed"
    if name not in taken:
        return name
    number = 2
    while f"{name}-{number}" in taken:
        number += 1
    return f"{name}-{number}"


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    words = _NOT_IN_NAMES.sub("-", plain.replace("'", "")).strip("-")
    if len(words) <= LONGEST_NAME:
        return words
    cut = words[: LONGEST_NAME + 1]
    return (cut.rpartition("-")[0] or cut[:LONGEST_NAME]).strip("-")


def _host(url: str) -> str:
    """Return what names the outlet in a host: "jang" of "www.jang.com.pk"."""
    try:
        host = (urlsplit(url).hostname or "").removesuffix(".")
    except ValueError:
        return ""
    parts = host.split(".")
    if host.replace(".", "").isdigit():
        return host
    while len(parts) > 1 and parts[0] in _BEFORE_NAMES:
        parts = parts[1:]
    kept = parts[:-1] or parts
    while len(kept) > 1 and kept[-1] in _BEHIND_NAMES:
        kept = kept[:-1]
    return "-".join(kept)
