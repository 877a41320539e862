"""A reading process that dies costs one poll of one feed: nothing is lost, nobody waits."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from concurrent.futures import Future
from datetime import timedelta
from pathlib import Path

from monitor.fetch.limits import FetchLimits
from monitor.pipeline.poll import poll
from monitor.pipeline.progress import Silent, utc_now
from monitor.pipeline.reading import Reader, Unread
from monitor.records import Feed, ParsedFeed
from monitor.store import feeds as feed_rows
from monitor.store import items as item_rows
from monitor.store.engine import open_database
from tests.pipeline.test_reading import NOW, fetched, large
from tests.web import Reply, TestServer

ITEM = b"<rss version='2.0'><channel><item><title>Convoy</title><guid>1</guid></item></channel></rss>"


def kill_next_reader(done: threading.Event) -> None:
    """Kill the first reading process that comes to life, without a warning."""
    while not done.wait(0.002):
        for child in multiprocessing.active_children():
            if child.name == "read feeds" and child.pid:
                os.kill(child.pid, signal.SIGKILL)
                return


def test_a_killed_process_costs_one_document_and_is_replaced() -> None:
    done = threading.Event()
    killer = threading.Thread(target=kill_next_reader, args=(done,))
    killer.start()
    with Reader() as reader:
        promises = [reader.read(fetched(large(16_000)), NOW) for _ in range(3)]
        results = [promise.result() for promise in promises if isinstance(promise, Future)]
        done.set()
        killer.join()
    assert [type(result) for result in results].count(Unread) == 1
    [lost] = [result for result in results if isinstance(result, Unread)]
    assert lost.why == "reading it ended the process that did so"
    assert all(len(result.items) == 10_000 for result in results if isinstance(result, ParsedFeed))


def test_a_document_that_wants_all_memory_is_refused_and_the_process_goes_on() -> None:
    with Reader() as reader:
        assert reader._started()
        assert reader._elsewhere(bytearray, (3 * 1024**3,)) == Unread("reading it took too much memory")
        assert reader._elsewhere(len, ("three",)) == 5


def test_what_a_killed_process_was_reading_is_read_at_the_next_poll(tmp_path: Path) -> None:
    database = open_database("sqlite:///monitor.db", tmp_path)
    done = threading.Event()
    killer = threading.Thread(target=kill_next_reader, args=(done,))
    with TestServer() as server:
        headers = {"ETag": '"v1"', "Content-Type": "application/rss+xml"}
        feeds = [
            Feed("large", server.set("/large", Reply(headers=headers, body=large(12_000))), "L", allow_private=True),
            Feed("usual", server.set("/usual", Reply(headers=headers, body=ITEM)), "U", allow_private=True),
        ]
        killer.start()
        first = poll(database, feeds, FetchLimits(host_gap=timedelta(0)), utc_now, Silent())
        done.set()
        killer.join()
        second = poll(database, feeds, FetchLimits(host_gap=timedelta(0)), utc_now, Silent())
    with database.read() as connection:
        counts, states = item_rows.count_by_feed(connection), feed_rows.states(connection)
    database.close()
    assert (first.new, [state.feed for state in first.failed]) == (1, ["large"])
    assert "ended the process" in first.failed[0].problem
    assert (second.new, second.failed, counts) == (10_000, (), {"large": 10_000, "usual": 1})
    assert states["large"].failures == 0
