"""Say of every rule what it made of one item: held, stopped or short of a clause, clause by clause."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import assert_never

from monitor.matching.lexicon import Found
from monitor.records import Evidence, Send, Severity, Source
from monitor.rules.compile import CompiledRule, RuleBook
from monitor.rules.flip import Change, changes_to_hold
from monitor.rules.hits import Hits
from monitor.rules.match import Held, ItemText, NotFound, Outcome, Stopped, evaluate, owner_hits
from monitor.rules.spellings import Spellings, Variant

MAX_FLIPPED = 15
"""Rules for which changes are sought, the nearest first; the others are many clauses away from the item."""


class Verdict(StrEnum):
    """What a rule said."""

    HELD = "held"
    STOPPED = "stopped"
    """Every required clause was found, and something forbade it."""
    NOT_FOUND = "not-found"


@dataclass(frozen=True, slots=True)
class ClauseAnswer:
    """One clause that must be found, and what was found for it: the first passage of each wording."""

    written: str
    where: Source
    quotes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RuleAnswer:
    """What one rule made of an item, and which clause decided."""

    owner: str
    rule: str
    """The full id, ``owner/rule``."""
    title: str
    severity: Severity
    send: Send
    declared_at: Source
    verdict: Verdict
    decided_by: str
    quote: str
    clauses: tuple[ClauseAnswer, ...]
    evidence: tuple[Evidence, ...] = ()
    changes: tuple[Change, ...] = ()
    """What together would make it hold, as few as possible; empty if it holds or is far from it."""

    @property
    def missing(self) -> int:
        """Return how many clauses were not found at all."""
        return sum(not clause.quotes for clause in self.clauses)


def explain_rules(
    book: RuleBook, item: ItemText, owners: Collection[str] | None = None, *, is_example: bool = False
) -> tuple[RuleAnswer, ...]:
    """Return the answer of every rule of ``owners`` (None: of all), those nearest to holding first.

    The same evaluation as ``match_item``, here also for rules that are no candidates.
    """
    found = book.lexicon.find(item.title, item.text)
    answers = [
        _answer(book, compiled, found, item, is_example=is_example)
        for compiled in book.rules
        if owners is None or compiled.rule.owner in owners
    ]
    answers.sort(key=_nearness)
    if is_example:
        return tuple(answers)
    by_id = {compiled.rule.full_id: compiled for compiled in book.rules}
    near = [answer for answer in answers if answer.verdict is not Verdict.HELD][:MAX_FLIPPED]
    variants = variants_for(book, [by_id[answer.rule] for answer in near], item)
    changes = {}
    for answer in near:
        hits = owner_hits(book, answer.owner, found)
        changes[answer.rule] = changes_to_hold(by_id[answer.rule], hits, item, variants)
    return tuple(replace(answer, changes=changes.get(answer.rule, ())) for answer in answers)


def variants_for(book: RuleBook, rules: Sequence[CompiledRule], item: ItemText) -> tuple[Variant, ...]:
    """Return the passages of an item that look like something these rules ask for, the most alike first."""
    atoms = {atom for compiled in rules for wanted in compiled.required for atom in wanted.atoms}
    entities = [entity for entity in book.entities if f"@{entity.id}" in atoms]
    return Spellings(entities, sorted(atom for atom in atoms if not atom.startswith("@"))).variants_in(item)


def _answer(book: RuleBook, compiled: CompiledRule, found: Found, item: ItemText, *, is_example: bool) -> RuleAnswer:
    rule = compiled.rule
    hits = owner_hits(book, rule.owner, found)
    outcome = evaluate(compiled, hits, item, is_example=is_example)
    verdict, decided_by, quote = _spoken(outcome)
    return RuleAnswer(
        owner=rule.owner,
        rule=rule.full_id,
        title=rule.title,
        severity=rule.severity,
        send=rule.send,
        declared_at=rule.declared_at,
        verdict=verdict,
        decided_by=decided_by,
        quote=quote,
        clauses=clause_answers(compiled, hits),
        evidence=outcome.evidence if isinstance(outcome, Held) else (),
    )


def clause_answers(compiled: CompiledRule, hits: Hits) -> tuple[ClauseAnswer, ...]:
    """Return what was found for every required clause of a rule, in its order."""
    places = [clause.where for clause in compiled.rule.required]
    return tuple(
        ClauseAnswer(
            wanted.written,
            where,
            tuple(dict.fromkeys(hit.quote for hit in hits.of_clause(wanted, compiled.rule.fields))),
        )
        for wanted, where in zip(compiled.required, places, strict=True)
    )


def _spoken(outcome: Outcome) -> tuple[Verdict, str, str]:
    match outcome:
        case Held():
            return Verdict.HELD, "every clause was found", ""
        case NotFound():
            return Verdict.NOT_FOUND, outcome.clause, ""
        case Stopped(clause=clause, quote=quote):
            return Verdict.STOPPED, clause, quote
        case _:
            assert_never(outcome)


def _nearness(answer: RuleAnswer) -> tuple[int, float, int, str]:
    order = (Verdict.HELD, Verdict.STOPPED, Verdict.NOT_FOUND)
    found = sum(bool(clause.quotes) for clause in answer.clauses)
    return order.index(answer.verdict), -found / max(len(answer.clauses), 1), -answer.severity, answer.rule
