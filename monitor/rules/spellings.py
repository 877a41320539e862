"""Find in an item what looks like a listed name or word without being one: variants to propose to an analyst.

Nothing here decides a match (DESIGN §6: no fuzzy matching); it only says where a person might look.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from monitor.matching.terms import Entity, is_short_form
from monitor.records import Evidence, Field
from monitor.rules.match import ItemText
from monitor.text.characters import KINDS, Kind
from monitor.text.terms import fold_term

LEAST_LIKENESS = 0.65
"""Dice overlap of letter pairs. Tehreek/Tehrik has 0.67, Dasu/Dassu 0.73; below lie mostly other words."""
LEAST_OF_A_WORD = 0.4
"""Of every single word of a name of several, lest two other words carry one that has nothing to do with it."""
MIN_LETTERS = 4
"""Shorter names differ from too many words by one letter only."""
MAX_WORDS = 2_000
"""Words of a field that are looked at, the first ones."""

_WORD = re.compile(r"[^\W_]+(?:['’ʼ`][^\W_]+)*")
_Key = tuple[int, str]
"""How many words, and the first letter: who misspells a name rarely misses that one, and it saves most comparisons."""


@dataclass(frozen=True, slots=True)
class Variant:
    """A passage that looks like a listed name of ``entity``, or like a word of a rule; ``likeness`` is 0–1."""

    evidence: Evidence
    listed: str
    entity: Entity | None
    likeness: float

    @property
    def atom(self) -> str:
        """Return what it would be a hit of."""
        return f"@{self.entity.id}" if self.entity else self.listed


@dataclass(frozen=True, slots=True)
class _Spelling:
    """A listed spelling that may be misspelt, with its letter pairs."""

    text: str
    words: tuple[str, ...]
    pairs: frozenset[str]
    entity: Entity | None


class Spellings:
    """Every listed name and word, to look for what is nearly one of them."""

    def __init__(self, entities: Iterable[Entity], phrases: Iterable[str] = ()) -> None:
        self._listed: defaultdict[_Key, list[tuple[str, tuple[str, ...], Entity | None]]] = defaultdict(list)
        self._by_key: dict[_Key, tuple[_Spelling, ...]] = {}
        """What of it an item was compared with; one item asks for few of thousands."""
        self._known: set[str] = set()
        for entity in entities:
            for name in entity.names:
                self._add(name.text, entity)
        for phrase in phrases:
            self._add(phrase, None)

    def variants_in(self, item: ItemText) -> tuple[Variant, ...]:
        """Return what in an item is nearly a listed spelling, most alike first; one passage per spelling's atom."""
        best: dict[str, Variant] = {}
        for field in Field:
            for variant in self._in_field(field, item.field(field)):
                known = best.get(variant.atom)
                if known is None or variant.likeness > known.likeness:
                    best[variant.atom] = variant
        return tuple(sorted(best.values(), key=lambda variant: -variant.likeness))

    def _add(self, text: str, entity: Entity | None) -> None:
        words = tuple(_fold(word) for word in _WORD.findall(text.removesuffix("*")))
        whole = " ".join(words)
        self._known.add(whole)
        if len(whole) >= MIN_LETTERS:
            self._listed[len(words), whole[0]].append((text, words, entity))

    def _like(self, key: _Key) -> tuple[_Spelling, ...]:
        """Return the spellings to compare with: no short forms, and none in a script without word spaces."""
        known = self._by_key.get(key)
        if known is None:
            known = self._by_key[key] = tuple(
                _Spelling(text, words, _pairs(" ".join(words)), entity)
                for text, words, entity in self._listed.get(key, ())
                if not is_short_form(text) and not any(KINDS[sign] is Kind.UNSPACED for word in words for sign in word)
            )
        return known

    def _in_field(self, field: Field, content: str) -> Iterator[Variant]:
        words = list(_words(content))
        for count in sorted({count for count, _ in self._listed}):
            for start, end, run in _runs(words, count):
                whole = " ".join(run)
                candidates = self._like((count, whole[:1]))
                if not candidates or len(whole) < MIN_LETTERS or whole in self._known:
                    continue
                pairs = _pairs(whole)
                for spelling in candidates:
                    likeness = _dice(pairs, spelling.pairs)
                    if likeness >= LEAST_LIKENESS and _is_wordwise(run, spelling.words):
                        evidence = Evidence(field, start, end, content[start:end], spelling.text)
                        yield Variant(evidence, spelling.text, spelling.entity, likeness)


def first_of(variants: Sequence[Variant], atoms: Collection[str], fields: Sequence[Field]) -> Variant | None:
    """Return the first variant that would be a hit of one of ``atoms`` in these fields."""
    return next((one for one in variants if one.atom in atoms and one.evidence.field in fields), None)


def _fold(word: str) -> str:
    return fold_term(word).strip()


def _words(text: str) -> Iterator[tuple[int, int, str]]:
    for number, word in enumerate(_WORD.finditer(text)):
        if number >= MAX_WORDS:
            return
        yield word.start(), word.end(), _fold(word.group())


def _runs(words: Sequence[tuple[int, int, str]], count: int) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    for first in range(len(words) - count + 1 if count else 0):
        run = words[first : first + count]
        yield run[0][0], run[-1][1], tuple(word for _, _, word in run)


def _is_wordwise(left: Sequence[str], right: Sequence[str]) -> bool:
    pairs = zip(left, right, strict=True)
    return len(left) == 1 or all(_dice(_pairs(one), _pairs(other)) >= LEAST_OF_A_WORD for one, other in pairs)


def _pairs(text: str) -> frozenset[str]:
    padded = f" {text} "
    return frozenset(padded[place : place + 2] for place in range(len(padded) - 1))


def _dice(left: frozenset[str], right: frozenset[str]) -> float:
    return 2 * len(left & right) / (len(left) + len(right))
