"""Find every listed name and phrase of all rule files in one pass over an item.

One Aho-Corasick automaton runs over tightly folded text; Python looks only at its hits. What a hit means, which
name wins and which is swallowed, follows DESIGN §6.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

import ahocorasick_rs

from monitor.matching.spans import STARTS, is_parted, span_of
from monitor.matching.terms import Entity, Pattern, patterns_of
from monitor.records import Evidence, Field, Mention
from monitor.text.fold import fold_tight

_FIELDS = (Field.TITLE, Field.BODY)

_Span = tuple[int, int, int]
"""Field (0 title, 1 body), start, end."""


@dataclass(frozen=True, slots=True)
class Found:
    """What an item holds of a lexicon, mentions and evidence in reading order, title first."""

    mentions: tuple[Mention, ...] = ()
    """As everybody sees them: no private list takes a name from the shared watchlist."""
    phrases: Mapping[str, tuple[Evidence, ...]] = field(default_factory=dict)
    """Each phrase that was found, as given to ``compile_lexicon``, with every place."""
    _rivals: tuple[tuple[Mention, str | None], ...] = ()

    def mentions_for(self, owner: str) -> tuple[Mention, ...]:
        """Return the mentions as one owner's rules see them: the watchlist's and the owner's own.

        Here the owner's longer names win over the watchlist's names inside them too.
        """
        if not self._rivals:
            return self.mentions
        seen = [(mention, None) for mention, whose in self._rivals if whose in {None, owner}]
        return tuple(mention for mention, _ in _without_inner(seen))


@dataclass(frozen=True, slots=True)
class _NameUse:
    entity: int
    only_with: tuple[int, ...]


class Lexicon:
    """Names and phrases compiled for searching; reads like a value and may be shared between threads."""

    def __init__(self, entities: Sequence[Entity], phrases: Sequence[str]) -> None:
        self._entities = tuple(entities)
        self._terms: dict[str, int] = {}
        self._phrases = {self._number(phrase) for phrase in phrases}
        self._names: dict[int, list[_NameUse]] = defaultdict(list)
        self._swallowed_by: dict[int, list[int]] = defaultdict(list)
        for number, entity in enumerate(self._entities):
            for name in entity.names:
                company = tuple(self._number(word) for word in name.only_with)
                self._names[self._number(name.text)].append(_NameUse(number, company))
            for phrase in entity.not_in:
                self._swallowed_by[self._number(phrase)].append(number)
        self._texts = tuple(self._terms)
        forms: dict[str, list[tuple[int, Pattern]]] = defaultdict(list)
        for text, term in self._terms.items():
            for pattern in patterns_of(text):
                forms[pattern.text].append((term, pattern))
        self._forms = tuple(map(tuple, forms.values()))
        self._automaton = ahocorasick_rs.AhoCorasick(list(forms))

    def find(self, title: str, text: str) -> Found:
        """Return the mentions of entities and the phrases found in an item's title and text."""
        contents = (title, text)
        hits = self._hits(contents)
        if not hits:
            return Found()
        phrases = {
            self._texts[term]: self._all_evidence(contents, spans, term)
            for term, spans in hits.items()
            if term in self._phrases
        }
        rivals = self._rivals(contents, hits)
        is_shared = all(owner is None for _, owner in rivals)
        return Found(
            tuple(mention for mention, _ in _without_inner(rivals)), phrases, () if is_shared else tuple(rivals)
        )

    def _number(self, text: str) -> int:
        return self._terms.setdefault(text, len(self._terms))

    def _hits(self, contents: tuple[str, str]) -> dict[int, list[_Span]]:
        """Return where each term stands, by term number."""
        hits: dict[int, list[_Span]] = {}
        for number, content in enumerate(contents):
            if not content:
                continue
            folded = fold_tight(content)
            searched = folded.text
            for form, start, end in self._automaton.find_matches_as_indexes(searched, overlapping=True):
                # starts_word, written out: of all hits most are inside some longer word
                if start and not STARTS[searched[start - 1 : start + 1]] and not is_parted(folded, start):
                    continue
                for term, pattern in self._forms[form]:
                    span = span_of(folded, start, end, pattern)
                    if span is not None:
                        hits.setdefault(term, []).append((number, *span))
        return hits

    def _rivals(self, contents: tuple[str, str], hits: Mapping[int, list[_Span]]) -> list[tuple[Mention, str | None]]:
        """Return the names found, in company where they need it and not swallowed, with their owners, widest first."""
        swallowing: dict[int, list[_Span]] = defaultdict(list)
        for term, spans in hits.items():
            for entity in self._swallowed_by.get(term, ()):
                swallowing[entity].extend(spans)
        covers = {entity: _Cover(spans) for entity, spans in swallowing.items()}
        mentions: dict[tuple[_Span, int], int] = {}
        for term, spans in hits.items():
            for use in self._names.get(term, ()):
                if use.only_with and hits.keys().isdisjoint(use.only_with):
                    continue
                cover = covers.get(use.entity)
                for span in spans:
                    if cover is None or not cover.holds(span):
                        # the first listed of several spellings that fold alike is the one to name
                        mentions[span, use.entity] = min(term, mentions.get((span, use.entity), term))
        ordered = sorted(mentions.items(), key=lambda found: (found[0][0][:2], -found[0][0][2], found[0][1]))
        return [
            (
                Mention(self._entities[entity].id, self._evidence(contents, span, term)),
                self._entities[entity].owner,
            )
            for (span, entity), term in ordered
        ]

    def _all_evidence(self, contents: tuple[str, str], spans: list[_Span], term: int) -> tuple[Evidence, ...]:
        ordered = sorted(set(spans)) if len(spans) > 1 else spans
        return tuple(self._evidence(contents, span, term) for span in ordered)

    def _evidence(self, contents: tuple[str, str], span: _Span, term: int) -> Evidence:
        number, start, end = span
        return Evidence(_FIELDS[number], start, end, contents[number][start:end], self._texts[term])


