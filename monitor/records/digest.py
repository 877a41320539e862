"""Digests: what a reader asked for, what is in one, and what it covers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time

from monitor.records.assessed import AssessedItem
from monitor.records.feed import FeedHealth
from monitor.records.match import Severity


@dataclass(frozen=True, slots=True)
class DigestSpec:
    """A digest as config.toml asks for it; ``at`` is local time in ``zone`` (an IANA name)."""

    name: str
    at: time
    zone: str
    days: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6)
    """Weekdays it is due on, Monday = 0."""
    topics: tuple[str, ...] = ()
    analysts: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    """Full rule ids, ``owner/rule``."""
    min_severity: Severity = Severity.INFO
    template: str = "digest"
    routes: tuple[str, ...] = ()
    marking: str = ""
    """A handling line printed at top and bottom, e.g. ``TLP:AMBER``."""


@dataclass(frozen=True, slots=True)
class DigestMember:
    """One item revision's place in a digest: shown or not, and why."""

    item: str
    revision: int
    is_shown: bool
    reason: str


@dataclass(frozen=True, slots=True)
class NearMiss:
    """An item that a digest left out by little: what nearly brought it, what was missing, and a line that brings it."""

    item: str
    revision: int
    about: str
    """``rule owner/rule`` or ``topic id``."""
    missing: str
    write: str = ""
    """What to add to a file, where that can be said."""


@dataclass(frozen=True, slots=True)
class DigestEntry:
    """An item as a digest shows it: why it is here, and what changed if it was shown before."""

    assessed: AssessedItem
    reason: str
    is_update: bool = False
    is_late: bool = False
    """True when a newer model or rule put in an item that was assessed before."""


@dataclass(frozen=True, slots=True)
class DigestStory:
    """The entries of one story, the lead first, then the others in the order they were seen."""

    id: str
    headline: str
    entries: tuple[DigestEntry, ...]
    outlets: tuple[str, ...]
    severity: Severity | None
    """The highest severity of any rule that matched, None if only topics did."""

    @property
    def lead(self) -> DigestEntry:
        """Return the entry shown in full."""
        return self.entries[0]


@dataclass(frozen=True, slots=True)
class DigestSection:
    """The stories of one topic, most severe and most relevant first; ``id`` is a topic or ``rules``."""

    id: str
    title: str
    stories: tuple[DigestStory, ...]


@dataclass(frozen=True, slots=True)
class FeedReport:
    """One feed's part in the coverage panel."""

    name: str
    outlet: str
    health: FeedHealth
    since: datetime | None
    last_success_at: datetime | None
    problem: str
    new_items: int = 0


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the digest could and could not see."""

    feeds: tuple[FeedReport, ...] = ()
    items_seen: int = 0
    """Item revisions this digest decided about, shown or not."""
    unassessed: int = 0
    """Items stored but not yet scored and matched when the digest closed."""
    fallbacks: tuple[str, ...] = ()
    """Files used in their last good version, or not at all, in words."""
    gaps: tuple[str, ...] = ()
    """Feeds whose items were all new: some may have been missed."""
    unwatched: tuple[str, ...] = ()
    """Official speakers and languages without a feed."""
    undelivered: tuple[str, ...] = ()
    """Messages that could not be delivered yet, in words."""

    @property
    def answered(self) -> int:
        """Return how many feeds answered at their last poll."""
        return sum(1 for feed in self.feeds if feed.health in (FeedHealth.OK, FeedHealth.SILENT))

    @property
    def troubled(self) -> tuple[FeedReport, ...]:
        """Return the feeds that did not answer, in the given order."""
        return tuple(feed for feed in self.feeds if feed.health not in (FeedHealth.OK, FeedHealth.SILENT))


@dataclass(frozen=True, slots=True)
class Digest:
    """One issue of a digest: everything a template may show. ``id`` is ``name-YYYYMMDDTHHMMSSZ``."""

    id: str
    name: str
    zone: str
    since: datetime | None
    until: datetime
    sections: tuple[DigestSection, ...]
    coverage: Coverage
    marking: str = ""
    is_preview: bool = False
    topics: tuple[tuple[str, str], ...] = field(default=())
    """(topic id, title) of every topic the digest asks for, also of those without stories."""
    nearly: tuple[tuple[AssessedItem, NearMiss], ...] = ()
    """What was left out by little, the most telling first."""
