from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.digests.changes import changes_between, numbers_in
from monitor.records import Evidence, Field, ItemMatches, Mention
from tests.digests.stories import item, matched, scored


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("Five killed, 1,200 fled at 10.30, 2.5 km away", ("5", "1200", "10.30", "2.5")),
        ("twenty-five dead", ("20", "5")),
        ("پانچ ہلاک، ۱۲۰۰ بے گھر", ("5", "1200")),
        ("پنج تن کشته شدند", ("5",)),
        ("五人死亡，12人受伤", ("5", "12")),
        ("पांच लोग मारे गए", ("5",)),
        ("No numbers here", ()),
        ("007 and 0", ("7", "0")),
    ],
)
def test_numbers_are_read_in_every_script(text: str, numbers: tuple[str, ...]) -> None:
    assert numbers_in(text) == numbers


def test_nothing_that_matters() -> None:
    before = scored(item("a", "Port opens", "Ships arive."), cpec=0.80)
    after = scored(item("a", "Port opens", "Ships arrive."), cpec=0.84)
    assert changes_between(before, after) == ()


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        ("5 killed, 7 hurt", "7 killed, 9 hurt", ("numbers 5 → 9",)),
        ("5 killed, 7 hurt", "7 killed, 5 hurt", ("numbers in another order",)),
        ("some killed", "6 killed", ("numbers now also 6",)),
        ("6 killed", "some killed", ("numbers no longer 6",)),
        ("5 killed", "5 killed, 8, 9, 10, 11, 12, 13", ("numbers now also 8, 9, 10, 11, 12 …",)),
    ],
)
def test_a_changed_number_is_named(before: str, after: str, changes: tuple[str, ...]) -> None:
    assert changes_between(item("a", "Blast", before), item("a", "Blast", after)) == changes


def test_a_toll_that_moves_into_the_title_counts() -> None:
    assert changes_between(item("a", "Blast, 5 dead", "x"), item("a", "Blast", "5 dead")) == (
        "numbers in another order",
    )


def test_a_score_that_crosses_its_threshold_counts_however_small_the_step() -> None:
    assert changes_between(scored(item("a"), cpec=0.545), scored(item("a"), cpec=0.55)) == (
        "cpec-security 0.55 → 0.55",
    )
    assert changes_between(scored(item("a"), cpec=0.60), scored(item("a"), cpec=0.66)) == ("cpec-security 0.60 → 0.66",)
    assert changes_between(item("a"), scored(item("a"), cpec=0.7)) == ("cpec-security now 0.70",)


def test_rules_and_names_won_and_lost_count() -> None:
    mention = Mention("ttp", Evidence(Field.TITLE, 0, 5, "About", "About"))
    plain = item("a")
    naming = replace(plain, assessment=replace(plain.assessment, matches=ItemMatches(mentions=(mention,))))
    assert changes_between(plain, matched(plain, "desk/r")) == ("rule now matches: desk/r",)
    assert changes_between(matched(plain, "desk/r"), plain) == ("rule no longer matches: desk/r",)
    assert changes_between(plain, naming) == ("now names: ttp",)
    assert changes_between(naming, plain) == ("no longer names: ttp",)
