"""The answer of ``monitor why``: as a page for a person, as JSON for a script."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.text import Text

from monitor.cli.shapes import evidence_line, iso
from monitor.cli.show import console, print_indented
from monitor.pipeline.why import Why
from monitor.pipeline.whyfate import DigestFate
from monitor.pipeline.whyfind import CarryingFeed
from monitor.pipeline.whyflip import Flip
from monitor.records import Contribution, OutboxMessage, TopicScore
from monitor.rules.explain import RuleAnswer, Verdict
from monitor.rules.flip import Change

RULES_SHOWN = 5
FEEDS_SHOWN = 12
FEATURES_SHOWN = 4
NAME_WIDTH = 9
CONTINUED = 2
ASKED_SHOWN = 300
"""Code points of a question that are shown again: somebody may paste a whole article."""
MIN_WIDTH = 20


def print_why(found: Why, *, is_all: bool) -> None:
    """Print every stage, then the answer and the smallest change."""
    out = console()
    item = found.item
    asked = found.sought.asked if len(found.sought.asked) <= ASKED_SHOWN else f"{found.sought.asked[:ASKED_SHOWN]}…"
    out.print(Text(item.title or item.text[:100] if item else asked, style="bold"))
    for name, lines in _stages(found, is_all=is_all):
        for number, line in enumerate(lines):
            _print_line(out, "" if number else name, line)
    out.print()
    out.print(Text(found.fate.answer, style="bold green" if found.fate.has_arrived else "bold red"))
    if found.since_then:
        out.print(Text(found.since_then))
    _print_flips(out, found.flips, has_arrived=found.fate.has_arrived)


def _print_line(out: Console, name: str, line: str) -> None:
    """Print a line of a stage; what does not fit goes on under its beginning."""
    words = line.lstrip()
    indent = NAME_WIDTH + len(line) - len(words)
    _print_hanging(out, f"{name:<{indent}}", words, indent + CONTINUED)


def _print_hanging(out: Console, lead: str, words: str, indent: int) -> None:
    first, *rest = Text(words).wrap(out, max(out.width - indent, MIN_WIDTH)) or [Text("")]
    first.rstrip()
    out.print(Text.assemble((lead, "bold"), first), soft_wrap=True)
    for piece in rest:
        print_indented(out, piece, indent)


def _stages(found: Why, *, is_all: bool) -> Iterator[tuple[str, list[str]]]:
    if found.item is not None:
        yield "fetched", list(_fetched(found))
        yield "identity", list(_identity(found))
    else:
        yield "fetched", list(_not_fetched(found))
    if found.scores:
        yield "scores", [line for score in found.scores for line in _score(score)]
    yield "rules", list(_rules(found, is_all=is_all))
    yield "mutes", _mutes(found)
    if found.item is None:
        return
    yield "alerts", list(_alerts(found))
    yield "story", _story(found)
    for digest in found.fate.digests:
        yield "digest", list(_digest(digest))
    if found.fate.nearly:
        yield "nearly", [f"{digest}, {miss.about}: {miss.missing}" for digest, miss in found.fate.nearly]


def _fetched(found: Why) -> Iterator[str]:
    one = found.sought.item
    if one is None:
        return
    item = one.item
    where = found.feed.url if found.feed else "no longer in config.toml"
    yield f"{iso(item.first_seen_at)} from {item.outlet} (feed {item.feed}, {where})"
    yield f"{item.id} · {item.lang or 'language unknown'} · published {iso(item.published_at) or 'undated'}"
    yield item.link or "no link"
    if item.is_backlog:
        yield "archived: it was older than 24 hours when its feed was first read"
    elif item.is_first_pull:
        yield "came with its feed's first pull: it may enter a digest, and alerts nobody"
    if item.flags:
        yield f"noted: {', '.join(item.flags)}"
    yield f"found {found.sought.how}" + (f"; {len(found.sought.others)} others fit" if found.sought.others else "")
    yield from (f"  {other.item.id} {other.item.outlet}: {other.item.title}" for other in found.sought.others)


def _identity(found: Why) -> Iterator[str]:
    yield "known by " + (", ".join(found.keys) if found.keys else "its content")
    if len(found.revisions) > 1:
        yield f"edited {len(found.revisions) - 1} times:"
        yield from (
            f"  {revision.revision} · {iso(revision.seen_at)} · {revision.title}" for revision in found.revisions
        )
    else:
        yield "never edited since"


def _not_fetched(found: Why) -> Iterator[str]:
    yield "no stored item has this link" if found.sought.is_link else "no stored item has these words"
    if not found.feeds:
        what = "reads that site" if found.sought.is_link else f"is in {found.sought.lang or 'this language'}"
        yield f"no feed of config.toml {what}"
        return
    yield "feeds that would carry it:"
    yield from (f"  {_feed(one)}" for one in found.feeds[:FEEDS_SHOWN])
    if len(found.feeds) > FEEDS_SHOWN:
        yield f"  and {len(found.feeds) - FEEDS_SHOWN} more: monitor feeds list"


def _feed(one: CarryingFeed) -> str:
    state = "paused" if one.is_paused else one.state.health.value
    since = f", last read {iso(one.state.last_success_at)}" if one.state.last_success_at else ", never read"
    return f"{one.feed.name}: {state}{since} ({one.because})" + (f": {one.state.problem}" if one.state.problem else "")


def _score(score: TopicScore) -> Iterator[str]:
    verdict = "reaches" if score.is_relevant else "is below"
    yield f"{score.topic} {score.score:.2f} {verdict} the threshold {score.threshold:.2f}"
    parts = sorted(score.contributions, key=lambda part: -abs(part.weight))[:FEATURES_SHOWN]
    if parts:
        yield "  " + ", ".join(f"{part.feature}{_quoted(part)} {part.weight:+.2f}" for part in parts)


def _quoted(part: Contribution) -> str:
    """Return the item's own words behind a feature; a word is its own quotation."""
    if part.evidence is None or part.feature == f"word:{part.evidence.quote}":
        return ""
    return f" “{' '.join(part.evidence.quote.split())}”"


