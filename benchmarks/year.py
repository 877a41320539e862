"""A year of polling in minutes: a simulated clock drives 300 feeds through the schedule that rounds use.

``python -m benchmarks.year [--days 365] [--seed 1]`` prints the table of docs/performance.md: how often each kind of
feed was asked, how long after publication its items were first seen, what was lost because the document had turned
over, and whether any server was asked earlier than it allowed. No network: the servers are simulated, the decisions
are the product's.
"""

from __future__ import annotations

import argparse
import heapq
import random
import sys
import time
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from monitor.feeds.asking import Question, after_answer, question
from monitor.feeds.schedule import after_poll, new_state
from monitor.records import (
    Entry,
    Feed,
    FeedChanges,
    FeedHealth,
    Fetched,
    FetchFailed,
    FetchFailure,
    FetchOutcome,
    Item,
    ItemChange,
    NotModified,
    ParsedFeed,
    ParsedItem,
)

START = datetime(2026, 1, 1, tzinfo=UTC)
HOUR = 3600.0
DAY = 24 * HOUR
TICK = 60.0
"""The service looks once a minute for feeds whose time has come."""

SOME_ENTRY = Entry.cleaned(ParsedItem("g", None, "t", "", ""), b"")
PAGE = ParsedFeed("", None, None, "", problems=("not a feed: a web page",))


@dataclass(frozen=True, slots=True)
class Trouble:
    """A time in which the server does not serve the feed."""

    start: float
    end: float
    kind: str
    retry_after: float = 0.0


@dataclass(slots=True)
class Site:
    """A simulated outlet, and what became of its items."""

    kind: str
    feed: Feed
    published: list[float]
    window: int = 30
    max_age: float = 0.0
    troubles: list[Trouble] = field(default_factory=list)
    moves_at: float = float("inf")
    dies_at: float = float("inf")
    seen: int = 0
    lost: int = 0
    lost_in_trouble: int = 0
    polls: int = 0
    whole: int = 0
    too_early: int = 0
    silences: int = 0
    allowed_at: float = 0.0
    silent_at: float | None = None
    delays: list[float] = field(default_factory=list)
    outage_delays: list[float] = field(default_factory=list)

    def answer(self, asked: Question, at: float) -> tuple[FetchOutcome, ParsedFeed | None, FeedChanges | None]:
        """Answer a request as the outlet would, and note how late its items are seen."""
        self.polls += 1
        self.too_early += at < self.allowed_at
        url = self.feed.url
        trouble = next((one for one in self.troubles if one.start <= at < one.end), None)
        if trouble is not None:
            self.allowed_at = at + trouble.retry_after
            return _refusal(url, trouble)
        moved_to = None
        if at >= self.moves_at:
            new = f"{url}/new"
            if asked.address != new and at > self.moves_at + 60 * DAY:
                return FetchFailed(url, FetchFailure.HTTP_STATUS, "HTTP 404", 404), None, None
            moved_to = new if asked.address != new else None
        self.allowed_at = at + self.max_age
        age = timedelta(seconds=self.max_age) or None
        index = bisect_right(self.published, at)
        etag = f'"{index}"'
        if asked.etag == etag:
            return NotModified(url, etag, None, age, moved_to), None, None
        self.whole += 1
        fetched = Fetched(url, asked.address, etag.encode(), etag=etag, max_age=age, moved_to=moved_to)
        if index == self.seen:
            return fetched, None, None
        parsed = ParsedFeed("t", None, None, "rss20", (SOME_ENTRY,) * min(self.window, index))
        return fetched, parsed, FeedChanges(new=self._first_seen(index, at))

    def _is_in_trouble(self, moment: float) -> bool:
        """Return whether an item came out during a trouble, or the backoff after it."""
        return any(one.start - 12 * HOUR <= moment < one.end + 14 * HOUR for one in self.troubles)

    def _first_seen(self, index: int, at: float) -> tuple[ItemChange, ...]:
        first = max(self.seen, index - self.window)
        is_first_pull = self.polls == 1
        if not is_first_pull:
            for moment in self.published[self.seen : first]:
                self.lost += not self._is_in_trouble(moment)
                self.lost_in_trouble += self._is_in_trouble(moment)
        new = []
        for moment in self.published[first:index]:
            if not is_first_pull:
                (self.outage_delays if self._is_in_trouble(moment) else self.delays).append(at - moment)
            published_at = START + timedelta(seconds=moment)
            item = Item("i", self.feed.name, "o", None, "t", "", "", None, published_at, published_at, 1, "")
            new.append(ItemChange(item, ()))
        self.seen = index
        return tuple(new)


