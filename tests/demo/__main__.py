"""Run one offline round over the sample feeds in a workspace of its own: ``python -m tests.demo``."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from tests.demo.server import DemoServer, config_text

CHECKOUT = Path(__file__).resolve().parents[2]
WORKSPACE = CHECKOUT / ".demo"
MARKER = ".made-by-monitor-demo"
OUT = "out"


def main() -> int:
    """Make the workspace, run two rounds against the local server, say where the digest lies."""
    arguments = _arguments()
    if not _cleared(WORKSPACE):
        print(f"{WORKSPACE} was not made by the demo, so it is left alone; move it away and try again", file=sys.stderr)
        return 2
    with DemoServer() as server:
        code = _monitor("init", "--quiet", str(WORKSPACE))
        if code:
            return code
        (WORKSPACE / "config.toml").write_text(config_text(server.base_url, OUT), encoding="utf-8")
        print(f"Demo: {len(server.feeds) + 2} sample feeds on {server.base_url}; every event in them is invented.\n")
        code = _monitor("-w", str(WORKSPACE), "once")
        for _ in range(arguments.rounds - 1):
            if code:
                break
            print("\nDemo: another round. One outlet has raised its toll; the others answer “not modified”.\n")
            code = _monitor("-w", str(WORKSPACE), "once")
        _print_ending(keeps_serving=arguments.keep_serving)
        if arguments.keep_serving:
            _wait_for_interrupt(server)
    return code


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.demo", description=__doc__)
    parser.add_argument("--keep-serving", action="store_true", help="serve the sample feeds until Ctrl-C")
    parser.add_argument("--rounds", type=int, default=2, help="how many rounds to run (default 2: the edit shows)")
    return parser.parse_args()


def _cleared(workspace: Path) -> bool:
    """Empty the demo's own workspace and mark it; say no to a folder that somebody else made."""
    if workspace.exists():
        if not (workspace / MARKER).is_file():
            return False
        shutil.rmtree(workspace)
    workspace.mkdir()
    # Before anything else, so that a demo stopped half way can be run again.
    (workspace / MARKER).write_text("Made by `make demo`, which removes this folder when it runs again.\n")
    return True


def _monitor(*arguments: str) -> int:
    # A proxy of the machine must not be asked for 127.0.0.1.
    without_proxy = {"no_proxy": "127.0.0.1", "NO_PROXY": "127.0.0.1"}
    command = [sys.executable, "-m", "monitor", *arguments]
    sys.stdout.flush()
    return subprocess.run(command, cwd=CHECKOUT, env={**os.environ, **without_proxy}, check=False).returncode


def _print_ending(*, keeps_serving: bool) -> None:
    monitor = "monitor -w .demo"
    print("\nTry next (after: . .venv/bin/activate):")
    print(f"    {monitor} status                       which feeds failed, and which voices have no feed")
    print(f"    {monitor} items list --topic cpec-security")
    print(f"    {monitor} items search Kohistan")
    if keeps_serving:
        print(f"    {monitor} once                         another round, while the feeds are served")
    else:
        print(
            "    python -m tests.demo --keep-serving           the same, and the feeds stay up for rounds of your own"
        )
    if alerts := _newest(WORKSPACE / OUT, "alert"):
        print("\nThe alert about the raised toll:")
        _print_paths(alerts)
    if digests := _newest(WORKSPACE / OUT, "morning"):
        print("\nThe digest, as a file to read anywhere and as a page for the browser:")
        _print_paths(digests)
    else:
        print("\nNo digest was written; the lines above say why.")


def _print_paths(paths: list[Path]) -> None:
    for path in paths:
        print(f"    {path.relative_to(CHECKOUT)}")


def _newest(folder: Path, kind: str) -> list[Path]:
    """Return the newest Markdown and the newest HTML file of a kind, none if nothing was written."""
    found = [
        max(folder.glob(f"{kind}-*{suffix}"), key=lambda path: path.stat().st_mtime_ns, default=None)
        for suffix in (".md", ".html")
    ]
    return [path for path in found if path]


def _wait_for_interrupt(server: DemoServer) -> None:
    print(f"\nServing {server.base_url} until Ctrl-C.", flush=True)
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        print()


if __name__ == "__main__":
    try:
        raise SystemExit(main())
    except KeyboardInterrupt:
        raise SystemExit(130) from None
