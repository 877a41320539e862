"""The outcome of ``monitor rules diff``: Markdown for a review, JSON for a script."""

from __future__ import annotations

from collections.abc import Iterator

from monitor.pipeline.rulediff import MAX_STORIES, ChangedStory, Difference, RuleDiff


def markdown_of(found: Difference, old: str, new: str, days: int) -> str:
    """Return the difference as Markdown: what changed, a table of rules, then the stories won and lost."""
    lines = [f"# Rules from {old} to {new}, last {days} days", ""]
    if found.changes.is_empty:
        return "\n".join([*lines, "Nothing changes: both match alike."])
    lines += [*(f"- {line}" for line in found.changes.lines), "", f"Tried on {found.items} items.", ""]
    lines += _effect_on_labels(found)
    lost = found.lost_relevant
    if lost:
        lines += ["**Judged relevant, and found by no rule any more:**", "", *(_story(story) for story in lost), ""]
    lines += ["| rule | stories won | lost | kept |", "|---|---|---|---|"]
    listed = [rule for rule in found.rules if rule.won or rule.lost or rule.rule in found.changes.rewritten]
    lines += [f"| {rule.rule} | {len(rule.won)} | {len(rule.lost)} | {rule.kept} |" for rule in listed]
    others = [rule for rule in found.rules if rule not in listed]
    if others:
        kept = sum(rule.kept for rule in others)
        says = "rule uses a changed name and finds" if len(others) == 1 else "rules use a changed name and find"
        lines += ["", f"{len(others)} more {says} as before ({kept} stories)."]
    for rule in found.rules:
        if rule.won or rule.lost:
            lines += ["", f"## {rule.rule}", "", *_causes(rule)]
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
    return [f"Stories that analysts judged: {', '.join(said)}.", ""]


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


def _causes(rule: RuleDiff) -> Iterator[str]:
    for cause, won, lost in rule.causes:
        yield f"- by {_plain(cause)}: " + ", ".join(
            f"{number} {word}" for number, word in ((won, "won"), (lost, "lost")) if number
        )


def _stories(head: str, stories: list[ChangedStory]) -> list[str]:
    if not stories:
        return []
    lines = ["", f"{head}:", "", *(_story(story) for story in stories[:MAX_STORIES])]
    return [*lines, f"- and {len(stories) - MAX_STORIES} more"] if len(stories) > MAX_STORIES else lines


def _story(story: ChangedStory) -> str:
    item = story.hit.item
    quotes = ", ".join(dict.fromkeys(f"“{_plain(one.quote)}”" for one in story.hit.match.evidence))
    label = {True: ", judged relevant", False: ", judged noise", None: ""}[story.label]
    title = _plain(item.title or item.text[:80])
    return f"- {item.first_seen_at:%Y-%m-%d} {_plain(item.outlet)}: {title} ({item.id}{label}) — {quotes}"


def _plain(text: str) -> str:
    """Return a text that cannot break a line or a table of Markdown."""
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")


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
