from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitor.digests.build import RULES_SECTION, UNCHANGED, build
from monitor.records import AssessedItem, Coverage, Digest, DigestMember, Feed, Send, Severity, StoryLink
from tests.digests.stories import EDITION, SPEC, UNTIL, copy_of, item, matched, scored


def shown(digest: Digest) -> dict[str, list[str]]:
    """Give the item ids of each story by section."""
    return {
        section.id: [" ".join(entry.assessed.item.id for entry in story.entries) for story in section.stories]
        for section in digest.sections
    }


def reasons(members: tuple[DigestMember, ...]) -> dict[str, tuple[bool, str]]:
    return {member.item: (member.is_shown, member.reason) for member in members}


def test_an_item_enters_by_topic_or_by_rule_and_every_candidate_has_its_reason() -> None:
    candidates = (
        scored(item("attack"), cpec=0.93),
        matched(scored(item("ruled"), cpec=0.2), "cpec-desk/port", Severity.HIGH),
        scored(item("weather"), cpec=0.31, sanctuaries=0.1),
        item("unscored"),
    )
    digest, members = build(SPEC, candidates, EDITION)
    assert shown(digest) == {"cpec-security": ["attack"], RULES_SECTION: ["ruled"]}
    assert reasons(members) == {
        "attack": (True, "cpec-security 0.93 ≥ 0.55"),
        "ruled": (True, "rule cpec-desk/port (high)"),
        "weather": (False, "below threshold: best cpec-security 0.31 < 0.55"),
        "unscored": (False, "not scored on a topic of this digest"),
    }
    assert [member.item for member in members] == ["attack", "ruled", "weather", "unscored"]
    assert digest.id == "morning-20261121T023000Z"
    assert digest.coverage.items_seen == 4


def test_a_score_at_its_threshold_enters_and_one_just_below_says_so() -> None:
    _, members = build(SPEC, (scored(item("at"), cpec=0.55), scored(item("under"), cpec=0.5496)), EDITION)
    assert reasons(members) == {
        "at": (True, "cpec-security 0.55 ≥ 0.55"),
        "under": (False, "below threshold: best cpec-security 0.5496 < 0.5500"),
    }


def test_rules_on_record_off_foreign_or_too_mild_do_not_put_an_item_in() -> None:
    spec = replace(SPEC, rules=("other-desk/wanted",), min_severity=Severity.MEDIUM)
    candidates = (
        matched(scored(item("record")), "cpec-desk/a", send=Send.RECORD),
        matched(scored(item("off")), "cpec-desk/b", send=Send.OFF),
        matched(scored(item("foreign")), "other-desk/c"),
        matched(scored(item("mild")), "cpec-desk/d", Severity.LOW),
        matched(scored(item("wanted")), "other-desk/wanted"),
        matched(scored(item("alert")), "cpec-desk/e", send=Send.ALERT),
    )
    digest, members = build(spec, candidates, EDITION)
    below = "below threshold: best militant-sanctuaries 0.00 < 0.50"
    assert reasons(members) == {
        "record": (False, f"{below}; rule cpec-desk/a is only kept on record"),
        "off": (False, f"{below}; rule cpec-desk/b is off"),
        "foreign": (False, f"{below}; rule other-desk/c is not one this digest asks for"),
        "mild": (False, f"{below}; rule cpec-desk/d is low, below this digest's medium"),
        "wanted": (True, "rule other-desk/wanted (medium)"),
        "alert": (True, "rule cpec-desk/e (medium)"),
    }
    assert shown(digest) == {RULES_SECTION: ["alert", "wanted"]}


def test_the_archive_of_a_first_pull_and_what_is_muted_stay_out_with_their_reason() -> None:
    edition = replace(EDITION, is_hidden=lambda assessed: "muted: trial" if assessed.item.id == "trial" else None)
    candidates = (scored(item("old", is_backlog=True), cpec=0.9), scored(item("trial"), cpec=0.9))
    digest, members = build(SPEC, candidates, edition)
    assert digest.sections == ()
    assert reasons(members) == {
        "old": (False, "archived at the feed's first pull"),
        "trial": (False, "muted: trial"),
    }


def test_a_topic_without_definition_keeps_what_it_found() -> None:
    digest, _ = build(SPEC, (scored(item("attack"), cpec=0.9),), replace(EDITION, topics=()))
    assert [(section.id, section.title) for section in digest.sections] == [("cpec-security", "cpec-security")]


