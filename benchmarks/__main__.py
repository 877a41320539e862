"""Run every benchmark that this machine can run: ``python -m benchmarks [--long]``. Each can be run alone too."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
SHARED = HERE.parent.parent / "shared"
ARGUMENTS = {
    "quality": [SHARED / "classifier" / "dev_sample.jsonl", SHARED / "classifier" / "dev_multilingual.jsonl"],
}
"""What a module measures on; it is left out where that is missing."""
LONG = {"archive": "writes a million items first, 4 GB and a quarter of an hour"}
"""Modules that run only with ``--long``, and why."""


def main() -> int:
    """Run the benchmarks one after the other; return how many failed."""
    failed = 0
    for path in sorted(HERE.glob("*.py")):
        if path.stem.startswith("_"):
            continue
        print(f"\n== {path.stem}", flush=True)
        if path.stem in LONG and "--long" not in sys.argv:
            print(f"left out without --long: {LONG[path.stem]}")
            continue
        arguments = ARGUMENTS.get(path.stem, [])
        if missing := [argument for argument in arguments if not argument.exists()]:
            print(f"left out: needs {missing[0].name} of ../shared")
            continue
        command = [sys.executable, "-m", f"benchmarks.{path.stem}", *map(str, arguments)]
        failed += subprocess.run(command, check=False).returncode != 0
    return failed


if __name__ == "__main__":
    sys.exit(main())
