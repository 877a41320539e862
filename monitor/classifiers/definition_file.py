"""Read topic definitions: one TOML file per topic saying what belongs, with word lists and clues.

Codes: D001 unknown key, D002 missing key or table, D003 unusable value, D004 a list that is not in the file,
D005 a term that cannot be searched for, D006 a clue that can never hold, D007 an unknown watched entity (a warning);
T… problems of TOML itself.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from monitor.classifiers.definition import (
    DEFAULT_THRESHOLD,
    DEFAULT_WEIGHT,
    Clue,
    Counts,
    Near,
    TopicDefinition,
    WordList,
)
from monitor.records import Problem, Source
from monitor.text.located_toml import Document, KeyPath, parse_toml

_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def parse_definition(
    text: str, path: str, watched: Mapping[str, tuple[str, ...]] | None = None
) -> tuple[TopicDefinition | None, tuple[Problem, ...]]:
    """Return the definition, or None with the reasons; problems are sorted by place. Never raises on any text.

    ``watched``: the names that a list may refer to as ``@entity``, by id; a name that is not there is a warning, since
    the rule files are not this one's to break.
    """
    document = parse_toml(text, path)
    if document.problems:
        return None, document.problems
    reader = _Reader(document, watched or {})
    definition = reader.definition()
    problems = tuple(sorted(reader.problems))
    return (None if any(problem.is_error for problem in problems) else definition), problems


@dataclass(slots=True)
class _Reader:
    """Reads one parsed file, collecting every problem with its place."""

    document: Document
    watched: Mapping[str, tuple[str, ...]]
    problems: list[Problem] = field(default_factory=list)

    def definition(self) -> TopicDefinition:
        top = self.document.value
        self._check_keys((), top, ("topic", "lexicon", "clue"))
        topic = self._table((), top, "topic")
        self._check_keys(("topic",), topic, ("id", "title", "counts", "not", "threshold", "alert_budget", "floor"))
        lexicon = self._table((), top, "lexicon", is_required=False)
        clues = self._table((), top, "clue", is_required=False)
        lists = tuple(self._word_list(name, self._table(("lexicon",), lexicon, name)) for name in lexicon)
        identifier = self._text(("topic",), topic, "id")
        if identifier and not _ID.fullmatch(identifier):
            self._report(("topic", "id"), "D003", f'"{identifier}" is no id', "use a-z, 0-9 and single hyphens")
        return TopicDefinition(
            id=identifier,
            title=self._text(("topic",), topic, "title"),
            counts=self._texts(("topic",), topic, "counts"),
            not_counts=self._texts(("topic",), topic, "not", is_required=False),
            threshold=self._number(("topic",), topic, "threshold", (0.01, 1.0)) or DEFAULT_THRESHOLD,
            alert_budget=int(self._number(("topic",), topic, "alert_budget", (0, 100_000)) or 0),
            floor=self._number(("topic",), topic, "floor", (0.0, 1.0)) or 0.0,
            lists=lists,
            clues=tuple(self._clue(name, self._table(("clue",), clues, name), set(lexicon)) for name in clues),
        )

    def _word_list(self, name: str, table: Mapping[str, object]) -> WordList:
        place: KeyPath = ("lexicon", name)
        self._check_keys(place, table, ("terms", "weight"))
        terms: list[str] = []
        for number, term in enumerate(self._texts(place, table, "terms")):
            terms.extend(self._spellings((*place, "terms", number), term))
        weight = self._number(place, table, "weight", (0.0, 10.0))
        return WordList(name, tuple(dict.fromkeys(terms)), DEFAULT_WEIGHT if weight is None else weight)

    def _spellings(self, place: KeyPath, term: str) -> tuple[str, ...]:
        """Return what a term of a list stands for: itself, or every name of a watched entity or set."""
        if not term.startswith("@"):
            self._check_term(place, term)
            return (term,)
        if term[1:] not in self.watched:
            close = difflib.get_close_matches(term[1:], sorted(self.watched), n=1)
            fix = f'did you mean "@{close[0]}"?' if close else "entities and sets stand in rules/*.toml"
            what = f'no watched entity or set called "{term}"'
            self.problems.append(Problem(self.document.where(place), "D007", what, fix, is_error=False))
        return self.watched.get(term[1:], ())

    def _clue(self, name: str, table: Mapping[str, object], lists: set[str]) -> Clue:
        place: KeyPath = ("clue", name)
        self._check_keys(place, table, ("title", "counts", "all", "none", "near"))
        counts = self._text(place, table, "counts")
        if counts and counts not in tuple(Counts):
            self._report(
                (*place, "counts"), "D003", f'"{counts}" is not "for" or "against"', 'write "for" or "against"'
            )
        near = tuple(self._near((*place, "near", n), entry, lists) for n, entry in enumerate(self._nears(place, table)))
        clue = Clue(
            name=name,
            title=self._text(place, table, "title"),
            counts=Counts(counts) if counts in tuple(Counts) else Counts.FOR,
            all_of=self._groups((*place, "all"), table.get("all", []), lists),
            none_of=tuple(t for g in self._groups((*place, "none"), table.get("none", []), lists) for t in g),
            near=near,
        )
        if not clue.all_of and not clue.near:
            self._report(place, "D006", f'clue "{name}" has neither all nor near', "say what must be found")
        return clue

    def _nears(self, place: KeyPath, table: Mapping[str, object]) -> list[object]:
        value = table.get("near", [])
        if isinstance(value, list):
            return value
        self._report((*place, "near"), "D003", "near must be a [[…]] table", f"write [[clue.{place[-1]}.near]]")
        return []

    def _near(self, place: KeyPath, entry: object, lists: set[str]) -> Near:
        table = entry if isinstance(entry, dict) else {}
        self._check_keys(place, table, ("words", "within", "all"))
        groups = self._groups((*place, "all"), table.get("all", []), lists)
        if len(groups) < 2:
            self._report(place, "D006", "near needs at least two things in all", "name what stands near what")
        words = self._number(place, table, "words", (0, 1000)) if "words" in table else None
        if ("words" in table) == ("within" in table) or table.get("within", "sentence") != "sentence":
            self._report(place, "D003", "near needs a distance", 'write words = 15 or within = "sentence", not both')
        return Near(groups, None if words is None else int(words))

    def _groups(self, place: KeyPath, value: object, lists: set[str]) -> tuple[tuple[str, ...], ...]:
        if not isinstance(value, list):
            self._report(place, "D003", "this must be a list", 'write ["@list", "a phrase"]')
            return ()
        found = []
        for number, entry in enumerate(value):
            terms = entry if isinstance(entry, list) else [entry]
            for inner, term in enumerate(terms):
                where: KeyPath = (*place, number, inner) if isinstance(entry, list) else (*place, number)
                self._check_reference(where, term, lists)
            group = tuple(term for term in terms if isinstance(term, str))
            if group:
                found.append(group)
            elif isinstance(entry, list) and not entry:
                self._report((*place, number), "D006", "an empty list is never found", "fill it or remove it")
        return tuple(found)

    def _check_reference(self, place: KeyPath, term: object, lists: set[str]) -> None:
        if not isinstance(term, str):
            self._report(place, "D003", "a term is a text in quotes", 'write "…"')
        elif term.startswith("@"):
            if term[1:] not in lists:
                close = difflib.get_close_matches(term[1:], sorted(lists), n=1)
                fix = f'did you mean "@{close[0]}"?' if close else f"add a table [lexicon.{term[1:]}]"
                self._report(place, "D004", f'no list called "{term}" in this file', fix)
        else:
            self._check_term(place, term)

    def _check_term(self, place: KeyPath, term: str) -> None:
        bare = term.removesuffix("*")
        if not any(character.isalnum() for character in bare):
            self._report(place, "D005", f'"{term}" holds no letter', "write a word or phrase")
        elif "*" in bare:
            self._report(place, "D005", f'"{term}" has a * that is not at its end', "list the forms one by one")
        elif term.endswith("*") and _UNSPACED.search(bare):
            self._report(place, "D005", f'"{term}": * needs a script with word spaces', "leave the * out")

    def _check_keys(self, place: KeyPath, table: Mapping[str, object], known: tuple[str, ...]) -> None:
        for key in table:
            if key not in known:
                close = difflib.get_close_matches(key, known, n=1)
                fix = f'did you mean "{close[0]}"?' if close else f"known here: {', '.join(known)}"
                self._add(self.document.key_where((*place, key)), "D001", f'unknown key "{key}"', fix)

    def _table(
        self, place: KeyPath, table: Mapping[str, object], key: str, *, is_required: bool = True
    ) -> dict[str, object]:
        value = table.get(key)
        if isinstance(value, dict):
            return value
        name = ".".join(str(part) for part in (*place, key))
        if value is not None:
            self._report((*place, key), "D003", f'"{name}" must be a table', f"write [{name}] on a line of its own")
        elif is_required:
            self._report(place, "D002", f"[{name}] is missing", f"add a table [{name}]")
        return {}

    def _text(self, place: KeyPath, table: Mapping[str, object], key: str) -> str:
        value = table.get(key)
        if isinstance(value, str) and value.strip():
            return value
        if key in table:
            self._report((*place, key), "D003", f'"{key}" must be a text', f'write {key} = "…"')
        elif table:
            self._report(place, "D002", f'"{key}" is missing', f'add {key} = "…"')
        return ""

    def _texts(
        self, place: KeyPath, table: Mapping[str, object], key: str, *, is_required: bool = True
    ) -> tuple[str, ...]:
        value = table.get(key)
        if value is None:
            if is_required and table:
                self._report(place, "D002", f'"{key}" is missing', f'add {key} = ["…"]')
            return ()
        if not isinstance(value, list) or not all(isinstance(entry, str) and entry.strip() for entry in value):
            self._report((*place, key), "D003", f'"{key}" must be a list of texts', f'write {key} = ["…", "…"]')
            return ()
        return tuple(value)

    def _number(
        self, place: KeyPath, table: Mapping[str, object], key: str, bounds: tuple[float, float]
    ) -> float | None:
        value = table.get(key)
        if value is None:
            return None
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if isinstance(value, int | float) and is_number and bounds[0] <= value <= bounds[1]:
            return float(value)
        self._report(
            (*place, key), "D003", f'"{key}" must be a number', f"write one between {bounds[0]} and {bounds[1]}"
        )
        return None

    def _report(self, place: KeyPath, code: str, what: str, fix: str) -> None:
        self._add(self.document.where(place), code, what, fix)

    def _add(self, where: Source, code: str, what: str, fix: str) -> None:
        self.problems.append(Problem(where, code, what, fix))
