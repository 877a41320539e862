"""What is legal and probably wrong: each lint is one function from the library to warnings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

from monitor.matching.lexicon import Lexicon, compile_lexicon
from monitor.matching.terms import Pattern, patterns_of
from monitor.records import Problem, Send, Severity, Source
from monitor.rules.codes import Code
from monitor.rules.common_words import is_common
from monitor.rules.declared import Clause, ListedName, Rule, Term
from monitor.rules.languages import is_within, scripts_of
from monitor.rules.library import Kind, Library
from monitor.text.language import scripts

Lint = Callable[[Library], Iterator[Problem]]
MIN_STEM = 3
"""A shorter beginning fits so many words that the * finds mostly others."""


def lint_examples(library: Library) -> Iterator[Problem]:
    """Find rules without an example that must match, or without one that must not."""
    for rule in (rule for rule in library.rules if rule.is_sound):
        missing = [answer for answer in (True, False) if all(one.is_match is not answer for one in rule.examples)]
        if missing:
            wanted = " and one with ".join(f"match = {str(answer).lower()}" for answer in missing)
            fix = f"add a table [[rule.{rule.id}.example]] with {wanted}; monitor rules test runs them"
            what = f"[rule.{rule.id}] lacks an example with {wanted}"
            yield _warning(rule.declared_at, Code.EXAMPLES_MISSING, what, fix)


def lint_collisions(library: Library) -> Iterator[Problem]:
    """Find spellings that two entities list, unless both only take them beside words of their own.

    Names of two analysts never compete, so theirs do not collide (DESIGN §6).
    """
    listed: dict[tuple[Pattern, ...], list[tuple[str, str | None, ListedName]]] = {}
    for file in library.files:
        for entity in file.entities:
            for name in entity.names:
                listed.setdefault(patterns_of(name.text), []).append((entity.id, file.owner, name))
    for uses in listed.values():
        for id_, owner, name in uses:
            rivals = (
                (rival, other)
                for rival, rival_owner, other in uses
                if rival != id_
                and (owner is None or rival_owner is None or owner == rival_owner)
                and not (name.only_with and other.only_with)
            )
            rival = next(rivals, None)
            if rival is not None:
                what = f'"{name.text}" is also a name of "{rival[0]}" ({rival[1].where.path}:{rival[1].where.line})'
                fix = 'keep it in one of them, or give both their context: { text = "…", only_with = ["…"] }'
                yield _warning(name.where, Code.COLLISION, what, fix)


def lint_critical_stops(library: Library) -> Iterator[Problem]:
    """Find critical alerts that a word or a score can keep quiet."""
    for rule in library.rules:
        if rule.severity is not Severity.CRITICAL or rule.send is not Send.ALERT:
            continue
        for key in ("none", "min_score"):
            if key in rule.places:
                what = f'"{key}" can keep a critical alert quiet'
                fix = f'remove it, or send this rule with the digest and let a second one use "{key}"'
                yield _warning(rule.place(key), Code.CRITICAL_STOP, what, fix)


def lint_expired(library: Library) -> Iterator[Problem]:
    """Find rules whose last day is over."""
    for rule in library.rules:
        if library.today is not None and rule.expires is not None and rule.expires < library.today:
            what = f"[rule.{rule.id}] is off since {rule.expires}"
            yield _warning(rule.place("expires"), Code.EXPIRED, what, "write a later day, or remove the rule")
        before = rule.filters.before
        if library.today is not None and before is not None and before <= library.today:
            what = f'[rule.{rule.id}] looks at items from "before" {before} only, and news are later'
            yield _warning(rule.place("before"), Code.EXPIRED, what, "write a later day, or remove the rule")


def lint_never_matches(library: Library) -> Iterator[Problem]:
    """Find rules whose clauses or filters leave no item over."""
    for rule in library.rules:
        for where, why in _contradictions(rule, library):
            fix = "correct one of the two; as it stands the rule is never heard"
            yield _warning(where, Code.NEVER_MATCHES, f"[rule.{rule.id}] can never match: {why}", fix)


def lint_excluded_scripts(library: Library) -> Iterator[Problem]:
    """Find terms in a script that none of the rule's languages is written in."""
    for rule in library.rules:
        allowed = _allowed_scripts(rule)
        if not allowed:
            continue
        for clause in rule.required:
            excluded = [term for term in clause.terms if not _may_appear(term.text, allowed)]
            for term in excluded if len(excluded) < len(clause.terms) else ():
                what = f'"{term.text}" is in a script that langs {", ".join(rule.filters.langs)} excludes'
                yield _warning(term.where, Code.SCRIPT_EXCLUDED, what, 'add its language to "langs", or remove it')


def lint_common_words(library: Library) -> Iterator[Problem]:
    """Find names and terms that stand in almost every item."""
    for text, where in _searched(library):
        if len(text) > 1 and is_common(text):
            fix = "write a longer phrase; for a name, say where it counts: only_with = […]"
            yield _warning(where, Code.COMMON_WORD, f'"{text}" is a common word and stands in a great many items', fix)


