"""Opening a workspace that cannot be used leaves nothing open."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.errors import InputError
from monitor.pipeline.desk import open_desk, open_workspace
from monitor.workspace.layout import Workspace
from monitor.workspace.starter import make_workspace
from tests.moments import NOON
from tests.workspaces import config_of


def test_a_desk_that_cannot_be_opened_closes_its_database(tmp_path: Path) -> None:
    root = tmp_path / "desk"
    make_workspace(root)
    (root / "config.toml").write_text(config_of(""), encoding="utf-8")
    for topic in (root / "classifiers").glob("*.toml"):
        topic.unlink()
    log = root / ".monitor" / "monitor.db-wal"
    _, database = open_workspace(Workspace(root))
    with database.read():
        assert log.exists(), "an open database has its log beside it, or this test proves nothing"
    database.close()
    with pytest.raises(InputError, match="no topic can be used") as raised:
        open_desk(Workspace(root), NOON)
    assert raised.tb is not None, "the trace keeps every variable alive, so nothing was closed by chance"
    assert not log.exists()
