"""By what a document is recognised whose items are those of the last one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add a hash over the items of the last document."""
    op.add_column("feed_states", sa.Column("items_hash", sa.Text))
