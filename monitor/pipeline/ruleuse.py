"""Which rules, entities, names and words found nothing in the archive: what to mend or to remove."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import tee

from monitor.pipeline.backtest import Archive
from monitor.pipeline.progress import Progress
from monitor.rules.compile import RuleBook
from monitor.rules.declared import RuleFile
from monitor.rules.match import match_each_found


@dataclass(frozen=True, slots=True)
class Unused:
    """What was not found in the days walked; everything sorted."""

    items: int
    rules: tuple[str, ...]
    """Full ids of rules that held for no item."""
    entities: tuple[str, ...]
    """Ids of entities of which no name was found."""
    names: tuple[tuple[str, str], ...]
    """(entity, name) never found, of entities that were found by another name."""
    terms: tuple[str, ...]
    """Words and phrases of rules that were never found."""
    unreferenced: tuple[str, ...]
    """``@id`` of entities, sets and words that no rule and no mute uses, directly or through a set."""


def find_unused(archived: Archive, book: RuleBook, files: Sequence[RuleFile], progress: Progress) -> Unused:
    """Walk the archive and return what found nothing in it. Scores do not count: a rule they stop is in use."""
    rules: Counter[str] = Counter()
    names: Counter[tuple[str, str]] = Counter()
    terms: Counter[str] = Counter()
    items = 0
    for batch in archived.batches(progress, "reading the archive"):
        items += len(batch)
        texts = [archived.as_text(item) for item in batch]
        looked_at, searched = tee(book.lexicon.find_each((text.title, text.text) for text in texts))
        matched = match_each_found(book, zip(texts, searched, strict=True))
        for found, matches in zip(looked_at, matched, strict=True):
            rules.update(match.id for match in matches.rules)
            names.update((mention.entity, mention.evidence.name) for mention in found.mentions)
            terms.update(found.phrases.keys())
    seen = {entity for entity, _ in names}
    listed = {(entity.id, name.text) for entity in book.entities for name in entity.names}
    wanted = {atom for compiled in book.rules for one in compiled.required for atom in one.atoms}
    return Unused(
        items=items,
        rules=_sorted(compiled.rule.full_id for compiled in book.rules if compiled.rule.full_id not in rules),
        entities=_sorted(entity.id for entity in book.entities if entity.id not in seen),
        names=tuple(sorted(pair for pair in listed if pair[0] in seen and pair not in names)),
        terms=_sorted(atom for atom in wanted if not atom.startswith("@") and atom not in terms),
        unreferenced=unreferenced(files),
    )


def unreferenced(files: Sequence[RuleFile]) -> tuple[str, ...]:
    """Return ``@id`` of what no rule, tune or mute uses, directly, through a set or as part of what is used."""
    links: dict[str, list[str]] = {}
    for file in files:
        for set_ in file.sets:
            links.setdefault(set_.id, []).extend(member.text for member in set_.members)
        for entity in file.entities:
            links.setdefault(entity.id, [])
            if entity.part_of is not None:
                links.setdefault(entity.part_of.text, []).append(entity.id)
        for words in file.words:
            links.setdefault(words.id, [])
    waiting = [id_ for file in files for id_ in _used_in(file)]
    used: set[str] = set()
    while waiting:
        id_ = waiting.pop()
        if id_ not in used:
            used.add(id_)
            waiting.extend(links.get(id_, ()))
    return _sorted(f"@{id_}" for id_ in links if id_ not in used)


def _used_in(file: RuleFile) -> Iterable[str]:
    terms = [term for rule in file.rules for term in rule.terms]
    terms += [term for tune in file.tunes for term in tune.also_none]
    terms += [term for mute in file.mutes for term in mute.terms]
    return (term.reference for term in terms if term.reference is not None)


def _sorted(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(values))
