"""Cut a rule book down to some of its rules, so that trying them on an archive costs only what they need."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from itertools import accumulate

from monitor.matching.lexicon import compile_lexicon
from monitor.matching.terms import Entity
from monitor.rules.compile import CompiledRule, RuleBook
from monitor.rules.index import index_rules

_PARAGRAPH = "\n\n"


def narrow(book: RuleBook, keep: Callable[[CompiledRule], bool], more: Collection[str] = ()) -> RuleBook:
    """Return a book of the rules that ``keep`` accepts: they match there what they match in the whole one.

    It holds the names these rules look for, and those of other entities that hold one of them inside (the longest
    name wins); mutes are left out. ``more`` are atoms to look for beside those of the rules.
    """
    rules = tuple(compiled for compiled in book.rules if keep(compiled))
    atoms = {atom for compiled in rules for atom in atoms_of(compiled)}.union(more)
    entities = with_rivals(book.entities, {atom[1:] for atom in atoms if atom.startswith("@")})
    kept = {entity.id for entity in entities}
    return replace(
        book,
        rules=rules,
        mutes=(),
        entities=entities,
        lexicon=compile_lexicon(entities, sorted(atom for atom in atoms if not atom.startswith("@"))),
        index=index_rules(rules),
        private={owner: ids & kept for owner, ids in book.private.items() if ids & kept},
    )


def atoms_of(compiled: CompiledRule) -> frozenset[str]:
    """Return everything a rule looks for, what its ``none`` and its tunes forbid included."""
    wanted = [*compiled.required, *compiled.none, *(one for made in compiled.tunes for one in made.also_none)]
    return frozenset[str]().union(*(one.atoms for one in wanted))


def with_rivals(entities: Sequence[Entity], ids: Collection[str]) -> tuple[Entity, ...]:
    """Return the entities of ``ids`` and those with a name that holds one of theirs, in the given order."""
    inner = compile_lexicon((), sorted(_texts(entity for entity in entities if entity.id in ids)))
    others = [(entity.id, text) for entity in entities if entity.id not in ids for text in _texts((entity,))]
    # One search for all of them, a name in a paragraph: no term reaches from one into the next.
    starts = [0, *accumulate(len(text) + len(_PARAGRAPH) for _, text in others)]
    found = inner.find("", _PARAGRAPH.join(text for _, text in others)).phrases
    rivals = {others[bisect_right(starts, hit.start) - 1][0] for hits in found.values() for hit in hits}
    return tuple(entity for entity in entities if entity.id in ids or entity.id in rivals)


def _texts(entities: Iterable[Entity]) -> set[str]:
    return {name.text for entity in entities for name in entity.names}
