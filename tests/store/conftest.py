from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.store.engine import Database, open_database

URL = "sqlite:///.monitor/monitor.db"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """Give an empty database in a folder of its own."""
    opened = open_database(URL, tmp_path)
    yield opened
    opened.close()
