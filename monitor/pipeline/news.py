"""What a round brought, in the form a digest is shown in, for the terminal."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time

from monitor.digests.build import Edition, build
from monitor.digests.present import Limits, present
from monitor.digests.view import DigestView
from monitor.pipeline.coverage import coverage_now
from monitor.pipeline.desk import Desk
from monitor.pipeline.messages import legend
from monitor.pipeline.round import RoundReport
from monitor.records import DigestSpec
from monitor.store import assessments

_LIMITS = Limits(stories=6, others=5, snippet_chars=300, more=20, troubled=100, keeps_top=False)
"""For a terminal: what fits a few screens; the digest has the rest."""


def news_of(desk: Desk, report: RoundReport, now: datetime) -> DigestView:
    """Return the stories among the items assessed in this round, for every topic and analyst of the desk."""
    spec = _everything(desk)
    with desk.database.read() as connection:
        found = assessments.load(connection, report.assess.news)
        coverage = coverage_now(connection, desk, report.poll.gaps)
    polled = {state.feed for state in report.poll.failed}
    # Of the feeds, only those this round asked in vain belong here; `status` and the digest show the others.
    feeds_in_vain = tuple(feed for feed in coverage.feeds if feed.name in polled)
    coverage = replace(coverage, feeds=feeds_in_vain, undelivered=())
    feeds = {feed.name: feed for feed in (*desk.config.feeds, *desk.config.paused)}
    edition = Edition(since=None, until=now, topics=desk.topics.titles, coverage=coverage, feeds=feeds)
    digest, _ = build(spec, found, edition)
    return present(digest, legend(desk), _LIMITS)


def _everything(desk: Desk) -> DigestSpec:
    zone = desk.config.digests[0].zone if desk.config.digests else "UTC"
    return DigestSpec(
        name="news",
        at=time(0),
        zone=zone,
        topics=desk.topics.ids,
        analysts=tuple({analyst.name: None for analyst in desk.config.analysts}),
        rules=tuple(compiled.rule.full_id for compiled in desk.book.rules),
    )
