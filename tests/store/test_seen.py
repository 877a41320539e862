from __future__ import annotations

from monitor.records import SeenEntry
from monitor.store import seen
from monitor.store.engine import Database

ONE = SeenEntry(b"r" * 16, b"e" * 16, "0123456789abcdef", b"g" * 8, b"p" * 8)
WITHOUT_GUID = SeenEntry(b"s" * 16, b"f" * 16, "fedcba9876543210", b"", b"q" * 8)


def test_what_was_seen_of_a_feed_comes_back_and_the_last_document_counts(database: Database) -> None:
    with database.write() as conn:
        seen.save(conn, [("dawn", [ONE]), ("bbc-urdu", [])])
        seen.save(conn, [("dawn", [ONE, WITHOUT_GUID])])
    with database.read() as conn:
        stored = seen.load(conn)
    assert seen.entries(stored["dawn"]) == {b"r" * 16: ONE, b"s" * 16: WITHOUT_GUID}
    assert seen.entries(stored["bbc-urdu"]) == {}


def test_a_value_that_is_cut_off_gives_the_entries_it_still_holds(database: Database) -> None:
    with database.write() as conn:
        seen.save(conn, [("dawn", [ONE, WITHOUT_GUID])])
    with database.read() as conn:
        stored = seen.load(conn)["dawn"]
    assert seen.entries(stored[:-1]) == {b"r" * 16: ONE}