def _rules(found: Why, *, is_all: bool) -> Iterator[str]:
    if found.is_older_version:
        yield "assessed with earlier rules or names; what follows is what the rules say now"
    yield from found.fallbacks
    held = [answer for answer in found.rules if answer.verdict is Verdict.HELD]
    others = [answer for answer in found.rules if answer.verdict is not Verdict.HELD]
    shown = others if is_all else [one for one in others if one.missing < len(one.clauses)][:RULES_SHOWN]
    for answer in (*held, *shown):
        yield from _rule(answer)
    if not found.rules:
        yield f"{found.analyst} has no rules and follows nobody" if found.text.title or found.text.text else "unread"
    left = len(others) - len(shown)
    if left:
        yield f"{left} more rules do not match (--all shows them)"


def _rule(answer: RuleAnswer) -> Iterator[str]:
    head = f"{answer.rule} ({answer.severity.label}, {answer.send})"
    match answer.verdict:
        case Verdict.HELD:
            yield f"{head} holds"
        case Verdict.STOPPED:
            quote = f" “{answer.quote}”" if answer.quote else ""
            yield f"{head} was stopped by {_short(answer.decided_by)}{quote}"
        case Verdict.NOT_FOUND:
            yield f"{head} lacks {_short(answer.decided_by)}"
    for clause in answer.clauses:
        quotes = ", ".join(f"“{quote}”" for quote in clause.quotes[:3]) or "not found"
        yield f"  {_short(clause.written)}: {quotes}"


def _short(written: str) -> str:
    return written if len(written) <= 90 else f"{written[:88]}…"


def _mutes(found: Why) -> list[str]:
    return [
        f"mute.{one.mute} covers it until {one.until}: {one.why or 'no reason given'}" for one in found.mutings
    ] or [f"no mute of {found.analyst} covers it"]


def _alerts(found: Why) -> Iterator[str]:
    if found.fate.silenced:
        yield found.fate.silenced
    if not found.fate.alerts:
        wanted = any(answer.verdict is Verdict.HELD and answer.send == "alert" for answer in found.rules)
        yield "no rule asks for one" if not wanted else "none was decided"
    for alert in found.fate.alerts:
        yield f"{alert.owner}/{alert.rule}: {alert.decision}, {alert.reason} ({iso(alert.decided_at)})"
    yield from _deliveries(found.fate.alert_deliveries)


def _story(found: Why) -> list[str]:
    story, one = found.fate.story, found.sought.item
    if story is None or one is None or len(story.items) < 2:
        return ["alone in its story"]
    link = one.assessment.story
    how = f"{link.link} of {link.copy_of}" if link.copy_of else "it opened the story"
    return [f"{story.id}: {len(story.items)} items from {', '.join(story.outlets)}; {how}", f"  {story.headline}"]


