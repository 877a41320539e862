"""Match one item: what is mentioned, which rules hold on what evidence, and what stopped the others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import tee

from monitor.matching.lexicon import Found
from monitor.records import Evidence, Field, ItemMatches, Mention, RuleMatch, RuleStop, Send
from monitor.rules.compile import CompiledRule, CompiledTune, RuleBook, Wanted, WantedNear
from monitor.rules.declared import Bound, Filters
from monitor.rules.hits import Hits, Places, bits_of, measure
from monitor.text.durations import format_duration


@dataclass(frozen=True, slots=True)
class ItemText:
    """An item as rules see it. Times are aware; what is None is unknown, and a filter on it is not applied."""

    title: str
    text: str
    now: datetime
    lang: str | None = None
    source: str | None = None
    """The outlet."""
    feed: str | None = None
    """The feed's name; ``sources`` may name either."""
    stance: str | None = None
    published_at: datetime | None = None
    first_seen_at: datetime | None = None
    scores: Mapping[str, float] | None = None

    def field(self, field: Field) -> str:
        """Return the text of one field."""
        return self.title if field is Field.TITLE else self.text


@dataclass(frozen=True, slots=True)
class Held:
    """Every clause was found, and nothing stopped the rule."""

    evidence: tuple[Evidence, ...]
    entities: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NotFound:
    """A required clause was not found: the rule is no candidate."""

    wanted: Wanted | WantedNear
    fields: tuple[Field, ...]

    @property
    def clause(self) -> str:
        """Return the clause in words."""
        if isinstance(self.wanted, WantedNear):
            written = " and ".join(wanted.written for wanted in self.wanted.clauses)
            return f"near {written} {self.wanted.written}"
        return f"all {self.wanted.written} in {' or '.join(field.value for field in self.fields)}"


@dataclass(frozen=True, slots=True)
class Stopped:
    """Every required clause was found, and this one stopped the rule; ``quote`` is the passage, if there is one."""

    clause: str
    quote: str = ""


Outcome = Held | NotFound | Stopped
MEASURED_TOGETHER = 128_000
"""Characters of items in which words are counted at once."""
_NO_HITS = Hits.of((), {})
_BODY = Field.BODY  # Python 3.11 looks members up slowly


def match_item(book: RuleBook, item: ItemText) -> ItemMatches:
    """Return the mentions and the rules that hold, with evidence for every clause, in reading and in book order.

    Candidates that ``none``, a filter or a score stopped are given with the clause. Where a rule holds, and somebody's
    tune of it does not, that is a stop too: its owner is the tuner, its rule the full id.
    """
    return match_found(book, item, book.lexicon.find(item.title, item.text))


def match_items(book: RuleBook, items: Iterable[ItemText]) -> Iterator[ItemMatches]:
    """Yield for each item what ``match_item`` returns; several times as fast, and in bounded memory."""
    given, searched = tee(items)
    found = book.lexicon.find_each((item.title, item.text) for item in searched)
    yield from match_each_found(book, zip(given, found, strict=True))


def match_found(book: RuleBook, item: ItemText, found: Found) -> ItemMatches:
    """Do as ``match_item`` does, with what the book's lexicon found in the item."""
    fulfilled = _fulfilled(book, found)
    hits = Hits.of(found.mentions, found.phrases) if fulfilled else _NO_HITS
    return _match_hits(book, item, found, hits, fulfilled)


def match_each_found(book: RuleBook, items: Iterable[tuple[ItemText, Found]]) -> Iterator[ItemMatches]:
    """Do as ``match_items`` does, with what the book's lexicon found in each item."""
    waiting: list[tuple[ItemText, Found, Hits, int]] = []
    size = 0
    for item, found in items:
        fulfilled = _fulfilled(book, found)
        hits = Hits.of(found.mentions, found.phrases) if fulfilled else _NO_HITS
        waiting.append((item, found, hits, fulfilled))
        size += len(item.title) + len(item.text)
        if size > MEASURED_TOGETHER:
            yield from _match_together(book, waiting)
            waiting, size = [], 0
    yield from _match_together(book, waiting)


def _fulfilled(book: RuleBook, found: Found) -> int:
    """Return the rules whose every required clause was found."""
    title, body = found.phrases.in_title(), found.phrases.in_body()
    for mention in found.mentions:
        (body if mention.evidence.field is _BODY else title).append(f"@{mention.entity}")
    return book.index.fulfilled_by(title, body) if title or body else 0


