"""The user's own archive as plain background: thousands of real items of which hardly any is relevant."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

SMALLEST_ARCHIVE = 5_000
"""Items below which an archive says little about what is ordinary."""
SAMPLE = 2_000
"""Items taken of it: as many as there are passages."""


def background_sample(items: Sequence[str]) -> tuple[str, ...]:
    """Return which items of an archive to learn from as background, none of an archive below SMALLEST_ARCHIVE.

    ``items``: ids of everything stored, in the order first seen; those with a judgement may be among them. The sample
    is drawn by hash from the first 5,000, 10,000, 20,000 … items, whichever the archive has reached: it changes when
    the archive has doubled, not with every item, since each change fits the model anew and scores open items again.

    The caller reads title and text of these items and gives them to ``train(…, background=((title, text), …))`` and to
    ``fingerprint(…, background=…)``, in this order.
    """
    return tuple(sorted(items[: size_reached(len(items))], key=_draw)[:SAMPLE])


def size_reached(count: int) -> int:
    """Return how many items of an archive of ``count`` are drawn from: 5,000, 10,000, 20,000 …; 0 below."""
    if count < SMALLEST_ARCHIVE:
        return 0
    reached = SMALLEST_ARCHIVE
    while reached * 2 <= count:
        reached *= 2
    return reached


def _draw(item: str) -> bytes:
    """Return a key whose order says nothing about the items; the core draws no random numbers."""
    return hashlib.sha256(f"background:{item}".encode("utf-8", "surrogatepass")).digest()
