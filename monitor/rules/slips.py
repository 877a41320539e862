"""Lints for what analysts carry over from other tools, write twice, or write where it does nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from itertools import permutations

from monitor.matching.lexicon import compile_lexicon
from monitor.records import Problem, Source, Stance
from monitor.rules.codes import Code, did_you_mean
from monitor.rules.declared import ListedName, Rule, Term
from monitor.rules.library import Library

_JOINED = re.compile(r"\s+(?:AND|OR|&&|\|\|)\s+|\s*\|\s*")
_DISTANCE = re.compile(r"\b(?:NEAR|WITHIN|W|N)/\d+|\bNEAR\b")
_FORBIDDING = re.compile(r"(?:NOT\s+|[-!])(?=\w)")
_REFERENCE = re.compile(r"(?<=\s)@(\w[\w-]*)")
_MAX_PARTS = 5
"""Phrases of a comma list that a message writes out."""


def lint_foreign_signs(library: Library) -> Iterator[Problem]:
    """Find operators and signs that other search tools understand; here they are searched for as they stand."""
    for file in library.files:
        groups = [words.terms for words in file.words]
        rules = [tuple(rule.terms) for rule in file.rules]
        for terms in (*groups, *rules):
            for term in terms:
                found = _foreign_sign(term, library) if term.reference is None else None
                if found is not None:
                    yield _warning(term.where, Code.FOREIGN_SIGN, *found)
        for entity in file.entities:
            for name in entity.names:
                found = _several(name.text)
                if found is not None:
                    yield _warning(name.where, Code.FOREIGN_SIGN, *found)


def _foreign_sign(term: Term, library: Library) -> tuple[str, str] | None:
    """Return what is wrong with a term and what to write; None for one that is meant as it stands."""
    text = term.text
    if "\n" in text:
        return f"{_shown(text)} holds a line break", "write the phrase in one line, or several as entries of their own"
    if '"' in text:
        fix = "phrases need no quotation marks of their own: write the words as they stand in the news"
        return f"{_shown(text)} is searched for with its quotation marks", fix
    named = _REFERENCE.search(text)
    if named and named[1] in library.declarations:
        fix = f'give it an entry of its own: "@{named[1]}"; to stand together, both belong into a near table'
        return f'"@" points to an entry only at the beginning, and stands inside "{text}"', fix
    return _operator(text) or _several(text)


def _operator(text: str) -> tuple[str, str] | None:
    # An all-capitals phrase has AND and OR as words: COMMAND AND CONTROL.
    is_shouted = text == text.upper()
    if _DISTANCE.search(text) and not is_shouted:
        return f'"{text}" is searched for as it stands', "what must stand close together belongs into a near table"
    if _JOINED.search(text) and not is_shouted:
        return f'"{text}" is searched for as it stands: there are no operators', _joined_fix(text)
    if _FORBIDDING.match(text):
        rest = _FORBIDDING.sub("", text, count=1)
        return f'"{text}" is searched for as it stands', f'what must not be found stands in none = ["{rest}"]'
    if re.search(r"\w\?$", text) and " " not in text:
        return f'"{text}" is searched for with its ?', 'list the forms you mean, or write "…*" for every ending'
    return None


def _joined_fix(text: str) -> str:
    parts = [part.strip(" ()") for part in _JOINED.split(text)]
    listed = ", ".join(f'"{part}"' for part in parts if part)
    return f"any one is enough: [{listed}]" if re.search(r"\bOR\b|\|", text) else f"both must be found: {listed}"


def _several(text: str) -> tuple[str, str] | None:
    """Return what to say of several names or words in one text."""
    parts = [part.strip() for part in re.split(r"[,;،，、|]", text)]
    if len(parts) < 2 or not all(parts) or any(len(part.split()) > _MAX_PARTS - 1 for part in parts):
        return None
    # "Ministry of Information, Broadcasting and Heritage" is one name; so is "1,000".
    if re.search(r"\d[,،]\d", text) or re.search(r"\b(?:and|or|of|اور|و)\b", text):
        return None
    listed = ", ".join(f'"{part}"' for part in parts[:_MAX_PARTS])
    sign = re.search(r"[,;،，、|]", text)
    what = f'"{text}" is searched for as one text, its "{sign[0] if sign else ","}" included'
    return what, f"several are entries of their own: {listed}"


def lint_twice(library: Library) -> Iterator[Problem]:
    """Find what is asked for or listed twice: the second changes nothing, and was often meant to be something else."""
    for file in library.files:
        for entity in file.entities:
            yield from _listed_twice(f"[entity.{entity.id}]", "names", entity.names)
        for words in file.words:
            yield from _listed_twice(f"[words.{words.id}]", "terms", words.terms)
        for group in file.sets:
            yield from _listed_twice(f"[set.{group.id}]", "of", group.members)
        for rule in file.rules:
            spoken = f"[rule.{rule.id}]"
            yield from _listed_twice(spoken, "none", rule.none)
            for clause in rule.required:
                yield from _listed_twice(spoken, "all", clause.terms)
            yield from _clauses_twice(rule, library)


def _listed_twice(spoken: str, key: str, entries: Sequence[Term | ListedName]) -> Iterator[Problem]:
    seen: set[str] = set()
    for entry in entries:
        if isinstance(entry, ListedName) and entry.only_with:
            continue
        if entry.text in seen:
            yield _warning(
                entry.where, Code.TWICE, f'"{entry.text}" is listed twice in "{key}" of {spoken}', "remove it"
            )
        seen.add(entry.text)


def _clauses_twice(rule: Rule, library: Library) -> Iterator[Problem]:
    seen: set[frozenset[str]] = set()
    for clause in rule.all:
        atoms = library.all_atoms(clause.terms)
        if atoms and atoms in seen:
            what = f"[rule.{rule.id}] asks for {clause} twice, and one passage is enough for both"
            yield _warning(clause.where, Code.TWICE, what, "remove it, or write what else must be found")
        seen.add(atoms)
    for near in rule.near:
        for inner, outer in permutations(near.clauses, 2):
            found = library.all_atoms(inner.terms)
            if found and found <= library.all_atoms(outer.terms):
                what = f"in a near of [rule.{rule.id}] what fulfils {inner} fulfils {outer} too, at no distance"
                yield _warning(inner.where, Code.TWICE, what, "write what else must stand close to it")
                break


def lint_no_effect(library: Library) -> Iterator[Problem]:
    """Find settings that change nothing."""
    for rule in (one for one in library.rules if one.is_sound):
        for where, what, fix in _without_effect(rule):
            yield _warning(where, Code.NO_EFFECT, f"[rule.{rule.id}]: {what}", fix)
    for file in library.files:
        for entity in file.entities:
            for name in entity.names:
                company = compile_lexicon((), [term.text for term in name.only_with]).find(name.text, "").phrases
                for term in name.only_with if company else ():
                    if term.text in company:
                        what = f'"{term.text}" stands in "{name.text}" itself, so that only_with asks for nothing'
                        yield _warning(term.where, Code.NO_EFFECT, what, "name words that stand elsewhere in the item")


def _without_effect(rule: Rule) -> Iterator[tuple[Source, str, str]]:
    if rule.throttle == timedelta(0):
        yield rule.place("throttle"), '"throttle" of no time holds nothing back', "write how long it stays quiet"
    for bound in rule.min_score:
        if bound.least == 0:
            what = f'a score of 0 for "{bound.topic}" is reached by every item'
            yield bound.where, what, "write the least score you want, like 0.50, or remove it"


def lint_sources(rules: Iterable[Rule], known: Iterable[str]) -> Iterator[Problem]:
    """Find outlets and feeds that nobody has; ``known`` are the names of feeds and of their outlets."""
    names = {name.strip().casefold(): name for name in known}
    for rule in rules:
        for key, listed in (("sources", rule.filters.sources), ("not_sources", rule.filters.not_sources)):
            for name in listed:
                if name not in names:
                    yield _warning(rule.place(key), Code.UNKNOWN_SOURCE, *_unknown_source(rule, key, name, names))


def _unknown_source(rule: Rule, key: str, name: str, names: dict[str, str]) -> tuple[str, str]:
    what = f'{key} of [rule.{rule.id}]: no feed and no outlet is called "{name}"'
    if name in {str(stance) for stance in Stance}:
        return what, f'for every source of that kind write {key.replace("sources", "stances")} = ["{name}"]'
    close = did_you_mean(name, names)
    if close is not None:
        return what, f'did you mean "{names[close]}"?'
    return what, "write the name or the outlet of a [[feed]] in config.toml; monitor feeds list shows them"


SLIP_LINTS = (lint_foreign_signs, lint_twice, lint_no_effect)


def _shown(text: str) -> str:
    return f"“{' '.join(text.split())}”"


def _warning(where: Source, code: Code, what: str, fix: str) -> Problem:
    return Problem(where, code, what, fix, is_error=False)
