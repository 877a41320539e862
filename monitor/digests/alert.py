"""An alert as its reader sees it: one story, the rules that called, and why now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from monitor.digests import wording
from monitor.digests.build import gather_stories
from monitor.digests.escape import clean
from monitor.digests.passages import shortened
from monitor.digests.present import Legend, Limits, counted_rules, present_story
from monitor.digests.view import AlertView
from monitor.records import AssessedItem, Coverage, Digest, DigestEntry, DigestStory, RuleMatch, Severity

# Mail programs show about 60 characters of a subject; the rest is for filters and search.
MAX_SUBJECT_CHARS = 160


@dataclass(frozen=True, slots=True)
class AlertIssue:
    """What one alert message is about: one analyst, one story, the items and rules that led to it.

    ``story`` is made by ``alert_story``. ``reason`` says why the message goes out now.
    """

    analyst: str
    story: DigestStory
    reason: str
    decided_at: datetime
    zone: str
    topics: tuple[tuple[str, str], ...] = ()
    marking: str = ""
    is_escalated: bool = False


def alert_story(items: Sequence[tuple[AssessedItem, Sequence[RuleMatch]]], legend: Legend) -> DigestStory:
    """Return the story of an alert from its items, each with the rules that call this analyst's attention to it.

    At least one item; all of one story. The lead is chosen as in a digest.
    """
    entries = [
        DigestEntry(
            # Only the rules that call this analyst: another's must neither rank nor show.
            replace(
                item, assessment=replace(item.assessment, matches=replace(item.assessment.matches, rules=tuple(rules)))
            ),
            reason="; ".join(f"rule {rule.id} ({rule.severity.label})" for rule in rules),
        )
        for item, rules in items
    ]
    return gather_stories(entries, legend.feeds)[0]


def present_alert(issue: AlertIssue, legend: Legend, limits: Limits) -> AlertView:
    """Return the view of an alert, times in the analyst's zone."""
    zone = ZoneInfo(issue.zone)
    severity = issue.story.severity or Severity.INFO
    # A story is presented within a digest; an alert is the digest of one story.
    frame = Digest(
        id="", name="alert", zone=issue.zone, since=None, until=issue.decided_at, sections=(), coverage=Coverage(),
        topics=issue.topics,
    )  # fmt: skip
    return AlertView(
        analyst=issue.analyst,
        title=_rule_title(issue.story),
        severity=severity.label,
        headline=clean(issue.story.headline).strip(),
        is_escalated=issue.is_escalated,
        reason=issue.reason,
        time=wording.short_time(issue.decided_at, zone, issue.decided_at),
        zone=wording.zone_label(issue.decided_at, zone),
        marking=issue.marking,
        story=present_story(frame, issue.story, legend, limits),
    )


def alert_subject(view: AlertView) -> str:
    """Return the subject line: severity, the rule's title and the headline."""
    escalated = ", escalated" if view.is_escalated else ""
    return shortened(f"[{view.severity}{escalated}] {clean(view.title)}: {view.headline}", MAX_SUBJECT_CHARS)


def _rule_title(story: DigestStory) -> str:
    rules = [rule for entry in story.entries for rule in counted_rules(entry)]
    most_severe = max(rules, key=lambda rule: rule.severity, default=None)
    return (most_severe.title or most_severe.rule) if most_severe is not None else "Watched story"
