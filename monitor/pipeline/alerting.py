"""From matches to alert messages: one decision per analyst and match, one message per analyst, story and batch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.alerts.decide import Circumstances, Toll, decide
from monitor.alerts.route import capped, recipients, send_after
from monitor.alerts.toll import toll_in
from monitor.config import Analyst
from monitor.digests.alert import AlertIssue, alert_story
from monitor.feeds.changes import BACKLOG_AGE
from monitor.pipeline.desk import Desk
from monitor.pipeline.messages import alert_messages, legend
from monitor.pipeline.muting import muted_for
from monitor.records import Alert, AssessedItem, Decision, Feed, Item, OutboxMessage, PastAlert, RuleMatch, Send, Stance
from monitor.rules.personal import matches_for
from monitor.store import alerts as alert_rows
from monitor.store import outbox, silences
from monitor.store.engine import Connection


@dataclass(frozen=True, slots=True)
class AlertPlan:
    """What one batch of items leads to."""

    alerts: tuple[Alert, ...] = ()
    messages: tuple[OutboxMessage, ...] = ()


@dataclass(frozen=True, slots=True)
class _Called:
    """A match that goes out to an analyst, with its item and the decision."""

    assessed: AssessedItem
    match: RuleMatch
    decision: Decision
    reason: str


class _Tolls:
    """What the revisions of one batch and of the alerts before it state."""

    def __init__(self, feeds: Iterable[Feed], earlier: Mapping[tuple[str, int], alert_rows.Said]) -> None:
        self._stances = {feed.name: feed.stance for feed in feeds}
        self._known = {key: self._read(said.title, said.text, said.feed, said.outlet) for key, said in earlier.items()}

    def of(self, item: Item) -> Toll | None:
        key = item.id, item.revision
        if key not in self._known:
            self._known[key] = self._read(item.title, item.text, item.feed, item.outlet)
        return self._known[key]

    def sent(self, past: Sequence[PastAlert]) -> tuple[Toll, ...]:
        """Return the tolls of the alerts that went out."""
        tolls = (self._known.get((one.item, one.revision)) for one in past if one.decision.is_sent)
        return tuple(toll for toll in tolls if toll is not None)

    def _read(self, title: str, text: str, feed: str, outlet: str) -> Toll | None:
        dead = toll_in(title, text)
        # A feed that was removed speaks for nobody we know of: what it said is taken as anyone's word.
        return None if dead is None else Toll(dead, outlet, self._stances.get(feed, Stance.INDEPENDENT))


class Alerting:
    """Decides alerts for one desk."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._analysts = {analyst.name: analyst for analyst in desk.config.analysts}
        self._follows = [(analyst.name, analyst.follows) for analyst in desk.config.analysts]

    def plan(self, connection: Connection, batch: Sequence[AssessedItem], now: datetime) -> AlertPlan:
        """Return every decision about a batch and the messages to queue; nothing is written here."""
        wanted = [one for one in batch if any(m.send is Send.ALERT for m in one.assessment.matches.rules)]
        if not wanted:
            return AlertPlan()
        past: defaultdict[tuple[str, str, str], list[PastAlert]] = defaultdict(list)
        stories = {one.assessment.story.story for one in wanted}
        for key, decisions in alert_rows.past_of_stories(connection, stories).items():
            past[key].extend(decisions)
        sent = {(one.item, one.revision) for decisions in past.values() for one in decisions if one.decision.is_sent}
        config = self._desk.config
        tolls = _Tolls((*config.feeds, *config.paused), alert_rows.said(connection, sent))
        alerts: list[Alert] = []
        called: defaultdict[tuple[str, str], list[_Called]] = defaultdict(list)
        quiet = silences.in_force(connection, stories, now)
        for one in wanted:
            muted = muted_for(self._desk.book, one.item, now)
            for analyst, match in self._candidates(one):
                before = past[analyst, match.id, one.assessment.story.story]
                silence = quiet.get((analyst, one.assessment.story.story))
                silenced = silence.reason if silence else None
                known = replace(_circumstances(one, before, tolls, now), muted=muted.get(analyst), silenced=silenced)
                alert = _decide(analyst, one, match, known, now)
                before.append(_as_past(alert))
                alerts.append(alert)
                if alert.decision.is_sent:
                    called[analyst, alert.story].append(_Called(one, match, alert.decision, alert.reason))
        return AlertPlan(tuple(alerts), tuple(self._messages(connection, called, now)))

    def _candidates(self, one: AssessedItem) -> list[tuple[str, RuleMatch]]:
        """Return (analyst, match) for every rule that asks for an alert, as each analyst tuned it."""
        pairs: list[tuple[str, RuleMatch]] = []
        matches = one.assessment.matches
        owners = {match.owner for match in matches.rules if match.send is Send.ALERT}
        analysts = dict.fromkeys(name for owner in sorted(owners) for name in recipients(owner, self._follows))
        for analyst in analysts:
            original = {match.id for match in matches.rules if match.send is Send.ALERT}
            tuned = matches_for(self._desk.book, matches, analyst, self._analysts[analyst].follows)
            pairs.extend((analyst, match) for match in tuned if match.id in original)
        return pairs

    def _messages(
        self, connection: Connection, called: dict[tuple[str, str], list[_Called]], now: datetime
    ) -> list[OutboxMessage]:
        messages: list[OutboxMessage] = []
        times: dict[str, list[datetime]] = {}
        for (name, _), calls in called.items():
            analyst = self._analysts[name]
            if name not in times:
                since = now - timedelta(hours=1)
                times[name] = list(outbox.alert_times(connection, name, since))
            at = capped(send_after(now, analyst.quiet_hours, analyst.zone), analyst.max_alerts_per_hour, times[name])
            times[name].append(at)
            made = alert_messages(self._desk, analyst.routes, self._issue(analyst, calls, now), now)
            messages.extend(replace(message, next_attempt_at=at if at > now else None) for message in made)
        return messages

    def _issue(self, analyst: Analyst, calls: list[_Called], now: datetime) -> AlertIssue:
        rules: defaultdict[str, list[RuleMatch]] = defaultdict(list)
        for call in calls:
            rules[call.assessed.item.id].append(call.match)
        items = {call.assessed.item.id: call.assessed for call in calls}
        most_severe = max(calls, key=lambda call: call.match.severity)
        return AlertIssue(
            analyst=analyst.name,
            story=alert_story([(items[item], matches) for item, matches in rules.items()], legend(self._desk)),
            reason=most_severe.reason,
            decided_at=now,
            zone=analyst.zone,
            topics=self._desk.topics.titles,
            is_escalated=any(call.decision is Decision.ESCALATED for call in calls),
        )


