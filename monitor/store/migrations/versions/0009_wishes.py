"""What the last document of a feed wished: how long to be left alone, and when not to be asked."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add both; a feed that says nothing new keeps its wish."""
    op.add_column("feed_states", sa.Column("wished_wait", sa.BigInteger().with_variant(sa.Integer(), "sqlite")))
    op.add_column("feed_states", sa.Column("quiet_times", sa.Text, nullable=False, server_default=""))
