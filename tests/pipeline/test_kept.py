"""What is kept of rule files, topics and settings says the same as reading them, and nothing once they changed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from monitor.errors import InputError
from monitor.pipeline.kept import read_rule_files, read_topics
from monitor.pipeline.opening import read_config
from monitor.pipeline.topicfiles import build_topics
from monitor.pipeline.topics import read_passage_texts, read_topic_texts
from monitor.rules.syntax import read_rule_file
from monitor.workspace.kept import ENTRIES, Kept, key_of
from monitor.workspace.layout import Workspace
from monitor.workspace.starter import make_workspace
from tests.workspaces import config_of

WATCHLIST = '[entity.a]\nname = "A"\nnames = ["Alpha", "Beta"]\n'


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """Give a starter workspace that was used before."""
    make_workspace(tmp_path)
    (tmp_path / ".monitor").mkdir(exist_ok=True)
    return Workspace(tmp_path)


def entries(workspace: Workspace, kind: str) -> list[Path]:
    return sorted((workspace.private / "kept" / kind).glob("*.json"))


def test_a_rule_file_read_before_is_not_read_again_and_says_the_same(workspace: Workspace) -> None:
    texts = {"rules/watchlist.toml": WATCHLIST}
    first = read_rule_files(workspace.root, texts)
    assert first == [read_rule_file(WATCHLIST, "rules/watchlist.toml")]
    (entry,) = entries(workspace, "rules")
    # What stands in the entry is what is given: nobody read the text.
    entry.write_text(entry.read_text().replace("Beta", "Gamma"))
    (found,) = read_rule_files(workspace.root, texts)
    assert [name.text for name in found.entities[0].names] == ["Alpha", "Gamma"]


def test_another_text_or_another_name_is_read(workspace: Workspace) -> None:
    read_rule_files(workspace.root, {"rules/a.toml": WATCHLIST})
    (changed,) = read_rule_files(workspace.root, {"rules/a.toml": WATCHLIST.replace("Beta", "Gamma")})
    assert [name.text for name in changed.entities[0].names] == ["Alpha", "Gamma"]
    (moved,) = read_rule_files(workspace.root, {"rules/b.toml": WATCHLIST})
    assert moved.entities[0].declared_at.path == "rules/b.toml"


def test_a_file_with_a_problem_is_not_kept(workspace: Workspace) -> None:
    (file,) = read_rule_files(workspace.root, {"rules/a.toml": "[entity.a]\nnamse = []\n"})
    assert file.problems
    assert entries(workspace, "rules") == []


@pytest.mark.parametrize("damage", ["", "{", "[]", '["rules/a.toml"]', "null", "[" * 100_000])
def test_a_damaged_entry_is_read_again(workspace: Workspace, damage: str) -> None:
    texts = {"rules/a.toml": WATCHLIST}
    first = read_rule_files(workspace.root, texts)
    (entry,) = entries(workspace, "rules")
    entry.write_text(damage)
    assert read_rule_files(workspace.root, texts) == first


def test_a_folder_that_is_no_workspace_stays_as_it_is(tmp_path: Path) -> None:
    read_rule_files(tmp_path, {"rules/a.toml": WATCHLIST})
    assert list(tmp_path.iterdir()) == []


def test_only_the_newest_entries_stay(workspace: Workspace) -> None:
    kept = Kept(workspace.private, "rules")
    for number in range(ENTRIES + 5):
        kept.save(key_of(str(number)), number)
    assert len(entries(workspace, "rules")) == ENTRIES
    assert kept.read(key_of(str(ENTRIES + 4))) == ENTRIES + 4


def test_the_parts_of_a_name_do_not_run_together() -> None:
    assert len({key_of("ab", "c"), key_of("a", "bc"), key_of("abc"), key_of(["ab", "c", ""])}) == 4


def test_topics_read_before_are_the_same_and_their_lessons_are_read_when_asked_for(workspace: Workspace) -> None:
    defining, _ = read_topic_texts(workspace)
    learned_from, _ = read_passage_texts(workspace)
    read, problems = build_topics(defining, learned_from, workspace.models)
    assert problems == ()
    assert read_topics(workspace, defining, learned_from)[0].definitions == read.definitions
    assert len(entries(workspace, "topics")) == 1
    kept, problems = read_topics(workspace, defining, learned_from)
    assert problems == ()
    assert (kept.definitions, kept.fingerprint) == (read.definitions, read.fingerprint)
    assert replace(kept.lessons) == read.lessons
    assert kept.passages


def test_topics_are_read_again_after_a_judgement_a_name_or_a_new_background(workspace: Workspace) -> None:
    defining, _ = read_topic_texts(workspace)
    learned_from, _ = read_passage_texts(workspace)
    read_topics(workspace, defining, learned_from)
    read_topics(workspace, defining, {**learned_from, "rules/new.toml": WATCHLIST})
    workspace.models.mkdir(parents=True, exist_ok=True)
    (workspace.models / "background.json").write_text('{"drawn_from": 1, "items": [["a", "b"]]}')
    topics, _ = read_topics(workspace, defining, learned_from)
    assert topics.background.drawn_from == 1
    assert len(entries(workspace, "topics")) == 3


def test_settings_read_before_are_the_same(workspace: Workspace) -> None:
    config = read_config(workspace)
    (entry,) = entries(workspace, "config")
    assert read_config(workspace) == config
    entry.write_text(entry.read_text().replace('"cpec-desk"', '"somebody"'))
    assert read_config(workspace).me == "somebody", "nobody read the text"
    workspace.config.write_text(workspace.config.read_text(encoding="utf-8") + "\n# changed\n", encoding="utf-8")
    assert read_config(workspace) == config


def test_routes_of_both_kinds_come_back(workspace: Workspace) -> None:
    mail = '[route.mail]\nkind = "email"\nto = ["a@b.example"]\nfrom = "m@b.example"\nhost = "mail"\n'
    workspace.config.write_text(config_of("", mail), encoding="utf-8")
    config = read_config(workspace)
    assert [type(route).__name__ for route in config.routes] == ["FolderRoute", "EmailRoute"]
    assert len(entries(workspace, "config")) == 1
    assert read_config(workspace) == config


@pytest.mark.parametrize(
    "secret",
    [
        'url = "https://somebody:hunter2@news.example/feed"',
        'url = "https://news.example/feed"\nheaders = { Cookie = "hunter2" }',
        'url = "https://news.example/feed"\nproxy = "http://somebody:hunter2@proxy.example:8080"',
    ],
)
def test_settings_that_may_hold_a_password_are_not_kept(workspace: Workspace, secret: str) -> None:
    workspace.config.write_text(config_of(f'[[feed]]\nname = "one"\n{secret}\n'), encoding="utf-8")
    read_config(workspace)
    assert entries(workspace, "config") == []


def test_broken_settings_are_not_kept(workspace: Workspace) -> None:
    workspace.config.write_text("me = 3\n", encoding="utf-8")
    for _ in range(2):
        with pytest.raises(InputError):
            read_config(workspace)
    assert entries(workspace, "config") == []
