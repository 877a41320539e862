"""Print what a round brought: stories by topic, with the evidence marked, then what failed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.text import Text

if TYPE_CHECKING:
    from monitor.digests.view import CoverageView, DigestView, EntryView, FeedLine, SectionView, Segment, StoryView
    from monitor.pipeline.assess import AssessReport

_WIDTH_WITHOUT_TERMINAL = 110
_CROSSED_SHOWN = 10
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
        out.print(f"\n[bold]Feeds that did not answer[/] · {len(coverage.troubled)}")
        by_problem: dict[str, list[FeedLine]] = {}
        for feed in coverage.troubled:
            by_problem.setdefault(feed.problem, []).append(feed)
        for problem, feeds in by_problem.items():
            names = ", ".join(f"{feed.outlet} ({feed.name}{_standing(feed)})" for feed in feeds)
            print_indented(out, Text(names), 2)
            print_indented(out, Text(problem, style="dim"), 6)
    _print_lines(out, "Possible gaps: every item was new, some may have been missed", coverage.gaps)
    _print_lines(out, "Files not used as they stand (run: monitor check)", coverage.fallbacks)
    _print_lines(out, "Not delivered yet", coverage.undelivered)


def print_crossings(out: Console, report: AssessReport) -> None:
    """Print the items that a new model put on the other side of a threshold, and what did it."""
    if not report.crossed:
        return
    counts = f"{report.rose} rose above a threshold, {report.fell} fell below"
    out.print(f"\n[bold]Scored again by a new model[/] · {counts}")
    for crossing in report.crossed[:_CROSSED_SHOWN]:
        for line in crossing.lines():
            print_indented(out, Text(line.lstrip()), 2 + len(line) - len(line.lstrip()))
    left = report.rose + report.fell - _CROSSED_SHOWN
    if left > 0:
        out.print(f"  and {left} more", style="dim")


def print_indented(out: Console, text: Text, indent: int) -> None:
    """Print a text wrapped to the width of the console, every line indented, without spaces at the ends of lines."""
    for line in text.wrap(out, max(20, out.width - indent)):
        line.rstrip()
        out.print(Text(" " * indent) + line, soft_wrap=True)


def _standing(feed: FeedLine) -> str:
    """Return how long a feed has been in trouble, if it ever answered."""
    return "" if feed.last_success == "never answered" else f", {feed.state} {feed.since}, {feed.last_success}"


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
        print_indented(out, Text.assemble(_mark(story.lead.headline), (f"  {story.lead.outlet}", "dim")), 2)
    if section.more_left:
        out.print(f"  and {section.more_left} more: monitor items list", style="dim")


def _print_story(out: Console, story: StoryView) -> None:
    lead = story.lead
    head = Text()
    if story.severity:
        head.append(f" {story.severity} ", _COLOURS.get(story.severity, ""))
        head.append(" ")
    head.append_text(_mark(lead.headline, style="bold"))
    out.print()
    print_indented(out, head, 2)
    print_indented(out, Text(_byline(lead, story), style="dim"), 4)
    if lead.snippet:
        print_indented(out, _mark(lead.snippet), 4)
    for line in _reasons(story):
        print_indented(out, Text(line, style="dim"), 4)


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
