"""Propose spellings and names from what the archive says: never applied, always shown with counts and examples."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from monitor.matching.lexicon import Found
from monitor.records import Source
from monitor.rules.common_words import is_common
from monitor.rules.compile import RuleBook
from monitor.rules.edit import toml_string
from monitor.rules.match import ItemText
from monitor.rules.spellings import Spellings, Variant

LEAST_ITEMS = 2
"""A spelling seen once is a typing error."""
MAX_RUNS = 300_000
"""Distinct candidates kept; beyond it those seen once are dropped."""
READ_CHARACTERS = 1_000
"""Of a text: names that matter stand in the lead."""
LEAST_LIKENESS = 0.75
"""Higher than for one item, where a person looks for a near miss: a list of guesses is read only while it is right."""
LEAST_LETTERS = 5
LEAST_SHARE = 0.6
"""Of the items with an unlisted name, how many must mention something watched."""

_NAME = re.compile(r"\b[A-Z][\w’'-]+(?:(?:[ -](?:e|i|ul|al|ur|of|the))?[ -][A-Z][\w’'-]+){1,3}")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One line to add: what was seen, how often, where, and what it looks like or stands beside."""

    kind: str
    """``spelling`` or ``name``."""
    quote: str
    items: int
    because: str
    line: str
    """Ready to paste."""
    where: str = ""
    """Where it would go."""
    examples: tuple[str, ...] = ()
    """Ids of items."""


class Miner:
    """Collects candidates item by item; ``suggestions`` compares them with what is listed."""

    def __init__(self, book: RuleBook, places: Mapping[str, Source] | None = None) -> None:
        """``places`` says of words where they are listed."""
        self._book = book
        self._places = {text: str(where) for text, where in (places or {}).items()}
        phrases = {atom for one in book.rules for wanted in one.required for atom in wanted.atoms if atom[:1] != "@"}
        self._spellings = Spellings(book.entities, sorted(phrases))
        self._variants: dict[tuple[str, str], _Seen] = {}
        self._names: dict[str, _Seen] = {}

    def add(self, id_: str, item: ItemText, found: Found) -> None:
        """Read one item, with what the book's lexicon found in it."""
        text = f"{item.title}\n{item.text[:READ_CHARACTERS]}"
        entities = tuple(dict.fromkeys(mention.entity for mention in found.mentions))
        if not entities and not found.phrases:
            for name in set(_NAME.findall(text)):
                self._count_name(name, id_, ())
            return
        lead = ItemText(title=item.title, text=item.text[:READ_CHARACTERS], now=item.now)
        for variant in self._spellings.variants_in(lead):
            key = (variant.evidence.quote.casefold(), variant.atom)
            self._variants.setdefault(key, _Seen(variant.evidence.quote, variant)).add(id_)
        for name in set(_NAME.findall(text)):
            self._count_name(name, id_, entities)

    def suggestions(self, most: int) -> tuple[Suggestion, ...]:
        """Return the best suggestions of each kind, the most frequent first, at most ``most`` of each."""
        spellings = sorted(self._spelling_lines(), key=lambda one: (-one.items, one.quote))
        names = sorted(self._name_lines(), key=lambda one: (-one.items, one.quote))
        return (*spellings[:most], *names[:most])

    def _count_name(self, name: str, id_: str, entities: Iterable[str]) -> None:
        if name not in self._names and len(self._names) >= MAX_RUNS:
            self._names = {known: seen for known, seen in self._names.items() if seen.items > 1}
        seen = self._names.setdefault(name, _Seen(name))
        seen.add(id_)
        seen.beside.update(entities)
        seen.watched += bool(entities)

    def _spelling_lines(self) -> Iterator[Suggestion]:
        for seen in self._variants.values():
            variant = seen.variant
            if variant is None or seen.items < LEAST_ITEMS or not _is_likely(variant) or self._is_listed(variant):
                continue
            entity = variant.entity
            target = f"names of [entity.{entity.id}]" if entity else "a list of words"
            place = str(entity.declared_at) if entity and entity.declared_at else self._places.get(variant.listed, "")
            because = f'looks like "{variant.listed}", in {target}'
            yield Suggestion(
                "spelling", seen.quote, seen.items, because, f"{toml_string(seen.quote)},", place, tuple(seen.examples)
            )

    def _is_listed(self, variant: Variant) -> bool:
        """Return whether the passage is found already as something, by its own name or as a plural."""
        found = self._book.lexicon.find(variant.evidence.quote, "")
        return bool(found.mentions or found.phrases)

    def _name_lines(self) -> Iterator[Suggestion]:
        for seen in self._names.values():
            if seen.items < LEAST_ITEMS + 1 or seen.watched < LEAST_SHARE * seen.items:
                continue
            found = self._book.lexicon.find(seen.quote, "")
            if found.mentions or found.phrases:
                continue
            beside = ", ".join(f"@{entity} {count}" for entity, count in seen.beside.most_common(3))
            id_ = "-".join(re.findall(r"\w+", seen.quote.lower()))
            line = (
                f'[entity.{id_}]\nname  = {toml_string(seen.quote)}\nkind  = "…"\nnames = [{toml_string(seen.quote)}]'
            )
            because = f"{seen.watched} of {seen.items} items mention what is watched: {beside}"
            yield Suggestion("name", seen.quote, seen.items, because, line, examples=tuple(seen.examples))


def _is_likely(variant: Variant) -> bool:
    """Return whether a passage is worth proposing: much alike, long enough, and a capital where names have one."""
    quote = variant.evidence.quote
    is_cased = variant.entity is None or not variant.listed[:1].isupper() or quote[:1].isupper()
    return variant.likeness >= LEAST_LIKENESS and len(quote) >= LEAST_LETTERS and is_cased and not is_common(quote)


class _Seen:
    """How often a candidate was seen, in which items, and beside what."""

    def __init__(self, quote: str, variant: Variant | None = None) -> None:
        self.quote = quote
        self.variant = variant
        self.items = 0
        self.watched = 0
        self.examples: list[str] = []
        self.beside: Counter[str] = Counter()

    def add(self, id_: str) -> None:
        self.items += 1
        if len(self.examples) < 3:
            self.examples.append(id_)
