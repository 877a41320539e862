"""The search index: folded text, one token per CJK character, so that a two-character term is found.

A word is found in any spelling that folds alike (case, accents, Arabic letter families). Several words must all
occur; words in double quotes must stand together; a word that ends in ``*`` stands for every word that begins so.
Nothing a user types is an operator: each term reaches the index as a quoted string.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

import sqlalchemy as sa
from sqlalchemy import Connection

from monitor.records import Item
from monitor.store.schema import search_documents
from monitor.store.writing import in_batches
from monitor.text.fold import fold

# Kana, CJK ideographs with extensions and compatibility forms: scripts that put no space between words.
_UNSPACED = re.compile("([\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])")
_TOKEN = re.compile(r"[^\W_]+")
_TERMS = re.compile(r'"([^"]*)"|([^\s"]+)')
_WORDS = sa.column("words", sa.Text)
_SEARCH = sa.table("search", sa.column("rowid", sa.Integer), _WORDS)


def index(conn: Connection, items: Iterable[Item]) -> None:
    """Make the current revisions of items findable; those indexed before are left as they are."""
    for batch in in_batches(items):
        _index(conn, batch)


def _index(conn: Connection, batch: Sequence[Item]) -> None:
    documents = search_documents
    ids = sorted({item.id for item in batch})
    query = sa.select(documents.c.item, documents.c.revision).where(documents.c.item.in_(ids))
    indexed = {(row.item, row.revision) for row in conn.execute(query)}
    fresh = {item.id: item for item in batch if (item.id, item.revision) not in indexed}
    if not fresh:
        return
    older = sorted({item for item, _ in indexed} & set(fresh))
    if older:
        conn.execute(sa.update(documents).where(documents.c.item.in_(older)).values(is_current=False))
    rows = [
        {"item": item.id, "revision": item.revision, "at": item.first_seen_at, "is_current": True}
        for item in fresh.values()
    ]
    conn.execute(sa.insert(documents), rows)
    query = sa.select(documents.c.number, documents.c.item).where(documents.c.item.in_(sorted(fresh)))
    numbers = conn.execute(query.where(documents.c.is_current == sa.true())).all()
    texts = [{"rowid": row.number, "words": _document(fresh[row.item])} for row in numbers]
    conn.execute(sa.insert(_SEARCH), texts)


def _document(item: Item) -> str:
    return _spaced(f"{item.title}\n\n{item.text}")


def _spaced(text: str) -> str:
    return _UNSPACED.sub(r" \1 ", fold(text).text)


def tokens(text: str) -> list[str]:
    """Return the words of a text as the index knows them, each CJK character by itself."""
    return _TOKEN.findall(_spaced(text))


def search_expression(query: str) -> str | None:
    """Return what the index is asked for a user's words, None if they hold nothing that could be found."""
    terms = [_term(quoted or word, is_word=bool(word)) for quoted, word in _TERMS.findall(query)]
    return " AND ".join(term for term in terms if term) or None


def _term(typed: str, *, is_word: bool) -> str:
    text = " ".join(_spaced(typed).replace('"', " ").replace("\0", " ").split())
    if not any(unicodedata.category(character)[0] in "LMN" for character in text):
        return ""
    return f'"{text}" *' if is_word and typed.endswith("*") else f'"{text}"'


def found(expression: str) -> tuple[sa.FromClause, sa.ColumnElement[bool]]:
    """Return the documents joined with the index, and the condition that an expression finds them.

    A join and not a list of numbers: the index is walked once and nothing is kept (5 times as fast).
    """
    joined = sa.join(_SEARCH, search_documents, search_documents.c.number == _SEARCH.c.rowid)
    # The hidden column of a full-text table bears its name: search MATCH '…' (https://sqlite.org/fts5.html).
    return joined, sa.literal_column("search").op("MATCH")(expression)
