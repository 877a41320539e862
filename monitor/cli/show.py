"""Print what a round brought: stories by topic, with the evidence marked, then what failed."""

from __future__ import annotations

import sys

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.text import Text

from monitor.digests.view import CoverageView, DigestView, EntryView, SectionView, Segment, StoryView

_WIDTH_WITHOUT_TERMINAL = 110
_COLOURS = {"critical": "bold white on red", "high": "bold red", "medium": "yellow", "low": "cyan", "info": "dim"}


def console() -> Console:
    """Return a console for results on stdout: coloured on a terminal, plain and of fixed width in a pipe."""
    width = None if sys.stdout.isatty() else _WIDTH_WITHOUT_TERMINAL
    return Console(file=sys.stdout, width=width, highlight=False, soft_wrap=False)


def print_news(out: Console, view: DigestView) -> None:
    """Print the stories of a round by topic, most severe first."""
    for section in view.sections:
        _print_section(out, section)
    for title in view.quiet_topics:
        out.print(f"\n[bold]{escape(title)}[/] · nothing new", style="dim")


def print_coverage(out: Console, coverage: CoverageView) -> None:
    """Print what the round could not see: feeds in trouble, gaps, files in fallback."""
    if coverage.troubled:
        out.print(f"\n[bold]Feeds that did not answer[/] · {len(coverage.troubled)} of {coverage.feeds}")
        for feed in coverage.troubled:
            head = Text(f"  {feed.outlet} ({feed.name}): {feed.state} {feed.since}".rstrip() + f", {feed.last_success}")
            out.print(head)
            out.print(Padding(Text(feed.problem, style="dim"), (0, 0, 0, 6), expand=False))
    _print_lines(out, "Possible gaps: every item was new, some may have been missed", coverage.gaps)
    _print_lines(out, "Files not used as they stand (run: monitor check)", coverage.fallbacks)
    _print_lines(out, "Not delivered yet", coverage.undelivered)


def _print_lines(out: Console, title: str, lines: tuple[str, ...]) -> None:
    if lines:
        out.print(f"\n[bold]{escape(title)}[/]")
        for line in lines:
            out.print(Text(f"  {line}"))


def _print_section(out: Console, section: SectionView) -> None:
    noun = "story" if section.count == 1 else "stories"
    out.print(f"\n[bold]{escape(section.title)}[/] · {section.count} {noun}")
    for story in section.stories:
        _print_story(out, story)
    for story in section.more:
        out.print(Text.assemble("  ", _mark(story.lead.headline), (f"  {story.lead.outlet}", "dim")))
    if section.more_left:
        out.print(f"  and {section.more_left} more: monitor items list", style="dim")


def _print_story(out: Console, story: StoryView) -> None:
    lead = story.lead
    head = Text("\n  ")
    if story.severity:
        head.append(f" {story.severity} ", _COLOURS.get(story.severity, ""))
        head.append(" ")
    head.append_text(_mark(lead.headline, style="bold"))
    out.print(head)
    out.print(Padding(Text(_byline(lead, story), style="dim"), (0, 0, 0, 4), expand=False))
    if lead.snippet:
        out.print(Padding(_mark(lead.snippet), (0, 0, 0, 4), expand=False))
    for line in _reasons(story):
        out.print(Padding(Text(line, style="dim"), (0, 0, 0, 4), expand=False))


def _byline(lead: EntryView, story: StoryView) -> str:
    also = [entry.outlet for entry in story.others]
    parts = [lead.outlet, lead.source, lead.time, lead.language if lead.lang != "en" else ""]
    if also:
        more = f" and {story.others_left} more" if story.others_left else ""
        parts.append("also: " + ", ".join(dict.fromkeys(also)) + more)
    marks = [mark for mark, is_set in (("updated", story.is_update), ("late", story.is_late)) if is_set]
    return " · ".join(part for part in (*parts, *marks) if part)


def _reasons(story: StoryView) -> list[str]:
    lines = []
    for score in story.scores:
        if score.is_reached:
            words = f": {', '.join(score.words_for)}" if score.words_for else ""
            lines.append(f"{score.title} {score.score} (from {score.threshold}){words}")
    lines.extend(f"rule {rule.id} ({rule.severity}): {rule.title}" for rule in story.rules)
    lines.append(f"monitor items show {story.lead.item_id}")
    return lines


def _mark(segments: tuple[Segment, ...], style: str = "") -> Text:
    """Return a text with its evidence marked: by colour and, since pipes have none, by brackets."""
    text = Text(style=style)
    for segment in segments:
        if segment.is_hit:
            text.append(f"[{segment.text}]", "bold green")
        else:
            text.append(segment.text)
    return text
