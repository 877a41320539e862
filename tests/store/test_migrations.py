from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa

from monitor.store.engine import Database, open_database
from monitor.store.migrate import newest, upgrade
from monitor.store.schema import HEAD
from tests.store.conftest import URL


def _shape(conn: sa.Connection) -> dict[str, object]:
    """Return everything the database holds before anything is stored, the order of its columns included."""
    shape: dict[str, object] = {}
    listed = conn.exec_driver_sql("SELECT name, wr, strict FROM pragma_table_list WHERE schema = 'main'").all()
    for name, *kind in sorted(listed):
        columns = conn.exec_driver_sql(f"PRAGMA table_xinfo('{name}')").all()
        keys = conn.exec_driver_sql(f"PRAGMA foreign_key_list('{name}')").all()
        shape[name] = (columns, sorted(tuple(key) for key in keys), kind)
    written = conn.exec_driver_sql(
        "SELECT name, tbl_name, sql FROM sqlite_master WHERE type != 'table' OR sql LIKE 'CREATE VIRTUAL%'"
    )
    shape["written"] = sorted((row.name, row.tbl_name, " ".join((row.sql or "").split())) for row in written)
    shape["version"] = conn.exec_driver_sql("SELECT version_num FROM alembic_version").scalars().all()
    return shape


def test_the_migrations_lead_to_the_tables_of_a_new_database(database: Database) -> None:
    migrated = sa.create_engine("sqlite://")
    with migrated.begin() as conn:
        upgrade(conn)
        wanted = _shape(conn)
    migrated.dispose()
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


@pytest.mark.parametrize("is_new", [True, False])
def test_alembic_is_not_loaded_when_there_is_nothing_to_migrate(tmp_path: Path, checkout: Path, is_new: bool) -> None:
    if not is_new:
        open_database(URL, tmp_path).close()
    program = (
        "import sys; from pathlib import Path; from monitor.store.engine import open_database;"
        f"open_database({URL!r}, Path(sys.argv[1])).close(); print('alembic' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], cwd=checkout, capture_output=True, text=True, check=True
    )
    assert done.stdout == "False\n"
