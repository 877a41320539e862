"""The shape of a rule file as JSON Schema, for editors: completion, and squiggles under unknown keys and wrong types.

It says what can be said of one file without reading the others; the loader says the rest. tests/rules/test_schema.py
holds the two together: the same keys, and the same answer to every type of value.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from monitor.records import Field, Send, Severity, Stance
from monitor.rules.table import enum_choices

FILE_NAME = "rules.schema.json"
Schema = Mapping[str, object]

_ID = "^[\\w-]+$"
_DURATION = {"type": "string", "pattern": "^\\s*[0-9]{1,6}\\s*[smhdw]\\s*$"}
_DATE = {"type": "string", "format": "date"}


def rule_file_schema() -> dict[str, object]:
    """Return the JSON Schema (draft 7) of a rule file, with a description of every key."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Rule file of monitor",
        **_table(
            {
                "entity": _each("Who and what we watch; every accepted spelling is listed once.", _entity()),
                "set": _each("Entities and other sets under one name.", _set()),
                "words": _each("Words used by many rules, all forms listed.", _words()),
                "file": _said(
                    "Whose rules these are.", _table({"owner": _text("An [analyst.…] of config.toml.")}, "owner")
                ),
                "rule": _each("What to look for, and how to tell of it.", _rule()),
                "tune": _said(
                    'Somebody else\'s rule, for me only: [tune."owner/rule"].',
                    {"type": "object", "propertyNames": {"pattern": "/"}, "additionalProperties": _tune()},
                ),
                "mute": _each("A subject that is silenced for me, for at most 90 days.", _mute()),
            }
        ),
    }


def _entity() -> Schema:
    conditional = _table(
        {"text": _text("The spelling."), "only_with": _texts("It counts only if one of these stands in the item.")},
        "text",
        "only_with",
    )
    names: Schema = {"type": "array", "minItems": 1, "items": {"anyOf": [_filled(), conditional]}}
    return _table(
        {
            "name": _text("How we call it; only `names` are searched for."),
            "kind": _text("Armed group, person, place, company …"),
            "names": _said("Every spelling to search for.", names),
            "not_in": _texts("Wider phrases that make a name inside them something else."),
            "part_of": _text("The entity it is part of: a rule on that one also sees this one."),
        },
        "name",
        "names",
    )


def _set() -> Schema:
    return _table({"of": _texts("Ids of entities or other sets.")}, "of")


def _words() -> Schema:
    return _table({"terms": _texts("Words and phrases; `*` at the end stands for any ending.")}, "terms")


def _rule() -> Schema:
    return {
        **_table(
            {
                "title": _text("How alerts and digests call it."),
                "severity": _choice("How bad it is if the rule is right; medium if absent.", Severity),
                "send": _choice(
                    "alert = now, digest = with the next digest (if absent), record = only keep, off.", Send
                ),
                "in": _said("Where `all`, `none` and `near` look; both if absent.", _list(_choice("", Field))),
                "all": _clauses("Every line must be found; inside [ ] any one is enough."),
                "none": _texts("None of these may be found."),
                "near": _said("Lines that must be found close together; may be given several times.", _list(_near())),
                "min_score": _scores("Topics and the score the item must reach."),
                **_filters(),
                "throttle": _said("After an alert this story is quiet for so long: 6h.", _DURATION),
                "expires": _said("The last day of the rule.", _DATE),
                "false_alarms": _text("What it is known to find wrongly."),
                "example": _said("A text that must match, and one that must not.", _list(_example())),
            }
        ),
        "anyOf": [{"required": ["all"]}, {"required": ["near"]}],
    }


def _filters() -> dict[str, Schema]:
    stances = _list(_choice("", Stance))
    return {
        "langs": _texts("Only items in these languages: en, ur, fa, ps, zh, hi …"),
        "not_langs": _texts("No items in these languages."),
        "sources": _texts("Only from these outlets or feeds."),
        "not_sources": _texts("Not from these outlets or feeds."),
        "stances": _said("Only from sources that speak with these voices.", stances),
        "not_stances": _said("Not from sources that speak with these voices.", stances),
        "max_age": _said("No older than this: 3d.", _DURATION),
        "after": _said("Published on this day or later.", _DATE),
        "before": _said("Published before this day.", _DATE),
    }


def _near() -> Schema:
    words = {"type": "integer", "minimum": 1, "maximum": 500}
    return {
        **_table(
            {
                "words": _said("At most so many words between neighbouring hits.", words),
                "within": _said("In one sentence.", {"type": "string", "enum": ["sentence"]}),
                "all": _clauses("What must stand close together; at least two lines."),
            },
            "all",
        ),
        "oneOf": [{"required": ["words"]}, {"required": ["within"]}],
    }


def _example() -> Schema:
    return {
        **_table(
            {
                "match": _said("Whether the rule must match.", {"type": "boolean"}),
                "text": _text("The text of the item."),
                "title": _text("Its title."),
                "lang": _text("Its language; guessed if absent."),
                "source": _text("Its outlet."),
                "stance": _choice("Whose voice its outlet is.", Stance),
                "published": _said("When it was published.", {"type": "string"}),
                "scores": _scores("Its scores; a topic that is absent is not tested."),
            },
            "match",
        ),
        "anyOf": [{"required": ["text"]}, {"required": ["title"]}],
    }


def _tune() -> Schema:
    return {
        **_table(
            {
                "send": _choice("Lower than the rule says.", Send),
                "severity": _choice("Lower than the rule says.", Severity),
                "min_score": _scores("Higher than the rule says."),
                "throttle": _said("Longer than the rule says.", _DURATION),
                "also_none": _texts("More words that stop the rule."),
            }
        ),
        "minProperties": 1,
    }


def _mute() -> Schema:
    return {
        **_table(
            {
                "entity": _text("The entity or set to silence."),
                "with": _clauses("Words; with an entity, only beside it."),
                "until": _said("The last day it holds, at most 90 days away.", _DATE),
                "why": _text("The reason, for those who come after."),
            },
            "until",
        ),
        "anyOf": [{"required": ["entity"]}, {"required": ["with"]}],
    }


def _table(properties: Mapping[str, Schema], *required: str) -> Schema:
    table: Schema = {"type": "object", "additionalProperties": False, "properties": properties}
    return {**table, "required": list(required)} if required else table


def _each(description: str, entry: Schema) -> Schema:
    return _said(
        description,
        {"type": "object", "propertyNames": {"pattern": _ID}, "additionalProperties": entry},
    )


def _said(description: str, schema: Schema) -> Schema:
    return {"description": description, **schema}


def _filled() -> Schema:
    return {"type": "string", "pattern": "\\S"}


def _text(description: str) -> Schema:
    return _said(description, _filled())


def _list(items: Schema) -> Schema:
    return {"type": "array", "minItems": 1, "items": items}


def _texts(description: str) -> Schema:
    return _said(description, _list(_filled()))


def _clauses(description: str) -> Schema:
    return _said(description, _list({"anyOf": [_filled(), _list(_filled())]}))


def _scores(description: str) -> Schema:
    score: Schema = {"type": "number", "minimum": 0, "maximum": 1}
    return _said(description, {"type": "object", "additionalProperties": score})


def _choice(description: str, kind: type[Enum]) -> Schema:
    choice: Schema = {"type": "string", "enum": list(enum_choices(kind))}
    return _said(description, choice) if description else choice
