from __future__ import annotations

from monitor.store import rulefiles
from monitor.store.engine import Database
from monitor.store.rulefiles import GoodVersion
from tests.store.samples import HOUR, NOON, contents

SHA = "4355a46b19d348dc2f57c046f8ef63d4538ebb936000f3c9ee954a27460dd865"


def test_the_last_good_version_comes_back_to_the_letter(database: Database) -> None:
    with database.write() as conn:
        rulefiles.save_good(conn, "rules/desk.toml", '[file]\r\nowner = "desk"\n', NOON)
        rulefiles.save_good(conn, "rules/desk.toml", "1\n", NOON + HOUR)
    with database.read() as conn:
        assert rulefiles.good_version(conn, "rules/desk.toml") == GoodVersion("1\n", SHA, NOON + HOUR)
        assert rulefiles.good_version(conn, "rules/other.toml") is None


def test_the_same_text_again_changes_nothing(database: Database) -> None:
    with database.write() as conn:
        rulefiles.save_good(conn, "rules/desk.toml", "1\n", NOON)
    once = contents(database)
    with database.write() as conn:
        rulefiles.save_good(conn, "rules/desk.toml", "1\n", NOON + HOUR)
    assert contents(database) == once


def test_a_set_forgets_the_files_that_left_it_and_no_others(database: Database) -> None:
    first = {"rules/a.toml": "a", "rules/b.toml": "b"}
    with database.write() as conn:
        rulefiles.save_good_set(conn, "rules/", first, NOON)
        rulefiles.save_good_set(conn, "classifiers/", {"classifiers/a.toml": "c"}, NOON)
        rulefiles.save_good_set(conn, "rules/", {"rules/b.toml": "b", "rules/c.toml": "c"}, NOON + HOUR)
    with database.read() as conn:
        rules = rulefiles.good_versions(conn, "rules/")
        assert {path: version.text for path, version in rules.items()} == {"rules/b.toml": "b", "rules/c.toml": "c"}
        assert rules["rules/b.toml"].saved_at == NOON
        assert list(rulefiles.good_versions(conn)) == ["classifiers/a.toml", "rules/b.toml", "rules/c.toml"]
        assert rulefiles.good_versions(conn, "RULES/") == {}
        assert rulefiles.good_versions(conn, "rules_") == {}
