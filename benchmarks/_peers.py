"""Other feed readers, as ``benchmarks.ingest`` runs them: each polls the same feeds into a place of its own."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Peer:
    """A feed reader that is here: how to poll every feed once, and how many items it has then."""

    name: str
    command: tuple[str, ...]
    home: Path
    count: Callable[[], int]


def present(python: str, addresses: Sequence[str], folder: Path) -> tuple[list[Peer], list[str]]:
    """Return the peers that are installed, for ``python`` or as programs, and the names of the others."""
    found: list[Peer] = []
    absent: list[str] = []
    for name, version, make in (
        ("reader", _version(python, "reader"), _reader),
        ("rss2email", _version(python, "rss2email"), _rss2email),
        ("newsboat", _debian("newsboat", "newsboat"), _newsboat),
        ("sfeed", _debian("sfeed_update", "sfeed"), _sfeed),
    ):
        if version is None:
            absent.append(name)
            continue
        home = folder / name
        home.mkdir()
        found.append(make(f"{name} {version}", python, addresses, home))
    return found, absent


def _version(python: str, package: str) -> str | None:
    program = f"import importlib.metadata as m, {package}; print(m.version({package!r}))"
    asked = subprocess.run([python, "-c", program], capture_output=True, text=True, check=False)
    return asked.stdout.strip() if asked.returncode == 0 else None


def _debian(program: str, package: str) -> str | None:
    if shutil.which(program) is None:
        return None
    if shutil.which("dpkg-query") is None:
        return ""
    query = ["dpkg-query", "-W", "-f", "${Version}", package]
    return subprocess.run(query, capture_output=True, text=True, check=False).stdout.strip()


def _reader(name: str, python: str, addresses: Sequence[str], home: Path) -> Peer:
    database = home / "reader.sqlite"
    listed = home / "addresses"
    listed.write_text("\n".join(addresses), encoding="utf-8")
    program = (
        "from reader import make_reader\n"
        f"with make_reader({str(database)!r}, feed_root=None) as reader:\n"
        f"    [reader.add_feed(line.strip(), exist_ok=True) for line in open({str(listed)!r})]\n"
        # Not update_feeds: it leaves out feeds that were updated within the hour.
        "    [reader.update_feed(feed) for feed in reader.get_feeds()]\n"
    )
    return Peer(name, (python, "-c", program), home, lambda: _rows(database, "entries"))


def _rss2email(name: str, python: str, addresses: Sequence[str], home: Path) -> Peer:
    config, state = home / "rss2email.cfg", home / "rss2email.json"
    feeds = "".join(f"[feed.feed-{number}]\nurl = {address}\n" for number, address in enumerate(addresses))
    config.write_text(f"[DEFAULT]\nto = desk@example.org\n{feeds}", encoding="utf-8")
    program = "from rss2email.main import run; run()"
    command = (python, "-c", program, "-c", str(config), "-d", str(state), "run", "--no-send")

    def count() -> int:
        return sum(len(feed["seen"]) for feed in json.loads(state.read_text(encoding="utf-8"))["feeds"])

    return Peer(name, command, home, count)


def _newsboat(name: str, _python: str, addresses: Sequence[str], home: Path) -> Peer:
    urls, cache, config = home / "urls", home / "cache.db", home / "config"
    urls.write_text("\n".join(addresses) + "\n", encoding="utf-8")
    config.write_text("", encoding="utf-8")
    command = ("newsboat", "-q", "-u", str(urls), "-c", str(cache), "-C", str(config), "-x", "reload")
    return Peer(name, command, home, lambda: _rows(cache, "rss_item"))


def _sfeed(name: str, _python: str, addresses: Sequence[str], home: Path) -> Peer:
    config, feeds = home / "sfeedrc", home / "feeds"
    listed = "".join(f'    feed "feed-{number}" "{address}"\n' for number, address in enumerate(addresses))
    config.write_text(f'sfeedpath="{feeds}"\nfeeds() {{\n{listed}}}\n', encoding="utf-8")

    def count() -> int:
        return sum(path.read_bytes().count(b"\n") for path in feeds.iterdir())

    return Peer(name, ("sfeed_update", str(config)), home, count)


def _rows(database: Path, table: str) -> int:
    connection = sqlite3.connect(database)
    try:
        number = connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608 # names of this module
    finally:
        connection.close()
    return int(number)
