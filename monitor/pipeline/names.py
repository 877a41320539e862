"""Names that filters ask for: a misspelt one must not look like no news."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping
from datetime import UTC, datetime

from monitor.errors import InputError
from monitor.pipeline.desk import open_desk
from monitor.workspace.layout import Workspace


def check_names(workspace: Workspace, asked: Mapping[str, object]) -> None:
    """Raise InputError if a filter asks for a topic, entity, rule, analyst, feed or outlet that nothing defines.

    For lists that came out empty: looking names up costs more than the list.
    """
    desk = open_desk(workspace, datetime.now(UTC), is_keeping=False)
    try:
        config = desk.config
        feeds = (*config.feeds, *config.paused)
        known: dict[str, Collection[str]] = {
            "topic": desk.topics.ids,
            "entity": [entity.id for entity in desk.book.entities],
            "rule": [compiled.rule.full_id for compiled in desk.book.rules],
            "analyst": {*(one.name for one in config.analysts), *(made.rule.owner for made in desk.book.rules)},
            "feed": [feed.name for feed in feeds],
            "source": [feed.outlet for feed in feeds],
        }
    finally:
        desk.database.close()
    for option, names in known.items():
        name = asked.get(option)
        # An aggregator's items carry outlets that no feed is called after, so an unknown outlet is no mistake.
        if name is None or name in names or (option == "source" and not _near(str(name), names)):
            continue
        near = _near(str(name), names)
        fix = f'did you mean "{near}"?' if near else f"known: {', '.join(sorted(names)[:12]) or 'none'}"
        raise InputError(f'--{option} "{name}": nothing of that name is defined', fix)


def _near(name: str, names: Collection[str]) -> str | None:
    return next(iter(difflib.get_close_matches(name, sorted(names), n=1)), None)
