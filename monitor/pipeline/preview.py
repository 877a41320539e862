"""A digest as it would close now, closing and sending nothing."""

from __future__ import annotations

from datetime import datetime

from monitor.digests.render import Pages
from monitor.pipeline.desk import Desk
from monitor.pipeline.digest import build_now
from monitor.pipeline.messages import legend
from monitor.pipeline.round import Wish, wished_digests


def preview_digest(desk: Desk, name: str, now: datetime) -> Pages:
    """Return the pages of a digest from what is stored and assessed. Raises InputError for an unknown name."""
    (spec,) = wished_digests(desk, Wish(digests=(name,)))
    with desk.database.read() as connection:
        digest, _ = build_now(connection, desk, spec, now, is_preview=True)
    return desk.renderer.pages(digest, legend(desk), spec.template)