def compile_lexicon(entities: Sequence[Entity], phrases: Sequence[str]) -> Lexicon:
    """Compile names and phrases for searching; a name without a comparable character is never found."""
    return Lexicon(entities, phrases)


class _Cover:
    """Spans to ask whether one of them holds another."""

    def __init__(self, spans: Iterable[_Span]) -> None:
        ordered = sorted(spans)
        self._starts = [(number, start) for number, start, _ in ordered]
        # The furthest (field, end) of all spans up to each: one of them reaches over a span iff this does.
        self._ends = list(accumulate(((number, end) for number, _, end in ordered), max))

    def holds(self, span: _Span) -> bool:
        place = bisect_right(self._starts, span[:2])
        return place > 0 and self._ends[place - 1] >= (span[0], span[2]) and self._ends[place - 1][0] == span[0]


def _without_inner(rivals: Sequence[tuple[Mention, str | None]]) -> list[tuple[Mention, str | None]]:
    """Leave out names inside a longer one of the watchlist or of the same owner.

    ``rivals`` are sorted by place, the wider first. Two entities at the very same place both stay.
    """
    kept: list[tuple[Mention, str | None]] = []
    reach: dict[tuple[Field, str | None], int] = {}
    waiting: list[tuple[Field, str | None, int]] = []
    previous: tuple[Field, int, int] | None = None
    for mention, owner in rivals:
        evidence = mention.evidence
        place = (evidence.field, evidence.start, evidence.end)
        if place != previous:
            # equal spans do not beat one another, so each group is compared with earlier groups only
            for where, whose, end in waiting:
                reach[where, whose] = max(end, reach.get((where, whose), -1))
            waiting.clear()
            previous = place
        waiting.append((evidence.field, owner, evidence.end))
        shared = reach.get((evidence.field, None), -1)
        own = reach.get((evidence.field, owner), -1)
        if max(shared, own) < evidence.end:
            kept.append((mention, owner))
    return kept
