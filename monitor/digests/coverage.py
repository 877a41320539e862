"""What a digest could and could not see, in words: the panel at its end and the warnings at its head."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from monitor.digests import wording
from monitor.digests.view import CoverageView, FeedLine
from monitor.records import Digest, DigestStory, FeedHealth, FeedReport, Severity

# Below this share of feeds answering, silence on a subject says little; the head of the digest says so.
MIN_ANSWERED = 0.75


def coverage_view(digest: Digest, shown: int, zone: ZoneInfo, room: int) -> CoverageView:
    """Return the coverage panel with at most ``room`` troubled feeds; all of them are counted."""
    coverage = digest.coverage
    # Those that fail now come before those that were never asked.
    troubled = sorted(coverage.troubled, key=lambda feed: feed.health is FeedHealth.NEW)
    silent = [feed for feed in coverage.feeds if feed.health is FeedHealth.SILENT]
    return CoverageView(
        feeds=len(coverage.feeds),
        answered=coverage.answered,
        is_blind=coverage.answered == 0,
        read=coverage.items_seen,
        shown=shown,
        unassessed=coverage.unassessed,
        troubled=tuple(_feed_line(feed, digest, zone) for feed in troubled[:room]),
        troubled_left=max(0, len(troubled) - room),
        silent=tuple(_feed_line(feed, digest, zone) for feed in silent),
        gaps=coverage.gaps,
        fallbacks=coverage.fallbacks,
        unwatched=coverage.unwatched,
        undelivered=coverage.undelivered,
    )


def digest_subject(digest: Digest) -> str:
    """Return the subject of a digest's mail: its day, and the one thing to know if nothing else is read."""
    zone = ZoneInfo(digest.zone)
    day = wording.long_date(digest.until, zone).rsplit(" ", 1)[0]
    stories = [story for section in digest.sections for story in section.stories]
    if stories:
        told = _told(stories)
    elif digest.coverage.answered == 0:
        told = "no feed answered"
    else:
        told = "nothing to report"
    return f"{wording.digest_title(digest.name)}, {day}: {told}"


def _told(stories: Sequence[DigestStory]) -> str:
    grave = [
        f"{number} {severity.label}"
        for severity in (Severity.CRITICAL, Severity.HIGH)
        if (number := sum(1 for story in stories if story.severity is severity))
    ]
    told = wording.counted(len(stories), "story", "stories")
    return f"{told} ({', '.join(grave)})" if grave else told


def summary_line(stories: Sequence[DigestStory], coverage: CoverageView) -> str:
    """Return the digest in one line: what is in it, out of how much, and how many feeds it rests on."""
    answered = f"{coverage.answered:,} of {wording.counted(coverage.feeds, 'feed')} answered"
    if not stories:
        if coverage.read:
            return f"Nothing reached the thresholds out of {wording.counted(coverage.read, 'item')} read; {answered}"
        return f"No new items to report on; {answered}"
    items = f"{coverage.shown:,} of the {wording.counted(coverage.read, 'item')} read"
    return f"{_told(stories)} from {items}; {answered}"


def warning_lines(coverage: CoverageView) -> tuple[str, ...]:
    """Return what a reader must know before trusting the digest, gravest first."""
    lines: list[str] = []
    if not coverage.feeds:
        lines.append("No feed is configured, so nothing was read.")
    elif coverage.is_blind and coverage.read:
        lines.append(
            f"No feed answered at its last poll, out of {coverage.feeds:,}. "
            "What stands here was read before that; the absence of later news is not news."
        )
    elif coverage.is_blind:
        lines.append(
            f"No feed answered, out of {coverage.feeds:,}. "
            "This digest cannot tell you what happened: the absence of news here is not news."
        )
    elif coverage.answered < MIN_ANSWERED * coverage.feeds:
        lines.append(
            f"Only {coverage.answered:,} of {wording.counted(coverage.feeds, 'feed')} answered. "
            "What the others reported is missing here."
        )
    if coverage.unassessed:
        left = wording.counted(coverage.unassessed, "stored item")
        lines.append(f"{left} could not be scored and matched in time and will be in the next digest if relevant.")
    if coverage.fallbacks:
        files = wording.counted(len(coverage.fallbacks), "file")
        lines.append(f"{files} could not be used as written; what was used instead is listed under Coverage.")
    if coverage.undelivered:
        lines.append(f"{wording.counted(len(coverage.undelivered), 'message')} could not be delivered yet.")
    return tuple(lines)


def _feed_line(feed: FeedReport, digest: Digest, zone: ZoneInfo) -> FeedLine:
    since = wording.short_time(feed.since, zone, digest.until) if feed.since is not None else ""
    success = wording.short_time(feed.last_success_at, zone, digest.until) if feed.last_success_at is not None else ""
    return FeedLine(
        name=feed.name,
        outlet=feed.outlet,
        state=wording.state_name(feed.health),
        since=f"since {since}" if since else "",
        last_success=f"last answered {success}" if success else "never answered",
        problem=feed.problem,
    )
