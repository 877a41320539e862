"""Decide whether a match becomes a message; the first reason that applies is kept (DESIGN §7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.records import Decision, PastAlert, RuleMatch, Send


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known about one match for one analyst when the decision falls."""

    revision: int
    past: Sequence[PastAlert] = ()
    """Earlier decisions for the same analyst, rule and story, in any order."""
    muted: str | None = None
    """Why the analyst's own rule files mute this item, None if they do not."""
    silenced: str | None = None
    """Why a silence in force covers this item, None if none does."""
    is_first_pull: bool = False
    is_seen_before: bool = False


def decide(match: RuleMatch, item: str, known: Circumstances, now: datetime) -> tuple[Decision, str]:
    """Return what becomes of an alert candidate and the reason in words.

    A story alerts once per analyst and rule. With ``throttle`` it may alert again when that span is over;
    without it, later items of the story only reach the digest. A risen severity beats throttle and repeat,
    never a mute or a silence.
    """
    held_back = _held_back(match, known)
    if held_back is not None:
        return held_back
    sent = sorted((past for past in known.past if past.decision.is_sent), key=lambda past: past.decided_at)
    if any((past.item, past.revision) == (item, known.revision) for past in sent):
        return Decision.ALREADY_SENT, "this revision of the item was sent before"
    return _again(match, sent[-1], now) if sent else (Decision.NEW, "first alert of this rule about this story")


def _held_back(match: RuleMatch, known: Circumstances) -> tuple[Decision, str] | None:
    """Return what keeps a match from alerting whatever was sent before, None if nothing does."""
    if match.send is not Send.ALERT:
        return Decision.OFF, f'the rule says send = "{match.send}"'
    if known.is_first_pull:
        return Decision.FIRST_PULL, "the item came with the first pull of its feed"
    if known.is_seen_before:
        return Decision.SEEN_BEFORE, "the item was assessed before by an earlier rule or model version"
    if known.muted is not None:
        return Decision.MUTED, known.muted
    return None if known.silenced is None else (Decision.SILENCED, known.silenced)


def _again(match: RuleMatch, last: PastAlert, now: datetime) -> tuple[Decision, str]:
    when = last.decided_at.strftime("%Y-%m-%d %H:%M UTC")
    if match.severity > last.severity:
        return Decision.ESCALATED, f"severity rose from {last.severity.label} to {match.severity.label} since {when}"
    if match.throttle is None:
        return Decision.REPEAT, f"the story was sent at {when}; the rule has no throttle, so it is sent once"
    quiet_until = last.decided_at + match.throttle
    if now < quiet_until:
        return Decision.THROTTLED, f"the story was sent at {when}; quiet until {quiet_until:%Y-%m-%d %H:%M UTC}"
    return Decision.NEW, f"the story was sent at {when} and the rule's throttle is over"
