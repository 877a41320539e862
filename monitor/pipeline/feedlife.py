"""What is known of a feed from its past: state, rhythm, moves; and what to do when it is in trouble."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from monitor.config import Config
from monitor.feeds.asking import MOVE_HELD
from monitor.feeds.rhythm import silent_after
from monitor.pipeline.feedcheck import FeedCheck
from monitor.pipeline.feededit import open_if_there
from monitor.pipeline.feedlist import FeedLine, feed_lines, identity_words
from monitor.records import FeedHealth, FeedState
from monitor.store import feeds as feed_rows
from monitor.store import fulltext as page_rows
from monitor.store.fulltext import NO_PAGES, PageCounts
from monitor.workspace.layout import Workspace

_UNITS = ((timedelta(days=1), "day"), (timedelta(hours=1), "hour"), (timedelta(minutes=1), "minute"))


@dataclass(frozen=True, slots=True)
class FeedLife:
    """One feed's past as ``feeds list`` and the last poll know it."""

    line: FeedLine
    state: FeedState
    pages: PageCounts = NO_PAGES
    """Of items whose full text was asked for."""


def feed_lives(workspace: Workspace, config: Config, now: datetime) -> dict[str, FeedLife]:
    """Return the past of every feed of config.toml that was ever polled, by name; makes no database."""
    database = open_if_there(workspace, config)
    if database is None:
        return {}
    try:
        with database.read() as connection:
            states = feed_rows.states(connection)
            pages = {name: page_rows.counts(connection, name) for name in states}
        lines = feed_lines(database, config, now)
    finally:
        database.close()
    return {
        line.feed.name: FeedLife(line, states[line.feed.name], pages[line.feed.name])
        for line in lines
        if line.feed.name in states
    }


def life_words(life: FeedLife, now: datetime) -> list[str]:
    """Return the past of a feed in lines for a person: state, history, rhythm, address, plans."""
    line, state = life.line, life.state
    since = f" since {_time(line.since, now)}" if line.since else ""
    why = f": {state.problem}" if state.problem else ""
    words = [f"state     {line.state}{since}{why}"]
    asked = f"last asked {_time(state.last_polled_at, now)}" if state.last_polled_at else "never asked"
    answered = f"last answered {_time(state.last_success_at, now)}" if state.last_success_at else "never answered"
    failures = f"; {state.failures} failures in a row" if state.failures else ""
    words.append(f"history   {asked}; {answered}{failures}")
    brought = f"last brought news {_time(state.last_new_item_at, now)}" if state.last_new_item_at else "no news yet"
    words.append(f"items     {line.items} stored; {brought}")
    words.append(f"rhythm    {_rhythm(life)}")
    if state.moved_to and state.moved_since:
        held = "asked there now" if state.moved_at else f"asked there from {_time(state.moved_since + MOVE_HELD, now)}"
        words.append(f"address   the server says it moved for good to {state.moved_to}; {held}")
    if identity := identity_words(state):
        words.append(f"identity  {identity}")
    if life.pages != NO_PAGES:
        words.append(f"pages     {_pages(life.pages)}")
    if line.state != "paused" and state.next_check_at:
        due = "at the next round" if state.next_check_at <= now else _time(state.next_check_at, now)
        words.append(f"next      asked again {due}")
    return words


def _pages(pages: PageCounts) -> str:
    last = f"; last: {pages.last_reason}" if pages.last_reason else ""
    return f"{pages.read} full texts read, {pages.waiting} asked for again later, {pages.given_up} given up{last}"


def advice(check: FeedCheck, life: FeedLife | None) -> str:
    """Return what a person can do about the feed now; empty when nothing needs doing."""
    parts = urlsplit(check.feed.url)
    find = f"look for its present address with: monitor feeds discover {parts.scheme}://{parts.netloc}/"
    if life is not None and life.line.state == "paused":
        return f"it is paused, so rounds leave it out; have it asked with: monitor feeds resume {check.feed.name}"
    health = life.state.health if life is not None else FeedHealth.NEW
    if check.is_ok:
        if health is FeedHealth.SILENT:
            return f"it answers but brings nothing new; the outlet may have moved its feed: {find}"
        in_trouble = health not in (FeedHealth.OK, FeedHealth.NEW)
        return f"it answers again; ask it now with: monitor feeds resume {check.feed.name}" if in_trouble else ""
    if "monitor feeds" in check.problem or "browser" in check.problem:
        return ""  # the problem itself says what to do
    return _advice_in_trouble(check, life, find)


def _advice_in_trouble(check: FeedCheck, life: FeedLife | None, find: str) -> str:
    if check.is_private:
        return "" if life is not None else "if it lies inside your own network, ask it with --allow-private"
    if life is not None and life.state.last_success_at is not None:
        return f"if it stays so, {find}"
    if check.is_passing:
        return "the trouble is the server's own: try again later"
    return f"no feed is at this address: {find}" if check.is_answered else f"the address may be wrong: {find}"


def _rhythm(life: FeedLife) -> str:
    usual = life.line.usual_per_day
    often = "not watched for a day yet" if usual is None else f"usually {usual:g} items a day"
    if life.state.longest_quiet is None:
        return f"{often}; called silent after {_span(silent_after(life.state))} without news"
    quiet = f"usually never more than {_span(life.state.longest_quiet)} without news"
    return f"{often}; {quiet}, called silent after {_span(silent_after(life.state))}"


def _time(moment: datetime, now: datetime) -> str:
    far = abs(now - moment)
    distance = "" if far < timedelta(minutes=1) else f" ({_span(far)} ago)" if moment < now else f" (in {_span(far)})"
    return f"{moment:%Y-%m-%d %H:%M} UTC{distance}"


def _span(span: timedelta) -> str:
    size, unit = next(((size, unit) for size, unit in _UNITS if span >= 2 * size), _UNITS[-1])
    number = round(span / size)
    return f"{number} {unit}{'' if number == 1 else 's'}"
