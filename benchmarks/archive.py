"""What the rule workbench and lists cost on a large archive: ``python -m benchmarks.archive [--items N] [--keep]``.

Makes a workspace with a generated archive (see ``_archive.py``; 33,000 items in the last 30 days) in a scratch folder,
then runs every command in a process of its own: seconds until the first result (of ``rules diff``, the first story won
or lost) and until the end, CPU seconds and resident memory, start-up included. ``--folder DIR`` uses an archive that
``--keep`` left.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DRAFT = """
[file]
owner = "cpec-desk"
[rule.tried-attack]
all  = [["@chinese-nationals", "@cpec", "@gwadar"], "@attack"]
none = ["mock drill"]
[[rule.tried-attack.near]]
words = 20
all   = [["@chinese-nationals", "@cpec", "@gwadar"], "@attack"]
[rule.tried-havens]
[[rule.tried-havens.near]]
words = 12
all   = ["@militants", ["sanctuar*", "safe haven*", "hideout*", "پناہ گاہ"]]
"""
ALL_DAYS = 36_500


@dataclass(frozen=True, slots=True)
class Cost:
    """What one command took: seconds to its first result and to its end, of CPU, megabytes, and what it printed."""

    first: float
    wall: float
    cpu: float
    megabytes: float
    code: int
    out: str


def main() -> int:
    """Make the archive and measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--items", type=int, default=1_000_000)
    parser.add_argument("--keep", action="store_true", help="leave the archive behind")
    parser.add_argument("--folder", type=Path, help="use the archive of this folder")
    parser.add_argument("--only", help="cases whose name holds this text")
    asked = parser.parse_args()
    folder = asked.folder or Path(tempfile.mkdtemp(prefix="monitor-archive-"))
    try:
        if not (folder / "config.toml").exists():
            _make(folder, asked.items)
        _measure(folder, asked.only or "")
    finally:
        if asked.keep or asked.folder:
            print(f"the archive is in {folder}")
        else:
            shutil.rmtree(folder)
    return 0


def _make(folder: Path, count: int) -> None:
    """Write the archive in a process of its own: what we grew to would count as the memory of those we start."""
    command = [sys.executable, "-m", "benchmarks._archive", str(folder), str(count)]
    subprocess.run(command, cwd=ROOT, check=True)


def _measure(folder: Path, only: str) -> None:
    (folder / "draft.toml").write_text(DRAFT, encoding="utf-8")
    _make_changed(folder)
    shown = run(folder, "items", "search", "blast", "--limit", "1", "--json").out
    item = shown.split('"id": "')[1].split('"')[0]
    link = shown.split('"link": "')[1].split('"')[0]
    title = shown.split('"title": "')[1].split('"')[0]
    draft, changed = str(folder / "draft.toml"), str(folder / "changed")
    cases: list[tuple[str, Sequence[str]]] = [
        ("try a draft, 30 days", ("rules", "try", draft, "--days", "30")),
        ("try a desk's file, 30 days", ("rules", "try", str(folder / "rules" / "desk-cpec.toml"), "--days", "30")),
        ("diff, an alias and a clause, 30 days", ("rules", "diff", changed, "--days", "30")),
        ("try a draft, everything", ("rules", "try", draft, "--days", str(ALL_DAYS))),
        ("diff, everything", ("rules", "diff", changed, "--days", str(ALL_DAYS))),
        ("why an item", ("why", item)),
        ("why a link", ("why", link)),
        ("why a headline that is stored", ("why", title)),
        ("why words that are not stored", ("why", "Zorgband clerics forswear marmalade beside a lighthouse")),
        ("items list", ("items", "list")),
        ("items list, one topic", ("items", "list", "--topic", "cpec-security")),
        ("items list, one rule", ("items", "list", "--rule", "cpec-desk/chinese-nationals-attacked")),
        ("items list, one outlet and language", ("items", "list", "--lang", "ur", "--min-score", "0.6")),
        ("items search, frequent word", ("items", "search", "attack*")),
        ("items search, two words", ("items", "search", "blast", "convoy")),
        ("items show", ("items", "show", item)),
    ]
    print(f"{'':40}{'first, s':>10}{'all, s':>10}{'CPU, s':>10}{'MB':>8}  exit")
    for name, command in cases:
        if only in name:
            cost = run(folder, *command)
            figures = f"{cost.first:>10.2f}{cost.wall:>10.2f}{cost.cpu:>10.2f}{cost.megabytes:>8.0f}"
            print(f"{name:40}{figures}  {cost.code}", flush=True)


def _make_changed(folder: Path) -> None:
    """Write the rules with one name less and one clause more, to compare with."""
    changed = folder / "changed"
    shutil.copytree(folder / "rules", changed, dirs_exist_ok=True)
    watchlist = (changed / "watchlist.toml").read_text(encoding="utf-8")
    assert '["Gwadar", ' in watchlist
    (changed / "watchlist.toml").write_text(watchlist.replace('["Gwadar", ', "[", 1), encoding="utf-8")
    desk = (changed / "desk-cpec.toml").read_text(encoding="utf-8")
    assert "\nall " in desk
    desk = re.sub(r"\nall( *)= \[", r'\nall\1= ["police", ', desk, count=1)
    (changed / "desk-cpec.toml").write_text(desk, encoding="utf-8")


def run(folder: Path, *arguments: str) -> Cost:
    """Run ``monitor`` on the workspace to its end."""
    command = [sys.executable, "-m", "monitor", "-w", str(folder), *arguments]
    began = time.monotonic()
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, "COLUMNS": "160"}
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        complaints: list[bytes] = []
        reader = threading.Thread(target=lambda: complaints.append(process.stderr.read() if process.stderr else b""))
        reader.start()
        lines = [process.stdout.readline()]
        while _is_head(arguments, lines[-1]):
            lines.append(process.stdout.readline())
        first = time.monotonic() - began
        lines.append(process.stdout.read())
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        wall = time.monotonic() - began
        reader.join()
    if process.returncode > 1:
        raise subprocess.CalledProcessError(process.returncode, command, b"".join(complaints).decode())
    out = b"".join(lines).decode()
    return Cost(first, wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, process.returncode, out)


def _is_head(arguments: Sequence[str], line: bytes) -> bool:
    """Return whether a line stands before what was asked: a diff begins with what was changed."""
    return bool(line) and arguments[:2] == ("rules", "diff") and not line.startswith((b"won ", b"lost "))


if __name__ == "__main__":
    sys.exit(main())
