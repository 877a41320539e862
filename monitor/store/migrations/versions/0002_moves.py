"""Where feeds moved to, and when a whole body last came."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add four columns to what is known of a feed."""
    op.add_column("feed_states", sa.Column("fetched_at", WHOLE))
    op.add_column("feed_states", sa.Column("moved_to", sa.Text))
    op.add_column("feed_states", sa.Column("moved_since", WHOLE))
    op.add_column("feed_states", sa.Column("moved_at", WHOLE))
