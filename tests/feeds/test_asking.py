from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from monitor.feeds.asking import Question, after_answer, question
from monitor.records import Feed, FeedHealth, FeedState, Fetched, FetchFailed, FetchFailure, NotModified

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
DAY = timedelta(days=1)
OLD, NEW = "https://frontier.example/feed", "https://news.frontier.example/rss"
FEED = Feed("frontier", OLD, "Frontier Post")
KNOWN = FeedState("frontier", OLD, etag='"v1"', last_modified="today", fetched_at=NOON, health=FeedHealth.OK)


def answer(moved_to: str | None, url: str = OLD) -> Fetched:
    return Fetched(url, moved_to or url, b"<rss/>", moved_to=moved_to)


def test_validators_are_sent_for_a_day_and_then_left_out_once() -> None:
    assert question(FEED, KNOWN, NOON + DAY / 2) == Question(OLD, '"v1"', "today")
    assert question(FEED, KNOWN, NOON + DAY) == Question(OLD)
    unchanged = after_answer(FEED, KNOWN, KNOWN, NotModified(OLD), NOON + DAY / 2)
    assert question(FEED, unchanged, NOON + DAY) == Question(OLD), "not modified is no body"
    whole = after_answer(FEED, KNOWN, KNOWN, answer(None), NOON + DAY)
    assert question(FEED, whole, NOON + DAY * 1.5) == Question(OLD, '"v1"', "today")


def test_a_new_address_in_the_configuration_starts_afresh() -> None:
    elsewhere = replace(FEED, url="https://frontier.example/atom")
    moved = replace(KNOWN, moved_to=NEW, moved_since=NOON - 9 * DAY, moved_at=NOON - DAY)
    assert question(elsewhere, moved, NOON) == Question("https://frontier.example/atom")
    after = after_answer(elsewhere, moved, replace(moved, url=elsewhere.url), answer(None, elsewhere.url), NOON)
    assert (after.moved_to, after.moved_since, after.moved_at) == (None, None, None)


def test_a_permanent_redirect_is_believed_when_it_has_held_for_a_week() -> None:
    first = after_answer(FEED, KNOWN, KNOWN, answer(NEW), NOON)
    assert (first.moved_to, first.moved_since, first.moved_at) == (NEW, NOON, None)
    sixth = after_answer(FEED, first, first, NotModified(OLD, moved_to=NEW), NOON + 6 * DAY)
    assert question(FEED, sixth, NOON + 6 * DAY).address == OLD
    seventh = after_answer(FEED, sixth, sixth, answer(NEW), NOON + 7 * DAY)
    assert seventh.moved_at == NOON + 7 * DAY
    assert question(FEED, seventh, NOON + 7 * DAY).address == NEW


def test_a_redirect_that_ends_or_changes_starts_the_week_again() -> None:
    first = after_answer(FEED, KNOWN, KNOWN, answer(NEW), NOON)
    ended = after_answer(FEED, first, first, answer(None), NOON + DAY)
    assert ended.moved_to is None
    other = after_answer(FEED, first, first, answer("https://third.example/rss"), NOON + 8 * DAY)
    assert (other.moved_since, other.moved_at) == (NOON + 8 * DAY, None)


def test_an_upgrade_to_https_is_believed_at_once_but_only_on_the_same_host() -> None:
    plain = replace(FEED, url="http://frontier.example/feed?x=1")
    state = replace(KNOWN, url=plain.url)
    assert after_answer(plain, state, state, answer("https://frontier.example/feed?x=1", plain.url), NOON).moved_at
    assert not after_answer(plain, state, state, answer("https://other.example/feed?x=1", plain.url), NOON).moved_at


def test_a_failing_answer_says_nothing_about_the_address() -> None:
    first = after_answer(FEED, KNOWN, KNOWN, answer(NEW), NOON)
    not_a_feed = replace(first, failures=1, health=FeedHealth.NOT_A_FEED)
    assert after_answer(FEED, first, not_a_feed, answer(NEW), NOON + 8 * DAY).moved_at is None


def test_a_new_address_that_keeps_failing_takes_turns_with_the_configured_one() -> None:
    moved = replace(KNOWN, moved_to=NEW, moved_since=NOON - 9 * DAY, moved_at=NOON - DAY)
    down = FetchFailed(OLD, FetchFailure.TIMEOUT, "no answer")
    states = [after_answer(FEED, moved, replace(moved, failures=number), down, NOON) for number in range(1, 9)]
    assert [question(FEED, state, NOON).address for state in states] == [NEW, NEW, OLD, NEW, NEW, NEW, OLD, NEW]
    assert question(FEED, states[2], NOON).etag is None


def test_the_configured_address_is_used_again_when_it_serves_again() -> None:
    moved = replace(KNOWN, moved_to=NEW, moved_since=NOON - 9 * DAY, moved_at=NOON - DAY, failures=3)
    back = after_answer(FEED, moved, replace(moved, failures=0), answer(None), NOON)
    assert (back.moved_to, question(FEED, back, NOON).address) == (None, OLD)
    still = after_answer(FEED, moved, replace(moved, failures=0), answer(NEW), NOON)
    assert question(FEED, still, NOON).address == NEW


def test_a_believed_address_stays_while_it_answers_and_follows_a_further_move() -> None:
    moved = replace(KNOWN, moved_to=NEW, moved_since=NOON - 9 * DAY, moved_at=NOON - DAY)
    assert after_answer(FEED, moved, moved, answer(None), NOON).moved_at == NOON - DAY
    further = after_answer(FEED, moved, moved, answer("https://third.example/rss"), NOON)
    assert question(FEED, further, NOON).address == OLD, "the way from the configured address is walked again"
