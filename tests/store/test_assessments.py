from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from monitor.records import (
    AssessedItem,
    Assessment,
    Contribution,
    ItemMatches,
    Mention,
    RuleStop,
    Source,
    StoryAssignment,
    StoryLink,
    TopicScore,
)
from monitor.store import assessments, items, stories
from monitor.store.engine import Database
from tests.store.samples import EVIDENCE, HOUR, NOON, assess, assessment_of, contents, item_of, match_of, store

FULL = assessment_of(
    item_of(1),
    scores=(
        TopicScore(
            "cpec-security",
            0.8123456789012345,
            0.5,
            "model-1",
            (Contribution("word:convoy", 1.25, EVIDENCE), Contribution("bias", -0.5)),
        ),
    ),
    matches=ItemMatches(
        mentions=(Mention("dasu", EVIDENCE),),
        rules=(
            replace(match_of(), throttle=timedelta(hours=6), declared_at=Source("rules/desk-cpec.toml", 14, 7)),
            match_of("sanctuaries-desk/tribes"),
        ),
        stopped=(RuleStop("cpec-desk", "drills", 'none = ["mock drill"]', "mock drill"),),
    ),
    story=StoryAssignment(item_of(1).id, "story-9", StoryLink.NEAR_COPY, 0.75, item_of(9).id),
)


def test_an_assessment_comes_back_as_it_was_saved(database: Database) -> None:
    store(database, item_of(1))
    with database.write() as conn:
        assessments.save(conn, (FULL,), {item_of(1).id: item_of(1)}, ())
    with database.read() as conn:
        assert assessments.get(conn, [item_of(1).id, "0" * 16]) == {item_of(1).id: FULL}
        assert assessments.load(conn, [item_of(1).id]) == (AssessedItem(item_of(1), FULL),)


def test_saving_it_twice_changes_nothing(database: Database) -> None:
    store(database, item_of(1), item_of(2))
    assess(database, item_of(1), item_of(2))
    once = contents(database)
    assess(database, item_of(1), item_of(2))
    assert contents(database) == once


def test_an_assessed_item_does_not_wait_any_more(database: Database) -> None:
    store(database, item_of(1), item_of(2))
    assess(database, item_of(1))
    with database.read() as conn:
        assert items.unassessed(conn, "model-1", "rules-1", 10, is_reassessing=True) == ((item_of(2), False),)


def test_a_repeat_replaces_the_assessment_and_what_lists_know(database: Database) -> None:
    store(database, item_of(1))
    assess(database, item_of(1))
    assess(database, item_of(1), matches=ItemMatches(), rules_version="rules-2", is_repeat=True)
    with database.read() as conn:
        saved = assessments.get(conn, [item_of(1).id])[item_of(1).id]
        facets = conn.exec_driver_sql("SELECT kind, value FROM facets ORDER BY kind, value").all()
    assert (saved.rules_version, saved.is_repeat, saved.matches) == ("rules-2", True, ItemMatches())
    assert [tuple(row) for row in facets] == [
        ("best", ""),
        ("topic", "cpec-security"),
        ("topic", "militant-sanctuaries"),
    ]


def test_an_item_edited_while_it_was_assessed_goes_on_waiting(database: Database) -> None:
    first = item_of(1)
    edited = replace(first, title="Toll rises to six", content_hash="other", revision=2)
    store(database, first)
    store(database, changed=(edited,))
    assess(database, first)
    with database.read() as conn:
        assert items.unassessed(conn, "model-1", "rules-1", 10, is_reassessing=True) == ((edited, False),)
        assert assessments.get(conn, [first.id]) == {}
        assert assessments.load(conn, [first.id]) == (
            AssessedItem(
                edited,
                Assessment(
                    item=first.id,
                    revision=2,
                    scores=(),
                    matches=ItemMatches(),
                    story=StoryAssignment(first.id, first.id, StoryLink.FIRST),
                    rules_version="",
                    assessed_at=first.first_seen_at,
                ),
            ),
        )


def test_the_story_of_an_item_outlives_its_edits(database: Database) -> None:
    first = item_of(1)
    store(database, first)
    assess(database, first)
    store(database, changed=(replace(first, content_hash="other", revision=2),))
    with database.read() as conn:
        assert assessments.assignments(conn, [first.id, item_of(2).id]) == {
            first.id: StoryAssignment(first.id, f"story-{first.id}", StoryLink.FIRST)
        }
        assert stories.get(conn, f"story-{first.id}") is not None


def test_load_keeps_the_order_it_was_asked_for(database: Database) -> None:
    many = [item_of(number) for number in range(600)]
    store(database, *many)
    assess(database, *many)
    order = [many[5].id, many[599].id, many[0].id, "0" * 15 + "g", many[300].id]
    with database.read() as conn:
        assert [each.item.id for each in assessments.load(conn, order)] == [order[0], order[1], order[2], order[4]]


def test_a_model_is_known_by_the_fingerprints_of_its_scores() -> None:
    assert assessments.model_version(["b", "a", "b"]) == "a+b"
    assert assessments.model_version([]) == ""


def test_saving_nothing_is_fine(database: Database) -> None:
    before = contents(database)
    with database.write() as conn:
        assessments.save(conn, (), {}, ())
    assert contents(database) == before


def test_an_item_whose_alerts_are_undecided_is_no_repeat(database: Database) -> None:
    store(database, item_of(1))
    assess(database, item_of(1), is_alerting_later=True)
    with database.read() as conn:
        assert items.unassessed(conn, "model-1", "rules-2", 10, is_reassessing=True) == ((item_of(1), False),)
    assess(database, item_of(1), rules_version="rules-2", is_repeat=True, assessed_at=NOON + 2 * HOUR)
    with database.read() as conn:
        assert assessments.get(conn, [item_of(1).id])[item_of(1).id].is_repeat is False


def test_an_earlier_revision_comes_back_as_it_was_assessed(database: Database) -> None:
    first = item_of(1)
    edited = replace(first, title="Toll rises to six", content_hash="other", revision=2)
    store(database, first)
    assess(database, first)
    store(database, changed=(edited,))
    assess(database, edited)
    with database.read() as conn:
        earlier = assessments.of_revisions(conn, {first.id: 1, item_of(2).id: 1})
        later = assessments.of_revisions(conn, {first.id: 2})
        assert assessments.of_revisions(conn, {first.id: 3}) == {}
    assert list(earlier) == [first.id]
    assert (earlier[first.id].item.title, earlier[first.id].assessment) == (first.title, assessment_of(first))
    assert (later[first.id].item.title, later[first.id].assessment.revision) == ("Toll rises to six", 2)
