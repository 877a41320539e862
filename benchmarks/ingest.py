"""What polling costs: CPU milliseconds per feed with start-up, beside bounds and peers, in one run.

``python -m benchmarks.ingest [--feeds 200,1000] [--items 30] [--peers PYTHON]``. The server is a process of its own
and not counted. Every case is a new process that reads config.toml, opens the database and polls every feed once.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks._feedserver import feed
from benchmarks._peers import Peer, present

CASES = (("cold", "normal"), ("304", "normal"), ("same", "plain"), ("changed", "changed"), ("new", "new"))
"""Cases in the order they are run on one workspace, and what the server is told to answer."""
TARGETS = {"cold": 5.0, "304": 1.0, "same": 1.2, "changed": 3.0, "new": 3.0}
"""CPU ms per feed at 1,000 feeds (DESIGN §9)."""
POLL_ONCE = "import sys; from benchmarks._pollonce import poll_once; poll_once(sys.argv[1])"
"""The program that is measured; started as the peers that are libraries are."""
HERE = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Cost:
    """What one process took, its children included."""

    cpu: float
    wall: float
    megabytes: float
    out: str


@contextmanager
def serving(feeds: int, items: int, latency: float = 0.0, addresses: int = 0) -> Iterator[int]:
    """Run the feed server; give its port."""
    command = [sys.executable, "-m", "benchmarks._feedserver", str(feeds), str(items), str(latency), str(addresses)]
    with subprocess.Popen(command, cwd=HERE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        try:
            yield int(server.stdout.readline())
        finally:
            server.stdin.close()


def run(command: Sequence[str], environment: dict[str, str] | None = None) -> Cost:
    """Run a program to its end; raise CalledProcessError if it fails."""
    began = time.monotonic()
    with tempfile.TemporaryFile() as out:
        # Of what a peer says to a person nothing is kept; what goes wrong is in its exit code and its items.
        errors = subprocess.DEVNULL if environment else None
        process = subprocess.Popen(
            command, cwd=HERE, stdout=out, stderr=errors, env={**os.environ, **(environment or {})}
        )
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        wall = time.monotonic() - began
        out.seek(0)
        text = out.read().decode("utf-8", "replace")
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command, text)
    return Cost(used.ru_utime + used.ru_stime, wall, used.ru_maxrss / 1024, text)


def configure(root: Path, addresses: Sequence[str], per_host: int = 64) -> None:
    """Write a config.toml that polls these addresses."""
    blocks = "".join(
        f'[[feed]]\nname = "feed-{number}"\nurl = "{address}"\nlang = "en"\nallow_private = true\n\n'
        for number, address in enumerate(addresses)
    )
    head = f'me = "desk"\n[fetch]\nper_host = {min(per_host, 8)}\nhost_gap = "0s"\n[analyst.desk]\n\n'
    (root / "config.toml").write_text(head + blocks, encoding="utf-8")


def fetch_only(port: int, feeds: int) -> None:
    """Fetch every feed with aiohttp and do nothing else: the bound of our client."""
    import asyncio

    import aiohttp

    async def fetch() -> None:
        places = asyncio.Semaphore(64)
        async with aiohttp.ClientSession() as session:

            async def one(number: int) -> None:
                async with places, session.get(f"http://127.0.0.1:{port}/{number}") as response:
                    await response.read()

            await asyncio.gather(*(one(number) for number in range(feeds)))

    asyncio.run(fetch())


def parse_only(kind: str, bodies: Sequence[bytes]) -> float:
    """Return the CPU seconds that expat or lxml takes to read the bodies and do nothing with them."""
    from xml.parsers import expat

    from lxml import etree

    began = time.process_time()
    for body in bodies:
        if kind == "expat":
            parser = expat.ParserCreate()
            parser.StartElementHandler = lambda _name, _attributes: None
            parser.CharacterDataHandler = lambda _text: None
            parser.Parse(body, True)  # noqa: FBT003 # the library's own signature
        else:
            etree.fromstring(body)
    return time.process_time() - began


def _peer_costs(peer: Peer, port: int, feeds: int, items: int) -> dict[str, Cost] | None:
    """Return what a peer takes for the cases; None if it does not run or does not keep what the feeds bring."""
    try:
        costs = _cases(port, lambda: run(peer.command, {"HOME": str(peer.home)}))
    except subprocess.CalledProcessError as error:
        print(f"{peer.name} is installed and does not run: {error}", file=sys.stderr)
        return None
    if peer.count() != feeds * (items + 1):
        print(f"{peer.name} has {peer.count()} items and should have {feeds * (items + 1)}", file=sys.stderr)
        return None
    return costs


def _cases(port: int, once: Callable[[], Cost]) -> dict[str, Cost]:
    costs: dict[str, Cost] = {}
    for case, mode in CASES:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/mode?{mode}").read()
        costs[case] = once()
    urllib.request.urlopen(f"http://127.0.0.1:{port}/mode?normal").read()
    return costs


def measure(feeds: int, items: int, python: str) -> None:
    """Print the table for one number of feeds."""
    bodies = [feed(number, items) for number in range(feeds)]
    print(f"\n{feeds} feeds of {items} items, {sum(map(len, bodies)) / feeds / 1024:.0f} kB each; CPU ms per feed\n")
    print("| | " + " | ".join(case for case, _ in CASES) + " |\n|---|" + "---|" * len(CASES))
    with tempfile.TemporaryDirectory() as name, serving(feeds, items) as port:
        folder = Path(name)
        addresses = [f"http://127.0.0.1:{port}/{number}" for number in range(feeds)]
        configure(folder, addresses)
        ours = _cases(port, lambda: run([sys.executable, "-c", POLL_ONCE, str(folder)]))
        for case, expected in (("cold", feeds * items), ("new", feeds)):
            assert ours[case].out.split()[2] == str(expected), f"{case}: {ours[case].out}"
        _row("monitor", [ours[case].cpu / feeds for case, _ in CASES])
        if feeds == 1000:
            print("| target | " + " | ".join(f"≤ {TARGETS[case]:g}" for case, _ in CASES) + " |")
        found, absent = present(python, addresses, folder)
        for peer in found:
            costs = _peer_costs(peer, port, feeds, items)
            if costs is not None:
                _row(peer.name, [costs[case].cpu / feeds for case, _ in CASES])
        bounds = _fetching_bounds(port, feeds, folder)
    bounds["expat, parse only"] = parse_only("expat", bodies)
    bounds["lxml, parse only"] = parse_only("lxml", bodies)
    for label, seconds in bounds.items():
        ratios = " | ".join(f"{ours[case].cpu / seconds:.1f} ×" for case, _ in CASES)
        print(f"| monitor / {label} ({seconds / feeds * 1000:.2f}) | {ratios} |")
    print(f"\nnot installed, so not measured: {', '.join(absent) or 'none'}; "
          f"our memory at most {max(cost.megabytes for cost in ours.values()):.0f} MB")  # fmt: skip


def _fetching_bounds(port: int, feeds: int, folder: Path) -> dict[str, float]:
    """Return the CPU seconds of programs that fetch every body once and do nothing with it."""
    fetching = [sys.executable, "-m", "benchmarks.ingest", "--fetch", str(port), str(feeds)]
    bounds = {"aiohttp, fetch only": run(fetching).cpu}
    if shutil.which("curl"):
        listed = folder / "curl.conf"
        listed.write_text("".join(f"url=http://127.0.0.1:{port}/{n}\noutput=/dev/null\n" for n in range(feeds)))
        bounds["curl, fetch only"] = run(["curl", "-s", "-Z", "--no-progress-meter", "-K", str(listed)]).cpu
    return bounds


def latency(feeds: int = 200, seconds: float = 0.2) -> None:
    """Print how long one round takes when every server is far away and nothing is new."""
    with tempfile.TemporaryDirectory() as name, serving(feeds, 30, seconds, feeds) as port:
        folder = Path(name)
        places = [f"http://127.0.{1 + n // 200}.{1 + n % 200}:{port}/{n}" for n in range(feeds)]
        configure(folder, places)
        command = [sys.executable, "-c", POLL_ONCE, str(folder)]
        run(command)
        wall = float(run(command).out.split()[4])
    bound = feeds * seconds / 64
    print(f"\n{feeds} servers {seconds * 1000:g} ms away, all 304, 64 in flight: {wall:.2f} s after start-up; "
          f"{wall / bound:.2f} × feeds × {seconds:g} s / 64 (target ≤ 1.5)")  # fmt: skip


def _row(label: str, seconds: Sequence[float]) -> None:
    print(f"| {label} | " + " | ".join(f"{each * 1000:.2f}" for each in seconds) + " |", flush=True)


def main() -> None:
    """Measure, or do one of the pieces being measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--feeds", default="200,1000")
    parser.add_argument("--items", type=int, default=30)
    parser.add_argument("--peers", default=sys.executable)
    parser.add_argument("--fetch", nargs=2, type=int)
    parser.add_argument("--latency", action="store_true")
    options = parser.parse_args()
    if options.fetch:
        fetch_only(*options.fetch)
    elif options.latency:
        latency()
    else:
        for number in options.feeds.split(","):
            measure(int(number), options.items, options.peers)
        latency()


if __name__ == "__main__":
    main()
