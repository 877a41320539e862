"""The user's own archive as background for the classifiers: drawn when it has doubled, kept beside the models.

Derived data: without the file the same sample is drawn again from the same archive.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from monitor.classifiers.background import background_sample, size_reached
from monitor.log import Log
from monitor.store import items as item_rows
from monitor.store import labels
from monitor.store.engine import Database
from monitor.workspace.files import write_text

log = Log("background")

_FILE = "background.json"
_LONGEST = 2_000
"""Code points kept of a text: what an item is about stands at its beginning, and every start reads the file."""


@dataclass(frozen=True, slots=True)
class Background:
    """Unlabelled items as (title, text), and the size of the archive they were drawn from; 0 if there are none."""

    drawn_from: int = 0
    items: tuple[tuple[str, str], ...] = ()


def read_background(models: Path) -> Background:
    """Return the sample in use, none if there is no such file or it is damaged: it will be drawn again."""
    try:
        stored = json.loads((models / _FILE).read_text(encoding="utf-8"))
        items = tuple((str(title), str(text)) for title, text in stored["items"])
        return Background(int(stored["drawn_from"]), items)
    except FileNotFoundError:
        return Background()
    except (OSError, ValueError, KeyError, TypeError):
        log.warning("the sample of background items is damaged; it will be drawn again", path=str(models / _FILE))
        return Background()


def background_state(models: Path) -> str:
    """Return what tells one sample from the next without reading it; empty if there is none."""
    try:
        state = (models / _FILE).stat()
    except OSError:
        return ""
    return f"{state.st_size} {state.st_mtime_ns}"


def renew_background(database: Database, models: Path) -> int | None:
    """Draw the sample if the archive has become large enough or has doubled; return its size, None if all stays.

    A new sample is a new fingerprint: the model is fitted again and open items are scored again, which is why the
    sample stays until the archive has doubled. Raises DiskError when the disk refuses.
    """
    with database.read() as connection:
        reached = size_reached(item_rows.count(connection))
        if reached == 0 or reached <= read_background(models).drawn_from:
            return None
        chosen = background_sample(labels.first_items(connection, reached))
        found = item_rows.load(connection, chosen)
    texts = [(found[item].title, found[item].text[:_LONGEST]) for item in chosen if item in found]
    content = {"drawn_from": reached, "items": texts}
    # Escaped, so that a lone surrogate of some feed cannot make the file unreadable.
    write_text(models / _FILE, json.dumps(content))
    log.info("background items drawn from the archive", items=len(texts), archive=reached)
    return len(texts)
