"""Decide what enters a digest, why, and in which order it is read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from monitor.digests.changes import changes_between
from monitor.records import (
    AssessedItem,
    Coverage,
    Digest,
    DigestEntry,
    DigestMember,
    DigestSection,
    DigestSpec,
    DigestStory,
    Feed,
    RuleMatch,
    Send,
    Severity,
    StoryLink,
    TopicScore,
)

RULES_SECTION = "rules"
RULES_TITLE = "Found by rules alone"
UPDATED = "updated: "
"""In a reason: what follows says what changed since the reader saw the item."""
UNCHANGED = "edited, nothing that matters changed"
"""The reason of an edited item that its readers have seen and need not see again."""

_HEADLINE_CHARS = 120


@dataclass(frozen=True, slots=True)
class Edition:
    """Everything one issue of a digest is built from besides its candidates.

    ``topics`` are (id, title) of all defined topics, in the order of the sections. ``previous`` says for an item what
    this digest last decided about an earlier revision; ``earlier`` holds the revision its readers last saw, as it was
    assessed, where that is still known (without it every edit of a shown item counts). ``is_hidden`` gives the reason
    to hide an item (a mute every reader shares), else None.
    """

    since: datetime | None
    until: datetime
    topics: tuple[tuple[str, str], ...]
    coverage: Coverage = field(default_factory=Coverage)
    previous: Mapping[str, DigestMember] = field(default_factory=dict)
    earlier: Mapping[str, AssessedItem] = field(default_factory=dict)
    feeds: Mapping[str, Feed] = field(default_factory=dict)
    """By name; the grade helps to choose a story's lead."""
    is_hidden: Callable[[AssessedItem], str | None] | None = None
    is_preview: bool = False


def build(
    spec: DigestSpec, candidates: Sequence[AssessedItem], edition: Edition
) -> tuple[Digest, tuple[DigestMember, ...]]:
    """Return the digest and, for every candidate in the given order, whether it is shown and why.

    An item enters if one of the digest's topics reaches its threshold, or if a rule of its analysts or one of its
    rules matched with ``send`` alert or digest and at least its ``min_severity`` (DESIGN §7). An edited item that the
    reader has seen enters again only when something that matters changed, also when it no longer qualifies.
    """
    entries: list[DigestEntry] = []
    members: list[DigestMember] = []
    for candidate in candidates:
        entry, reason = _decide(spec, candidate, edition)
        if entry is not None:
            entries.append(entry)
        item = candidate.item
        members.append(DigestMember(item.id, item.revision, is_shown=entry is not None, reason=reason))
    defined = dict(edition.topics)
    # A topic whose definition is missing keeps its section under its own name: what it found must not vanish.
    order = (
        *(topic for topic in defined if topic in spec.topics),
        *dict.fromkeys(t for t in spec.topics if t not in defined),
    )
    topics = tuple((topic, defined.get(topic, topic)) for topic in order)
    digest = Digest(
        id=f"{spec.name}-{edition.until:%Y%m%dT%H%M%SZ}",
        name=spec.name,
        zone=spec.zone,
        since=edition.since,
        until=edition.until,
        sections=_sections(spec, gather_stories(entries, edition.feeds, spec), topics),
        coverage=replace(edition.coverage, items_seen=len(candidates)),
        marking=spec.marking,
        is_preview=edition.is_preview,
        topics=topics,
    )
    return digest, tuple(members)


def rules_for(spec: DigestSpec, assessed: AssessedItem) -> tuple[RuleMatch, ...]:
    """Return the rule matches that put an item into this digest, most severe first."""
    counted = [match for match in assessed.assessment.matches.rules if _rule_exclusion(spec, match) is None]
    return tuple(sorted(counted, key=lambda match: (-match.severity, match.id)))


