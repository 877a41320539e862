"""Read ``[rule.…]`` with its ``near`` and ``example`` tables."""

from __future__ import annotations

from datetime import MAXYEAR, UTC, date, datetime

from monitor.records import Field, Send, Severity, Source, Stance
from monitor.rules.codes import Code
from monitor.rules.declared import Bound, Clause, Example, Filters, Near, Rule, Term
from monitor.rules.languages import BY_NAME, is_language
from monitor.rules.table import Table, enum_choices, spoken_type
from monitor.rules.terms import read_terms

_FILTER_KEYS = ("langs", "not_langs", "sources", "not_sources", "stances", "not_stances", "max_age", "after", "before")
_KEYS = (
    *("title", "severity", "send", "in", "all", "none", "near", "min_score"),
    *_FILTER_KEYS,
    *("throttle", "expires", "false_alarms", "example"),
)
_ELSEWHERE = {
    "owner": 'it stands once per file, below [file]: owner = "…"',
    **dict.fromkeys(("any", "or"), 'inside [ ] any one is enough: all = [["attack*", "ambush*"]]'),
    **dict.fromkeys(("terms", "words", "keywords", "match", "find", "and"), 'what must be found stands in all = ["…"]'),
    **dict.fromkeys(("not", "exclude", "except", "without"), 'what must not be found stands in none = ["…"]'),
    **dict.fromkeys(("name", "description"), 'it is called title = "…"'),
    **dict.fromkeys(("language", "languages"), 'it is called langs = ["ur", "en"]'),
    **dict.fromkeys(("score", "threshold"), "it is called min_score = { cpec-security = 0.50 }"),
    "only_with": 'it belongs to a name of an entity: { text = "IS", only_with = ["Khorasan"] }',
}
"""What people call other keys."""
_EXAMPLE_KEYS = ("match", "text", "title", "lang", "source", "stance", "published", "scores")
SEVERITIES = enum_choices(Severity)
SENDS = enum_choices(Send)
_STANCES = {word: word for word in enum_choices(Stance)}
MAX_NEAR_LINES = 8
"""The search for the closest takes twice the time with each: of 8, in an item with 20,000 of them, three seconds."""
MAX_NEAR_WORDS = 500
"""Farther apart than this is not near; ``all`` asks for words anywhere in an item."""


def read_rule(table: Table, id_: str, owner: str) -> Rule:
    """Return the rule; it is not sound if anything in it is wrong, since half a rule is a different rule."""
    table.check_keys(_KEYS, _ELSEWHERE)
    clauses = read_clauses(table, "all")
    near = tuple(_read_near(entry) for entry in table.tables("near", f"a near of {table.spoken}"))
    if not (table.has("all") or table.has("near")):
        fix = 'add: all = ["@cpec", "attack*"]  or a [[….near]] table'
        if not any(table.has(key) for key in _KEYS if key != "example"):
            fix = "it has examples and nothing else: is its id the one of the rule they belong to?"
        table.report(Code.NO_CLAUSE, table.declared_at, f'{table.spoken} has neither "all" nor "near"', fix)
    examples = tuple(_read_example(entry) for entry in table.tables("example", f"an example of {table.spoken}"))
    return Rule(
        id=id_,
        owner=owner,
        title=table.text("title") or id_,
        declared_at=table.declared_at,
        severity=table.choice("severity", SEVERITIES) or Severity.MEDIUM,
        send=table.choice("send", SENDS) or Send.DIGEST,
        fields=tuple(dict.fromkeys(table.chosen("in", enum_choices(Field)))) or (Field.TITLE, Field.BODY),
        all=clauses,
        none=read_terms(table, table.texts("none")),
        near=near,
        min_score=read_bounds(table),
        filters=_read_filters(table),
        throttle=table.duration("throttle"),
        expires=table.day("expires"),
        false_alarms=table.text("false_alarms") or "",
        examples=tuple(example for example in examples if example is not None),
        places=table.places(),
        is_sound=table.is_sound,
    )


def read_clauses(table: Table, key: str) -> tuple[Clause, ...]:
    """Read a list whose entries are a term, or a list of terms of which any one is enough."""
    found: list[Clause] = []
    for number, value in enumerate(table.values(key)):
        where = table.where(key, number)
        texts: list[tuple[str, Source]] = []
        match value:
            case str():
                texts = [(value, where)] if table.is_filled(value, where) else []
            case list():
                texts = _read_alternatives(table, key, number, value)
            case _:
                fix = 'write a term in quotes, or several in [ ] of which one is enough: ["attack*", "ambush*"]'
                table.report(Code.WRONG_TYPE, where, f'"{key}" lists terms, and this is {spoken_type(value)}', fix)
        terms = read_terms(table, texts)
        if terms:
            found.append(Clause(terms, where))
    return tuple(found)


def _read_alternatives(table: Table, key: str, number: int, values: list[object]) -> list[tuple[str, Source]]:
    if not values:
        fix = "list terms between the brackets, or remove them"
        table.report(Code.EMPTY, table.where(key, number), "an empty [ ] can never be found", fix)
    texts: list[tuple[str, Source]] = []
    for place, value in enumerate(values):
        where = table.where(key, number, place)
        if not isinstance(value, str):
            what = f"inside [ ] stand terms, and this is {spoken_type(value)}"
            table.report(Code.WRONG_TYPE, where, what, "write every term in quotes; brackets go one level deep")
        elif table.is_filled(value, where):
            texts.append((value, where))
    return texts


