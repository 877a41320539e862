"""Poll one feed in a process that may be killed: ``python -m tests.acceptance.one_poll ROOT SECONDS TIMES URL``.

Prints one JSON line: the state after each poll, what is stored, and what it took. The first poll fills the feed; each
later one has SECONDS before the system kills this process.
"""

from __future__ import annotations

import json
import signal
import sys
import time
from dataclasses import asdict, replace
from datetime import timedelta
from pathlib import Path

from monitor.fetch.limits import FetchLimits
from monitor.log import set_up_logging
from monitor.pipeline.poll import poll
from monitor.pipeline.progress import Silent, utc_now
from monitor.records import Feed
from monitor.store import feeds as feed_rows
from monitor.store import items as item_rows
from monitor.store.engine import open_database


def resident_megabytes(name: str) -> float:
    """Return VmRSS (now) or VmHWM (at most so far) of this process."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1]) / 1024
    raise LookupError(name)


def main() -> None:
    root, seconds, times, url = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    set_up_logging(2)
    database = open_database("sqlite:///monitor.db", root)
    feed = Feed("hostile", url, "Outlet", allow_private=True)
    states = []
    before, spent = 0.0, 0.0
    for number in range(times):
        began = time.monotonic()
        signal.alarm(seconds if number else 60)  # nobody handles it: the process ends, whatever it is busy with
        poll(database, [feed], FetchLimits(host_gap=timedelta(0)), utc_now, Silent())
        signal.alarm(0)
        before = before or resident_megabytes("VmRSS")
        spent = max(spent, time.monotonic() - began) if number else 0.0
        with database.read() as connection:
            state = feed_rows.states(connection)["hostile"]
        wait = (state.next_check_at - state.last_polled_at) if state.next_check_at and state.last_polled_at else None
        states.append({**asdict(replace(state)), "wait": wait.total_seconds() if wait else None})
    with database.read() as connection:
        ids = [row[0] for row in connection.exec_driver_sql("SELECT id FROM items ORDER BY rowid")]
        loaded = item_rows.load(connection, ids)
        keys = [row[0] for row in connection.exec_driver_sql("SELECT value FROM item_keys")]
    database.close()
    items = [asdict(loaded[item]) for item in ids]
    growth = resident_megabytes("VmHWM") - before
    found = {"states": states, "items": items, "keys": keys, "growth": growth, "spent": spent}
    sys.stdout.write(json.dumps(found, default=str) + "\n")


if __name__ == "__main__":
    main()
