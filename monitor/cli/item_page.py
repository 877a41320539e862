"""One item in full: as a page for a person, as JSON for a script."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from monitor.cli.shapes import evidence_line, iso, item_line
from monitor.cli.show import console, print_indented
from monitor.records import Alert, AssessedItem, DigestMember, Evidence, Field, Story, TopicScore
from monitor.store.items import Revision


def item_record(one: AssessedItem, history: Sequence[Revision]) -> dict[str, object]:
    """Return everything stored about an item, for ``items show --json``."""
    matches = one.assessment.matches
    return {
        **item_line(one),
        "text": one.item.text,
        "revision": one.item.revision,
        "flags": list(one.item.flags),
        "mentions": [{"entity": m.entity, **evidence_line(m.evidence)} for m in matches.mentions],
        "matches": [
            {
                "rule": match.id,
                "send": match.send.value,
                "severity": match.severity.label,
                "evidence": [evidence_line(evidence) for evidence in match.evidence],
            }
            for match in matches.rules
        ],
        "stopped": [{"rule": f"{s.owner}/{s.rule}", "clause": s.clause, "quote": s.quote} for s in matches.stopped],
        "reasons": [
            {
                "topic": score.topic,
                "feature": part.feature,
                "weight": round(part.weight, 4),
                **(_place(part.evidence) if part.evidence else {}),
            }
            for score in one.assessment.scores
            for part in score.contributions
        ],
        "history": [{"revision": r.revision, "seen_at": iso(r.seen_at), "title": r.title} for r in history],
    }


def _place(evidence: Evidence) -> dict[str, object]:
    return {
        "field": evidence.field.value,
        "start": evidence.start,
        "end": evidence.end,
        "quote": evidence.quote,
    }


def print_item(
    one: AssessedItem,
    history: Sequence[Revision],
    memberships: Sequence[tuple[str, DigestMember]],
    decisions: Sequence[Alert],
    story: Story | None,
) -> None:
    """Print an item with what was found in it and what became of it."""
    out = console()
    item = one.item
    out.print(_marked(item.title, one, Field.TITLE, style="bold"))
    out.print(Text(f"{item.outlet} · {item.lang or '?'} · published {iso(item.published_at) or 'undated'}"))
    out.print(Text(f"{item.link or 'no link'}"))
    seen = f"first seen {iso(item.first_seen_at)} · revision {item.revision}"
    out.print(Text(f"id {item.id} · feed {item.feed} · {seen}"))
    if item.flags:
        out.print(Text(f"noted: {', '.join(item.flags)}"))
    out.print()
    print_indented(out, _marked(item.text, one, Field.BODY), 2)
    out.print()
    for score in one.assessment.scores:
        _print_score(out, score)
    _print_matches(out, one)
    _print_fate(out, one, memberships, decisions, story)
    if len(history) > 1:
        out.print("[bold]Edits[/]")
        for revision in history:
            out.print(Text(f"  {revision.revision} · {iso(revision.seen_at)} · {revision.title}"))


def _print_score(out: Console, score: TopicScore) -> None:
    verdict = "reaches" if score.is_relevant else "is below"
    out.print(f"[bold]{score.topic}[/] {score.score:.2f} {verdict} the threshold {score.threshold:.2f}")
    if not score.contributions:
        out.print(Text("  nothing to show; what the model says now: monitor classifiers explain"))
    for part in score.contributions:
        # A word is its own quotation.
        is_word = part.evidence is not None and part.feature == f"word:{part.evidence.quote}"
        quote = f" “{' '.join(part.evidence.quote.split())}”" if part.evidence and not is_word else ""
        out.print(Text(f"  {part.weight:+.2f} {part.feature}{quote}"))


def _print_matches(out: Console, one: AssessedItem) -> None:
    matches = one.assessment.matches
    for match in matches.rules:
        out.print(Text(f"rule {match.id} ({match.severity.label}, {match.send}): {match.title}"))
        out.print(Text(f"  {', '.join(dict.fromkeys(evidence.quote for evidence in match.evidence))}"))
    for stop in matches.stopped:
        quote = f" “{stop.quote}”" if stop.quote else ""
        out.print(Text(f"rule {stop.owner}/{stop.rule} did not match, stopped by {stop.clause}{quote}"))
    if matches.mentions:
        names = dict.fromkeys(f"{mention.entity} “{mention.evidence.quote}”" for mention in matches.mentions)
        out.print(Text(f"mentions: {', '.join(names)}"))


def _print_fate(
    out: Console,
    one: AssessedItem,
    memberships: Sequence[tuple[str, DigestMember]],
    decisions: Sequence[Alert],
    story: Story | None,
) -> None:
    link = one.assessment.story
    if story is not None and len(story.items) > 1:
        copy = f", {link.link} of {link.copy_of}" if link.copy_of else ""
        out.print(Text(f"story {story.id}: {len(story.items)} items from {', '.join(story.outlets)}{copy}"))
    for alert in decisions:
        out.print(Text(f"alert for {alert.analyst} by {alert.owner}/{alert.rule}: {alert.decision}, {alert.reason}"))
    for digest, member in memberships:
        out.print(Text(f"digest {digest}: {'shown' if member.is_shown else 'not shown'}, {member.reason}"))


def _marked(text: str, one: AssessedItem, field: Field, style: str = "") -> Text:
    shown = Text(text, style=style)
    for evidence in _evidence(one):
        if evidence.field is field:
            shown.stylize("bold green underline", evidence.start, evidence.end)
    return shown


def _evidence(one: AssessedItem) -> list[Evidence]:
    matches = one.assessment.matches
    return [mention.evidence for mention in matches.mentions] + [e for match in matches.rules for e in match.evidence]
