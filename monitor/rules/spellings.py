"""Find in an item what looks like a listed name or word without being one: variants to propose to an analyst.

Nothing here decides a match (DESIGN §6: no fuzzy matching); it only says where a person might look.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from monitor.matching.terms import Entity, is_short_form
from monitor.records import Evidence, Field
from monitor.rules.match import ItemText
from monitor.text.characters import KINDS, Kind
from monitor.text.fold import fold_tight

LEAST_LIKENESS = 0.6
"""Dice overlap of letter pairs. Tehreek/Tehrik has 0.67, چینی/چینیوں 0.75; below lie mostly other words."""
MIN_LETTERS = 4
"""Shorter names differ from too many words by one letter only."""
MAX_WORDS = 2_000
"""Words of an item that are looked at, the first ones."""

_WORD = re.compile(r"[^\W_]+(?:['’ʼ`][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Variant:
    """A passage that looks like a listed name of ``entity``, or like a word of a rule; ``likeness`` is 0–1."""

    evidence: Evidence
    listed: str
    entity: Entity | None
    likeness: float


def closest(
    entities: Sequence[Entity], atoms: Collection[str], item: ItemText, fields: Sequence[Field]
) -> Variant | None:
    """Return the passage of the item most like something ``atoms`` stand for, None if nothing is like it."""
    spellings = list(_spellings(entities, atoms))
    best: Variant | None = None
    for field in fields:
        words = list(_words(item.field(field)))
        for count, listed in _by_length(spellings).items():
            for start, end, text in _runs(words, count, item.field(field)):
                pairs = _pairs(text)
                for spelling, entity, wanted in listed:
                    likeness = _dice(pairs, wanted)
                    if likeness >= LEAST_LIKENESS and (best is None or likeness > best.likeness):
                        quote = item.field(field)[start:end]
                        best = Variant(Evidence(field, start, end, quote, spelling), spelling, entity, likeness)
    return best


def _spellings(entities: Sequence[Entity], atoms: Collection[str]) -> Iterator[tuple[str, Entity | None]]:
    for entity in entities:
        if f"@{entity.id}" in atoms:
            yield from ((name.text, entity) for name in entity.names if not is_short_form(name.text))
    yield from ((atom, None) for atom in atoms if not atom.startswith("@") and not is_short_form(atom))


_Listed = tuple[str, Entity | None, frozenset[str]]


def _by_length(spellings: Sequence[tuple[str, Entity | None]]) -> dict[int, list[_Listed]]:
    found: defaultdict[int, list[_Listed]] = defaultdict(list)
    for text, entity in spellings:
        folded = fold_tight(text.removesuffix("*")).text.strip()
        is_unspaced = any(KINDS[character] is Kind.UNSPACED for character in folded)
        if len(folded) >= MIN_LETTERS and not is_unspaced:
            found[len(_WORD.findall(text))].append((text, entity, _pairs(folded)))
    return found


def _words(text: str) -> Iterator[tuple[int, int, str]]:
    for number, word in enumerate(_WORD.finditer(text)):
        if number >= MAX_WORDS:
            return
        yield word.start(), word.end(), fold_tight(word.group()).text.strip()


def _runs(words: Sequence[tuple[int, int, str]], count: int, text: str) -> Iterator[tuple[int, int, str]]:
    for first in range(len(words) - count + 1 if count else 0):
        start, end = words[first][0], words[first + count - 1][1]
        run = words[first][2] if count == 1 else fold_tight(text[start:end]).text.strip()
        if len(run) >= MIN_LETTERS:
            yield start, end, run


def _pairs(text: str) -> frozenset[str]:
    padded = f" {text} "
    return frozenset(padded[place : place + 2] for place in range(len(padded) - 1))


def _dice(left: frozenset[str], right: frozenset[str]) -> float:
    return 2 * len(left & right) / (len(left) + len(right))
