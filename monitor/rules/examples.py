"""Run the examples that rules carry in their files."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import assert_never

from monitor.records import Evidence, Source
from monitor.rules.compile import CompiledRule, RuleBook
from monitor.rules.declared import Example
from monitor.rules.hits import Hits
from monitor.rules.match import Held, ItemText, NotFound, Outcome, Stopped, evaluate, owner_hits
from monitor.text.language import guess_language

_NO_DATE = datetime(2000, 1, 1, tzinfo=UTC)
"""The time of an example without ``published``; no filter looks at it then."""


@dataclass(frozen=True, slots=True)
class ExampleResult:
    """What a rule said to one of its examples, and which clause decided."""

    owner: str
    rule: str
    number: int
    """Among the rule's examples, from 1."""
    declared_at: Source
    is_expected: bool
    is_match: bool
    decided_by: str
    evidence: tuple[Evidence, ...] = ()

    @property
    def is_passed(self) -> bool:
        """Return whether the rule answered as the example says."""
        return self.is_match == self.is_expected


def run_examples(book: RuleBook, paths: Collection[str] | None = None) -> tuple[ExampleResult, ...]:
    """Return the result of every example, in file order; ``paths`` limits them to those files.

    An example is read as on the day it was published, by a rule in force: ``expires`` and ``send = "off"`` do not stop
    it. A language that is not given is guessed; any other thing not given is not tested.
    """
    rules = [rule for rule in book.rules if paths is None or rule.rule.declared_at.path in paths]
    return tuple(result for compiled in rules for result in _run(book, compiled))


def _run(book: RuleBook, compiled: CompiledRule) -> Iterator[ExampleResult]:
    rule = compiled.rule
    for number, example in enumerate(rule.examples, start=1):
        item = as_item(example)
        hits = owner_hits(book, rule.owner, book.lexicon.find(item.title, item.text))
        outcome = evaluate(compiled, hits, item, is_example=True)
        yield ExampleResult(
            owner=rule.owner,
            rule=rule.id,
            number=number,
            declared_at=example.declared_at,
            is_expected=example.is_match,
            is_match=isinstance(outcome, Held),
            decided_by=_spoken(outcome, hits, compiled),
            evidence=outcome.evidence if isinstance(outcome, Held) else (),
        )


def as_item(example: Example) -> ItemText:
    """Return an example as an item that came on the day it was published; what it does not say is not tested."""
    return ItemText(
        title=example.title,
        text=example.text,
        now=example.published_at or _NO_DATE,
        lang=example.lang or guess_language(f"{example.title}\n{example.text}", None),
        source=example.source,
        stance=example.stance,
        published_at=example.published_at,
        scores={bound.topic: bound.least for bound in example.scores} or None,
    )


def _spoken(outcome: Outcome, hits: Hits, compiled: CompiledRule) -> str:
    match outcome:
        case Held():
            return "; ".join(_found(compiled, hits))
        case NotFound():
            return f"not found: {outcome.clause}"
        case Stopped(clause=clause, quote=quote):
            return f'stopped by {clause}: "{quote}"' if quote else f"stopped by {clause}"
        case _:
            assert_never(outcome)


def _found(compiled: CompiledRule, hits: Hits) -> Iterator[str]:
    for wanted in compiled.required:
        found = hits.of_clause(wanted, compiled.rule.fields)
        if found:
            yield f'{wanted.written} found as "{found[0].quote}"'
