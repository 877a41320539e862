"""Workspaces for tests: a starter one with its model fitted once, and the program run on it as a person would."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from monitor.workspace.starter import make_workspace

GENEROUS_SECONDS = 240
"""A kill deadline for a command, not an expectation."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command printed and how it ended."""

    code: int
    out: str
    err: str


def monitor(root: Path, *arguments: str, env: dict[str, str] | None = None) -> Outcome:
    """Run ``monitor -w root …`` in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "monitor", "-w", str(root), *arguments],
        capture_output=True,
        text=True,
        timeout=GENEROUS_SECONDS,
        check=False,
        env={**os.environ, "COLUMNS": "120", **(env or {})},
    )
    return Outcome(done.returncode, done.stdout, done.stderr)


def copy_workspace(fitted: Path, root: Path, config: str) -> Path:
    """Copy a fitted starter workspace to ``root`` and give it a config.toml."""
    shutil.copytree(fitted, root)
    (root / "config.toml").write_text(config, encoding="utf-8")
    return root


def make_fitted(root: Path) -> Path:
    """Make a starter workspace and fit its model, which takes seconds and is the same for every copy."""
    make_workspace(root)
    done = monitor(root, "classifiers", "train")
    assert done.code == 0, done.err
    return root


def rows(root: Path, query: str) -> list[tuple[object, ...]]:
    """Return what a query finds in the workspace's database, read as any program could."""
    with sqlite3.connect(f"file:{root / '.monitor' / 'monitor.db'}?mode=ro", uri=True) as connection:
        return connection.execute(query).fetchall()


def config_of(feeds: str, more: str = "") -> str:
    """Return a small config.toml: one desk, one folder, one digest due every day, and ``feeds``."""
    return f"""
me = "cpec-desk"
[fetch]
per_host = 8
host_gap = "0s"
deadline = "20s"
contact = "tests@monitor.example"
[analyst.cpec-desk]
routes = ["folder"]
[analyst.sanctuaries-desk]
routes = ["folder"]
[route.folder]
kind = "folder"
path = "out"
[digest.morning]
at = "00:00"
zone = "UTC"
topics = ["cpec-security", "militant-sanctuaries"]
analysts = ["cpec-desk", "sanctuaries-desk"]
routes = ["folder"]
{more}
{feeds}
"""


def feed_block(name: str, url: str) -> str:
    """Return a [[feed]] on this computer."""
    return f'[[feed]]\nname = "{name}"\nurl = "{url}"\noutlet = "{name}"\nallow_private = true\n'
