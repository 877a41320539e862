"""What a template sees: every name a digest or alert template may use, already worded and in the reader's zone.

digests/README.md lists these for the people who change templates; a test keeps the two alike. A ``tuple[Segment, …]``
is a text with its evidence: print it with the ``marked`` filter.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a title or text; ``is_hit`` when it is the evidence for a rule, a watched name or a score."""

    text: str
    is_hit: bool = False


@dataclass(frozen=True, slots=True)
class ScoreView:
    """An item's relevance to one topic."""

    topic: str
    title: str
    score: str
    """``0.93``"""
    threshold: str
    is_reached: bool
    words_for: tuple[str, ...]
    """What spoke most for the topic, strongest first."""
    words_against: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RuleView:
    """A rule that holds for the story."""

    id: str
    """``owner/rule``"""
    title: str
    severity: str
    owner: str
    words: tuple[str, ...]
    """The passages that prove it, as they stand in the item."""


@dataclass(frozen=True, slots=True)
class EntryView:
    """One item of a story."""

    item_id: str
    headline: tuple[Segment, ...]
    snippet: tuple[Segment, ...]
    link: str
    """The address to link to; empty for sensitive feeds and items without one."""
    address: str
    """The address as text, for sensitive feeds only; never make it a link."""
    is_sensitive: bool
    outlet: str
    source: str
    """Country, stance and grade in words: ``Pakistan, independent, grade B``."""
    country: str
    stance: str
    grade: str
    lang: str
    """A language tag for ``lang="…"``; empty when unknown."""
    language: str
    """Its name: ``Urdu``."""
    dir: str
    """For ``dir="…"``: ``rtl``, ``ltr`` or ``auto``."""
    time: str
    """When it was published: ``20 Nov 22:14``; when the feed gives no date, when we first saw it."""
    time_note: str
    """What to know about the time, e.g. ``no date given, time first seen``; empty when all is well."""
    is_copy: bool
    is_update: bool
    changes: str
    """For an update, what changed since the reader saw it."""
    is_late: bool
    """Whether newer rules or a newer model put it in."""
    reason: str


@dataclass(frozen=True, slots=True)
class StoryView:
    """One story: the lead in full, and who else reports it."""

    number: int
    """Counts through the whole digest from 1; ``#story-3`` links to it. 0 for the story of an alert."""
    severity: str
    """critical, high, medium, low, info, or empty when only topics put it here."""
    lead: EntryView
    others: tuple[EntryView, ...]
    """Reports of other outlets and later ones, as many as there is room for."""
    others_left: int
    """How many more reports there are."""
    outlets: tuple[str, ...]
    scores: tuple[ScoreView, ...]
    rules: tuple[RuleView, ...]
    names: tuple[str, ...]
    """The watched entities the story names."""
    also_in: tuple[str, ...]
    """Titles of other topics the story is relevant to."""
    is_update: bool
    is_late: bool
    is_continued: bool
    """Whether it only adds copies to a story from before this digest."""


@dataclass(frozen=True, slots=True)
class SectionView:
    """The stories of one topic: ``stories`` in full, ``more`` by headline only."""

    id: str
    title: str
    stories: tuple[StoryView, ...]
    more: tuple[StoryView, ...]
    more_left: int
    """Stories for which there was not even room for a headline; the Markdown file has them."""
    count: int


@dataclass(frozen=True, slots=True)
class FeedLine:
    """A feed in the coverage panel."""

    name: str
    outlet: str
    state: str
    """``failing``, ``blocked``, ``gone``, ``not a feed``, ``not polled yet`` or ``silent``."""
    since: str
    """``since 20 Nov 08:15``, or empty."""
    last_success: str
    """``last answered 19 Nov 22:00`` or ``never answered``."""
    problem: str


@dataclass(frozen=True, slots=True)
class CoverageView:
    """What the digest could and could not see."""

    feeds: int
    answered: int
    is_blind: bool
    """Whether no feed answered at all."""
    read: int
    shown: int
    unassessed: int
    troubled: tuple[FeedLine, ...]
    troubled_left: int
    silent: tuple[FeedLine, ...]
    gaps: tuple[str, ...]
    fallbacks: tuple[str, ...]
    unwatched: tuple[str, ...]
    undelivered: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NearView:
    """An item that was left out by little."""

    entry: EntryView
    about: str
    """``rule owner/rule`` or ``topic id``."""
    missing: str
    """What was missing, in words."""


@dataclass(frozen=True, slots=True)
class DigestView:
    """A digest, as the name ``digest`` in a template."""

    id: str
    name: str
    title: str
    date: str
    """``Saturday 21 November 2026``"""
    time: str
    """``07:30``"""
    zone: str
    """``PKT (UTC+5)``"""
    window: str
    """``20 Nov 07:30 to 21 Nov 07:30``"""
    summary: str
    warnings: tuple[str, ...]
    """What a reader must know before trusting the rest; empty on a good day."""
    marking: str
    is_preview: bool
    is_empty: bool
    glance: tuple[StoryView, ...]
    """The critical and high stories, as many as there is room for."""
    glance_count: int
    """How many critical and high stories there are."""
    sections: tuple[SectionView, ...]
    quiet_topics: tuple[str, ...]
    """Titles of topics without a story."""
    nearly: tuple[NearView, ...]
    """What was left out by little, the most telling first, at most five; `monitor why` tells of more."""
    coverage: CoverageView


@dataclass(frozen=True, slots=True)
class AlertView:
    """An alert about one story, as the name ``alert`` in a template."""

    analyst: str
    title: str
    """The most severe rule's title."""
    severity: str
    headline: str
    is_escalated: bool
    reason: str
    """Why this was sent now."""
    time: str
    zone: str
    marking: str
    story: StoryView