def test_a_story_stands_once_in_its_best_topic_with_its_copies_after_the_lead() -> None:
    candidates = (
        copy_of(scored(item("copy", hours=2), cpec=0.9), "origin"),
        scored(item("origin", hours=5), cpec=0.7, sanctuaries=0.8),
        copy_of(scored(item("later", hours=1), cpec=0.6), "origin", StoryLink.EXACT_COPY),
        scored(item("camp", hours=3), sanctuaries=0.9),
    )
    digest, _ = build(SPEC, candidates, EDITION)
    assert shown(digest) == {"cpec-security": ["origin copy later"], "militant-sanctuaries": ["camp"]}
    story = digest.sections[0].stories[0]
    assert story.outlets == ("origin news", "copy news", "later news")
    assert story.headline == "About origin"


def test_the_lead_has_the_most_severe_rule_then_is_graded_best_then_was_said_first() -> None:
    feeds = {
        "good-feed": Feed("good-feed", "u", "Good", grade="A"),
        "poor-feed": Feed("poor-feed", "u", "Poor", grade="D"),
    }
    plain = (
        replace_story(scored(item("poor", hours=9), cpec=0.9)),
        replace_story(scored(item("good", hours=2), cpec=0.6)),
        copy_of(scored(item("copied", hours=5), cpec=0.99), "s"),
    )
    digest, _ = build(SPEC, plain, replace(EDITION, feeds=feeds))
    assert shown(digest) == {"cpec-security": ["good poor copied"]}
    grave = copy_of(matched(scored(item("grave", hours=1)), "cpec-desk/x", Severity.CRITICAL), "s")
    digest, _ = build(SPEC, (*plain, grave), replace(EDITION, feeds=feeds))
    assert shown(digest) == {"cpec-security": ["grave poor copied good"]}
    wire = copy_of(scored(item("wire", hours=3, feed="good-feed"), cpec=0.9), "s")
    rewrite = replace_story(scored(item("rewrite", hours=4, feed="poor-feed"), cpec=0.9))
    digest, _ = build(SPEC, (rewrite, wire), replace(EDITION, feeds=feeds))
    assert shown(digest) == {"cpec-security": ["wire rewrite"]}, "which of two copies was read first says nothing"


def replace_story(assessed: AssessedItem) -> AssessedItem:
    return copy_of(assessed, "s", StoryLink.FIRST)


def test_stories_are_ordered_by_severity_then_new_before_continued_then_score() -> None:
    candidates = (
        scored(item("weak"), cpec=0.6),
        scored(item("strong"), cpec=0.9),
        copy_of(scored(item("again"), cpec=0.99), "seen-before"),
        matched(scored(item("low"), cpec=0.6), "cpec-desk/l", Severity.LOW),
        matched(scored(item("critical"), cpec=0.56), "cpec-desk/c", Severity.CRITICAL),
    )
    digest, _ = build(SPEC, candidates, EDITION)
    assert shown(digest) == {"cpec-security": ["critical", "low", "strong", "weak", "again"]}


def test_an_edit_of_a_shown_item_is_shown_when_a_number_changed() -> None:
    old = scored(item("toll", "Five killed in blast"), cpec=0.8)
    new = scored(item("toll", "Seven killed in blast", revision=2), cpec=0.8)
    previous = {"toll": DigestMember("toll", 1, is_shown=True, reason="")}
    edition = replace(EDITION, previous=previous, earlier={"toll": old})
    digest, members = build(SPEC, (new,), edition)
    assert reasons(members) == {"toll": (True, "cpec-security 0.80 ≥ 0.55; updated: numbers 5 → 7")}
    assert digest.sections[0].stories[0].lead.is_update


def test_an_edit_that_changes_nothing_that_matters_is_not_shown_again() -> None:
    old = scored(item("port", "Port opens", "Ships arive."), cpec=0.80)
    new = scored(item("port", "Port opens", "Ships arrive.", revision=2), cpec=0.82)
    edition = replace(
        EDITION, previous={"port": DigestMember("port", 1, is_shown=True, reason="")}, earlier={"port": old}
    )
    digest, members = build(SPEC, (new,), edition)
    assert digest.sections == ()
    assert reasons(members) == {"port": (False, UNCHANGED)}


