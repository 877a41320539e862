"""Make the tables of a new database at once: the ones that the migrations, applied one after the other, lead to.

A first start need not load Alembic for that, which takes longer than making the tables. A test holds both ways
together.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

from monitor.store.schema import HEAD, metadata

_SEARCH: Final = (
    # Indic vowel signs are part of a word; accents were folded before. Without content, the text stands in
    # ``revisions``; rows never change, search_documents says which count.
    "CREATE VIRTUAL TABLE search USING fts5("
    "words, content='', tokenize=\"unicode61 remove_diacritics 0 categories 'L* M* N* Co'\")"
)
_VERSION: Final = (
    "CREATE TABLE alembic_version ("
    "version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
)


def create(conn: Connection) -> None:
    """Make every table of the newest version, in the caller's transaction; the database must have none."""
    metadata.create_all(conn, checkfirst=False)
    conn.exec_driver_sql(_SEARCH)
    conn.exec_driver_sql(_VERSION)
    conn.exec_driver_sql("INSERT INTO alembic_version VALUES (?)", (HEAD,))
