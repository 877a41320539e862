from __future__ import annotations

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from monitor.errors import DiskError, StoreBusyError, StoreError
from monitor.store import items, rounds
from monitor.store.engine import Database, open_database
from tests.store.conftest import URL
from tests.store.samples import NOON, contents, item_of, store


def test_opening_makes_the_folder_and_the_file(tmp_path: Path) -> None:
    open_database(URL, tmp_path).close()
    assert (tmp_path / ".monitor" / "monitor.db").is_file()


def test_an_absolute_path_stands_for_itself(tmp_path: Path) -> None:
    open_database(f"sqlite:///{tmp_path / 'elsewhere.db'}", tmp_path / "workspace").close()
    assert (tmp_path / "elsewhere.db").is_file()


def test_what_was_written_is_there_after_opening_again(tmp_path: Path) -> None:
    first = open_database(URL, tmp_path)
    store(first, item_of(1))
    first.close()
    second = open_database(URL, tmp_path)
    with second.read() as conn:
        assert items.count(conn) == 1
    second.close()


def test_the_connection_is_set_for_safety(database: Database) -> None:
    with database.read() as conn:
        settings = {
            name: conn.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "page_size")
        }
    assert settings == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": 30_000,
        "page_size": 8192,
    }


def test_every_table_is_strict(database: Database) -> None:
    with database.read() as conn:
        rows = conn.exec_driver_sql("SELECT name FROM pragma_table_list WHERE type = 'table' AND NOT strict").scalars()
        loose = {name for name in rows if not name.startswith(("sqlite_", "search_"))}
    assert loose == {"alembic_version"}


def test_a_body_that_raises_leaves_nothing_behind(database: Database) -> None:
    def begin_a_round_and_fail() -> None:
        with database.write() as conn:
            rounds.start(conn, NOON, "once")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        begin_a_round_and_fail()
    with database.read() as conn:
        assert rounds.last(conn) is None


def test_a_reader_sees_one_moment_while_a_writer_commits(database: Database) -> None:
    with database.read() as reading:
        assert items.count(reading) == 0
        store(database, item_of(1))
        assert items.count(reading) == 0
    with database.read() as reading:
        assert items.count(reading) == 1


def test_a_second_writer_is_told_that_the_database_is_busy(tmp_path: Path) -> None:
    short = timedelta(milliseconds=50)
    one, two = open_database(URL, tmp_path, short), open_database(URL, tmp_path, short)
    with one.write(), pytest.raises(StoreBusyError, match="another process holds the database") as raised, two.write():
        pass
    assert raised.value.fix.startswith("wait until the other monitor command is done")
    one.close()
    two.close()


def test_a_full_disk_is_said_and_undoes_the_write(database: Database) -> None:
    store(database, item_of(1))
    with database.read() as conn:
        # As if the disk had no room for one page more.
        conn.exec_driver_sql(f"PRAGMA max_page_count = {conn.exec_driver_sql('PRAGMA page_count').scalar_one()}")
    with pytest.raises(DiskError, match="the disk is full") as raised:
        store(database, item_of(2, text="x" * 10_000_000))
    assert "free some space" in raised.value.fix
    with database.read() as conn:
        assert items.count(conn) == 1
        conn.exec_driver_sql("PRAGMA max_page_count = 1000000")
    store(database, item_of(2))
    with database.read() as conn:
        assert items.count(conn) == 2


def test_a_database_that_cannot_be_written_says_so(database: Database) -> None:
    with database.read() as conn:
        conn.exec_driver_sql("PRAGMA query_only = ON")
    with pytest.raises(StoreError, match="cannot be written") as raised:
        store(database, item_of(1))
    assert "right to write the file" in raised.value.fix


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / ".monitor" / "monitor.db"
    path.parent.mkdir()
    path.write_text("Minutes of the meeting of 20 November\n" * 100)
    with pytest.raises(StoreError, match="the file is not a database"):
        open_database(URL, tmp_path)
    assert path.read_text().startswith("Minutes of the meeting")


def test_a_folder_in_place_of_the_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / ".monitor" / "monitor.db").mkdir(parents=True)
    with pytest.raises(StoreError, match="cannot be opened"):
        open_database(URL, tmp_path)


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / ".monitor").write_text("")
    with pytest.raises(DiskError, match="check that the folder exists"):
        open_database(URL, tmp_path)


def test_the_database_of_another_program_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / ".monitor" / "monitor.db"
    path.parent.mkdir()
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE bookmarks (url TEXT)")
    other.close()
    with pytest.raises(StoreError, match="the database of another program"):
        open_database(URL, tmp_path)
    with sqlite3.connect(path) as other:
        assert other.execute("SELECT name FROM sqlite_master").fetchall() == [("bookmarks",)]
    other.close()


def test_a_database_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    newer = open_database(URL, tmp_path)
    with newer.write() as conn:
        conn.exec_driver_sql("UPDATE alembic_version SET version_num = '0999'")
    newer.close()
    with pytest.raises(StoreError, match="has version 0999, this monitor knows versions up to 0011") as raised:
        open_database(URL, tmp_path)
    assert raised.value.fix.startswith("install the newer monitor")


def test_a_damaged_database_says_what_to_do(tmp_path: Path) -> None:
    whole = open_database(URL, tmp_path)
    for number in range(50):
        store(whole, item_of(number, text="x" * 5000))
    whole.close()
    path = tmp_path / ".monitor" / "monitor.db"
    body = bytearray(path.read_bytes())
    body[8192:] = b"\xff" * (len(body) - 8192)
    path.write_bytes(body)
    with pytest.raises(StoreError, match="the database is damaged") as raised:
        _read_everything(tmp_path)
    assert "restore a backup" in raised.value.fix


def _read_everything(folder: Path) -> None:
    damaged = open_database(URL, folder)
    try:
        contents(damaged)
    finally:
        damaged.close()


@pytest.mark.parametrize(
    ("url", "what"),
    [
        ("monitor.db", "is not a database address"),
        ("sqlite://", "names no file"),
        ("sqlite:///:memory:", "names no file"),
        ("postgresql://localhost/monitor", "asks for postgresql"),
    ],
)
def test_an_address_that_cannot_be_used_is_explained(url: str, what: str, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=what) as raised:
        open_database(url, tmp_path)
    assert '"sqlite:///.monitor/monitor.db"' in raised.value.fix


def test_a_mistake_in_a_query_stays_a_traceback(database: Database) -> None:
    with pytest.raises(sa.exc.OperationalError, match="no such table"), database.read() as conn:
        conn.exec_driver_sql("SELECT * FROM no_such_table")
