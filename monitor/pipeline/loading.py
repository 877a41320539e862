"""Loading the program without looking for garbage in it."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_ALLOCATIONS_PER_SEARCH = 60_000
"""Records and parsed entries come by the thousand and go by themselves: Python's 700 looks among them all the time."""


@contextmanager
def loading() -> Iterator[None]:
    """Look for no garbage while modules and files are loaded, and never among what was loaded.

    For commands that end soon. Measured with 200 feeds that bring nothing: a quarter of the CPU time of all.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
        gc.set_threshold(_ALLOCATIONS_PER_SEARCH)