def lint_short_stems(library: Library) -> Iterator[Problem]:
    """Find beginnings of words too short to mean anything, and names of one character."""
    for text, where in _searched(library):
        stem = text.removesuffix("*")
        if text.endswith("*") and len(stem) < MIN_STEM:
            fix = f"list the words you mean, or write at least {MIN_STEM} letters before the *"
            yield _warning(where, Code.SHORT_STEM, f'"{text}" fits a great many words', fix)
        elif len(stem) == 1:
            fix = "write the whole word"
            yield _warning(where, Code.SHORT_STEM, f'"{text}" is one character and stands in a great many items', fix)


def lint_missing_at(library: Library) -> Iterator[Problem]:
    """Find phrases that read like an id written without its ``@``."""
    for rule in library.rules:
        for term in rule.terms:
            found = library.declarations.get(term.text)
            if found and ("-" in term.text or "_" in term.text):
                kind = "words group" if found[0].kind is Kind.WORDS else found[0].kind.value
                what = f'"{term.text}" is searched for as a text, and there is a {kind} of that name'
                fix = f'did you mean "@{term.text}"? it is defined in {found[0].where.path}:{found[0].where.line}'
                yield _warning(term.where, Code.MISSING_AT, what, fix)


LINTS: tuple[Lint, ...] = (
    lint_examples,
    lint_collisions,
    lint_critical_stops,
    lint_expired,
    lint_never_matches,
    lint_excluded_scripts,
    lint_common_words,
    lint_short_stems,
    lint_missing_at,
)


def _warning(where: Source, code: Code, what: str, fix: str) -> Problem:
    return Problem(where, code, what, fix, is_error=False)


def _searched(library: Library) -> Iterator[tuple[str, Source]]:
    for file in library.files:
        for entity in file.entities:
            yield from ((name.text, name.where) for name in entity.names if not name.only_with)
        for words in file.words:
            yield from ((term.text, term.where) for term in words.terms)
        for rule in file.rules:
            yield from ((term.text, term.where) for term in rule.terms if term.reference is None)
        silencing = [term for mute in file.mutes for term in mute.terms]
        silencing += [term for tune in file.tunes for term in tune.also_none]
        yield from ((term.text, term.where) for term in silencing if term.reference is None)


def _contradictions(rule: Rule, library: Library) -> Iterator[tuple[Source, str]]:
    filters = rule.filters
    if filters.after is not None and filters.before is not None and filters.before <= filters.after:
        yield rule.place("before"), f'"before" {filters.before} is not later than "after" {filters.after}'
    if rule.expires is not None and filters.after is not None and rule.expires < filters.after:
        yield rule.place("expires"), f'it expires on {rule.expires}, before "after" {filters.after}'
    if filters.max_age == timedelta(0):
        yield rule.place("max_age"), '"max_age" of no time is less than the age of any item'
    if filters.langs and all(any(is_within(lang, one) for one in filters.not_langs) for lang in filters.langs):
        yield rule.place("not_langs"), '"not_langs" excludes everything that "langs" asks for'
    for key, wanted, unwanted in (
        ("not_sources", filters.sources, filters.not_sources),
        ("not_stances", filters.stances, filters.not_stances),
    ):
        if wanted and set(wanted) <= set(unwanted):
            yield rule.place(key), f'"{key}" excludes everything that "{key.removeprefix("not_")}" asks for'
    forbidden = library.all_atoms(rule.none)
    phrases = compile_lexicon((), sorted(atom for atom in forbidden if not atom.startswith("@")))
    for clause in rule.required:
        atoms = library.all_atoms(clause.terms)
        if atoms and all(atom in forbidden or _is_forbidden(atom, phrases, library) for atom in atoms):
            yield clause.where, f'"none" forbids all that {clause} asks for'
    allowed = _allowed_scripts(rule)
    for clause in rule.required if allowed else ():
        if not _can_appear(clause, allowed, library):
            yield clause.where, f"{clause} is found in no script of langs {', '.join(filters.langs)}"


def _is_forbidden(atom: str, phrases: Lexicon, library: Library) -> bool:
    """Return whether something that ``none`` forbids stands in every spelling of an atom."""
    spellings = library.spellings(Term(atom, Source("", 1, 1)))
    return bool(spellings) and all(_holds(text, phrases) for text in spellings)


def _holds(text: str, phrases: Lexicon) -> bool:
    found = phrases.find(text.removesuffix("*"), "").phrases
    if not text.endswith("*"):
        return bool(found)
    # Of attack* only the beginning is known: "attack" forbids not all of its words, "attack*" does.
    words = text.removesuffix("*").split()
    end = len(text) - 1 - len(words[-1]) if words else 0
    return any(phrase.endswith("*") or hit.end <= end for phrase, hits in found.items() for hit in hits)


def _allowed_scripts(rule: Rule) -> frozenset[str]:
    """Return the scripts of a rule's languages; empty if it takes any language, or one whose script is not known."""
    found = [scripts_of(lang) for lang in rule.filters.langs]
    return frozenset[str]().union(*found) if found and all(found) else frozenset()


def _can_appear(clause: Clause, allowed: frozenset[str], library: Library) -> bool:
    texts = [text for term in clause.terms for text in library.spellings(term)]
    return not texts or any(_may_appear(text, allowed) for text in texts)


def _may_appear(text: str, allowed: frozenset[str]) -> bool:
    """Return whether a text can stand in languages of these scripts; Latin names and short forms stand in any."""
    found = scripts(text)
    is_latin_name = found <= {"latin"} and text != text.lower()
    return text.startswith("@") or not found or is_latin_name or not found.isdisjoint(allowed)
