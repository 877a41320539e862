from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.records import (
    Contribution,
    Enclosure,
    Evidence,
    Field,
    ItemMatches,
    Mention,
    RuleMatch,
    RuleStop,
    Send,
    Severity,
    Source,
    TopicScore,
)
from monitor.store import codec
from monitor.store.columns import all_storable, from_microseconds, storable, to_microseconds

words = st.text(max_size=20)
numbers = st.integers(0, 2**40)
scores = st.floats(0, 1)
evidence = st.builds(Evidence, st.sampled_from(Field), numbers, numbers, words, words)
contribution = st.builds(Contribution, words, st.floats(allow_nan=False), st.none() | evidence)
topic_score = st.builds(TopicScore, words, scores, scores, words, st.lists(contribution, max_size=3).map(tuple))
rule_match = st.builds(
    RuleMatch,
    owner=words,
    rule=words,
    title=words,
    severity=st.sampled_from(Severity),
    send=st.sampled_from(Send),
    evidence=st.lists(evidence, max_size=3).map(tuple),
    entities=st.lists(words, max_size=3).map(tuple),
    throttle=st.none() | st.timedeltas(),
    declared_at=st.none() | st.builds(Source, words, numbers, numbers),
)
item_matches = st.builds(
    ItemMatches,
    mentions=st.lists(st.builds(Mention, words, evidence), max_size=3).map(tuple),
    rules=st.lists(rule_match, max_size=2).map(tuple),
    stopped=st.lists(st.builds(RuleStop, words, words, words, words), max_size=2).map(tuple),
)


@given(st.lists(topic_score, max_size=3).map(tuple))
def test_scores_survive_storage(value: tuple[TopicScore, ...]) -> None:
    assert codec.decode_scores(codec.encode_scores(value)) == value


@given(item_matches)
def test_matches_survive_storage(value: ItemMatches) -> None:
    assert codec.decode_matches(codec.encode_matches(value)) == value


@given(st.lists(st.builds(Enclosure, words, words, st.none() | numbers), max_size=3).map(tuple))
def test_enclosures_survive_storage(value: tuple[Enclosure, ...]) -> None:
    assert codec.decode_enclosures(codec.encode_enclosures(value)) == value


@given(st.lists(words, max_size=4).map(tuple))
def test_strings_survive_storage(value: tuple[str, ...]) -> None:
    assert codec.decode_strings(codec.encode_strings(value)) == value


@given(st.lists(st.integers(0, 2**64 - 1)).map(tuple))
def test_shingles_survive_storage(value: tuple[int, ...]) -> None:
    assert codec.decode_shingles(codec.encode_shingles(value)) == value


def test_shingles_are_little_endian_on_every_machine() -> None:
    assert codec.encode_shingles((1, 2**63)) == b"\x01\0\0\0\0\0\0\0" + b"\0\0\0\0\0\0\0\x80"


@given(st.dictionaries(words, words | st.integers()))
def test_summaries_survive_storage(value: dict[str, int | str]) -> None:
    assert codec.decode_summary(codec.encode_summary(value)) == value


@given(st.datetimes(timezones=st.just(UTC)))
def test_times_survive_storage(value: datetime) -> None:
    assert from_microseconds(to_microseconds(value)) == value


@given(st.datetimes(timezones=st.just(UTC)), st.datetimes(timezones=st.just(UTC)))
def test_stored_times_sort_like_times(one: datetime, other: datetime) -> None:
    assert (to_microseconds(one) < to_microseconds(other)) == (one < other)


def test_a_time_of_any_zone_is_stored_as_utc() -> None:
    karachi = timezone(timedelta(hours=5))
    assert to_microseconds(datetime(1970, 1, 1, 5, 0, 1, tzinfo=karachi)) == 1_000_000


def test_a_naive_time_is_a_bug() -> None:
    with pytest.raises(ValueError, match="needs its zone"):
        to_microseconds(datetime(2026, 11, 20, 12))  # noqa: DTZ001 - this is the bug


@given(st.text(st.characters(exclude_categories=()), max_size=30))
def test_storable_text_keeps_its_offsets_and_can_be_encoded(text: str) -> None:
    stored = storable(text)
    assert len(stored) == len(text)
    assert "\0" not in stored
    stored.encode("utf-8")
    assert all(new in {old, "\ufffd"} for old, new in zip(text, stored, strict=True))


@given(st.lists(st.text(st.characters(exclude_categories=())), max_size=4))
def test_a_row_of_texts_is_made_storable_as_each_of_them_is(texts: list[str]) -> None:
    assert list(all_storable(*texts)) == [storable(text) for text in texts]


def test_one_bad_text_of_a_row_changes_no_other() -> None:
    assert all_storable("حملہ", "a\0b", "\ud800") == ("حملہ", "a\ufffdb", "\ufffd")