def _digest(digest: DigestFate) -> Iterator[str]:
    shown = "shown" if digest.is_shown else "not shown"
    if digest.digest:
        yield f"{digest.digest}: {shown}, {digest.reason}"
    elif digest.is_open:
        will = "will be " if digest.is_shown else ""
        yield f"{digest.name}, next at {iso(digest.next_at)}: {will}{shown}, {digest.reason}"
    else:
        yield f"{digest.name}: {shown}, {digest.reason}"
    yield from _deliveries(digest.deliveries)


def _deliveries(messages: Sequence[OutboxMessage]) -> Iterator[str]:
    for message in messages:
        when = f" {iso(message.sent_at)}" if message.sent_at else ""
        why = f", {message.reason}" if message.reason else ""
        yield f"  {message.route} → {message.recipient}: {message.status}{when}{why}"


def _print_flips(out: Console, flips: Sequence[Flip], *, has_arrived: bool) -> None:
    if not flips:
        out.print(Text("No single change would turn this; see the rules above."))
        return
    out.print(Text(f"The smallest change that would {'keep it away' if has_arrived else 'bring it'}:"))
    for number, flip in enumerate(flips):
        lead = "  → " if not number else "  or "
        for change in flip.changes:
            place = f"  ({change.where})" if change.where else ""
            _print_hanging(out, lead, f"{change.what}{place}", len(lead) + CONTINUED)
            if change.line:
                out.print(Text(f"       {change.line}", style="cyan"))
            lead = "     and "
        out.print(Text(f"       {flip.effect}", style="dim"))


def why_record(found: Why) -> dict[str, object]:
    """Return the answer in the shape of ``why --json``."""
    item = found.item
    fate = found.fate
    return {
        "asked": found.sought.asked,
        "analyst": found.analyst,
        "arrived": fate.has_arrived,
        "answer": found.answer,
        "item": None if item is None else item.id,
        "how": found.sought.how,
        "others": [other.item.id for other in found.sought.others],
        "feed": item.feed if item else None,
        "link": item.link if item else None,
        "first_seen_at": iso(item.first_seen_at) if item else None,
        "lang": found.text.lang,
        "keys": list(found.keys),
        "feeds": [_feed_record(one) for one in found.feeds],
        "edits": [{"revision": r.revision, "seen_at": iso(r.seen_at), "title": r.title} for r in found.revisions],
        "scores": [
            {"topic": s.topic, "score": round(s.score, 4), "threshold": s.threshold, "reached": s.is_relevant}
            for s in found.scores
        ],
        "rules": [_rule_record(answer) for answer in found.rules],
        "mutes": [{"mute": m.mute, "until": m.until.isoformat(), "why": m.why} for m in found.mutings],
        "alerts": [
            {"rule": f"{a.owner}/{a.rule}", "decision": a.decision.value, "reason": a.reason} for a in fate.alerts
        ],
        "silenced": fate.silenced or None,
        "story": None if fate.story is None else {"id": fate.story.id, "items": list(fate.story.items)},
        "nearly": [
            {"digest": digest, "about": miss.about, "missing": miss.missing, "write": miss.write}
            for digest, miss in fate.nearly
        ],
        "digests": [
            {
                "name": d.name,
                "digest": d.digest or None,
                "shown": d.is_shown,
                "reason": d.reason,
                "next_at": iso(d.next_at),
                "deliveries": [{"route": m.route, "status": m.status.value, "reason": m.reason} for m in d.deliveries],
            }
            for d in fate.digests
        ],
        "changes": [
            {"changes": [_change_record(one) for one in flip.changes], "effect": flip.effect} for flip in found.flips
        ],
    }


def _feed_record(one: CarryingFeed) -> dict[str, object]:
    return {
        "name": one.feed.name,
        "state": "paused" if one.is_paused else one.state.health.value,
        "because": one.because,
        "last_success_at": iso(one.state.last_success_at),
        "problem": one.state.problem,
    }


def _rule_record(answer: RuleAnswer) -> dict[str, object]:
    return {
        "rule": answer.rule,
        "send": answer.send.value,
        "severity": answer.severity.label,
        "verdict": answer.verdict.value,
        "decided_by": answer.decided_by,
        "quote": answer.quote,
        "clauses": [{"clause": clause.written, "quotes": list(clause.quotes)} for clause in answer.clauses],
        "evidence": [evidence_line(one) for one in answer.evidence],
        "changes": [_change_record(change) for change in answer.changes],
    }


def _change_record(change: Change) -> dict[str, object]:
    where = change.where
    return {
        "kind": change.kind.value,
        "what": change.what,
        "path": where.path if where else None,
        "line": where.line if where else None,
        "write": change.line,
    }
