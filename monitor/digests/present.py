"""Turn a digest into what its template shows: worded, in the reader's zone, and no longer than there is room for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from monitor.digests import wording
from monitor.digests.build import RULES_SECTION, UPDATED
from monitor.digests.coverage import coverage_view, summary_line, warning_lines
from monitor.digests.escape import clean, web_address
from monitor.digests.passages import marked, snippet, spans_in
from monitor.digests.view import DigestView, EntryView, NearView, RuleView, ScoreView, SectionView, StoryView
from monitor.records import (
    AssessedItem,
    Digest,
    DigestEntry,
    DigestSection,
    DigestStory,
    Evidence,
    Feed,
    Field,
    RuleMatch,
    Severity,
    StoryLink,
    TopicScore,
)

_WORDS_SHOWN = 5
_NEARLY_SHOWN = 5
# An item published well before we saw it is old news or a slow feed; its reader should know which time is meant.
_SLOW_HOURS = 36


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a rendered digest may show of each thing; the Markdown file shows everything."""

    stories: int = 12
    """Stories of a section shown in full; critical and high ones always are, while ``keeps_top``."""
    others: int = 6
    """Further reports listed under a story."""
    snippet_chars: int = 360
    more: int = 60
    """Headlines listed for the rest of a section."""
    troubled: int = 80
    keeps_top: bool = True


COMPLETE = Limits(stories=100_000, others=10_000, snippet_chars=420, more=100_000, troubled=100_000)
"""For the Markdown file: nothing is left out."""


@dataclass(frozen=True, slots=True)
class Legend:
    """What names mean: feeds by name, titles of watched entities by id, as far as the caller knows them."""

    feeds: Mapping[str, Feed] = field(default_factory=dict)
    entities: Mapping[str, str] = field(default_factory=dict)


def present(digest: Digest, legend: Legend, limits: Limits) -> DigestView:
    """Return the view of a digest within the limits; every story is at least counted."""
    zone = ZoneInfo(digest.zone)
    desk = _Desk(digest, zone, legend, limits)
    sections: list[SectionView] = []
    number = 0
    for section in digest.sections:
        sections.append(desk.section(section, number))
        number += len(section.stories)
    # The fullest account is in the sections; the glance repeats what no reader may overlook.
    every = [story for section in sections for story in (*section.stories, *section.more)]
    stories = [story for section in digest.sections for story in section.stories]
    shown = sum(len(story.entries) for story in stories)
    coverage = coverage_view(digest, shown, zone, limits.troubled)
    filled = {section.id for section in digest.sections}
    return DigestView(
        id=digest.id,
        name=digest.name,
        title=wording.digest_title(digest.name),
        date=wording.long_date(digest.until, zone),
        time=wording.clock(digest.until, zone),
        zone=wording.zone_label(digest.until, zone),
        window=_window(digest, zone),
        summary=summary_line(stories, coverage),
        warnings=warning_lines(coverage),
        marking=digest.marking,
        is_preview=digest.is_preview,
        is_empty=not stories,
        glance_count=sum(1 for story in stories if (story.severity or 0) >= Severity.HIGH),
        glance=tuple(
            sorted(
                (story for story in every if story.severity in ("critical", "high")),
                key=lambda story: story.severity != "critical",
            )
        ),
        sections=tuple(sections),
        quiet_topics=tuple(title for topic, title in digest.topics if topic not in filled),
        nearly=tuple(
            NearView(desk.entry(DigestEntry(assessed, "")), miss.about, clean(miss.missing))
            for assessed, miss in digest.nearly[:_NEARLY_SHOWN]
        ),
        coverage=coverage,
    )


def present_story(frame: Digest, story: DigestStory, legend: Legend, limits: Limits) -> StoryView:
    """Return the view of a story that stands alone; ``frame`` gives the zone, the moment and the topics' titles."""
    return _Desk(frame, ZoneInfo(frame.zone), legend, limits).story(story, RULES_SECTION, 0)


def _window(digest: Digest, zone: ZoneInfo) -> str:
    end = wording.short_time(digest.until, zone, digest.until)
    if digest.since is None:
        return f"everything until {end}"
    return f"{wording.short_time(digest.since, zone, digest.until)} to {end}"


