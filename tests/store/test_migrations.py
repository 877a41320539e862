from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import sqlalchemy as sa

from monitor.store.engine import Database, open_database
from monitor.store.migrate import newest
from monitor.store.schema import HEAD, metadata
from tests.store.conftest import URL


def _shape(conn: sa.Connection) -> dict[str, object]:
    tables = [table.name for table in metadata.sorted_tables]
    shape: dict[str, object] = {}
    for name in tables:
        columns = conn.exec_driver_sql(f"PRAGMA table_xinfo('{name}')").all()
        keys = conn.exec_driver_sql(f"PRAGMA foreign_key_list('{name}')").all()
        kind = conn.exec_driver_sql(f"SELECT wr, strict FROM pragma_table_list WHERE name = '{name}'").all()
        shape[name] = (columns, sorted(tuple(key) for key in keys), kind)
    indexes = conn.exec_driver_sql(
        "SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'index' AND sql NOT NULL"
    )
    shape["indexes"] = sorted((row.name, row.tbl_name, " ".join(row.sql.split())) for row in indexes)
    return shape


def test_the_migrations_make_the_tables_that_queries_expect(database: Database) -> None:
    expected = sa.create_engine("sqlite://")
    with expected.begin() as conn:
        metadata.create_all(conn)
        wanted = _shape(conn)
    expected.dispose()
    with database.read() as conn:
        made = _shape(conn)
    assert made == wanted


def test_the_newest_migration_is_the_version_the_store_asks_for() -> None:
    assert newest() == HEAD == "0011"


def test_two_that_open_a_new_database_at_once_both_find_it_made(tmp_path: Path) -> None:
    with ThreadPoolExecutor(2) as pool:
        opened = list(pool.map(lambda _: open_database(URL, tmp_path), range(2)))
    for each in opened:
        with each.read() as conn:
            assert conn.exec_driver_sql("SELECT version_num FROM alembic_version").scalars().all() == ["0011"]
        each.close()


def test_alembic_is_not_loaded_when_there_is_nothing_to_migrate(tmp_path: Path, checkout: Path) -> None:
    open_database(URL, tmp_path).close()
    program = (
        "import sys; from pathlib import Path; from monitor.store.engine import open_database;"
        f"open_database({URL!r}, Path(sys.argv[1])).close(); print('alembic' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], cwd=checkout, capture_output=True, text=True, check=True
    )
    assert done.stdout == "False\n"
