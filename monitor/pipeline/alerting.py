"""From matches to alert messages: one decision per analyst and match, one message per analyst, story and batch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.alerts.decide import Circumstances, decide
from monitor.alerts.route import capped, recipients, send_after
from monitor.config import Analyst
from monitor.digests.alert import AlertIssue, alert_story
from monitor.pipeline.desk import Desk
from monitor.pipeline.messages import alert_messages, legend
from monitor.pipeline.muting import muted_for
from monitor.records import Alert, AssessedItem, Decision, OutboxMessage, PastAlert, RuleMatch, Send
from monitor.rules.personal import matches_for
from monitor.store import alerts as alert_rows
from monitor.store import outbox
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
        alerts: list[Alert] = []
        called: defaultdict[tuple[str, str], list[_Called]] = defaultdict(list)
        for one in wanted:
            muted = muted_for(self._desk.book, one.item, now)
            for analyst, match in self._candidates(one):
                before = past[analyst, match.id, one.assessment.story.story]
                alert = self._decide(analyst, one, match, before, muted, now)
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

    def _decide(  # everything one decision rests on
        self, analyst: str, one: AssessedItem, match: RuleMatch, past: list[PastAlert], muted: dict[str, str],
        now: datetime,
    ) -> Alert:  # fmt: skip
        item = one.item
        known = Circumstances(
            revision=item.revision,
            past=past,
            muted=muted.get(analyst),
            is_first_pull=item.is_first_pull and item.revision == 1,
            is_seen_before=one.assessment.is_repeat,
        )
        decision, reason = decide(match, item.id, known, now)
        return Alert(
            analyst=analyst,
            owner=match.owner,
            rule=match.rule,
            story=one.assessment.story.story,
            item=item.id,
            revision=item.revision,
            severity=match.severity,
            decision=decision,
            reason=reason,
            decided_at=now,
        )

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


def _as_past(alert: Alert) -> PastAlert:
    return PastAlert(alert.item, alert.revision, alert.decision, alert.severity, alert.decided_at)
