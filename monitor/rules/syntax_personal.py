"""Read ``[tune."owner/rule"]`` and ``[mute.…]``: what one analyst wants differently."""

from __future__ import annotations

from dataclasses import replace

from monitor.rules.codes import Code
from monitor.rules.declared import Mute, Term, Tune
from monitor.rules.syntax_rules import SENDS, SEVERITIES, read_bounds, read_clauses, read_terms_of
from monitor.rules.table import Table

_TUNE_KEYS = ("send", "severity", "min_score", "throttle", "also_none")
_MUTE_KEYS = ("entity", "with", "until", "why")


def read_tune(table: Table, target: str, owner: str) -> Tune:
    """Return the tune; it is not sound if anything in it is wrong."""
    if "/" not in target:
        inner = [key for key in table.keys if table.is_table(key) and key not in _TUNE_KEYS]
        meant = f"{target}/{inner[0]}" if inner else f"owner/{target}"
        what = f"{table.spoken} does not say whose rule it tunes"
        table.report(Code.BAD_ID, table.declared_at, what, f'write owner and rule, in quotes: [tune."{meant}"]')
        return Tune(owner, target, table.declared_at, is_sound=False)
    table.check_keys(_TUNE_KEYS, {"none": "a tune can only add to it: also_none = […]"})
    tune = Tune(
        owner=owner,
        target=target,
        declared_at=table.declared_at,
        send=table.choice("send", SENDS),
        severity=table.choice("severity", SEVERITIES),
        min_score=read_bounds(table),
        throttle=table.duration("throttle"),
        also_none=read_terms_of(table, "also_none"),
        places=table.places(),
    )
    if tune.is_empty and table.is_sound:
        fix = f"say what you want differently ({', '.join(_TUNE_KEYS)}), or remove it"
        table.report(Code.TUNE_EMPTY, table.declared_at, f"{table.spoken} changes nothing", fix)
    return replace(tune, is_sound=table.is_sound)


def read_mute(table: Table, id_: str, owner: str) -> Mute:
    """Return the mute; it is not sound if anything in it is wrong, lest it hide what nobody meant to hide."""
    table.check_keys(_MUTE_KEYS, {"rule": 'a rule is tuned, not muted: [tune."owner/rule"]'})
    entity = table.text("entity")
    clauses = read_clauses(table, "with")
    until = table.day("until")
    if not table.has("until"):
        fix = "add the last day it holds, at most 90 days away: until = 2026-12-20"
        table.report(Code.MUTE_END, table.declared_at, f"{table.spoken} has no end date", fix)
    if not (table.has("entity") or table.has("with")):
        fix = 'name an entity, words, or both: entity = "bla"  with = ["anti-terrorism court"]'
        table.report(Code.MUTE_SUBJECT, table.declared_at, f"{table.spoken} does not say what to silence", fix)
    why = table.text("why") or ""
    return Mute(
        id=id_,
        owner=owner,
        until=until,
        declared_at=table.declared_at,
        entity=Term("@" + entity.removeprefix("@"), table.where("entity")) if entity else None,
        clauses=clauses,
        why=why,
        places=table.places(),
        is_sound=table.is_sound,
    )