@dataclass(frozen=True, slots=True)
class _Desk:
    """The context every part of one digest is presented in."""

    digest: Digest
    zone: ZoneInfo
    legend: Legend
    limits: Limits

    def section(self, section: DigestSection, number: int) -> SectionView:
        stories = section.stories
        full = self.limits.stories
        if self.limits.keeps_top:
            full = max(full, sum(1 for story in stories if (story.severity or 0) >= Severity.HIGH))
        listed = full + self.limits.more
        views = [self.story(story, section.id, number + at) for at, story in enumerate(stories[:listed], start=1)]
        return SectionView(
            id=section.id,
            title=section.title,
            stories=tuple(views[:full]),
            more=tuple(views[full:]),
            more_left=max(0, len(stories) - listed),
            count=len(stories),
        )

    def story(self, story: DigestStory, section: str, number: int) -> StoryView:
        others = story.entries[1:]
        scores = _best_scores(story)
        titles = dict(self.digest.topics)
        return StoryView(
            number=number,
            severity=story.severity.label if story.severity is not None else "",
            lead=self.entry(story.lead),
            others=tuple(self.entry(entry) for entry in others[: self.limits.others]),
            others_left=max(0, len(others) - self.limits.others),
            outlets=story.outlets,
            scores=tuple(_score_view(score, titles) for score in scores if score.topic in titles or not titles),
            rules=_rule_views(story),
            names=self._names(story),
            also_in=tuple(
                titles.get(score.topic, score.topic)
                for score in scores
                if score.is_relevant and score.topic in titles and section not in (score.topic, RULES_SECTION)
            ),
            is_update=any(entry.is_update for entry in story.entries),
            is_late=all(entry.is_late for entry in story.entries),
            is_continued=all(
                entry.assessed.assessment.story.link is not StoryLink.FIRST and not entry.is_update
                for entry in story.entries
            ),
        )

    def entry(self, entry: DigestEntry) -> EntryView:
        item = entry.assessed.item
        feed = self.legend.feeds.get(item.feed)
        # The legend of a round counts a feed that is no longer configured as sensitive; a sample's may know none.
        is_sensitive = feed is not None and feed.is_sensitive
        evidence = shown_evidence(entry)
        title_spans = spans_in(item.title, (e for e in evidence if e.field is Field.TITLE))
        body_spans = spans_in(item.text, (e for e in evidence if e.field is Field.BODY))
        headline = marked(item.title, title_spans) if item.title.strip() else marked(_untitled(entry), ())
        time, note = self._time(entry.assessed)
        country = wording.country_name(feed.country) if feed is not None else ""
        stance = feed.stance.value if feed is not None else ""
        grade = feed.grade if feed is not None else ""
        return EntryView(
            item_id=item.id,
            headline=headline,
            snippet=snippet(item.text, body_spans, self.limits.snippet_chars) if item.title.strip() else (),
            link="" if is_sensitive else web_address(item.link),
            address=clean(item.link or "") if is_sensitive else "",
            is_sensitive=is_sensitive,
            outlet=item.outlet,
            source=", ".join(part for part in (country, stance, f"grade {grade}" if grade else "") if part),
            country=country,
            stance=stance,
            grade=grade,
            lang=item.lang or "",
            language=wording.language_name(item.lang),
            dir=wording.direction(item.lang),
            time=time,
            time_note=note,
            is_copy=entry.assessed.assessment.story.link is not StoryLink.FIRST,
            is_update=entry.is_update,
            changes=entry.reason.partition(UPDATED)[2],
            is_late=entry.is_late,
            reason=entry.reason,
        )

    def _time(self, assessed: AssessedItem) -> tuple[str, str]:
        item = assessed.item
        seen = wording.short_time(item.first_seen_at, self.zone, self.digest.until)
        if item.published_at is None:
            return seen, "no usable date in the feed, time first seen"
        shown = wording.short_time(item.published_at, self.zone, self.digest.until)
        hours = (item.first_seen_at - item.published_at).total_seconds() / 3600
        return shown, f"first seen {seen}" if hours >= _SLOW_HOURS else ""

    def _names(self, story: DigestStory) -> tuple[str, ...]:
        found = dict.fromkeys(
            mention.entity for entry in story.entries for mention in entry.assessed.assessment.matches.mentions
        )
        return tuple(dict.fromkeys(self.legend.entities.get(entity, entity) for entity in found))


def counted_rules(entry: DigestEntry) -> tuple[RuleMatch, ...]:
    """Return the rules that put an entry here, most severe first; the entry's reason names them."""
    matches = [m for m in entry.assessed.assessment.matches.rules if f"rule {m.id} (" in entry.reason]
    return tuple(sorted(matches, key=lambda match: (-match.severity, match.id)))


def shown_evidence(entry: DigestEntry) -> tuple[Evidence, ...]:
    """Return the evidence to mark in an entry: of its rules and watched names, else what spoke for its best topic."""
    matches = entry.assessed.assessment.matches
    evidence = [e for rule in counted_rules(entry) for e in rule.evidence]
    evidence += [mention.evidence for mention in matches.mentions]
    if not evidence:
        best = max(entry.assessed.assessment.scores, key=lambda score: score.score, default=None)
        contributions = best.contributions if best is not None else ()
        evidence = [c.evidence for c in contributions if c.weight > 0 and c.evidence is not None]
    return tuple(evidence)


def _untitled(entry: DigestEntry) -> str:
    item = entry.assessed.item
    return " ".join(item.text.split())[:280] or "Item without title or text"


def _best_scores(story: DigestStory) -> tuple[TopicScore, ...]:
    """Return the story's highest score per topic, highest first."""
    best: dict[str, TopicScore] = {}
    for entry in story.entries:
        for score in entry.assessed.assessment.scores:
            if score.topic not in best or score.score > best[score.topic].score:
                best[score.topic] = score
    return tuple(sorted(best.values(), key=lambda score: -score.score))


def _score_view(score: TopicScore, titles: Mapping[str, str]) -> ScoreView:
    def words(sign: int) -> tuple[str, ...]:
        ranked = sorted(score.contributions, key=lambda c: -sign * c.weight)
        named = [c.evidence.quote if c.evidence is not None else c.feature for c in ranked if sign * c.weight > 0]
        return tuple(dict.fromkeys(clean(name).strip() for name in named))[:_WORDS_SHOWN]

    return ScoreView(
        topic=score.topic,
        title=titles.get(score.topic, score.topic),
        score=f"{score.score:.2f}",
        threshold=f"{score.threshold:.2f}",
        is_reached=score.is_relevant,
        words_for=words(1),
        words_against=words(-1),
    )


def _rule_views(story: DigestStory) -> tuple[RuleView, ...]:
    found: dict[str, RuleMatch] = {}
    for entry in story.entries:
        for match in counted_rules(entry):
            found.setdefault(match.id, match)
    ranked: Sequence[RuleMatch] = sorted(found.values(), key=lambda match: (-match.severity, match.id))
    return tuple(
        RuleView(
            id=match.id,
            title=match.title or match.rule,
            severity=match.severity.label,
            owner=match.owner,
            words=tuple(dict.fromkeys(clean(e.quote).strip() for e in match.evidence))[:_WORDS_SHOWN],
        )
        for match in ranked
    )
