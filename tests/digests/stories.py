"""Invented items for tests of digests: short to write, exact to assert on."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from monitor.digests.build import Edition
from monitor.records import (
    AssessedItem,
    Assessment,
    DigestSpec,
    Evidence,
    Field,
    Item,
    ItemMatches,
    RuleMatch,
    Send,
    Severity,
    StoryAssignment,
    StoryLink,
    TopicScore,
)

UNTIL = datetime(2026, 11, 21, 2, 30, tzinfo=UTC)
TOPICS = (("cpec-security", "CPEC security"), ("militant-sanctuaries", "Militant sanctuaries"))
SPEC = DigestSpec(
    name="morning",
    at=time(7, 30),
    zone="Asia/Karachi",
    topics=("cpec-security", "militant-sanctuaries"),
    analysts=("cpec-desk",),
)
EDITION = Edition(since=UNTIL - timedelta(days=1), until=UNTIL, topics=TOPICS)


def item(name: str, title: str = "", text: str = "", hours: float = 1, **changes: object) -> AssessedItem:
    """Give an item first seen some hours before the digest, of a feed and outlet called after its name."""
    seen = UNTIL - timedelta(hours=hours)
    plain = Item(
        id=name, feed=f"{name}-feed", outlet=f"{name} news", link=f"https://{name}.example/1",
        title=title or f"About {name}",
        text=text, html="", lang="en", published_at=seen, first_seen_at=seen, revision=1, content_hash=name,
    )  # fmt: skip
    changed = replace(plain, **changes)  # type: ignore[arg-type]  # any field of an item
    story = StoryAssignment(name, name, StoryLink.FIRST)
    return AssessedItem(changed, Assessment(name, changed.revision, (), ItemMatches(), story, "r1", seen))


def scored(assessed: AssessedItem, cpec: float = 0.0, sanctuaries: float = 0.0) -> AssessedItem:
    scores = (
        TopicScore("cpec-security", cpec, 0.55, "m1"),
        TopicScore("militant-sanctuaries", sanctuaries, 0.5, "m1"),
    )
    return replace(assessed, assessment=replace(assessed.assessment, scores=scores))


def matched(
    assessed: AssessedItem,
    rule: str,
    severity: Severity = Severity.MEDIUM,
    send: Send = Send.DIGEST,
    word: str = "",
) -> AssessedItem:
    """Add a match of ``owner/rule``, proven by a word of the title (its first word if none is given)."""
    owner, _, name = rule.partition("/")
    word = word or assessed.item.title.split()[0]
    start = assessed.item.title.index(word)
    evidence = Evidence(Field.TITLE, start, start + len(word), word, word)
    match = RuleMatch(owner, name, f"Rule {name}", severity, send, (evidence,))
    matches = replace(assessed.assessment.matches, rules=(*assessed.assessment.matches.rules, match))
    return replace(assessed, assessment=replace(assessed.assessment, matches=matches))


def copy_of(assessed: AssessedItem, story: str, link: StoryLink = StoryLink.NEAR_COPY) -> AssessedItem:
    assignment = StoryAssignment(assessed.item.id, story, link, copy_of=story)
    return replace(assessed, assessment=replace(assessed.assessment, story=assignment))
