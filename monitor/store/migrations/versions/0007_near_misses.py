"""What a digest left out by little."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the near misses of digests; of those closed before, nothing is known."""
    op.create_table(
        "near_misses",
        sa.Column("digest", sa.Text, sa.ForeignKey("digests.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("item", sa.Text, sa.ForeignKey("items.id", ondelete="CASCADE"), nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("about", sa.Text, nullable=False),
        sa.Column("missing", sa.Text, nullable=False),
        sa.Column("write", sa.Text, nullable=False),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("near_misses_by_item", "near_misses", ["item"])
