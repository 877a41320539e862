"""One piece of ``benchmarks.ingest``: poll every feed of a workspace once.

A module of its own, so that nothing is loaded and counted that only the measuring needs.
"""

from __future__ import annotations

import time
from pathlib import Path

from monitor.pipeline.loading import loading


def poll_once(folder: str) -> None:
    """Do what a round does before it assesses: read config.toml, open the database, poll every feed."""
    root = Path(folder)
    with loading():
        from monitor.pipeline.opening import open_workspace
        from monitor.pipeline.poll import poll
        from monitor.pipeline.progress import Silent, utc_now
        from monitor.workspace.layout import Workspace

        config, database = open_workspace(Workspace(root))
    began = time.monotonic()
    report = poll(database, config.feeds, config.limits, utc_now, Silent())
    wall = time.monotonic() - began
    database.close()
    print(report.polled, report.answered, report.new, report.changed, f"{wall:.3f}")
