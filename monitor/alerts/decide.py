"""Decide whether a match becomes a message; the first reason that applies is kept (DESIGN §7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.records import Decision, PastAlert, RuleMatch, Send, Stance

PARTIES = (Stance.STATE, Stance.MILITARY, Stance.MILITANT)
"""Stances of a party to the conflict: each counts its own dead low and the other side's high."""


@dataclass(frozen=True, slots=True)
class Toll:
    """How many dead one item states, and who says so."""

    dead: int
    outlet: str
    stance: Stance = Stance.INDEPENDENT

    @property
    def is_partys(self) -> bool:
        """Return whether a party to the conflict states it."""
        return self.stance in PARTIES


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
    is_archived_edit: bool = False
    """An edit of an item that was old news at its feed's first pull already."""
    is_seen_before: bool = False
    toll: Toll | None = None
    """What this revision states, None if it states no toll."""
    past_tolls: Sequence[Toll] = ()
    """What those of ``past`` that were sent had stated, in any order."""


def decide(match: RuleMatch, item: str, known: Circumstances, now: datetime) -> tuple[Decision, str]:
    """Return what becomes of an alert candidate and the reason in words.

    A story alerts once per analyst and rule. With ``throttle`` it may alert again when that span is over;
    without it, later items of the story only reach the digest. A risen severity or toll beats throttle and
    repeat, never a mute or a silence. A toll that a party to the conflict states (``PARTIES``) never escalates; one
    that others state is compared with what others stated before, and with a party's word only where nobody else
    had stated any.
    """
    held_back = _held_back(match, known)
    if held_back is not None:
        return held_back
    sent = sorted((past for past in known.past if past.decision.is_sent), key=lambda past: past.decided_at)
    if any((past.item, past.revision) == (item, known.revision) for past in sent):
        return Decision.ALREADY_SENT, "this revision of the item was sent before"
    return _again(match, sent[-1], known, now) if sent else (Decision.NEW, "first alert of this rule about this story")


def _held_back(match: RuleMatch, known: Circumstances) -> tuple[Decision, str] | None:
    """Return what keeps a match from alerting whatever was sent before, None if nothing does."""
    if match.send is not Send.ALERT:
        return Decision.OFF, f'the rule says send = "{match.send}"'
    if known.is_first_pull:
        return Decision.FIRST_PULL, "the item came with the first pull of its feed"
    if known.is_archived_edit:
        return Decision.FIRST_PULL, "archived at the first pull, and edited since"
    if known.is_seen_before:
        return Decision.SEEN_BEFORE, "the item was assessed before by an earlier rule or model version"
    if known.muted is not None:
        return Decision.MUTED, known.muted
    return None if known.silenced is None else (Decision.SILENCED, known.silenced)


def _again(match: RuleMatch, last: PastAlert, known: Circumstances, now: datetime) -> tuple[Decision, str]:
    when = last.decided_at.strftime("%Y-%m-%d %H:%M UTC")
    if match.severity > last.severity:
        return Decision.ESCALATED, f"severity rose from {last.severity.label} to {match.severity.label} since {when}"
    risen = _risen_toll(known, when)
    if risen is not None:
        return Decision.ESCALATED, risen
    if match.throttle is None:
        return Decision.REPEAT, f"the story was sent at {when}; the rule has no throttle, so it is sent once"
    quiet_until = last.decided_at + match.throttle
    if now < quiet_until:
        return Decision.THROTTLED, f"the story was sent at {when}; quiet until {quiet_until:%Y-%m-%d %H:%M UTC}"
    return Decision.NEW, f"the story was sent at {when} and the rule's throttle is over"


def _risen_toll(known: Circumstances, when: str) -> str | None:
    """Return in words how the toll rose since the last alert, and who says so; None if it did not."""
    toll = known.toll
    if toll is None or toll.is_partys:
        return None
    by_others = [past.dead for past in known.past_tolls if not past.is_partys]
    before = max(by_others or (past.dead for past in known.past_tolls), default=None)
    if before is None:
        return f"a toll of {toll.dead} is stated, none was before or at {when} ({toll.outlet})"
    return (
        f"the stated toll rose from {before} to {toll.dead} since {when} ({toll.outlet})"
        if toll.dead > before
        else None
    )
