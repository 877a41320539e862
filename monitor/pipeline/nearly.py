"""Near misses of a digest: what it leaves out by one clause, a few words of distance or a thin margin of a score.

They are looked for when a digest closes, stored with it, told in a short section of it and by `monitor why`. A clause
that many items lack does its work; one that a few lack, while all the rest of the rule is there, deserves a look.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.digests.build import rules_for
from monitor.pipeline.desk import Desk
from monitor.pipeline.muting import hidden_from_all, item_text
from monitor.records import AssessedItem, Digest, DigestSpec, NearMiss, Send
from monitor.rules.compile import CompiledRule
from monitor.rules.hits import Hits
from monitor.rules.match import ItemText, owner_hits
from monitor.rules.nearly import MIN_CLAUSES, THIN, Nearly, Shortfall, missing_clauses, nearly_holds
from monitor.rules.spellings import Spellings, Variant

KEPT = 20
"""Near misses stored per digest: it is a hint where to look, not a second digest."""
MAX_LOOKED_AT = 1_500
"""Items of one digest that are looked at, the newest ones: a second or two of work."""
MAX_SPELLED = 60
"""Items that are searched for other spellings, which takes some milliseconds each."""
COMMON = 3
"""A clause that more items of one digest lack, all the rest being there, is what keeps the rule to its subject; a word
that stands in more of them is no slip."""
LEAST_LIKENESS = 0.72
"""Of a passage and a listed name; `why`, where somebody asked, shows more. Dassu and Dasu have 0.73, Shahr and Shahrag
0.71."""
_MOST_SHOWN = 90
"""Code points of a missing clause that are told."""


@dataclass(frozen=True, slots=True)
class _Found:
    assessed: AssessedItem
    miss: NearMiss
    rank: tuple[int, int, float]


@dataclass(frozen=True, slots=True)
class _Looked:
    """An item that is left out, as rules see it, and the rules of the digest that lack at most one clause of it."""

    assessed: AssessedItem
    text: ItemText
    close: tuple[tuple[CompiledRule, Hits, bool], ...]
    """With what was found in the item, and whether a clause is missing."""


def near_misses(
    desk: Desk, spec: DigestSpec, candidates: Sequence[AssessedItem], digest: Digest, now: datetime
) -> tuple[tuple[AssessedItem, NearMiss], ...]:
    """Return what a digest leaves out by little, the most telling first, one item of each story."""
    shown = {story.id for section in digest.sections for story in section.stories}
    is_hidden = hidden_from_all(desk.book, spec.analysts, now)
    left_out = [
        one
        for one in reversed(candidates)
        if not one.item.is_backlog
        and one.assessment.story.story not in shown
        and not rules_for(spec, one)
        and not any(score.is_relevant for score in one.assessment.scores if score.topic in spec.topics)
        and (is_hidden is None or is_hidden(one) is None)
    ]
    rules = [compiled for compiled in desk.book.rules if _counts(spec, compiled)]
    looked = [_look(desk, rules, one, now) for one in left_out[:MAX_LOOKED_AT]]
    found = sorted((*_by_rules(_spellings(desk, rules), looked), *_by_scores(spec, left_out)), key=_rank)
    by_story: dict[str, _Found] = {}
    for one in found:
        by_story.setdefault(one.assessed.assessment.story.story, one)
    return tuple((one.assessed, one.miss) for one in list(by_story.values())[:KEPT])


def _rank(found: _Found) -> tuple[int, int, float]:
    return found.rank


def _spellings(desk: Desk, rules: Sequence[CompiledRule]) -> Spellings:
    atoms = {atom for compiled in rules for wanted in compiled.required for atom in wanted.atoms}
    return Spellings(entity for entity in desk.book.entities if f"@{entity.id}" in atoms)


def _look(desk: Desk, rules: Sequence[CompiledRule], one: AssessedItem, now: datetime) -> _Looked:
    feeds = {feed.name: feed for feed in desk.config.feeds}
    scores = {score.topic: score.score for score in one.assessment.scores}
    text = item_text(one.item, feeds.get(one.item.feed), now, scores)
    found = desk.book.lexicon.find(text.title, text.text)
    views: dict[str, Hits] = {}
    close = []
    for compiled in rules:
        owner = compiled.rule.owner
        if owner not in views:
            views[owner] = owner_hits(desk.book, owner, found)
        # Asked first, since most rules have nothing to do with most items.
        absent = sum(one.atoms.isdisjoint(views[owner].atoms) for one in compiled.required)
        missing = missing_clauses(compiled, views[owner]) if absent <= 1 and absent < len(compiled.required) else None
        if missing is not None and len(missing) <= 1 and len(missing) < len(compiled.required):
            close.append((compiled, views[owner], bool(missing)))
    return _Looked(one, text, tuple(close))


def _counts(spec: DigestSpec, compiled: CompiledRule) -> bool:
    rule = compiled.rule
    is_asked = rule.owner in spec.analysts or rule.full_id in spec.rules
    return is_asked and rule.send in (Send.ALERT, Send.DIGEST) and rule.severity >= spec.min_severity


def _by_rules(spellings: Spellings, looked: Sequence[_Looked]) -> Iterator[_Found]:
    found: list[tuple[AssessedItem, Nearly]] = []
    spelled = 0
    for one in looked:
        is_short = any(is_missing for _, _, is_missing in one.close)
        spelled += is_short
        variants = spellings.variants_in(one.text) if is_short and spelled <= MAX_SPELLED else ()
        telling = [variant for variant in variants if _is_telling(variant)]
        for compiled, hits, is_missing in one.close:
            # Two clauses of which one is missing say nothing, unless the item has something like it.
            if is_missing and len(compiled.required) < MIN_CLAUSES and not telling:
                continue
            nearly = nearly_holds(compiled, hits, one.text, telling)
            if nearly is not None:
                found.append((one.assessed, nearly))
    lacking = Counter(map(_lacking, (nearly for _, nearly in found)))
    for assessed, nearly in found:
        rule = nearly.rule.rule
        if lacking[_lacking(nearly)] > COMMON:
            continue
        miss = NearMiss(
            item=assessed.item.id,
            revision=assessed.item.revision,
            about=f"rule {rule.full_id}",
            missing=_told(nearly),
            write=nearly.change.line,
        )
        yield _Found(assessed, miss, (nearly.shortfall, -rule.severity, nearly.change.cost))


def _lacking(nearly: Nearly) -> tuple[str, str, str]:
    """Return what is counted: the same clause of the same rule, for a spelling the passage."""
    is_spelling = nearly.shortfall is Shortfall.SPELLING
    return nearly.rule.rule.full_id, nearly.lacks, nearly.change.line if is_spelling else ""


def _is_telling(variant: Variant) -> bool:
    """Return whether a passage may well be a slip: it is like a name, and in Latin letters written like one."""
    quote = variant.evidence.quote
    return variant.entity is not None and variant.likeness >= LEAST_LIKENESS and not quote[:1].islower()


def _told(nearly: Nearly) -> str:
    if nearly.shortfall is not Shortfall.CLAUSE:
        return nearly.change.what
    lacks = nearly.lacks if len(nearly.lacks) <= _MOST_SHOWN else f"{nearly.lacks[:_MOST_SHOWN].rsplit(', ', 1)[0]}, …"
    return f"not found: {lacks}"


def _by_scores(spec: DigestSpec, left_out: Sequence[AssessedItem]) -> Iterator[_Found]:
    for one in left_out:
        for score in one.assessment.scores:
            gap = score.threshold - score.score
            if score.topic in spec.topics and 0 < gap < THIN:
                missing = f"scored {score.score:.3f}, and the threshold is {score.threshold:.2f}"
                miss = NearMiss(one.item.id, one.item.revision, f"topic {score.topic}", missing)
                yield _Found(one, miss, (Shortfall.SCORE, 0, gap))
