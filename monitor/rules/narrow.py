"""Cut a rule book down to some of its rules, so that trying them on an archive costs only what they need."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace

from monitor.matching.lexicon import compile_lexicon
from monitor.matching.terms import Entity
from monitor.rules.compile import CompiledRule, RuleBook
from monitor.rules.index import index_rules


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
    return tuple(
        entity
        for entity in entities
        if entity.id in ids or any(inner.find(text, "").phrases for text in _texts((entity,)))
    )


def _texts(entities: Iterable[Entity]) -> set[str]:
    return {name.text for entity in entities for name in entity.names}
