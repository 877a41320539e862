"""Find every listed name and phrase of all rule files in one pass over an item.

One Aho-Corasick automaton runs over tightly folded text; Python looks only at its hits. What a hit means, which
name wins and which is swallowed, follows DESIGN §6.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

import ahocorasick_rs

from monitor.matching.spans import ENDS, STARTS, is_parted, span_of
from monitor.matching.terms import Entity, Pattern, patterns_of
from monitor.records import Evidence, Field, Mention
from monitor.text.fold import fold_tight

_FIELDS = (Field.TITLE, Field.BODY)

Span = tuple[int, int, int]
"""Field (0 title, 1 body), start, end."""
_Where = tuple[int, int, int, int]
"""Field, start, end with its sign turned, entity: in reading order, the wider first."""
_Search = tuple[ahocorasick_rs.AhoCorasick, tuple[tuple[tuple[int, Pattern, bool], ...], ...]]
"""What looks for every form that a term may have in folded text, and by form the terms that it may mean."""
_BETWEEN = "\x1f"
"""Stands between title and text when both are searched in one: a sign that nothing folds away or spans."""


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
        self._has_owners = any(entity.owner is not None for entity in self._entities)
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
        self._search: _Search | None = None

    def prepare(self) -> _Search:
        """Fold every term and build the automaton; else the first search does, for many rounds have nothing to search.

        To be called before work is shared out among processes.
        """
        forms: dict[str, list[tuple[int, Pattern, bool]]] = defaultdict(list)
        for text, term in self._terms.items():
            for pattern in patterns_of(text):
                is_plain = pattern.capitals is None and not pattern.is_prefix and not pattern.is_dotted
                forms[pattern.text].append((term, pattern, is_plain))
        self._search = ahocorasick_rs.AhoCorasick(list(forms)), tuple(map(tuple, forms.values()))
        return self._search

    def find(self, title: str, text: str) -> Found:
        """Return the mentions of entities and the phrases found in an item's title and text."""
        hits = self._hits(title, text)
        if not hits:
            return Found()
        contents = (title, text)
        texts, listed = self._texts, self._phrases
        phrases = {
            texts[term]: self._all_evidence(contents, spans, term) for term, spans in hits.items() if term in listed
        }
        named = self._named(hits)
        mentions = [self._mention(contents, where, term) for where, term in named]
        if not self._has_owners and _is_flat(named):
            return Found(tuple(mentions), phrases)
        owners = [self._entities[where[3]].owner for where, _ in named]
        found = list(zip(mentions, owners, strict=True))
        kept = found if _is_flat(named) else _without_inner(found)
        is_shared = owners.count(None) == len(owners)
        return Found(tuple([mention for mention, _ in kept]), phrases, () if is_shared else tuple(found))

    def spans(self, title: str, text: str) -> Iterator[tuple[str, Sequence[Span]]]:
        """Yield the phrases found, each with its places, for readers that need no evidence.

        Places are in no order, and one may come twice.
        """
        for term, spans in self._hits(title, text).items():
            if term in self._phrases:
                yield self._texts[term], spans

    def _number(self, text: str) -> int:
        return self._terms.setdefault(text, len(self._terms))

    def _hits(self, title: str, text: str) -> dict[int, list[Span]]:
        """Return where each term stands, by term number."""
        hits: dict[int, list[Span]] = {}
        # One search is cheaper than two, and no term reaches across this sign.
        folded = fold_tight(f"{title}{_BETWEEN}{text}" if title else text)
        body = len(title) + len(_BETWEEN) if title else 0
        searched, offsets = folded.text, folded.offsets
        automaton, forms = self._search or self.prepare()
        for form, start, end in automaton.find_matches_as_indexes(searched, overlapping=True):
            # starts_word and span_of, written out for what most hits are: inside a longer word, or just the listed word
            if start and not STARTS[searched[start - 1 : start + 1]] and not is_parted(folded, start):
                continue
            is_whole = end == len(searched) or ENDS[searched[end - 1 : end + 1]]
            for term, pattern, is_plain in forms[form]:
                first, last = offsets[start], offsets[end - 1] + 1
                if not is_plain or not is_whole or last != offsets[end]:
                    span = span_of(folded, start, end, pattern)
                    if span is None:
                        continue
                    first, last = span
                place = (0, first, last) if first < body else (1, first - body, last - body)
                if term in hits:
                    hits[term].append(place)
                else:
                    hits[term] = [place]
        return hits

    def _named(self, hits: Mapping[int, list[Span]]) -> list[tuple[_Where, int]]:
        """Return the names found, in company where they need it and not swallowed, with their terms, widest first."""
        covers: dict[int, _Cover] = {}
        swallowing = [term for term in hits if term in self._swallowed_by]
        for entity in {entity for term in swallowing for entity in self._swallowed_by[term]}:
            covers[entity] = _Cover(
                span for term in swallowing if entity in self._swallowed_by[term] for span in hits[term]
            )
        named: dict[_Where, int] = {}
        for term, spans in hits.items():
            for use in self._names.get(term, ()):
                if use.only_with and hits.keys().isdisjoint(use.only_with):
                    continue
                entity = use.entity
                cover = covers.get(entity) if covers else None
                for span in spans:
                    if cover is None or not cover.holds(span):
                        where = (span[0], span[1], -span[2], entity)
                        # the first listed of several spellings that fold alike is the one to name
                        if named.setdefault(where, term) > term:
                            named[where] = term
        return sorted(named.items())

    def _mention(self, contents: tuple[str, str], where: _Where, term: int) -> Mention:
        number, start, end, entity = where
        quote = contents[number][start:-end]
        return Mention(self._entities[entity].id, Evidence(_FIELDS[number], start, -end, quote, self._texts[term]))

    def _all_evidence(self, contents: tuple[str, str], spans: list[Span], term: int) -> tuple[Evidence, ...]:
        ordered = sorted(set(spans)) if len(spans) > 1 else spans
        written = self._texts[term]
        return tuple(
            [
                Evidence(_FIELDS[number], start, end, contents[number][start:end], written)
                for number, start, end in ordered
            ]
        )


def compile_lexicon(entities: Sequence[Entity], phrases: Sequence[str]) -> Lexicon:
    """Compile names and phrases for searching; a name without a comparable character is never found."""
    return Lexicon(entities, phrases)


class _Cover:
    """Spans to ask whether one of them holds another."""

    def __init__(self, spans: Iterable[Span]) -> None:
        ordered = sorted(spans)
        self._starts = [(number, start) for number, start, _ in ordered]
        # The furthest (field, end) of all spans up to each: one of them reaches over a span iff this does.
        self._ends = list(accumulate(((number, end) for number, _, end in ordered), max))

    def holds(self, span: Span) -> bool:
        place = bisect_right(self._starts, span[:2])
        return place > 0 and self._ends[place - 1] >= (span[0], span[2]) and self._ends[place - 1][0] == span[0]


def _is_flat(named: Sequence[tuple[_Where, int]]) -> bool:
    """Return whether no name stands inside another or at the very same place."""
    reached = (0, -1)
    for (where, _, end, _), _ in named:
        if (where, -end) <= reached:
            return False
        reached = (where, -end)
    return True


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
