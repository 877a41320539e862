"""What each feed's last document held, so that what stands there as it did need not be read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add an empty table: the next document of each feed is read in full and fills it."""
    op.create_table(
        "feed_seen",
        sa.Column("feed", sa.Text, primary_key=True),
        sa.Column("entries", sa.LargeBinary, nullable=False),
        sqlite_strict=True,
    )
