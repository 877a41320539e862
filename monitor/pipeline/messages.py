"""Freeze digests and alerts into outbox messages: one per route, or per file of a folder route."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from monitor.deliver.message import Mail, build_mail, domain_of, message_id
from monitor.deliver.routes import EmailRoute, FolderRoute, Route
from monitor.digests.alert import AlertIssue
from monitor.digests.present import Legend
from monitor.digests.render import Pages
from monitor.pipeline.desk import Desk
from monitor.records import Digest, DigestSpec, Feed, OutboxMessage

_FILES = ("md", "html")
"""What a folder route gets, in this order: the Markdown file is complete, so it is written first."""


class KnownFeeds(Mapping[str, Feed]):
    """Feeds by name; one that config.toml no longer has counts as sensitive, since nobody can say that it was not.

    Its items are still to be told when it is removed, and a link to an outlet of militants must not be clicked.
    """

    def __init__(self, feeds: Mapping[str, Feed]) -> None:
        self._feeds = feeds

    def __getitem__(self, name: str) -> Feed:
        return self._feeds.get(name) or Feed(name=name, url="", outlet=name, is_sensitive=True)

    def __iter__(self) -> Iterator[str]:
        return iter(self._feeds)

    def __len__(self) -> int:
        return len(self._feeds)


def legend(desk: Desk) -> Legend:
    """Return what the names in digests and alerts mean."""
    return Legend(
        feeds=KnownFeeds({feed.name: feed for feed in (*desk.config.feeds, *desk.config.paused)}),
        entities={entity.id: entity.name for entity in desk.book.entities},
    )


def digest_messages(desk: Desk, spec: DigestSpec, digest: Digest, now: datetime) -> tuple[OutboxMessage, ...]:
    """Return the messages that carry a digest to its routes."""
    pages = desk.renderer.pages(digest, legend(desk), spec.template)
    local = digest.until.astimezone(ZoneInfo(digest.zone))
    base = f"{digest.name}-{local:%Y-%m-%d-%H%M%S}"
    return tuple(
        message
        for route in _routes(desk, spec.routes)
        for message in _messages(route, _Content("digest", digest.id, digest.id, base, pages), now)
    )


def alert_messages(desk: Desk, routes: Sequence[str], issue: AlertIssue, now: datetime) -> tuple[OutboxMessage, ...]:
    """Return the messages that carry an alert to an analyst's routes."""
    pages = desk.renderer.render_alert(issue, legend(desk))
    about = f"{issue.analyst}/{issue.story.id}"
    items = " ".join(f"{e.assessed.item.id}.{e.assessed.item.revision}" for e in issue.story.entries)
    # The same alert decided again after a kill must get the same id: it names what it is about, not when.
    mark = hashlib.sha256(f"{about} {items}".encode()).hexdigest()[:12]
    local = issue.decided_at.astimezone(ZoneInfo(issue.zone))
    base = f"alert-{local:%Y-%m-%d-%H%M%S}-{issue.analyst}-{_slug(issue.story.headline)}{mark[:6]}"
    content = _Content("alert", about, f"alert-{mark}", base, pages, thread=f"story-{issue.story.id}-{issue.analyst}")
    return tuple(message for route in _routes(desk, routes) for message in _messages(route, content, now))


@dataclass(frozen=True, slots=True)
class _Content:
    """What one digest or alert puts into its messages."""

    kind: str
    about: str
    mark: str
    """Names it in message ids: the same content always gets the same ids."""
    base: str
    """Of its file names, without ending."""
    pages: Pages
    thread: str = ""


def _routes(desk: Desk, names: Sequence[str]) -> list[Route]:
    known = {route.name: route for route in desk.config.routes}
    return [known[name] for name in names if name in known]


def _messages(route: Route, content: _Content, now: datetime) -> Iterator[OutboxMessage]:
    pages = content.pages
    if isinstance(route, FolderRoute):
        for ending in _FILES:
            name = f"{content.base}.{ending}"
            text = pages.md if ending == "md" else pages.html
            mark = f"{content.mark}.{route.name}.{ending}"
            yield _outbox(mark, route, name, content, text.encode(), now)
        return
    yield from _mails(route, content, now)


def _mails(route: EmailRoute, content: _Content, now: datetime) -> Iterator[OutboxMessage]:
    """Yield one row per reader, so that a refused address is tried again without a second copy for the others."""
    domain = domain_of(route.sender)
    mark = message_id(domain, content.mark, route.name)
    mail = Mail(
        id=mark,
        sender=route.sender,
        to=route.to,
        subject=content.pages.subject,
        text=content.pages.txt,
        html=content.pages.html,
        sent_at=now,
        list_name=content.kind,
        references=(message_id(domain, content.thread, route.name),) if content.thread else (),
    )
    body = build_mail(mail)
    for reader in route.to:
        yield _outbox(mark if len(route.to) == 1 else f"{mark} {reader}", route, reader, content, body, now)


def _outbox(  # the columns of a row
    mark: str, route: Route, recipient: str, content: _Content, body: bytes, now: datetime
) -> OutboxMessage:
    return OutboxMessage(
        id=mark,
        route=route.name,
        recipient=recipient,
        kind=content.kind,
        about=content.about,
        subject=content.pages.subject,
        content=body,
        created_at=now,
    )


def _slug(headline: str) -> str:
    words = re.findall(r"[a-z0-9]+", headline.lower())
    return "-".join(words[:6]) + "-" if words else ""
