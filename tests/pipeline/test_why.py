"""`why` for an item whose rules changed after it was judged: nothing is left to change, and it says so."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.pipeline.desk import Desk, open_desk
from monitor.pipeline.why import explain
from monitor.records import DigestMember, ItemMatches, TopicScore
from monitor.store import digests
from monitor.store.digests import ClosedDigest
from monitor.workspace.layout import Workspace
from monitor.workspace.starter import make_workspace
from tests.store.samples import NOON, assess, item_of, store
from tests.workspaces import config_of

RULES = """
[file]
owner = "cpec-desk"
[rule.levies]
all = ["levies", "blast*"]
"""
ITEM = item_of(1, title="Blast kills two Levies men", text="It was a roadside bomb.")
LOW = (TopicScore("cpec-security", 0.02, 0.35, "m"), TopicScore("militant-sanctuaries", 0.02, 0.35, "m"))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    root = tmp_path / "desk"
    make_workspace(root)
    (root / "config.toml").write_text(config_of(""), encoding="utf-8")
    (root / "rules" / "levies.toml").write_text(RULES, encoding="utf-8")
    opened = open_desk(Workspace(root), NOON, is_rendering=False)
    store(opened.database, ITEM)
    assess(opened.database, ITEM, matches=ItemMatches(), scores=LOW)
    yield opened
    opened.database.close()


def test_before_its_digest_closes_it_is_judged_again(desk: Desk) -> None:
    found = explain(desk, ITEM.id, None, NOON)
    assert not found.fate.has_arrived
    assert found.held_since == ("cpec-desk/levies",)
    assert found.answer.endswith("The rules were changed since then: cpec-desk/levies holds now.")
    assert [[change.what for change in flip.changes] for flip in found.flips] == [
        ["nothing: cpec-desk/levies holds now; the next round judges it again"]
    ]


def test_a_digest_that_decided_keeps_to_it(desk: Desk) -> None:
    with desk.database.write() as connection:
        left_out = DigestMember(ITEM.id, 1, is_shown=False, reason="below threshold")
        digests.begin(connection, "morning")
        closed = ClosedDigest(id="morning-1", name="morning", slot=None, since=None, until=NOON)
        digests.close(connection, closed, (left_out,))
    found = explain(desk, ITEM.id, None, NOON)
    assert [flip.effect for flip in found.flips] == ["items like it will come from the next round on"]
    assert "morning-1 was closed before" in found.flips[0].changes[0].what
