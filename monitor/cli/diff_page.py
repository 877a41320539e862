"""The outcome of ``monitor rules diff``: lines as it goes, Markdown for a review, JSON for a script."""

from __future__ import annotations

from collections.abc import Iterator

from monitor.cli.context import counted
from monitor.pipeline.rulediff import MAX_STORIES, ChangedStory, Difference, RuleDiff, Side
from monitor.rules.diff import BookChanges

NOTHING = "Nothing changes: both match alike."
_LABELS = {True: ", judged relevant", False: ", judged noise", None: ""}


def head_lines(title: str, changes: BookChanges) -> list[str]:
    """Return what stands before the stories: what was changed, or that nothing was."""
    return [title, NOTHING] if changes.is_empty else [title, *(f"  {line}" for line in changes.lines), ""]


def told_line(side: Side, story: ChangedStory) -> str:
    """Return a story won or lost as one line, said as soon as it is found."""
    item = story.hit.item
    title = _in_one_line(item.title or item.text[:80])
    where = f"{item.first_seen_at:%Y-%m-%d} {story.hit.match.id} · {_in_one_line(item.outlet)}: {title}"
    return f"{side:<4} {where} ({item.id}{_LABELS[story.label]}) by {_in_one_line(story.cause)}"


def summary_lines(found: Difference) -> Iterator[str]:
    """Iterate over the lines after the stories: the counts of every rule and cause, what analysts' judgements lose."""
    if found.changes.is_empty:
        return
    if any(rule.won or rule.lost for rule in found.rules):
        yield ""
    for rule in _listed(found):
        yield f"{rule.rule}: {len(rule.won)} won, {len(rule.lost)} lost, {rule.kept} kept"
        yield from (f"  by {_in_one_line(cause)}: {counts}" for cause, counts in _counted_causes(rule))
        if max(len(rule.won), len(rule.lost)) > MAX_STORIES:
            yield f"  the newest {MAX_STORIES} of each kind are told above; --json tells all"
    yield from _others(found)
    yield from _effect_on_labels(found)
    if found.lost_relevant:
        yield "Judged relevant, and found by no rule any more:"
        yield from (f"  {_story(story)}" for story in found.lost_relevant)


def markdown_of(found: Difference, title: str) -> str:
    """Return the difference as Markdown: what changed, a table of rules, then the stories won and lost."""
    lines = [f"# {title}", ""]
    if found.changes.is_empty:
        return "\n".join([*lines, NOTHING])
    lines += [*(f"- {line}" for line in found.changes.lines), "", f"Tried on {found.items} items.", ""]
    lines += [line for said in _effect_on_labels(found) for line in (said, "")]
    lost = found.lost_relevant
    if lost:
        lines += [
            "**Judged relevant, and found by no rule any more:**",
            "",
            *(f"- {_plain_story(story)}" for story in lost),
            "",
        ]
    lines += ["| rule | stories won | lost | kept |", "|---|---|---|---|"]
    lines += [f"| {rule.rule} | {len(rule.won)} | {len(rule.lost)} | {rule.kept} |" for rule in _listed(found)]
    lines += [line for said in _others(found) for line in ("", said)]
    for rule in found.rules:
        if rule.won or rule.lost:
            lines += ["", f"## {rule.rule}", ""]
            lines += [f"- by {_plain(cause)}: {counts}" for cause, counts in _counted_causes(rule)]
            lines += _stories("Won", rule.won)
            lines += _stories("Lost", rule.lost)
    return "\n".join(lines)


def _effect_on_labels(found: Difference) -> list[str]:
    """Return what the change does to stories that analysts judged, each counted once; nothing if it touches none."""
    won = {story.hit.item.story: story.label for rule in found.rules for story in rule.won}
    lost = {
        story.hit.item.story: story.label for rule in found.rules for story in rule.lost if not story.is_still_found
    }
    said = [
        f"{sum(label is judged for label in stories.values())} judged {words} {verb}"
        for judged, words in ((True, "relevant"), (False, "noise"))
        for stories, verb in ((won, "won"), (lost, "lost"))
    ]
    if all(label is None for label in (*won.values(), *lost.values())):
        return []
    return [f"Stories that analysts judged: {', '.join(said)}."]


def diff_records(found: Difference) -> Iterator[dict[str, object]]:
    """Iterate over the rules that may match differently, in the shape of ``rules diff --json``."""
    for rule in found.rules:
        yield {
            "rule": rule.rule,
            "kept": rule.kept,
            "won": [_record(story) for story in rule.won],
            "lost": [_record(story) for story in rule.lost],
            "causes": [{"cause": cause, "won": won, "lost": lost} for cause, won, lost in rule.causes],
        }


def _listed(found: Difference) -> list[RuleDiff]:
    return [rule for rule in found.rules if rule.won or rule.lost or rule.rule in found.changes.rewritten]


def _others(found: Difference) -> list[str]:
    """Return how many rules stay as they were although something they use was changed, if any."""
    listed = {rule.rule for rule in _listed(found)}
    others = [rule for rule in found.rules if rule.rule not in listed]
    if not others:
        return []
    kept = sum(rule.kept for rule in others)
    says = "rule uses a changed name and finds" if len(others) == 1 else "rules use a changed name and find"
    return [f"{len(others)} more {says} as before ({counted(kept, 'story', 'stories')})."]


def _counted_causes(rule: RuleDiff) -> Iterator[tuple[str, str]]:
    for cause, won, lost in rule.causes:
        yield cause, ", ".join(f"{number} {word}" for number, word in ((won, "won"), (lost, "lost")) if number)


def _stories(head: str, stories: list[ChangedStory]) -> list[str]:
    if not stories:
        return []
    lines = ["", f"{head}:", "", *(f"- {_plain_story(story)}" for story in stories[:MAX_STORIES])]
    return [*lines, f"- and {len(stories) - MAX_STORIES} more"] if len(stories) > MAX_STORIES else lines


def _story(story: ChangedStory) -> str:
    item = story.hit.item
    quotes = ", ".join(dict.fromkeys(f"“{one.quote}”" for one in story.hit.match.evidence))
    title = item.title or item.text[:80]
    said = f"{item.first_seen_at:%Y-%m-%d} {item.outlet}: {title} ({item.id}{_LABELS[story.label]}) — {quotes}"
    return _in_one_line(said)


def _plain_story(story: ChangedStory) -> str:
    return _plain(_story(story))


def _plain(text: str) -> str:
    """Return a text that cannot break a line or a table of Markdown."""
    return _in_one_line(text).replace("|", "\\|").replace("<", "&lt;")


def _in_one_line(text: str) -> str:
    return " ".join(text.split())


def _record(story: ChangedStory) -> dict[str, object]:
    item = story.hit.item
    return {
        "story": item.story,
        "id": item.id,
        "title": item.title,
        "cause": story.cause,
        "judged": story.label,
        "still_found": story.is_still_found,
    }
