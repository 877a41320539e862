"""How long each feed is usually quiet."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the longest usual quiet, in microseconds."""
    op.add_column("feed_states", sa.Column("longest_quiet", WHOLE))