def _match_together(book: RuleBook, items: Sequence[tuple[ItemText, Found, Hits, int]]) -> Iterator[ItemMatches]:
    """Yield the matches of some items, in which words are counted at once."""
    asking = [(hits.places, item) for item, _, hits, fulfilled in items if fulfilled & book.index.measuring]
    measure([(places, (item.title, item.text)) for places, item in asking])
    for item, found, hits, fulfilled in items:
        yield _match_hits(book, item, found, hits, fulfilled)


def _match_hits(book: RuleBook, item: ItemText, found: Found, shared: Hits, fulfilled: int) -> ItemMatches:
    mentions = found.mentions if found.are_apart else tuple(sorted(found.mentions, key=_place))
    if not fulfilled:
        return ItemMatches(mentions)
    rules: list[RuleMatch] = []
    stopped: list[RuleStop] = []
    views: dict[str, tuple[Hits, int]] = {}
    texts = (item.title, item.text)
    everyones, private, compiled_rules = shared.places, book.private, book.rules
    # An owner's own names may take hits away from that owner's rules, and never add any.
    for number in bits_of(fulfilled):
        compiled = compiled_rules[number]
        hits, places = shared, everyones
        if private and compiled.rule.owner in private:
            owner = compiled.rule.owner
            if owner not in views:
                own = owner_hits(book, owner, found)
                views[owner] = (own, book.index.fulfilled(own.evidence))
            hits, of_owner = views[owner]
            if not of_owner >> number & 1:
                continue
            places = hits.places
        proof = places.proof(compiled, texts)
        if proof is None:
            continue
        stop = _find_stop(compiled, hits, item, is_example=False) if compiled.can_stop else None
        if stop is not None:
            stopped.append(RuleStop(compiled.rule.owner, compiled.rule.id, stop.clause, stop.quote))
            continue
        evidence, entities = places.shown(proof, compiled), places.entities(proof, compiled)
        rules.append(RuleMatch(*compiled.says, evidence, entities, *compiled.adds))
        if compiled.tunes:
            stopped.extend(_tune_stops(compiled, hits, item))
    return ItemMatches(mentions, tuple(rules), tuple(stopped))


def owner_hits(book: RuleBook, owner: str, found: Found) -> Hits:
    """Return what one owner's rules see: the owner's names compete with the watchlist's, for this owner alone.

    Entities that another analyst declared are seen as everybody sees them.
    """
    if owner not in book.private:
        return Hits.of(found.mentions, found.phrases)
    of_others = frozenset[str]().union(*(ids for whose, ids in book.private.items() if whose != owner))
    others = [mention for mention in found.mentions if mention.entity in of_others]
    return Hits.of((*found.mentions_for(owner), *others), found.phrases)


def evaluate(compiled: CompiledRule, hits: Hits, item: ItemText, *, is_example: bool = False) -> Outcome:
    """Return whether one rule holds, and what decided. Examples are judged as if the rule were in force."""
    atoms = hits.atoms
    for wanted in compiled.required:
        if wanted.atoms.isdisjoint(atoms):
            return NotFound(wanted, compiled.rule.fields)
    texts = (item.title, item.text)
    proof = hits.places.proof(compiled, texts)
    if proof is None:
        return _find_missing(compiled, hits.places, texts)
    stop = _find_stop(compiled, hits, item, is_example=is_example)
    if stop is not None:
        return stop
    return Held(hits.places.shown(proof, compiled), hits.places.entities(proof, compiled))


def find_bound(bounds: Sequence[Bound], scores: Mapping[str, float] | None) -> Bound | None:
    """Return the first bound the scores miss; a topic without a score is not tested."""
    known = scores or {}
    return next((bound for bound in bounds if bound.topic in known and known[bound.topic] < bound.least), None)


def _find_missing(compiled: CompiledRule, places: Places, texts: tuple[str, str]) -> NotFound:
    """Return the first clause that no place proves, of a rule that has one."""
    fields = compiled.rule.fields
    for wanted in compiled.all:
        if not places.of(wanted, fields):
            return NotFound(wanted, fields)
    return NotFound(next(near for near in compiled.near if not places.near(near, fields, texts)), fields)


