"""Addresses found in feeds: resolved, checked, and reduced to what tells one page from another."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import parse_qsl, unquote, urlencode, urljoin, urlsplit

LONGEST_LINK: Final = 4_000
"""Longer addresses are embedded data or attacks; browsers and mail clients cut them far below this."""

_SCHEMES: Final = frozenset({"http", "https"})
_EMPTY: Final = frozenset({"http:", "https:", "http://", "https://", "#"})
"""What is left of a link when a form was not filled in; resolved, it would lead to the feed itself."""

_DEFAULT_PORTS: Final = {"http": 80, "https": 443}

_IGNORED_IN_LINKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
"""Characters browsers drop from addresses, invisible ones that only serve to disguise them, halves of characters."""

_PLAIN_LINK = re.compile(
    r"https?://[a-z0-9.-]*[a-z0-9](?:/[\w.~!$&'()*+,=:@%/-]*(?:\?[\w.~!$&'()*+,=:@%/-]+)?)", re.ASCII
)
"""Addresses that stay as they are, which is most of them."""

_USUAL_LINK = re.compile(
    r"https?://([a-z0-9.-]+)((?:/[\w.~!$&'()*,:@%+/-]*)?)"
    r"(?:\?([\w.~-]*(?:=[\w.~-]*)?(?:&[\w.~-]*(?:=[\w.~-]*)?)*))?(?:#[\w/=&-]*)?",
    re.ASCII,
)
"""Addresses without port, password and what is written with percent signs in a query: read in one step."""

_ESCAPED_IN_LINKS: Final = str.maketrans({" ": "%20", '"': "%22", "<": "%3C", ">": "%3E"})
"""What ends an address in the pages and mails it is written into."""

_PLACE = re.compile(r"[^?#]*")
_HOST_WITHOUT_SCHEME = re.compile(r"www\.[\w-]+(?:\.[\w-]+)+(?:[/?#:]|$)", re.IGNORECASE)
"""What people type and browsers open; read as a path, it would lead nowhere."""

_FEED_SCHEME = re.compile(r"^(?:feed|itpc|pcast):(?://(?!/)|(?=https?://))", re.IGNORECASE)
_SESSION = re.compile(r";(?:jsessionid|phpsessid)=[^/;?]*", re.IGNORECASE)
_HOST = re.compile(r"[^/?#]*")

_TRACKING_PREFIXES: Final = ("utm_", "at_", "mc_", "ns_", "pk_", "mtm_", "hsa_", "wt_", "wt.", "ga_")
_TRACKING: Final = frozenset({
    "fbclid", "gclid", "dclid", "gbraid", "wbraid", "msclkid", "yclid", "twclid", "ttclid", "igshid", "igsh", "mkt_tok",
    "_ga", "_gl", "cmpid", "cmp", "icid", "ocid", "ncid", "xtor", "s_cid", "smid", "ref_src", "ref_url", "feature",
    "traffic_source", "maca", "ftag", "rss", "feedtype", "source_rss", "campaign_id", "sh_kit", "phpsessid",
    "jsessionid",
})  # fmt: skip  # a table is read by its groups
"""Query parameters that say where a reader came from, never which page is meant."""


def clean_link(base: str | None, link: str | None) -> str | None:
    """Return ``link`` resolved against ``base`` if it leads to a web page (http or https with a host), else None."""
    if not link:
        return None
    if len(link) <= LONGEST_LINK and _PLAIN_LINK.fullmatch(link):
        return link
    bare = _IGNORED_IN_LINKS.sub("", link).strip()
    if not bare or len(bare) > LONGEST_LINK or bare.lower() in _EMPTY:
        return None
    if "\\" in bare:
        # As browsers do: https://known.example\@other.example leads to the first of them.
        place = _PLACE.match(bare)
        bare = place[0].replace("\\", "/") + bare[place.end() :] if place else bare
    if _HOST_WITHOUT_SCHEME.match(bare):
        bare = ("https://" if base and base.startswith("https:") else "http://") + bare
    try:
        absolute = urljoin(base or "", bare)
        parts = urlsplit(absolute)
        is_web = parts.scheme.lower() in _SCHEMES and bool(parts.hostname) and parts.port != 0
    except ValueError:  # brackets that are not an IPv6 address, a port that is none, and the like
        return None
    if not is_web:
        return None
    absolute = (
        parts.scheme + absolute[len(parts.scheme) :]
    )  # "HTTP://" is a web address, and written small from here on
    kept = absolute.translate(_ESCAPED_IN_LINKS)
    return kept if len(kept) <= LONGEST_LINK else None


def without_feed_scheme(link: str) -> str:
    """Return the web address behind ``feed:``, ``itpc:`` or ``pcast:``, by which browsers are told to call a reader."""
    return _FEED_SCHEME.sub(lambda found: "http://" if found[0].endswith("//") else "", link.strip())


def canonical_link(link: str) -> str:
    """Return what identifies the page behind ``link``: host, path and query without tracking, order or fragment.

    Scheme and ``www.`` are left out, so that a site's move to https renames nothing, and percent signs resolved, since
    aggregators write them where the outlet writes its own letters. Not an address to fetch.
    """
    usual = _USUAL_LINK.fullmatch(link)
    if usual:
        host, path, query = usual.groups()
        page = host.removeprefix("www.") + _decoded(path).rstrip("/")
        kept = sorted(pair.partition("=")[::2] for pair in query.split("&") if pair) if query else ()
        pairs = "&".join([f"{name}={value}" for name, value in kept if not _is_tracking(name)])
        return f"{page}?{pairs}" if pairs else page
    return canonical_by_parts(link)


def canonical_by_parts(link: str) -> str:
    """Return what ``canonical_link`` does for any link, ten times slower than for the usual ones."""
    try:
        parts = urlsplit(link)
        host, port = _ascii(parts.hostname or "").removeprefix("www."), parts.port
    except ValueError:
        return link
    if port is not None and port != _DEFAULT_PORTS.get(parts.scheme):
        host = f"{host}:{port}"
    pairs = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if not _is_tracking(pair[0])]
    query = f"?{urlencode(sorted(pairs))}" if pairs else ""
    # "#!/story/5" is a page of its own; every other fragment is a place on one.
    fragment = f"#{parts.fragment}" if parts.fragment.startswith("!") else ""
    path = _decoded(_SESSION.sub("", parts.path) if ";" in parts.path else parts.path)
    return f"{host}{path.rstrip('/')}{query}{fragment}"


def page_of(canonical: str) -> str:
    """Return the path of a canonical link alone, the host where there is no path.

    It is what stays of the address of an item when the site moves to another host, or stamps its links anew at every
    pull.
    """
    page = canonical.partition("?")[0].partition("#")[0]
    return page.partition("/")[2].casefold() or page


def place_of(canonical: str) -> str:
    """Return what a canonical link names on its host, whichever that is."""
    host = _HOST.match(canonical)
    return canonical[host.end() :] if host else canonical


def _decoded(path: str) -> str:
    if "%" not in path:
        return path
    try:
        decoded = unquote(path, errors="strict")
    except UnicodeDecodeError:  # another charset than UTF-8: what it means is not known
        return path
    return decoded if decoded.isprintable() else path


def _ascii(host: str) -> str:
    if host.isascii():
        return host
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return host


def _is_tracking(name: str) -> bool:
    lowered = name.casefold()
    return lowered in _TRACKING or lowered.startswith(_TRACKING_PREFIXES)
