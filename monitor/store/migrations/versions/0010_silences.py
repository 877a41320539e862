"""Stories that an analyst wants no alerts about."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the silences; there are none yet."""
    op.create_table(
        "silences",
        sa.Column("analyst", sa.Text, primary_key=True),
        sa.Column("story", sa.Text, primary_key=True),
        sa.Column("until", WHOLE, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("made_at", WHOLE, nullable=False),
        sqlite_strict=True,
    )
    op.create_index("silences_by_story", "silences", ["story"])