def gather_stories(
    entries: Iterable[DigestEntry], feeds: Mapping[str, Feed], spec: DigestSpec | None = None
) -> tuple[DigestStory, ...]:
    """Group entries by story, in the order a reader needs them: most severe, then new stories, then most relevant.

    The lead of a story is an entry with the most severe rule, then one from the best graded source, then the one
    said first. Without ``spec`` every rule with ``send`` alert or digest counts.
    """
    grouped: dict[str, list[DigestEntry]] = {}
    for entry in entries:
        grouped.setdefault(entry.assessed.assessment.story.story, []).append(entry)
    stories = [_story(story, members, feeds, spec) for story, members in grouped.items()]
    return tuple(sorted(stories, key=lambda story: _urgency(story, spec)))


def _decide(spec: DigestSpec, candidate: AssessedItem, edition: Edition) -> tuple[DigestEntry | None, str]:
    """Return the entry, or None, and the reason in either case; the first reason to leave an item out wins."""
    item = candidate.item
    if item.is_backlog:
        return None, "archived at the feed's first pull"
    why = _qualifies(spec, candidate)
    previous = edition.previous.get(item.id)
    was_shown = (
        previous is not None
        and previous.revision != item.revision
        and (previous.is_shown or previous.reason == UNCHANGED)
    )
    if not why and not was_shown:
        return None, _shortfall(spec, candidate)
    if edition.is_hidden is not None and (hidden := edition.is_hidden(candidate)) is not None:
        return None, hidden
    if was_shown:
        # An item that no longer qualifies was corrected or withdrawn: those who read it must hear of it.
        why = why or f"no longer qualifies ({_shortfall(spec, candidate)})"
        earlier = edition.earlier.get(item.id)
        changes = changes_between(earlier, candidate) if earlier is not None else ("text edited",)
        if not changes:
            return None, UNCHANGED
        why = f"{why}; {UPDATED}{', '.join(changes)}"
    entry = DigestEntry(candidate, why, is_update=was_shown, is_late=candidate.assessment.is_repeat)
    return entry, why


def _qualifies(spec: DigestSpec, candidate: AssessedItem) -> str:
    """Return what puts the item into the digest, or nothing."""
    scores = sorted(_scores(spec, candidate), key=lambda score: -score.score)
    reasons = [
        f"{score.topic} {score.score:.2f} ≥ {score.threshold:.2f}" for score in scores if score.score >= score.threshold
    ]
    reasons += [f"rule {match.id} ({match.severity.label})" for match in rules_for(spec, candidate)]
    return "; ".join(reasons)


def _shortfall(spec: DigestSpec, candidate: AssessedItem) -> str:
    """Return why an item does not qualify: its best score, and every rule that matched without counting."""
    scores = _scores(spec, candidate)
    if scores:
        best = max(scores, key=lambda score: score.score - score.threshold)
        reasons = [f"below threshold: best {best.topic} {_under(best)}"]
    else:
        reasons = ["not scored on a topic of this digest"]
    for match in candidate.assessment.matches.rules:
        reasons.append(f"rule {match.id} {_rule_exclusion(spec, match) or 'counts'}")
    return "; ".join(reasons)


def _under(score: TopicScore) -> str:
    # As many digits as it takes for the two to differ, lest 0.549 should read "0.55 < 0.55".
    digits = next((d for d in (2, 3, 4) if f"{score.score:.{d}f}" != f"{score.threshold:.{d}f}"), 6)
    return f"{score.score:.{digits}f} < {score.threshold:.{digits}f}"


def _rule_exclusion(spec: DigestSpec | None, match: RuleMatch) -> str | None:
    """Return why a matched rule does not count for this digest, or None when it does."""
    if match.send in (Send.RECORD, Send.OFF):
        return "is only kept on record" if match.send is Send.RECORD else "is off"
    if spec is None:
        return None
    if match.owner not in spec.analysts and match.id not in spec.rules:
        return "is not one this digest asks for"
    if match.severity < spec.min_severity:
        return f"is {match.severity.label}, below this digest's {spec.min_severity.label}"
    return None


