"""By what an entry is recognised that is as it was, before it is cleaned."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add a hash of the entry that each item was last read from."""
    op.add_column("items", sa.Column("entry_hash", sa.LargeBinary))
