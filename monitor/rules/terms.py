"""One term as an analyst writes it: what may stand in it."""

from __future__ import annotations

from collections.abc import Iterable

from monitor.records import Source
from monitor.rules.codes import Code
from monitor.rules.declared import Term
from monitor.rules.table import Table
from monitor.text.characters import KINDS, Kind

MAX_LENGTH = 200
"""Characters of a name or term. The longest real ones have about 120; a pasted article would only slow matching."""

_UNSPACED = (Kind.UNSPACED, Kind.UNSPACED_MARK)


def is_unspaced(text: str) -> bool:
    """Return whether ``text`` holds letters of a script that puts no spaces between words."""
    return any(KINDS[character] in _UNSPACED for character in text)


def read_terms(table: Table, texts: Iterable[tuple[str, Source]]) -> tuple[Term, ...]:
    """Return the usable ones of ``texts`` as terms; the others become problems."""
    return tuple(Term(text.strip(), where) for text, where in texts if _is_term(table, text.strip(), where))


def read_phrases(table: Table, texts: Iterable[tuple[str, Source]], what: str) -> tuple[Term, ...]:
    """Return the usable ones of ``texts``, in which ``@`` is a problem; ``what`` is how messages call them."""
    found: list[Term] = []
    for text, where in texts:
        if text.strip().startswith("@"):
            _report_reference(table, text.strip(), where, what)
        elif _is_term(table, text.strip(), where):
            found.append(Term(text.strip(), where))
    return tuple(found)


def is_spelling(table: Table, text: str, where: Source, what: str) -> bool:
    """Report a text that cannot be a name as it stands in the news: with ``@`` or ``*``, too long, without a letter."""
    if not _is_short(table, text, where):
        return False
    if text.startswith("@"):
        _report_reference(table, text, where, what)
    elif "*" in text:
        fix = "list every form of it; only words in rules and [words.…] may end in *"
        table.report(Code.NOT_A_SPELLING, where, f'"{text}" has a *, and {what} is searched for as it stands', fix)
    else:
        return _has_letters(table, text, where)
    return False


def _report_reference(table: Table, text: str, where: Source, what: str) -> None:
    fix = "write the words themselves, as they stand in the news"
    table.report(Code.NOT_A_SPELLING, where, f'"{text}" points to another entry, and {what} is a plain text', fix)


def _is_short(table: Table, text: str, where: Source) -> bool:
    if len(text) > MAX_LENGTH:
        what = f'"{text[:30]}…" has {len(text)} characters'
        fix = f"write at most {MAX_LENGTH}; several names are several entries of the list"
        table.report(Code.TOO_LONG, where, what, fix)
    return len(text) <= MAX_LENGTH


def _is_term(table: Table, text: str, where: Source) -> bool:
    if not _is_short(table, text, where):
        return False
    if text.startswith("@"):
        return _is_reference(table, text, where)
    stem = text.removesuffix("*")
    if "*" in stem or stem != stem.rstrip():
        beginning = stem.split("*", 1)[0].strip() or stem.replace("*", "").strip()
        fix = f'write "{beginning}*" for every word that begins so, or list the forms you mean'
        if ".*" in text:
            fix = "there are no patterns: list the words one by one; a near table asks that they stand close"
        table.report(Code.STAR_PLACE, where, f'in "{text}" the * does not stand at the end of a word', fix)
        return False
    if stem != text and is_unspaced(stem[-1:]):
        what = f'"{text}" has a * after a script without word spaces'
        table.report(Code.STAR_UNSPACED, where, what, f'write "{stem}": it is found inside longer words anyway')
        return False
    return _has_letters(table, text, where)


def _is_reference(table: Table, text: str, where: Source) -> bool:
    if "*" in text:
        fix = f'write "{text.replace("*", "")}"; its own entry lists the forms'
        table.report(Code.STAR_PLACE, where, f'"{text}" points to another entry, so it takes no *', fix)
        return False
    if not text[1:].strip():
        fix = 'write the id of an entity, set or words group behind it, like "@cpec"'
        table.report(Code.EMPTY, where, 'nothing stands behind the "@"', fix)
        return False
    return True


def _has_letters(table: Table, text: str, where: Source) -> bool:
    if any(character.isalnum() for character in text):
        return True
    fix = "write a word; signs alone are not searched for"
    table.report(Code.NO_LETTERS, where, f'"{text}" holds no letter and no digit', fix)
    return False