def read_bounds(table: Table) -> tuple[Bound, ...]:
    """Read ``min_score``."""
    return tuple(Bound(topic, least, where) for topic, least, where in table.scores("min_score"))


def _read_filters(table: Table) -> Filters:
    after, before = table.day("after"), table.day("before")
    return Filters(
        langs=_read_langs(table, "langs"),
        not_langs=_read_langs(table, "not_langs"),
        sources=tuple(text.strip().casefold() for text, _ in table.texts("sources")),
        not_sources=tuple(text.strip().casefold() for text, _ in table.texts("not_sources")),
        stances=table.chosen("stances", _STANCES),
        not_stances=table.chosen("not_stances", _STANCES),
        max_age=table.duration("max_age"),
        after=after,
        before=before,
    )


def _read_langs(table: Table, key: str) -> tuple[str, ...]:
    return tuple(text.strip().lower() for text, where in table.texts(key) if _is_known(table, text.strip(), where))


def _is_known(table: Table, tag: str, where: Source) -> bool:
    if is_language(tag.lower()):
        return True
    code = BY_NAME.get(tag.lower())
    fix = f'did you mean "{code}"?' if code else "use the two-letter code: en, ur, fa, ps, zh, hi, ar, ru …"
    table.report(Code.UNKNOWN_LANGUAGE, where, f'"{tag}" is no language code', fix)
    return False


def _read_near(table: Table) -> Near:
    moved = {key: f"it belongs to the rule: move it above the first [[{_header(table)}]]" for key in _KEYS}
    table.check_keys(("words", "within", "all"), moved)
    words = table.number("words", 1, MAX_NEAR_WORDS)
    within = None
    if table.is_number("within"):
        fix = f"the number of words between them stands in words: write words = {table.shown('within')}"
        table.report(Code.WRONG_TYPE, table.where("within"), '"within" can be "sentence", and this is a number', fix)
    else:
        within = table.choice("within", {"sentence": "sentence"})
    if table.has("words") == table.has("within"):
        given = 'both "words" and' if table.has("words") else 'neither "words" nor'
        fix = 'write one of them: words = 15  or  within = "sentence"'
        table.report(Code.NEAR_DISTANCE, table.declared_at, f'{table.spoken} has {given} "within"', fix)
    table.require("all", 'all = ["@militants", "sanctuar*"]')
    clauses = read_clauses(table, "all")
    if table.has("all") and len(clauses) < 2 and table.is_sound:
        fix = "name at least two things that must stand close together, or use all = […] of the rule"
        table.report(Code.NEAR_LINES, table.where("all"), f"{table.spoken} asks for one thing only", fix)
    if len(clauses) > MAX_NEAR_LINES:
        what = f"{table.spoken} asks for {len(clauses)} things close together"
        fix = f"name at most {MAX_NEAR_LINES}; of those in one more pair of [ ] any one is enough"
        table.report(Code.OUT_OF_RANGE, table.where("all"), what, fix)
        clauses = clauses[:MAX_NEAR_LINES]
    return Near(clauses, None if within else words, table.declared_at)


def _read_example(table: Table) -> Example | None:
    moved = {key: f"it belongs to the rule: move it above the first [[{_header(table)}]]" for key in _KEYS}
    table.check_keys(_EXAMPLE_KEYS, moved)
    table.require("match", "match = true  (or false, if the rule must stay quiet)")
    if not (table.has("text") or table.has("title")):
        table.require("text", 'text = "…"')
    lang = table.text("lang")
    if lang is not None and not _is_known(table, lang.strip(), table.where("lang")):
        lang = None
    is_match = table.boolean("match")
    example = Example(
        is_match=is_match is True,
        text=table.text("text") or "",
        declared_at=table.declared_at,
        title=table.text("title") or "",
        lang=lang,
        source=table.text("source"),
        stance=table.choice("stance", _STANCES),
        published_at=_as_moment(table.moment("published")),
        scores=tuple(Bound(topic, score, where) for topic, score, where in table.scores("scores")),
    )
    return example if table.is_sound else None


def _as_moment(value: date | None) -> datetime | None:
    """Return a date as its noon, and a time without zone as UTC."""
    if value is None:
        return None
    if isinstance(value, datetime):
        # At the ends of the calendar a time has no UTC form; there its zone does not matter.
        is_convertible = value.tzinfo is not None and 1 < value.year < MAXYEAR
        return value.astimezone(UTC) if is_convertible else value.replace(tzinfo=UTC)
    return datetime(value.year, value.month, value.day, 12, tzinfo=UTC)


def _header(table: Table) -> str:
    return ".".join(str(part) for part in table.path if isinstance(part, str))


def read_terms_of(table: Table, key: str) -> tuple[Term, ...]:
    """Read a plain list of terms."""
    return read_terms(table, table.texts(key))
