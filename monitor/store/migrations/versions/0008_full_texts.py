"""Pages behind items, and what asking for them gave."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table of pages asked for."""
    op.create_table(
        "full_texts",
        sa.Column("item", sa.Text, sa.ForeignKey("items.id", ondelete="CASCADE"), primary_key=True, nullable=False),
        sa.Column("revision", sa.Integer, primary_key=True),
        sa.Column("text_revision", sa.Integer),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("asked_at", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("next_attempt_at", sa.BigInteger().with_variant(sa.Integer(), "sqlite")),
        sa.Column("reason", sa.Text, nullable=False),
        sqlite_strict=True,
    )
    op.create_index(
        "full_texts_waiting",
        "full_texts",
        ["next_attempt_at"],
        sqlite_where=sa.text("next_attempt_at IS NOT NULL"),
        postgresql_where=sa.text("next_attempt_at IS NOT NULL"),
    )