def _circumstances(one: AssessedItem, past: Sequence[PastAlert], tolls: _Tolls, now: datetime) -> Circumstances:
    item = one.item
    return Circumstances(
        revision=item.revision,
        past=past,
        is_first_pull=item.is_first_pull and item.revision == 1,
        is_archived_edit=_is_archived_edit(item, now),
        is_seen_before=one.assessment.is_repeat,
        toll=tolls.of(item),
        past_tolls=tolls.sent(past),
    )


def _is_archived_edit(item: Item, now: datetime) -> bool:
    """Return whether an item was archived at its feed's first pull for its age, edited since, and is still dated so."""
    is_archived = item.is_first_pull and item.revision > 1  # others lose the mark by an edit (``items.save_changes``)
    return is_archived and item.published_at is not None and now - item.published_at > BACKLOG_AGE


def _decide(analyst: str, one: AssessedItem, match: RuleMatch, known: Circumstances, now: datetime) -> Alert:
    decision, reason = decide(match, one.item.id, known, now)
    return Alert(
        analyst=analyst,
        owner=match.owner,
        rule=match.rule,
        story=one.assessment.story.story,
        item=one.item.id,
        revision=one.item.revision,
        severity=match.severity,
        decision=decision,
        reason=reason,
        decided_at=now,
    )


def _as_past(alert: Alert) -> PastAlert:
    return PastAlert(alert.item, alert.revision, alert.decision, alert.severity, alert.decided_at)
