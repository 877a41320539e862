"""`monitor why`: every stage an item went through, or would go through, and the smallest change that would flip it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from monitor.errors import InputError
from monitor.feeds.identity import identity_keys
from monitor.pipeline.desk import Desk
from monitor.pipeline.muting import item_text
from monitor.pipeline.reasons import with_reasons
from monitor.pipeline.whyfate import Fate, read_fate
from monitor.pipeline.whyfind import CarryingFeed, Sought, seek
from monitor.pipeline.whyflip import Flip, Judged, flips_for
from monitor.records import Feed, Item, ParsedItem, TopicScore
from monitor.rules.explain import RuleAnswer, explain_rules
from monitor.rules.match import ItemText
from monitor.rules.personal import Muting, mutings
from monitor.store import items as item_rows
from monitor.store.engine import Connection
from monitor.store.items import Revision


@dataclass(frozen=True, slots=True)
class Why:
    """Everything that can be said of one question; what is asked of an unknown text is judged as if it had come."""

    sought: Sought
    analyst: str
    now: datetime
    text: ItemText
    feed: Feed | None
    scores: tuple[TopicScore, ...]
    rules: tuple[RuleAnswer, ...]
    """Of the analyst and of those followed, the nearest first."""
    mutings: tuple[Muting, ...]
    fate: Fate
    flips: tuple[Flip, ...]
    revisions: tuple[Revision, ...] = ()
    keys: tuple[str, ...] = ()
    """How the item is known again, as ``kind value``."""
    is_older_version: bool = False
    """True when the item was assessed with other rules than those in force now; the rules here are those of now."""
    held_since: tuple[str, ...] = ()
    """The rules that hold now and would have brought it."""
    fallbacks: tuple[str, ...] = field(default=())

    @property
    def item(self) -> Item | None:
        """Return the stored item."""
        return self.sought.item.item if self.sought.item else None

    @property
    def feeds(self) -> tuple[CarryingFeed, ...]:
        """Return the feeds that would carry what is not stored."""
        return self.sought.feeds

    @property
    def answer(self) -> str:
        """Return the outcome in one sentence."""
        return " ".join(filter(None, (self.fate.answer, self.since_then)))

    @property
    def since_then(self) -> str:
        """Return what has changed since the outcome was decided, empty if nothing that matters."""
        if not self.held_since:
            return ""
        hold = "holds" if len(self.held_since) == 1 else "hold"
        return f"The rules were changed since then: {', '.join(self.held_since)} {hold} now."


def explain(desk: Desk, asked: str, analyst: str | None, now: datetime) -> Why:
    """Return why something did or did not reach an analyst (None: ``me`` of config.toml).

    ``asked`` is an item's id or the beginning of one, a link, or words of a headline. Raises InputError for an
    unknown analyst and an empty question.
    """
    name = analyst or desk.config.me
    names = [one.name for one in desk.config.analysts]
    if name not in names:
        raise InputError(f'no analyst called "{name}" in config.toml', f"name one of: {', '.join(names) or 'none'}")
    if not asked.strip():
        raise InputError("nothing was asked", "give an item's id, its link, or words of its headline")
    with desk.database.read() as connection:
        return _explain(connection, desk, asked.strip(), name, now)


def _explain(connection: Connection, desk: Desk, asked: str, analyst: str, now: datetime) -> Why:
    sought = seek(connection, desk, asked)
    feeds = {feed.name: feed for feed in (*desk.config.feeds, *desk.config.paused)}
    stored = sought.item
    feed = feeds.get(stored.item.feed) if stored else None
    is_assessed = stored is not None and bool(stored.assessment.rules_version)
    scores = with_reasons(desk.topics, stored).assessment.scores if stored and is_assessed else _scores(desk, sought)
    text = _text(sought, feed, scores, now)
    follows = next(one.follows for one in desk.config.analysts if one.name == analyst)
    answers = explain_rules(desk.book, text, {analyst, *follows}) if text.title or text.text else ()
    muted = mutings(desk.book, text)
    fate = read_fate(connection, desk, sought, analyst, now)
    item = stored.item if stored else None
    is_older_version = is_assessed and stored is not None and stored.assessment.rules_version != desk.book.version
    judged = Judged(sought, fate, answers, scores, muted, _entities(desk, text), is_older_version)
    return Why(
        sought=sought,
        analyst=analyst,
        now=now,
        text=text,
        feed=feed,
        scores=scores,
        rules=answers,
        mutings=tuple(muting for muting in muted if muting.owner == analyst),
        fate=fate,
        flips=flips_for(connection, desk, judged, now),
        held_since=tuple(answer.rule for answer in judged.held_since),
        revisions=item_rows.history(connection, item.id) if item else (),
        keys=_keys(connection, item) if item else (),
        is_older_version=is_older_version,
        fallbacks=desk.fallbacks,
    )


def _entities(desk: Desk, text: ItemText) -> tuple[str, ...]:
    found = desk.book.lexicon.find(text.title, text.text)
    return tuple(dict.fromkeys(mention.entity for mention in found.mentions))


def _text(sought: Sought, feed: Feed | None, scores: tuple[TopicScore, ...], now: datetime) -> ItemText:
    by_topic = {score.topic: score.score for score in scores}
    if sought.item is not None:
        return item_text(sought.item.item, feed, now, by_topic)
    title = "" if sought.is_link else sought.asked
    return ItemText(title=title, text="", now=now, lang=sought.lang, scores=by_topic)


def _scores(desk: Desk, sought: Sought) -> tuple[TopicScore, ...]:
    """Score what nobody has scored yet: the stored item, or the words asked about."""
    if sought.item is not None:
        pair = (sought.item.item.title, sought.item.item.text)
    elif sought.is_link:
        return ()
    else:
        pair = (sought.asked, "")
    return tuple(desk.topics.model().score([pair])[0])


def _keys(connection: Connection, item: Item) -> tuple[str, ...]:
    parsed = ParsedItem(guid=None, link=item.link, title=item.title, text=item.text, html="")
    known = item_rows.known(connection, item.feed, identity_keys(parsed))
    keys = next((found.keys for found in known.values() if found.id == item.id), ())
    return tuple(f"{key.kind} {key.value}" for key in keys)
