"""The smallest change that would turn an item's outcome: what is needed for it to arrive, or to stay away."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.pipeline.desk import Desk
from monitor.pipeline.whyfate import Fate
from monitor.pipeline.whyfind import Sought
from monitor.records import AssessedItem, DigestSpec, Send, TopicScore
from monitor.rules.explain import RuleAnswer, Verdict
from monitor.rules.flip import Change, ChangeKind
from monitor.rules.personal import Muting
from monitor.store.engine import Connection
from monitor.store.lists import ItemFilter, count_items

SHOWN = 3
MAX_GAP = 0.3
"""A threshold lowered by more lets in what the topic is not about."""
NAMED = 3
"""Entities a new rule is proposed on: those that stand first, which is what the item is about."""
NEW_RULE_COST = 0.95
"""Less than a clause of which nothing in the item is known to be a spelling, more than any concrete change."""
COUNTED_DAYS = 30
"""The days over which the other effects of a lower threshold are counted."""
MAX_COST = 2.5
"""Dearer changes are guesses: several clauses of which nothing stands in the item."""


@dataclass(frozen=True, slots=True)
class Flip:
    """Changes that together turn the outcome, and what else they do."""

    changes: tuple[Change, ...]
    effect: str

    @property
    def cost(self) -> float:
        """Return what to order by: the smallest change first."""
        return sum(change.cost for change in self.changes)


@dataclass(frozen=True, slots=True)
class Judged:
    """What every stage made of an item."""

    sought: Sought
    fate: Fate
    answers: tuple[RuleAnswer, ...]
    scores: tuple[TopicScore, ...]
    muted: tuple[Muting, ...]
    entities: tuple[str, ...] = ()
    """What is mentioned, in reading order."""
    is_older_version: bool = False
    """True when the item was assessed with other rules than those in force now."""

    @property
    def held_since(self) -> tuple[RuleAnswer, ...]:
        """Return the rules that hold now and came too late for an item that did not arrive."""
        if self.fate.has_arrived or not self.is_older_version or self.muted:
            return ()
        return tuple(
            one for one in self.answers if one.verdict is Verdict.HELD and one.send in (Send.ALERT, Send.DIGEST)
        )


def flips_for(connection: Connection, desk: Desk, judged: Judged, now: datetime) -> tuple[Flip, ...]:
    """Return the changes that would turn the outcome, the smallest first, at most three."""
    one = judged.sought.item
    if judged.fate.has_arrived and one is not None:
        return _away(one, judged.answers, judged.scores)
    if judged.held_since:
        return (_too_late(judged),)
    found = [*_sources(judged.sought), *_unread(one), *_unmuted(judged.muted)]
    if one is None or not one.item.is_backlog:
        found += _thresholds(connection, desk.config.digests, judged.scores, now)
        found += [
            Flip(answer.changes, f"{answer.rule} would hold ({answer.severity.label}, {answer.send})")
            for answer in judged.answers
            if answer.changes and sum(change.cost for change in answer.changes) <= MAX_COST
        ]
        found += [flip for answer in judged.answers if answer.verdict is Verdict.HELD for flip in _heard(answer)]
        found += _new_rule(judged.entities)
    return tuple(sorted(found, key=lambda flip: flip.cost)[:SHOWN])


def _too_late(judged: Judged) -> Flip:
    """Return that there is nothing left to change: the rules of today would have brought it."""
    rules = " and ".join(answer.rule for answer in judged.held_since)
    holds = f"{rules} holds now" if len(judged.held_since) == 1 else f"{rules} hold now"
    closed = [digest.digest for digest in judged.fate.digests if digest.digest]
    if closed:
        what = f"nothing: {holds}, and {closed[0]} was closed before; a digest decides about an item once"
        effect = "items like it will come from the next round on"
    else:
        what = f"nothing: {holds}; the next round judges it again"
        effect = "it may enter the next digest, without an alert"
    return Flip((Change(ChangeKind.SETTING, what, cost=0.0),), effect)


def _sources(sought: Sought) -> list[Flip]:
    if sought.item is not None:
        return []
    failing = [one for one in sought.feeds if one.is_paused or one.state.failures]
    if failing:
        first = failing[0]
        what = (
            f"monitor feeds resume {first.feed.name}" if first.is_paused else f"monitor feeds check {first.feed.name}"
        )
        return [Flip((Change(ChangeKind.SETTING, what, cost=0.0),), "the feed would be read again")]
    if sought.feeds:
        return []
    what = "add a feed of that site to config.toml" if sought.is_link else "add a feed to config.toml that carries this"
    return [Flip((Change(ChangeKind.SETTING, what, cost=0.0),), "it would be stored, scored and matched")]


def _unread(one: AssessedItem | None) -> list[Flip]:
    if one is None:
        return []
    if one.item.is_backlog:
        what = "nothing: items of a feed's first pull older than 24 hours are archived, and found with items search"
        return [Flip((Change(ChangeKind.SETTING, what, cost=0.0),), "later items of the feed are judged as usual")]
    if not one.assessment.rules_version:
        change = Change(ChangeKind.SETTING, "run a round: monitor once --due", cost=0.0)
        return [Flip((change,), "it would be scored and matched")]
    return []


def _unmuted(muted: Sequence[Muting]) -> list[Flip]:
    return [
        Flip(
            (
                Change(
                    ChangeKind.SETTING, f"remove mute.{one.mute} of {one.owner}, or wait until {one.until}", cost=0.1
                ),
            ),
            "the subject would be heard of again",
        )
        for one in muted
    ]


def _thresholds(
    connection: Connection, specs: Sequence[DigestSpec], scores: Sequence[TopicScore], now: datetime
) -> list[Flip]:
    asked = {topic for spec in specs for topic in spec.topics}
    flips = []
    for score in scores:
        if score.topic not in asked or score.is_relevant or score.threshold - score.score > MAX_GAP:
            continue
        least = math.floor(score.score * 100) / 100
        what = f"lower the threshold of {score.topic} from {score.threshold:.2f} to {least:.2f}"
        since = now - timedelta(days=COUNTED_DAYS)
        at_least = ItemFilter(topic=score.topic, min_score=least, since=since)
        more = count_items(connection, at_least) - count_items(connection, ItemFilter(topic=score.topic, since=since))
        change = Change(
            ChangeKind.THRESHOLD, what, None, f"threshold = {least:.2f}", 0.3 + 4 * (score.threshold - score.score)
        )
        effect = f"{more} more items of the last {COUNTED_DAYS} days would have come with it"
        flips.append(Flip((change,), f"{effect}; the line is in classifiers/{score.topic}.toml"))
    return flips


def _new_rule(entities: Sequence[str]) -> list[Flip]:
    """Return the way that is left where no rule is about the subject: one that is."""
    if not entities:
        return []
    named = entities[:NAMED]
    line = "all = [" + ", ".join(f'"@{entity}"' for entity in named) + "]"
    change = Change(ChangeKind.CLAUSE, "write a rule on this subject, if none is about it", None, line, NEW_RULE_COST)
    return [Flip((change,), "see with monitor rules try what else it would find")]


def _heard(answer: RuleAnswer) -> list[Flip]:
    if answer.send not in (Send.RECORD, Send.OFF):
        return []
    what = f'set "send" of {answer.rule} to "digest": it holds and is only kept on record'
    change = Change(ChangeKind.SETTING, what, answer.declared_at, 'send = "digest"', 0.2)
    return [Flip((change,), "the rule's matches would enter the digest")]


def _away(one: AssessedItem, answers: Sequence[RuleAnswer], scores: Sequence[TopicScore]) -> tuple[Flip, ...]:
    """Return what would have kept an item away that arrived: all of its reasons must go."""
    changes = [
        Change(
            ChangeKind.THRESHOLD,
            f"raise the threshold of {score.topic} above {score.score:.2f}",
            None,
            f"threshold = {min(1.0, math.floor(score.score * 100) / 100 + 0.01):.2f}",
            0.5,
        )
        for score in scores
        if score.is_relevant
    ]
    changes += [
        Change(ChangeKind.CLAUSE, f'add to "none" of {answer.rule} what makes this one unwanted', answer.declared_at)
        for answer in answers
        if answer.verdict is Verdict.HELD and answer.send in (Send.ALERT, Send.DIGEST)
    ]
    quiet = Change(ChangeKind.SETTING, f"monitor quiet {one.item.id}", cost=0.4)
    flips = [Flip((quiet,), "asks what to silence, for whom and how long")]
    if changes:
        flips.append(Flip(tuple(changes), "each of these reasons alone brings it; all must go"))
    return tuple(flips)
