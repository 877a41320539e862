"""What one analyst gets of the matches of all: own rules, those of analysts followed, tunes and mutes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, date

from monitor.records import Evidence, ItemMatches, RuleMatch, Send
from monitor.rules.compile import RuleBook
from monitor.rules.match import ItemText, owner_hits


@dataclass(frozen=True, slots=True)
class Muting:
    """A mute that covers an item, for its owner only."""

    owner: str
    mute: str
    until: date
    why: str
    evidence: tuple[Evidence, ...]


def matches_for(
    book: RuleBook, matches: ItemMatches, analyst: str, follows: Collection[str] = ()
) -> tuple[RuleMatch, ...]:
    """Return the matches of the analyst's own rules and of those followed, as the analyst tuned them.

    A rule that the analyst's tune stops, or sets to ``off``, is left out; others still get it.
    """
    stopped = {stop.rule for stop in matches.stopped if stop.owner == analyst}
    found: list[RuleMatch] = []
    for match in matches.rules:
        if match.owner == analyst:
            found.append(match)
        elif match.owner in follows and match.id not in stopped:
            tuned = _tuned(book, match, analyst)
            if tuned.send is not Send.OFF:
                found.append(tuned)
    return tuple(found)


def mutings(book: RuleBook, item: ItemText) -> tuple[Muting, ...]:
    """Return the mutes in force at ``item.now`` that cover the item: the entity and every line of ``with`` are found.

    Mutes look at title and body. The day a mute ends is a UTC day, and it still holds on it.
    """
    today = item.now.astimezone(UTC).date()
    open_mutes = [made for made in book.mutes if made.mute.until is not None and today <= made.mute.until]
    if not open_mutes:
        return ()
    found = book.lexicon.find(item.title, item.text)
    covering: list[Muting] = []
    for made in open_mutes:
        hits = owner_hits(book, made.mute.owner, found)
        passages = [hits.of_clause(clause) for clause in made.clauses]
        if all(passages) and made.mute.until is not None:
            evidence = tuple(dict.fromkeys(passage[0] for passage in passages))
            covering.append(Muting(made.mute.owner, made.mute.id, made.mute.until, made.mute.why, evidence))
    return tuple(covering)


def _tuned(book: RuleBook, match: RuleMatch, analyst: str) -> RuleMatch:
    tune = book.tunes.get((analyst, match.id))
    if tune is None:
        return match
    return replace(
        match,
        send=tune.send or match.send,
        severity=tune.severity or match.severity,
        throttle=tune.throttle or match.throttle,
    )