def _scores(spec: DigestSpec, candidate: AssessedItem) -> list[TopicScore]:
    return [score for score in candidate.assessment.scores if score.topic in spec.topics]


def _severity(entry: DigestEntry, spec: DigestSpec | None) -> Severity | None:
    counted = [m.severity for m in entry.assessed.assessment.matches.rules if _rule_exclusion(spec, m) is None]
    return max(counted, default=None)


def _story(story: str, members: list[DigestEntry], feeds: Mapping[str, Feed], spec: DigestSpec | None) -> DigestStory:
    def worth(entry: DigestEntry) -> tuple[int, str, datetime, bool, str]:
        item = entry.assessed.item
        feed = feeds.get(item.feed)
        is_copy = entry.assessed.assessment.story.link is not StoryLink.FIRST
        grade = feed.grade if feed is not None else "F"
        # Which of several copies we happened to see first says nothing, least of all at a first pull.
        said_at = min(item.published_at or item.first_seen_at, item.first_seen_at)
        return (-(_severity(entry, spec) or 0), grade, said_at, is_copy, item.id)

    lead = min(members, key=worth)
    others = sorted(
        (entry for entry in members if entry is not lead),
        key=lambda entry: (entry.assessed.item.first_seen_at, entry.assessed.item.id),
    )
    entries = (lead, *others)
    severities = [severity for entry in entries if (severity := _severity(entry, spec)) is not None]
    return DigestStory(
        id=story,
        headline=headline_of(lead.assessed),
        entries=entries,
        outlets=tuple(dict.fromkeys(entry.assessed.item.outlet for entry in entries)),
        severity=max(severities, default=None),
    )


def headline_of(assessed: AssessedItem) -> str:
    """Return an item's title; without one, the beginning of its text, else its link."""
    item = assessed.item
    if title := " ".join(item.title.split()):
        return title
    if text := " ".join(item.text.split()):
        return text if len(text) <= _HEADLINE_CHARS else text[:_HEADLINE_CHARS].rsplit(" ", 1)[0] + " …"
    return item.link or "Item without title or text"


def _best_score(story: DigestStory, spec: DigestSpec | None) -> float:
    return max(
        (
            score.score
            for entry in story.entries
            for score in entry.assessed.assessment.scores
            if spec is None or score.topic in spec.topics
        ),
        default=0.0,
    )


def _urgency(story: DigestStory, spec: DigestSpec | None) -> tuple[int, bool, float, datetime, str]:
    # Copies of a story that was opened before this digest tell a daily reader less than a new one of the same weight.
    links = {entry.assessed.assessment.story.link for entry in story.entries}
    is_continued = StoryLink.FIRST not in links and not any(entry.is_update for entry in story.entries)
    first = min(entry.assessed.item.first_seen_at for entry in story.entries)
    return (-(story.severity or 0), is_continued, -_best_score(story, spec), first, story.id)


def _sections(
    spec: DigestSpec, stories: Sequence[DigestStory], topics: tuple[tuple[str, str], ...]
) -> tuple[DigestSection, ...]:
    placed: dict[str, list[DigestStory]] = {}
    for story in stories:
        placed.setdefault(_section_of(spec, story), []).append(story)
    order = (*topics, (RULES_SECTION, RULES_TITLE))
    return tuple(DigestSection(topic, title, tuple(placed[topic])) for topic, title in order if topic in placed)


def _section_of(spec: DigestSpec, story: DigestStory) -> str:
    """Return the topic with the highest relevant score in the story, or the section of rules."""
    scores = [score for entry in story.entries for score in _scores(spec, entry.assessed)]
    relevant = [score for score in scores if score.is_relevant]
    # A corrected item is relevant to nothing any more; it belongs where its reader last saw it, as far as we can tell.
    if not relevant and story.severity is None:
        relevant = scores
    return max(relevant, key=lambda score: score.score).topic if relevant else RULES_SECTION
