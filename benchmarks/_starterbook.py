"""The starter's own rules and watchlist, as many desks would have them: for ``benchmarks.rules --starter``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WHOLE = 1_500
"""Characters from which on a real item counts as one of 2 kB."""
_TABLE = re.compile(r"(?m)^(?=\[)")
_RULE = re.compile(r"^(\[\[?rule\.)([\w-]+)")


def starter_files(names: Sequence[str], rules: int) -> list[tuple[str, str]]:
    """Return rule files: the starter's watchlist, with ``names`` more, and its rules copied until there are enough.

    A copy has an owner and rule ids of its own, and asks for just what the original asks for.
    """
    watchlist = (ROOT / "rules" / "watchlist.toml").read_text(encoding="utf-8")
    more = "".join(
        f'[entity.more-{number}]\nname = "{name}"\nnames = ["{name}"]\n' for number, name in enumerate(names)
    )
    files = [("rules/watchlist.toml", f"{watchlist}\n{more}")]
    desks = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "rules").glob("desk-*.toml"))]
    made = copy = 0
    while made < rules:
        for number, text in enumerate(desks):
            files.append((f"rules/desk-{number}-{copy}.toml", text if copy == 0 else _copied(text, copy)))
            made += len(set(re.findall(r"(?m)^\[rule\.([\w-]+)\]", text)))
        copy += 1
    return files


def whole_items(texts: Sequence[str], length: int) -> list[str]:
    """Return those of at least ``WHOLE`` characters, cut to ``length``."""
    return [text[:length] for text in texts if len(text) >= WHOLE]


def _copied(text: str, copy: int) -> str:
    kept = []
    for table in _TABLE.split(text):
        if table.startswith("[file]"):
            kept.append(re.sub(r'owner\s*=\s*"([\w-]+)"', rf'owner = "\1-{copy}"', table))
        elif _RULE.match(table):
            kept.append(_RULE.sub(rf"\1\2-{copy}", table))
    return "".join(kept)
