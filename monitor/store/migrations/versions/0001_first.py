"""The first schema.

Never edited after release: a change of the schema is a new migration.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
REAL: sa.types.TypeEngine[float] = sa.Double().with_variant(sa.REAL(), "sqlite")
# Indic vowel signs are part of a word; accents were folded before.
TOKENIZER = "unicode61 remove_diacritics 0 categories 'L* M* N* Co'"


def upgrade() -> None:
    """Make every table."""
    _feeds_and_items()
    _contents()
    _decisions()
    _digests()
    _bookkeeping()
    # Without content, the text stands in ``revisions``; rows never change, search_documents says which count.
    op.execute(f"CREATE VIRTUAL TABLE search USING fts5(words, content='', tokenize=\"{TOKENIZER}\")")


def _item(*, is_key: bool = False) -> sa.Column[Any]:
    parent = sa.ForeignKey("items.id", ondelete="CASCADE")
    return sa.Column("item", sa.Text, parent, primary_key=is_key, nullable=False)


def _only(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def _feeds_and_items() -> None:
    op.create_table(
        "feed_states",
        sa.Column("feed", sa.Text, primary_key=True),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("etag", sa.Text),
        sa.Column("last_modified", sa.Text),
        sa.Column("body_hash", sa.Text),
        sa.Column("next_check_at", WHOLE),
        sa.Column("last_polled_at", WHOLE),
        sa.Column("last_success_at", WHOLE),
        sa.Column("last_new_item_at", WHOLE),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("health", sa.Text, nullable=False),
        sa.Column("since", WHOLE),
        sa.Column("problem", sa.Text, nullable=False),
        sa.Column("identity_policy", sa.Text, nullable=False),
        sqlite_strict=True,
    )
    op.create_table(
        "assessors",
        sa.Column("number", WHOLE, primary_key=True),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("rules_version", sa.Text, nullable=False),
        sa.UniqueConstraint("model", "rules_version"),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_table(
        "items",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("feed", sa.Text, nullable=False),
        sa.Column("outlet", sa.Text, nullable=False),
        sa.Column("link", sa.Text),
        sa.Column("lang", sa.Text),
        sa.Column("first_seen_at", WHOLE, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("content_hash", sa.Text, nullable=False),
        sa.Column("is_backlog", sa.Integer, nullable=False),
        sa.Column("is_first_pull", sa.Integer, nullable=False),
        sa.Column("story", sa.Text),
        sa.Column("assessor", WHOLE, sa.ForeignKey("assessors.number")),
        sa.Column("is_open", sa.Integer, nullable=False),
        sa.Column("is_pending", sa.Integer, nullable=False),
        sqlite_strict=True,
    )
    op.create_index("items_by_feed", "items", ["feed", "first_seen_at", "id"])
    op.create_index("items_by_lang", "items", ["lang", "first_seen_at", "id"])
    op.create_index("items_by_link", "items", ["link"])
    op.create_index("items_by_outlet", "items", ["outlet", "first_seen_at", "id"])
    op.create_index("items_by_story", "items", ["story", "first_seen_at", "id"])
    op.create_index("items_by_time", "items", ["first_seen_at", "id"])
    op.create_index("items_open", "items", ["assessor", "first_seen_at", "id"], **_only("is_open = 1"))
    op.create_index("items_pending", "items", ["first_seen_at", "id"], **_only("is_pending = 1"))
    op.create_index("items_unassessed", "items", ["first_seen_at", "id"], **_only("assessor IS NULL"))
    op.create_table(
        "item_keys",
        sa.Column("feed", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, primary_key=True),
        _item(),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("item_keys_by_item", "item_keys", ["item"])


def _contents() -> None:
    op.create_table(
        "revisions",
        _item(is_key=True),
        sa.Column("revision", sa.Integer, primary_key=True),
        sa.Column("content_hash", sa.Text, nullable=False),
        sa.Column("seen_at", WHOLE, nullable=False),
        sa.Column("lang", sa.Text),
        sa.Column("published_at", WHOLE),
        sa.Column("updated_at", WHOLE),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("authors", sa.Text, nullable=False),
        sa.Column("tags", sa.Text, nullable=False),
        sa.Column("enclosures", sa.Text, nullable=False),
        sa.Column("flags", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("html", sa.Text, nullable=False),
        sqlite_strict=True,
    )
    op.create_table(
        "search_documents",
        sa.Column("number", WHOLE, primary_key=True),
        _item(),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("at", WHOLE, nullable=False),
        sa.Column("is_current", sa.Integer, nullable=False),
        sa.UniqueConstraint("item", "revision"),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )


def _decisions() -> None:
    op.create_table(
        "assessments",
        sa.Column("number", WHOLE, primary_key=True),
        sa.Column("item", sa.Text, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("assessor", WHOLE, sa.ForeignKey("assessors.number"), nullable=False),
        sa.Column("assessed_at", WHOLE, nullable=False),
        sa.Column("is_repeat", sa.Integer, nullable=False),
        sa.Column("story", sa.Text, nullable=False),
        sa.Column("link", sa.Text, nullable=False),
        sa.Column("similarity", REAL, nullable=False),
        sa.Column("copy_of", sa.Text),
        sa.Column("scores", sa.Text, nullable=False),
        sa.Column("matches", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["item", "revision"], ["revisions.item", "revisions.revision"], ondelete="CASCADE"),
        sa.UniqueConstraint("item", "revision"),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_table(
        "facets",
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, primary_key=True),
        sa.Column("at", WHOLE, primary_key=True),
        _item(is_key=True),
        sa.Column("score", REAL, nullable=False),
        sa.Column("is_relevant", sa.Integer, nullable=False),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("facets_by_item", "facets", ["item"])
    op.create_table(
        "story_entries",
        _item(is_key=True),
        sa.Column("story", sa.Text, nullable=False),
        sa.Column("at", WHOLE, nullable=False),
        sa.Column("content_hash", sa.Text, nullable=False),
        sa.Column("shingles", sa.LargeBinary, nullable=False),
        sqlite_strict=True,
    )
    op.create_index("story_entries_by_time", "story_entries", ["at"])
    op.create_table(
        "alerts",
        sa.Column("analyst", sa.Text, primary_key=True),
        sa.Column("owner", sa.Text, primary_key=True),
        sa.Column("rule", sa.Text, primary_key=True),
        sa.Column("story", sa.Text, primary_key=True),
        _item(is_key=True),
        sa.Column("revision", sa.Integer, primary_key=True),
        sa.Column("severity", sa.Integer, nullable=False),
        sa.Column("decision", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("decided_at", WHOLE, nullable=False),
        sqlite_strict=True,
    )
    op.create_index("alerts_by_item", "alerts", ["item"])
    op.create_index("alerts_by_story", "alerts", ["story"])
    op.create_index("alerts_by_time", "alerts", ["decided_at"])


def _digests() -> None:
    op.create_table(
        "digests",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("slot", WHOLE),
        sa.Column("since", WHOLE),
        sa.Column("until", WHOLE, nullable=False),
        sa.Column("manifest", sa.Text, nullable=False),
        sa.UniqueConstraint("name", "slot"),
        sqlite_strict=True,
    )
    op.create_index("digests_by_time", "digests", ["name", "until"])
    op.create_table(
        "digest_names",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("begins_after", WHOLE, nullable=False),
        sa.Column("decided_up_to", WHOLE, nullable=False),
        sqlite_strict=True,
    )
    op.create_table(
        "digest_members",
        sa.Column("name", sa.Text, primary_key=True),
        _item(is_key=True),
        sa.Column("revision", sa.Integer, primary_key=True),
        sa.Column("digest", sa.Text, sa.ForeignKey("digests.id", ondelete="CASCADE"), nullable=False),
        sa.Column("is_shown", sa.Integer, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("digest_members_by_digest", "digest_members", ["digest"])
    op.create_index("digest_members_by_item", "digest_members", ["item"])


def _bookkeeping() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("route", sa.Text, nullable=False),
        sa.Column("recipient", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("about", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("created_at", WHOLE, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_attempt_at", WHOLE),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("sent_at", WHOLE),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sqlite_strict=True,
    )
    op.create_index("outbox_by_about", "outbox", ["about"])
    op.create_index("outbox_by_status", "outbox", ["status", "created_at"])
    op.create_table(
        "good_files",
        sa.Column("path", sa.Text, primary_key=True),
        sa.Column("sha", sa.Text, nullable=False),
        sa.Column("saved_at", WHOLE, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sqlite_strict=True,
    )
    op.create_table(
        "rounds",
        sa.Column("number", WHOLE, primary_key=True),
        sa.Column("command", sa.Text, nullable=False),
        sa.Column("started_at", WHOLE, nullable=False),
        sa.Column("finished_at", WHOLE),
        sa.Column("summary", sa.Text, nullable=False),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
