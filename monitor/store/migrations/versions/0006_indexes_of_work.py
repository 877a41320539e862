"""Items that nobody assessed yet stand in fewer indexes."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Leave out of two indexes what cannot be asked of them: no story, no assessor."""
    op.drop_index("items_by_story", "items")
    op.create_index("items_by_story", "items", ["story", "first_seen_at", "id"], **_only("story IS NOT NULL"))
    op.drop_index("items_open", "items")
    condition = _only("is_open = 1 AND assessor IS NOT NULL")
    op.create_index("items_open", "items", ["assessor", "first_seen_at", "id"], **condition)


def _only(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}