def _find_stop(compiled: CompiledRule, hits: Hits, item: ItemText, *, is_example: bool) -> Stopped | None:
    rule = compiled.rule
    for wanted in compiled.none:
        found = () if wanted.atoms.isdisjoint(hits.atoms) else hits.of_clause(wanted, rule.fields)
        if found:
            return Stopped(f"none {wanted.written}", found[0].quote)
    return _find_condition(compiled, item, is_example=is_example) if compiled.has_conditions else None


def _find_condition(compiled: CompiledRule, item: ItemText, *, is_example: bool) -> Stopped | None:
    rule = compiled.rule
    failed = next(_failed_filters(rule.filters, item), None) if compiled.has_filters else None
    if failed is not None:
        return Stopped(failed)
    missed = find_bound(rule.min_score, item.scores)
    if missed is not None:
        return Stopped(_describe_bound(missed, item))
    if is_example:
        return None
    if rule.expires is not None and item.now.astimezone(UTC).date() > rule.expires:
        return Stopped(f"expires {rule.expires}")
    return Stopped("send off") if rule.send is Send.OFF else None


def _failed_filters(filters: Filters, item: ItemText) -> Iterator[str]:
    lang = item.lang.lower() if item.lang else None
    if lang is not None and filters.langs and not any(_is_lang(lang, wanted) for wanted in filters.langs):
        yield f"langs {', '.join(filters.langs)}; the item is in {item.lang}"
    if lang is not None and any(_is_lang(lang, unwanted) for unwanted in filters.not_langs):
        yield f"not_langs {', '.join(filters.not_langs)}; the item is in {item.lang}"
    names = {name.strip().casefold() for name in (item.source, item.feed) if name}
    if names and filters.sources and names.isdisjoint(filters.sources):
        yield f"sources; the item is from {item.source or item.feed}"
    if not names.isdisjoint(filters.not_sources):
        yield f"not_sources; the item is from {item.source or item.feed}"
    if item.stance and filters.stances and item.stance not in filters.stances:
        yield f"stances {', '.join(filters.stances)}; the source is {item.stance}"
    if item.stance and item.stance in filters.not_stances:
        yield f"not_stances {', '.join(filters.not_stances)}; the source is {item.stance}"
    yield from _failed_dates(filters, item)


def _failed_dates(filters: Filters, item: ItemText) -> Iterator[str]:
    when = item.published_at or item.first_seen_at
    if when is None:
        return
    day = when.astimezone(UTC).date()
    if filters.max_age is not None and item.now - when > filters.max_age:
        yield f"max_age {format_duration(filters.max_age)}; the item is of {day}"
    if filters.after is not None and day < filters.after:
        yield f"after {filters.after}; the item is of {day}"
    if filters.before is not None and day >= filters.before:
        yield f"before {filters.before}; the item is of {day}"


def _is_lang(lang: str, wanted: str) -> bool:
    """Return whether an item's language is the one a filter names: ``fa`` covers ``fa-AF``, and not the reverse."""
    return lang == wanted or lang.startswith(f"{wanted}-")


def _tune_stops(compiled: CompiledRule, hits: Hits, item: ItemText) -> Iterator[RuleStop]:
    for made in compiled.tunes:
        stop = _find_tune_stop(made, hits, item, compiled.rule.fields)
        if stop is not None:
            yield RuleStop(made.tune.owner, compiled.rule.full_id, stop.clause, stop.quote)


def _find_tune_stop(made: CompiledTune, hits: Hits, item: ItemText, fields: Sequence[Field]) -> Stopped | None:
    for wanted in made.also_none:
        found = hits.of_clause(wanted, fields)
        if found:
            return Stopped(f"also_none {wanted.written}", found[0].quote)
    missed = find_bound(made.tune.min_score, item.scores)
    return Stopped(_describe_bound(missed, item)) if missed is not None else None


def _describe_bound(bound: Bound, item: ItemText) -> str:
    score = (item.scores or {})[bound.topic]
    return f"min_score {bound.topic} {bound.least:.2f}; the item has {score:.2f}"


def _place(mention: Mention) -> tuple[bool, int, int, str, str]:
    """Return the sort key of reading order: title before body."""
    evidence = mention.evidence
    return evidence.field is _BODY, evidence.start, evidence.end, evidence.name, mention.entity
