"""Find every listed name and phrase of all rule files in one pass over an item.

What a hit means, which name wins and which is swallowed, follows DESIGN §6.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate, tee

from monitor.matching.forms import Hit
from monitor.matching.phrases import FIELDS, Phrases
from monitor.matching.search import Search
from monitor.matching.terms import Entity
from monitor.records import Evidence, Field, Mention

Span = tuple[int, int, int]
"""Field (0 title, 1 body), start, end."""
_Where = tuple[int, int, int, int]
"""Field, start, end with its sign turned, entity: in reading order, the wider first."""


@dataclass(frozen=True, slots=True)
class Found:
    """What an item holds of a lexicon, mentions and evidence in reading order, title first."""

    mentions: tuple[Mention, ...] = ()
    """As everybody sees them: no private list takes a name from the shared watchlist."""
    phrases: Phrases = field(default_factory=Phrases)
    """Each phrase that was found, as given to ``compile_lexicon``, with every place."""
    are_apart: bool = True
    """Whether no two mentions begin at the same place."""
    _rivals: tuple[tuple[Mention, str | None], ...] = ()

    def mentions_for(self, owner: str) -> tuple[Mention, ...]:
        """Return the mentions as one owner's rules see them: the watchlist's and the owner's own.

        Here the owner's longer names win over the watchlist's names inside them too.
        """
        if not self._rivals:
            return self.mentions
        seen = [(mention, None) for mention, whose in self._rivals if whose in {None, owner}]
        return tuple(mention for mention, _ in _without_inner(seen))


_NOTHING = Found()


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
        self._plain: dict[int, str] = {}
        """The entity of each name that means one of the watchlist's wherever it stands."""
        for term, uses in self._names.items():
            entity = self._entities[uses[0].entity]
            if len(uses) == 1 and not uses[0].only_with and entity.owner is None:
                self._plain[term] = entity.id
        self._search: Search | None = None

    @cached_property
    def _meanings(self) -> list[tuple[str, str | None, bool, bool]]:
        """Of each term its text, the entity it plainly means, whether it is a phrase, and whether it may compete.

        What means one entity of the watchlist, and no phrase, takes no part in what others mean.
        """
        plain, listed = self._plain, self._phrases
        rivals = (self._names.keys() - plain.keys()) | self._swallowed_by.keys()
        return [
            (text, plain.get(term), term in listed, term in rivals and (term in listed or term not in plain))
            for term, text in enumerate(self._texts)
        ]

    def prepare(self) -> Search:
        """Fold every term; else the first search does, for many rounds have nothing to search.

        The first search of one item, and the first of many, build an automaton each.
        """
        self._search = Search(self._terms)
        return self._search

    def find(self, title: str, text: str) -> Found:
        """Return the mentions of entities and the phrases found in an item's title and text."""
        search = self._search or self.prepare()
        return self._found((title, text), search.hits(title, text))

    def find_each(self, contents: Iterable[tuple[str, str]]) -> Iterator[Found]:
        """Yield for each (title, text) what ``find`` returns; several times as fast, and in bounded memory."""
        search = self._search or self.prepare()
        given, searched = tee(contents)
        for content, hits in zip(given, search.hits_of_each(searched), strict=True):
            yield self._found(content, hits)

    def spans(self, title: str, text: str) -> Iterator[tuple[str, Sequence[Span]]]:
        """Yield the phrases found, each with its places, for readers that need no evidence.

        Places are in no order, and one may come twice.
        """
        search = self._search or self.prepare()
        for term, spans in _by_term(search.hits_in_any_order(title, text)).items():
            if term in self._phrases:
                yield self._texts[term], spans

    def _number(self, text: str) -> int:
        return self._terms.setdefault(text, len(self._terms))

    def _found(self, contents: tuple[str, str], hits: Sequence[Hit]) -> Found:
        if not hits:
            return _NOTHING
        meanings = self._meanings
        phrases: dict[str, list[Hit]] = {}
        mentions: list[Mention] = []
        reached = (0, -1)
        last_place = (0, 0, 0)
        is_intricate = False
        for hit in hits:
            number, start, minus_end, term = hit
            written, entity, is_listed, is_rival = meanings[term]
            if is_rival:
                is_intricate = True
            if is_listed:
                if written in phrases:
                    phrases[written].append(hit)
                else:
                    phrases[written] = [hit]
            if entity is not None and not is_intricate:
                end = -minus_end
                place = (number, start, end)
                if place == last_place:
                    is_intricate = True
                last_place = place
                if (number, end) > reached:  # else it lies inside a longer name
                    evidence = Evidence(FIELDS[number], start, end, contents[number][start:end], written)
                    mentions.append(Mention(entity, evidence))
                    reached = (number, end)
        listed = Phrases(contents, phrases)
        return self._weighed(contents, hits, listed) if is_intricate else Found(tuple(mentions), listed)

    def _weighed(self, contents: tuple[str, str], hits: Sequence[Hit], phrases: Phrases) -> Found:
        """Return what was found where names compete, need company or are swallowed."""
        named = self._named(_by_term(hits))
        owners = [self._entities[where[3]].owner for where, _ in named]
        found = list(zip((self._mention(contents, where, term) for where, term in named), owners, strict=True))
        is_flat = _is_flat(named)
        kept = found if is_flat else _without_inner(found)
        is_shared = owners.count(None) == len(owners)
        return Found(tuple([mention for mention, _ in kept]), phrases, is_flat, () if is_shared else tuple(found))

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
        return Mention(self._entities[entity].id, Evidence(FIELDS[number], start, -end, quote, self._texts[term]))


def compile_lexicon(entities: Sequence[Entity], phrases: Sequence[str]) -> Lexicon:
    """Compile names and phrases for searching; a name without a comparable character is never found."""
    return Lexicon(entities, phrases)


def _by_term(hits: Sequence[Hit]) -> dict[int, list[Span]]:
    spans: dict[int, list[Span]] = {}
    for number, start, minus_end, term in hits:
        spans.setdefault(term, []).append((number, start, -minus_end))
    return spans


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
