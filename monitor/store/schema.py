"""The tables, as queries see them; the migrations make them, and a test holds the two together.

An item's identity, place in lists and state stand in ``items``, which is narrow, so that walking a million rows is
cheap. What it says, in every revision, stands in ``revisions``. What was decided about a revision stands in
``assessments``; ``facets`` repeats the parts that lists filter by, each in the order lists are read.
"""

from __future__ import annotations

import sqlalchemy as sa

from monitor.store.columns import Flag, Real, Span, UtcTime, Whole, Words

HEAD = "0011"
"""The version of the newest migration."""

metadata = sa.MetaData()


def _is(column: sa.ColumnElement[bool], truth: int) -> sa.ColumnElement[bool]:
    # A partial index serves a query only if both say the same literal; a bound parameter would hide it.
    return sa.type_coerce(column, sa.Integer) == sa.literal_column(str(truth))


def is_yes(column: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """Return the condition that a flag is set, in the one spelling that partial indexes know."""
    return _is(column, 1)


def is_no(column: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """Return the condition that a flag is not set, in the one spelling that partial indexes know."""
    return _is(column, 0)


def _item(*, is_key: bool = False) -> sa.Column[str]:
    return sa.Column("item", sa.Text, sa.ForeignKey("items.id", ondelete="CASCADE"), primary_key=is_key, nullable=False)


feed_states = sa.Table(
    "feed_states",
    metadata,
    sa.Column("feed", Words, primary_key=True),
    sa.Column("url", Words, nullable=False),
    sa.Column("etag", Words),
    sa.Column("last_modified", Words),
    sa.Column("body_hash", Words),
    sa.Column("next_check_at", UtcTime),
    sa.Column("last_polled_at", UtcTime),
    sa.Column("last_success_at", UtcTime),
    sa.Column("last_new_item_at", UtcTime),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("health", sa.Text, nullable=False),
    sa.Column("since", UtcTime),
    sa.Column("problem", Words, nullable=False),
    sa.Column("identity_policy", sa.Text, nullable=False),
    sa.Column("fetched_at", UtcTime),
    sa.Column("moved_to", Words),
    sa.Column("moved_since", UtcTime),
    sa.Column("moved_at", UtcTime),
    sa.Column("longest_quiet", Span),
    sa.Column("items_hash", Words),
    sa.Column("wished_wait", Span),
    sa.Column("quiet_times", Words, nullable=False, server_default=""),
    sqlite_strict=True,
)

feed_seen = sa.Table(
    "feed_seen",
    metadata,
    sa.Column("feed", Words, primary_key=True),
    # Packed by ``store.seen``: what a feed's last document held, to be known again without reading it.
    sa.Column("entries", sa.LargeBinary, nullable=False),
    sqlite_strict=True,
)

assessors = sa.Table(
    "assessors",
    metadata,
    sa.Column("number", Whole, primary_key=True),
    sa.Column("model", sa.Text, nullable=False),
    sa.Column("rules_version", sa.Text, nullable=False),
    sa.UniqueConstraint("model", "rules_version"),
    sqlite_autoincrement=True,
    sqlite_strict=True,
)

items = sa.Table(
    "items",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("feed", Words, nullable=False),
    sa.Column("outlet", Words, nullable=False),
    sa.Column("link", Words),
    sa.Column("lang", Words),
    sa.Column("first_seen_at", UtcTime, nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("content_hash", sa.Text, nullable=False),
    sa.Column("is_backlog", Flag, nullable=False),
    sa.Column("is_first_pull", Flag, nullable=False),
    sa.Column("story", sa.Text),
    # Who assessed the current revision; empty until somebody did.
    sa.Column("assessor", Whole, sa.ForeignKey("assessors.number")),
    # No digest has closed over it, and one may.
    sa.Column("is_open", Flag, nullable=False),
    # Its alerts are not decided yet.
    sa.Column("is_pending", Flag, nullable=False),
    # Of the entry as the document last had it, before cleaning.
    sa.Column("entry_hash", sa.LargeBinary),
    sqlite_strict=True,
)
sa.Index("items_by_time", items.c.first_seen_at, items.c.id)
sa.Index("items_by_feed", items.c.feed, items.c.first_seen_at, items.c.id)
sa.Index("items_by_outlet", items.c.outlet, items.c.first_seen_at, items.c.id)
sa.Index("items_by_lang", items.c.lang, items.c.first_seen_at, items.c.id)
sa.Index("items_by_link", items.c.link)
# The conditions of partial indexes are SQLite's alone here: naming another database would load all of its dialect.
# Items that just came are in no story and assessed by nobody: two indexes less to write while polling.
sa.Index("items_by_story", items.c.story, items.c.first_seen_at, items.c.id, sqlite_where=items.c.story.is_not(None))
sa.Index("items_unassessed", items.c.first_seen_at, items.c.id, sqlite_where=items.c.assessor.is_(None))
sa.Index(
    "items_open",
    items.c.assessor,
    items.c.first_seen_at,
    items.c.id,
    sqlite_where=is_yes(items.c.is_open) & items.c.assessor.is_not(None),
)
sa.Index("items_pending", items.c.first_seen_at, items.c.id, sqlite_where=is_yes(items.c.is_pending))

item_keys = sa.Table(
    "item_keys",
    metadata,
    sa.Column("feed", Words, primary_key=True),
    sa.Column("value", Words, primary_key=True),
    sa.Column("kind", sa.Text, primary_key=True),
    _item(),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
sa.Index("item_keys_by_item", item_keys.c.item)

revisions = sa.Table(
    "revisions",
    metadata,
    _item(is_key=True),
    sa.Column("revision", sa.Integer, primary_key=True),
    sa.Column("content_hash", sa.Text, nullable=False),
    sa.Column("seen_at", UtcTime, nullable=False),
    sa.Column("lang", Words),
    sa.Column("published_at", UtcTime),
    sa.Column("updated_at", UtcTime),
    sa.Column("title", Words, nullable=False),
    sa.Column("authors", Words, nullable=False),
    sa.Column("tags", Words, nullable=False),
    sa.Column("enclosures", Words, nullable=False),
    sa.Column("flags", Words, nullable=False),
    sa.Column("text", Words, nullable=False),
    sa.Column("html", Words, nullable=False),
    sqlite_strict=True,
)

full_texts = sa.Table(
    "full_texts",
    metadata,
    _item(is_key=True),
    # The revision with the feed's own words, and the one with the page's, if there is one.
    sa.Column("revision", sa.Integer, primary_key=True),
    sa.Column("text_revision", sa.Integer),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("asked_at", UtcTime, nullable=False),
    sa.Column("next_attempt_at", UtcTime),
    sa.Column("reason", Words, nullable=False),
    sqlite_strict=True,
)
sa.Index("full_texts_waiting", full_texts.c.next_attempt_at, sqlite_where=full_texts.c.next_attempt_at.is_not(None))

assessments = sa.Table(
    "assessments",
    metadata,
    # Counts first assessments of a revision; digests remember up to which number they have decided.
    sa.Column("number", Whole, primary_key=True),
    sa.Column("item", sa.Text, nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("assessor", Whole, sa.ForeignKey("assessors.number"), nullable=False),
    sa.Column("assessed_at", UtcTime, nullable=False),
    sa.Column("is_repeat", Flag, nullable=False),
    sa.Column("story", sa.Text, nullable=False),
    sa.Column("link", sa.Text, nullable=False),
    sa.Column("similarity", Real, nullable=False),
    sa.Column("copy_of", sa.Text),
    sa.Column("scores", Words, nullable=False),
    sa.Column("matches", Words, nullable=False),
    sa.UniqueConstraint("item", "revision"),
    sa.ForeignKeyConstraint(["item", "revision"], ["revisions.item", "revisions.revision"], ondelete="CASCADE"),
    sqlite_autoincrement=True,
    sqlite_strict=True,
)

facets = sa.Table(
    "facets",
    metadata,
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("value", Words, primary_key=True),
    # The item's first_seen_at, so that one walk gives a list in its order.
    sa.Column("at", UtcTime, primary_key=True),
    _item(is_key=True),
    sa.Column("score", Real, nullable=False),
    sa.Column("is_relevant", Flag, nullable=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
sa.Index("facets_by_item", facets.c.item)

search_documents = sa.Table(
    "search_documents",
    metadata,
    sa.Column("number", Whole, primary_key=True),
    _item(),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("is_current", Flag, nullable=False),
    sa.UniqueConstraint("item", "revision"),
    sqlite_autoincrement=True,
    sqlite_strict=True,
)

story_entries = sa.Table(
    "story_entries",
    metadata,
    _item(is_key=True),
    sa.Column("story", sa.Text, nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("content_hash", sa.Text, nullable=False),
    sa.Column("shingles", sa.LargeBinary, nullable=False),
    sqlite_strict=True,
)
sa.Index("story_entries_by_time", story_entries.c.at)

alerts = sa.Table(
    "alerts",
    metadata,
    sa.Column("analyst", Words, primary_key=True),
    sa.Column("owner", Words, primary_key=True),
    sa.Column("rule", Words, primary_key=True),
    sa.Column("story", sa.Text, primary_key=True),
    _item(is_key=True),
    sa.Column("revision", sa.Integer, primary_key=True),
    sa.Column("severity", sa.Integer, nullable=False),
    sa.Column("decision", sa.Text, nullable=False),
    sa.Column("reason", Words, nullable=False),
    sa.Column("decided_at", UtcTime, nullable=False),
    sqlite_strict=True,
)
sa.Index("alerts_by_story", alerts.c.story)
sa.Index("alerts_by_item", alerts.c.item)
sa.Index("alerts_by_time", alerts.c.decided_at)

silences = sa.Table(
    "silences",
    metadata,
    sa.Column("analyst", Words, primary_key=True),
    sa.Column("story", sa.Text, primary_key=True),
    sa.Column("until", UtcTime, nullable=False),
    sa.Column("why", Words, nullable=False),
    sa.Column("made_at", UtcTime, nullable=False),
    sqlite_strict=True,
)
sa.Index("silences_by_story", silences.c.story)

digests = sa.Table(
    "digests",
    metadata,
    sa.Column("id", Words, primary_key=True),
    sa.Column("name", Words, nullable=False),
    sa.Column("slot", UtcTime),
    sa.Column("since", UtcTime),
    sa.Column("until", UtcTime, nullable=False),
    sa.Column("manifest", Words, nullable=False),
    sa.UniqueConstraint("name", "slot"),
    sqlite_strict=True,
)
sa.Index("digests_by_time", digests.c.name, digests.c.until)

digest_names = sa.Table(
    "digest_names",
    metadata,
    sa.Column("name", Words, primary_key=True),
    # Assessments numbered up to here were there before the digest began: it never decides about them.
    sa.Column("begins_after", Whole, nullable=False),
    # Every assessment numbered up to here has been decided, or was there before.
    sa.Column("decided_up_to", Whole, nullable=False),
    sqlite_strict=True,
)

digest_members = sa.Table(
    "digest_members",
    metadata,
    sa.Column("name", Words, primary_key=True),
    _item(is_key=True),
    sa.Column("revision", sa.Integer, primary_key=True),
    sa.Column("digest", Words, sa.ForeignKey("digests.id", ondelete="CASCADE"), nullable=False),
    sa.Column("is_shown", Flag, nullable=False),
    sa.Column("reason", Words, nullable=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
sa.Index("digest_members_by_item", digest_members.c.item)
sa.Index("digest_members_by_digest", digest_members.c.digest)

near_misses = sa.Table(
    "near_misses",
    metadata,
    sa.Column("digest", Words, sa.ForeignKey("digests.id", ondelete="CASCADE"), primary_key=True),
    # The most telling first.
    sa.Column("number", sa.Integer, primary_key=True),
    _item(),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("about", Words, nullable=False),
    sa.Column("missing", Words, nullable=False),
    sa.Column("write", Words, nullable=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
sa.Index("near_misses_by_item", near_misses.c.item)

outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("id", Words, primary_key=True),
    sa.Column("route", Words, nullable=False),
    sa.Column("recipient", Words, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("about", Words, nullable=False),
    sa.Column("subject", Words, nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("next_attempt_at", UtcTime),
    sa.Column("reason", Words, nullable=False),
    sa.Column("sent_at", UtcTime),
    sa.Column("content", sa.LargeBinary, nullable=False),
    sqlite_strict=True,
)
sa.Index("outbox_by_status", outbox.c.status, outbox.c.created_at)
sa.Index("outbox_by_about", outbox.c.about)

good_files = sa.Table(
    "good_files",
    metadata,
    sa.Column("path", Words, primary_key=True),
    sa.Column("sha", sa.Text, nullable=False),
    sa.Column("saved_at", UtcTime, nullable=False),
    sa.Column("text", Words, nullable=False),
    sqlite_strict=True,
)

rounds = sa.Table(
    "rounds",
    metadata,
    sa.Column("number", Whole, primary_key=True),
    sa.Column("command", Words, nullable=False),
    sa.Column("started_at", UtcTime, nullable=False),
    sa.Column("finished_at", UtcTime),
    sa.Column("summary", Words, nullable=False),
    sqlite_autoincrement=True,
    sqlite_strict=True,
)