def test_a_second_edit_is_still_an_edit_of_what_was_shown() -> None:
    third = scored(item("port", revision=3), cpec=0.8)
    previous = {"port": DigestMember("port", 2, is_shown=False, reason=UNCHANGED)}
    digest, members = build(SPEC, (third,), replace(EDITION, previous=previous, earlier={"port": third}))
    assert reasons(members) == {"port": (False, UNCHANGED)}
    digest, _ = build(SPEC, (third,), replace(EDITION, previous=previous))
    assert digest.sections[0].stories[0].lead.is_update


def test_an_item_not_shown_before_is_no_update() -> None:
    new = scored(item("late", revision=2), cpec=0.8)
    previous = {"late": DigestMember("late", 1, is_shown=False, reason="below threshold")}
    digest, members = build(SPEC, (new,), replace(EDITION, previous=previous))
    assert not digest.sections[0].stories[0].lead.is_update
    assert reasons(members) == {"late": (True, "cpec-security 0.80 ≥ 0.55")}


def test_a_correction_reaches_those_who_read_the_first_report() -> None:
    old = scored(item("drill", "Attack on convoy"), cpec=0.9)
    new = scored(item("drill", "Correction: it was a drill", revision=2), cpec=0.2)
    edition = replace(
        EDITION, previous={"drill": DigestMember("drill", 1, is_shown=True, reason="")}, earlier={"drill": old}
    )
    digest, members = build(SPEC, (new,), edition)
    assert shown(digest) == {"cpec-security": ["drill"]}
    assert reasons(members)["drill"] == (
        True,
        "no longer qualifies (below threshold: best cpec-security 0.20 < 0.55); updated: cpec-security 0.90 → 0.20",
    )


def test_a_new_model_s_find_is_marked_late() -> None:
    found = scored(item("found"), cpec=0.8)
    late = replace(found, assessment=replace(found.assessment, is_repeat=True))
    digest, _ = build(SPEC, (late,), EDITION)
    assert digest.sections[0].stories[0].lead.is_late


def test_an_item_without_title_is_headed_by_its_text_or_link() -> None:
    spoken = scored(item("spoken", text="Long ago " * 40, title=" "), cpec=0.9)
    mute = scored(item("mute", title=" ", hours=2), cpec=0.8)
    digest, _ = build(SPEC, (spoken, mute), EDITION)
    first, second = digest.sections[0].stories
    assert first.headline.startswith("Long ago Long ago")
    assert first.headline.endswith("…")
    assert len(first.headline) <= 122
    assert second.headline == "https://mute.example/1"


def test_an_empty_round_gives_an_empty_digest_with_its_coverage() -> None:
    digest, members = build(SPEC, (), replace(EDITION, coverage=Coverage(unassessed=7)))
    assert (digest.sections, members) == ((), ())
    assert digest.coverage.unassessed == 7
    assert digest.topics == EDITION.topics


ITEMS = st.builds(
    lambda name, cpec, sanctuaries, story, severity, hours, is_backlog: (
        copy_of(base, f"s{story}", StoryLink.NEAR_COPY if hours % 2 else StoryLink.FIRST)
        if severity is None
        else matched(copy_of(base, f"s{story}"), "cpec-desk/any", severity)
        for base in [scored(item(f"i{name}", hours=hours, is_backlog=is_backlog), cpec, sanctuaries)]
    ).__next__(),
    st.integers(0, 10_000),
    st.floats(0, 1),
    st.floats(0, 1),
    st.integers(0, 5),
    st.none() | st.sampled_from(Severity),
    st.integers(1, 40),
    st.booleans(),
)


@given(st.lists(ITEMS, max_size=25, unique_by=lambda assessed: assessed.item.id), st.randoms())
def test_every_candidate_is_decided_once_and_every_shown_one_stands_in_one_story(
    candidates: list[AssessedItem], random: object
) -> None:
    digest, members = build(SPEC, candidates, EDITION)
    assert [member.item for member in members] == [assessed.item.id for assessed in candidates]
    assert all(member.reason for member in members)
    standing = [
        entry.assessed.item.id for section in digest.sections for story in section.stories for entry in story.entries
    ]
    assert sorted(standing) == sorted(member.item for member in members if member.is_shown)
    stories = [story.id for section in digest.sections for story in section.stories]
    assert len(stories) == len(set(stories))
    shuffled = list(candidates)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis gives a random.Random
    assert build(SPEC, shuffled, EDITION)[0] == digest


def test_the_window_is_kept() -> None:
    digest, _ = build(SPEC, (), EDITION)
    assert (digest.since, digest.until) == (UNTIL - timedelta(days=1), UNTIL)
