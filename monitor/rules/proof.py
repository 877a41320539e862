"""Examples that prove less than their author believes."""

from __future__ import annotations

from collections.abc import Iterator

from monitor.records import Problem
from monitor.rules.codes import Code
from monitor.rules.compile import CompiledRule, RuleBook
from monitor.rules.declared import Example
from monitor.rules.examples import as_item
from monitor.rules.explain import clause_answers
from monitor.rules.match import Stopped, evaluate, owner_hits


def lint_examples_prove(book: RuleBook) -> tuple[Problem, ...]:
    """Find rules whose examples that must not match are all far from matching, or stopped by their language alone.

    A near miss has something the rule looks for; a text about the weather proves nothing.
    """
    return tuple(sorted(problem for compiled in book.rules for problem in _of_rule(book, compiled)))


def _of_rule(book: RuleBook, compiled: CompiledRule) -> Iterator[Problem]:
    empty = []
    others = [example for example in compiled.rule.examples if not example.is_match]
    for example in others:
        why = _why_empty(book, compiled, example)
        if why:
            empty.append((example, why))
    if others and len(empty) == len(others):
        example, why = empty[0]
        what = f"no example of [rule.{compiled.rule.id}] that must not match comes near it: {why}"
        fix = "add a near miss, a text that has some of what the rule asks for: match = false"
        yield Problem(example.declared_at, Code.EMPTY_EXAMPLE, what, fix, is_error=False)


def _why_empty(book: RuleBook, compiled: CompiledRule, example: Example) -> str:
    item = as_item(example)
    hits = owner_hits(book, compiled.rule.owner, book.lexicon.find(item.title, item.text))
    answers = clause_answers(compiled, hits)
    # A rule of one clause has no near miss that holds some of it.
    if len(answers) > 1 and all(not clause.quotes for clause in answers):
        return "nothing the rule looks for stands in it"
    outcome = evaluate(compiled, hits, item, is_example=True)
    if isinstance(outcome, Stopped) and outcome.clause.startswith(("langs", "not_langs")):
        return f"its language alone stops the rule ({outcome.clause})"
    return ""
