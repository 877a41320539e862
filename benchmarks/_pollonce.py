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
        from monitor.config import parse_config
        from monitor.pipeline.poll import poll
        from monitor.pipeline.progress import Silent, utc_now
        from monitor.store.engine import open_database

        config, problems = parse_config((root / "config.toml").read_text(encoding="utf-8"), "config.toml")
        assert config is not None, problems
        database = open_database(config.database, root)
    began = time.monotonic()
    report = poll(database, config.feeds, config.limits, utc_now, Silent())
    wall = time.monotonic() - began
    database.close()
    print(report.polled, report.answered, report.new, report.changed, f"{wall:.3f}")