def _refusal(url: str, trouble: Trouble) -> tuple[FetchOutcome, ParsedFeed | None, FeedChanges | None]:
    match trouble.kind:
        case "page":
            return Fetched(url, url, b"<html>"), PAGE, None
        case "busy":
            wait = timedelta(seconds=trouble.retry_after)
            return FetchFailed(url, FetchFailure.HTTP_STATUS, "HTTP 503", 503, wait), None, None
        case "blocked":
            return FetchFailed(url, FetchFailure.BLOCKED, "HTTP 403", 403), None, None
        case _:
            return FetchFailed(url, FetchFailure.TIMEOUT, "no answer"), None, None


def run(sites: Sequence[Site], days: int, chance: random.Random) -> None:
    """Drive the sites through ``days``, asking each when its state says so."""
    states = [new_state(site.feed) for site in sites]
    queue = [(chance.uniform(0, 1800), number) for number in range(len(sites))]
    heapq.heapify(queue)
    while queue[0][0] < days * DAY:
        due, number = heapq.heappop(queue)
        at = (due // TICK + 1) * TICK
        site, before, now = sites[number], states[number], START + timedelta(seconds=at)
        outcome, parsed, changes = site.answer(question(site.feed, before, now), at)
        after = after_poll(site.feed, before, outcome, parsed, changes, now, chance.random())
        states[number] = state = after_answer(site.feed, before, after, outcome, now)
        if state.health is FeedHealth.SILENT and before.health is not FeedHealth.SILENT:
            if at < site.dies_at:
                site.silences += 1
            else:
                site.silent_at = site.silent_at or at
        planned = state.next_check_at or now
        heapq.heappush(queue, ((planned - START).total_seconds(), number))


def _times(days: int, chance: random.Random, per_day: Callable[[int], float]) -> list[float]:
    """Return publication times: ``per_day`` on each day, three quarters of them in working hours."""
    moments = []
    for day in range(-3, days):
        mean = per_day(day)
        number = int(mean) + (chance.random() < mean % 1)
        for _ in range(number):
            hour = chance.triangular(6, 20, 11) if chance.random() < 0.75 else chance.uniform(0, 24)
            moments.append(day * DAY + hour * HOUR)
    return sorted(moments)


def _weekdays(busy: float, quiet: float) -> Callable[[int], float]:
    return lambda day: quiet if (day + 3) % 7 in (5, 6) else busy


def _troubles(days: int, chance: random.Random, number: int) -> list[Trouble]:
    troubles = []
    for _ in range(number):
        start = chance.uniform(2 * DAY, days * DAY)
        length = chance.choice((1, 3, 12, 48, 120)) * HOUR
        kind = chance.choice(("timeout", "timeout", "busy", "page", "blocked"))
        wait = chance.choice((600, 2 * HOUR, 20 * HOUR)) if kind == "busy" else 0.0
        troubles.append(Trouble(start, start + length, kind, wait))
    return troubles


def build(days: int, chance: random.Random) -> list[Site]:
    """Return 300 sites of eight kinds, each with four troubles a year."""
    sites: list[Site] = []

    def add(kind: str, number: int, minutes: int, per_day: Callable[[int], float], window: int = 30) -> list[Site]:
        made = []
        for count in range(number):
            name = f"{kind.replace(' ', '-')}-{count}"
            feed = Feed(name, f"https://{name}.example/feed", kind, interval=timedelta(minutes=minutes))
            site = Site(kind, feed, _times(days, chance, per_day), window)
            site.troubles = _troubles(days, chance, max(1, round(4 * days / 365)))
            made.append(site)
        sites.extend(made)
        return made

    add("wire, 60 a day", 60, 15, lambda _: 60.0)
    add("paper, 15 a weekday", 120, 30, _weekdays(15, 1.5))
    add("seldom, 2 a week", 40, 30, lambda _: 0.28)
    for site in add("floods of 150 in 2 h", 20, 30, lambda _: 10.0):
        for _ in range(max(1, days // 60)):
            start = chance.uniform(DAY, days * DAY)
            site.published.extend(chance.uniform(start, start + 2 * HOUR) for _ in range(150))
        site.published.sort()
    for site in add("server asks for 1 or 3 h", 20, 15, lambda _: 20.0):
        site.max_age = chance.choice((1, 3)) * HOUR
    for site in add("moves, old address dies", 20, 30, lambda _: 10.0):
        site.moves_at = chance.uniform(0.1, 0.7) * days * DAY
    third = days / 3
    add("60 a day, 1 a week, 60", 10, 15, lambda day: 0.14 if third < day < 2 * third else 60.0)
    for site in add("dies, 15 a day before", 10, 30, lambda _: 15.0):
        site.dies_at = chance.uniform(0.3, 0.7) * days * DAY
        site.published = [moment for moment in site.published if moment < site.dies_at]
    return sites


def table(sites: Sequence[Site], days: int) -> list[str]:
    """Return the lines of the table, one per kind of feed."""
    names = (
        "feeds", "of this kind", "asked a day, each", "of a fixed interval", "first seen after: median", "95 %",
        "worst", "worst in trouble", "lost, + in trouble", "asked too early", "called silent",
    )  # fmt: skip
    lines = [f"| {' | '.join(names)} |", "|---" * len(names) + "|"]
    for kind in dict.fromkeys(site.kind for site in sites):
        group = [site for site in sites if site.kind == kind]
        polls = sum(site.polls for site in group)
        fixed = sum(days * DAY / site.feed.interval.total_seconds() for site in group)
        delays = sorted(delay for site in group for delay in site.delays)
        worst = max((delay for site in group for delay in site.outage_delays), default=0.0)
        items = sum(site.seen for site in group)
        cells = [
            str(len(group)),
            kind,
            f"{polls / len(group) / days:.0f}",
            f"{polls / fixed:.0%}",
            *(_span(delays[int(share * (len(delays) - 1))]) for share in (0.5, 0.95, 1.0)),
            _span(worst),
            f"{sum(site.lost for site in group)} + {sum(site.lost_in_trouble for site in group)} of {items}",
            str(sum(site.too_early for site in group)),
            str(sum(site.silences for site in group)),
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def _span(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds < 2 * HOUR else f"{seconds / HOUR:.0f} h"


def main(arguments: Sequence[str]) -> int:
    """Run the year and print its table; 1 if a server was asked earlier than it allowed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    chance = random.Random(options.seed)  # noqa: S311 # a simulation, repeatable by its seed
    sites = build(options.days, chance)
    started = time.process_time()
    run(sites, options.days, chance)
    polls = sum(site.polls for site in sites)
    print("\n".join(table(sites, options.days)))
    silences = sorted(site.silent_at - site.dies_at for site in sites if site.silent_at is not None)
    dead = sum(site.dies_at < options.days * DAY for site in sites)
    if silences:
        words = f"called silent after {_span(silences[0])} to {_span(silences[-1])}"
        print(f"\nOf {dead} feeds that died, {len(silences)} were {words}.")
    took = time.process_time() - started
    print(f"{len(sites)} feeds, {options.days} days, {polls:,} polls simulated in {took:.0f} s of CPU.")
    return 1 if any(site.too_early for site in sites) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
