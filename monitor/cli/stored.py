"""Find the one stored item a person named."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from monitor.errors import InputError

if TYPE_CHECKING:
    from monitor.records import AssessedItem


def one_item(root: Path, name: str) -> AssessedItem:
    """Return the item with this id, beginning of an id, or link. Raises InputError if none or several have it."""
    from monitor.pipeline.opening import open_workspace
    from monitor.store import assessments
    from monitor.store import items as item_rows
    from monitor.workspace.layout import Workspace

    _, database = open_workspace(Workspace(root))
    try:
        with database.read() as connection:
            ids = item_rows.find_ids(connection, name)
            if not ids:
                raise InputError(f'no item has the id or link "{name}"', "find it with: monitor items search WORDS")
            if len(ids) > 1 and ids[0] != name:
                raise InputError(f'"{name}" is the beginning of {len(ids)} ids', f"for example: {', '.join(ids[:3])}")
            (one,) = assessments.load(connection, ids[:1])
    finally:
        database.close()
    return one
