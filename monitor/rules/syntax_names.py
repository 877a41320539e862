"""Read ``[entity.…]``, ``[set.…]`` and ``[words.…]``."""

from __future__ import annotations

from monitor.records import Source
from monitor.rules.codes import Code
from monitor.rules.declared import EntitySet, ListedName, Term, WatchedEntity, WordGroup
from monitor.rules.table import Table, spoken_type
from monitor.rules.terms import is_spelling, read_phrases, read_terms

_ENTITY_KEYS = ("name", "kind", "names", "not_in", "part_of")
_ELSEWHERE = {
    **dict.fromkeys(("alias", "aliases", "spellings", "variants", "terms"), 'every spelling goes into "names"'),
    "only_with": 'write it beside its name: { text = "IS", only_with = ["Khorasan"] }',
}


def read_entity(table: Table, id_: str) -> WatchedEntity:
    """Return the entity with those of its names that can be used."""
    table.check_keys(_ENTITY_KEYS, _ELSEWHERE)
    table.require("name", 'name = "…"  (how we call it; only "names" are searched for)')
    table.require("names", 'names = ["…"]  (every spelling to search for)')
    part_of = table.text("part_of")
    return WatchedEntity(
        id=id_,
        name=table.text("name") or id_,
        kind=table.text("kind") or "",
        declared_at=table.declared_at,
        names=_read_names(table),
        not_in=read_phrases(table, table.texts("not_in"), "a wider phrase"),
        part_of=Term(part_of.removeprefix("@"), table.where("part_of")) if part_of else None,
    )


def _read_names(table: Table) -> tuple[ListedName, ...]:
    found: list[ListedName] = []
    for number, value in enumerate(table.values("names")):
        where = table.where("names", number)
        match value:
            case str():
                if table.is_filled(value, where) and is_spelling(table, value.strip(), where, "a name"):
                    found.append(ListedName(value.strip(), where))
            case dict():
                name = _read_conditional(table.table("names", number, spoken=f"a name of {table.spoken}"))
                if name is not None:
                    found.append(name)
            case _:
                fix = 'write every spelling in quotes, or as { text = "…", only_with = ["…"] }'
                what = f'"names" lists spellings, and this is {spoken_type(value)}'
                table.report(Code.WRONG_TYPE, where, what, fix)
    return tuple(found)


def _read_conditional(name: Table) -> ListedName | None:
    name.check_keys(("text", "only_with"))
    name.require("text", 'text = "IS"')
    name.require("only_with", 'only_with = ["…"]; a name that needs none is written alone, in quotes')
    text = name.text("text")
    where = name.where("text")
    only_with = read_phrases(name, name.texts("only_with"), 'a word of "only_with"')
    is_usable = text is not None and is_spelling(name, text.strip(), where, "a name")
    # Without its words the name would hit in every item, which is what the author wanted to prevent.
    if text is None or not is_usable or not only_with:
        return None
    return ListedName(text.strip(), where, only_with)


def read_set(table: Table, id_: str) -> EntitySet:
    """Return the set with its usable members."""
    table.check_keys(("of",))
    table.require("of", 'of = ["ttp", "bla"]  (entities or other sets)')
    return EntitySet(id_, table.declared_at, tuple(_read_member(text, where) for text, where in table.texts("of")))


def _read_member(text: str, where: Source) -> Term:
    return Term(text.strip().removeprefix("@"), where)


def read_words(table: Table, id_: str) -> WordGroup:
    """Return the group with its usable words."""
    table.check_keys(("terms",))
    table.require("terms", 'terms = ["attack*", "ambush*"]')
    texts = table.texts("terms")
    phrases = [(text, where) for text, where in texts if not text.strip().startswith("@")]
    for text, where in texts:
        if text.strip().startswith("@"):
            fix = "list the words themselves, or name both groups in the rule"
            what = f'"{text.strip()}" points to another entry, and {table.spoken} lists words'
            table.report(Code.NOT_A_SPELLING, where, what, fix)
    return WordGroup(id_, table.declared_at, read_terms(table, phrases))
