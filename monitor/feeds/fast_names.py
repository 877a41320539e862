"""What the elements of RSS, RDF and Atom mean, whatever prefix and case they are written in.

The table follows feedparser, which is the reference: a namespace is known by its address in any case, an unknown one
by the prefix the document gives it, so that a publisher's slip in the address costs no date and no author.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from lxml import etree


class Role(StrEnum):
    """What the reader does with an element of an item or a feed."""

    ITEM = "item"
    CHANNEL = "channel"
    TITLE = "title"
    MEDIA_TITLE = "media-title"
    LINK = "link"
    GUID = "guid"
    DESCRIPTION = "description"
    SUMMARY = "summary"
    CONTENT = "content"
    ENCODED = "encoded"
    BODY = "body"
    AUTHOR = "author"
    PUBLISHED = "published"
    UPDATED = "updated"
    CREATED = "created"
    CATEGORY = "category"
    KEYWORDS = "keywords"
    ENCLOSURE = "enclosure"
    SOURCE = "source"
    LANGUAGE = "language"
    MEDIA_FILE = "media-file"
    MEDIA_GROUP = "media-group"
    IMAGE = "image"
    PICTURE = "img"
    TTL = "ttl"
    UPDATE_PERIOD = "sy_updateperiod"
    UPDATE_FREQUENCY = "sy_updatefrequency"
    FOREIGN = "foreign"
    """Known to the reference reader in ways not followed here: a document with it is left to that reader."""
    OTHER = "other"


_NAMESPACES: Final = {
    "http://blogs.law.harvard.edu/tech/rss": "",
    "http://purl.org/rss/1.0/": "",
    "http://my.netscape.com/rdf/simple/0.9/": "",
    "http://example.com/newformat#": "",
    "http://example.com/necho": "",
    "http://purl.org/echo/": "",
    "uri/of/echo/namespace#": "",
    "http://purl.org/pie/": "",
    "http://purl.org/atom/ns#": "",
    "http://www.w3.org/2005/atom": "",
    "http://purl.org/rss/1.0/modules/rss091#": "",
    "http://purl.org/rss/1.0/modules/content/": "content",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/terms/": "dcterms",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
    "http://example.com/dtds/podcast-1.0.dtd": "itunes",
    "http://search.yahoo.com/mrss": "media",
    "http://search.yahoo.com/mrss/": "media",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf",
    "http://purl.org/rss/1.0/modules/syndication/": "sy",
    "http://www.w3.org/1999/xhtml": "xhtml",
}

_NAMES: Final = {
    Role.ITEM: "item entry",
    Role.CHANNEL: "channel",
    Role.TITLE: "title dc:title",
    Role.MEDIA_TITLE: "media:title itunes:title",
    Role.LINK: "link",
    Role.GUID: "guid id",
    Role.DESCRIPTION: "description dc:description media:description",
    Role.SUMMARY: "summary itunes:summary",
    Role.CONTENT: "content",
    Role.ENCODED: "content:encoded fullitem",
    Role.BODY: "body xhtml:body",
    Role.AUTHOR: "author managingeditor dc:author dc:creator itunes:author",
    Role.PUBLISHED: "published issued pubdate dcterms:issued",
    Role.UPDATED: "updated modified lastbuilddate date dc:date dcterms:modified",
    Role.CREATED: "created dcterms:created",
    Role.CATEGORY: "category keywords dc:subject media:category",
    Role.KEYWORDS: "media:keywords itunes:keywords tags",
    Role.ENCLOSURE: "enclosure",
    Role.SOURCE: "source",
    Role.LANGUAGE: "language dc:language",
    Role.MEDIA_FILE: "media:content",
    Role.MEDIA_GROUP: "media:group categories",
    Role.IMAGE: "image",
    Role.PICTURE: "img",
    Role.TTL: "ttl",
    Role.UPDATE_PERIOD: "sy:updateperiod",
    Role.UPDATE_FREQUENCY: "sy:updatefrequency",
    # Of these, some fill the same fields by other ways, and some are fields of feedparser's own making.
    Role.FOREIGN: (
        "abstract textinput itunes:category links authors summary_detail title_detail content_detail guidislink "
        "media_content feed rss rdf:rdf"
    ),
}

_ROLES: Final = {name: role for role, names in _NAMES.items() for name in names.split()}


class Names:
    """The roles of one document's elements, each tag looked at once."""

    def __init__(self) -> None:
        self.known: dict[str, Role] = {}
        """By tag, those asked for before."""

    def role(self, element: etree._Element) -> Role:
        """Return what ``element`` means; an unknown namespace is taken for the prefix it was first written with."""
        tag = element.tag
        role = self.known.get(tag)
        if role is None:
            role = self.known[tag] = _ROLES.get(canonical_name(element), Role.OTHER)
        return role


def canonical_name(element: etree._Element) -> str:
    """Return an element's name in lower case, with the usual prefix of its namespace: ``dc:creator``."""
    namespace, _, local = str(element.tag).rpartition("}")
    if not namespace:
        return local.lower()
    address = namespace[1:].lower()
    prefix = "" if "backend.userland.com/rss" in address else _NAMESPACES.get(address)
    if prefix is None:
        prefix = element.prefix or ""
    return f"{prefix}:{local}".lower() if prefix else local.lower()
