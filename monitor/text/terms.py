"""Fold a short text, like a listed name: what ``fold_tight(text).text`` gives, without offsets and without arrays.

Ten thousand names are folded when rules are compiled, one by one. Work on whole arrays pays for items; of a name it is
mostly overhead, and a command that reads one item need not load them at all.
"""

from __future__ import annotations

import re
import unicodedata

from monitor.text.characters import APOSTROPHES, KINDS, Kind, fold_character
from monitor.text.fold_tables import MAY_JOIN

_RUN = re.compile("[ \n]+")
_UNSPACED = frozenset({Kind.UNSPACED, Kind.UNSPACED_MARK})


class _Tight(dict[int, str]):
    """What ``str.translate`` looks up: filled as characters are met."""

    def __missing__(self, code: int) -> str:
        folded = "" if chr(code) in APOSTROPHES else fold_character(chr(code))
        self[code] = folded
        return folded


# A paragraph sign is as good as two line breaks.
_TIGHT = _Tight({0x2029: "\n\n"})


def fold_term(text: str) -> str:
    """Return the form in which a name is compared: never raises, for any text."""
    if not text.isascii() and not unicodedata.is_normalized("NFC", text):
        text = MAY_JOIN.sub(_joined, text)
    return _RUN.sub(_separator, text.translate(_TIGHT))


def _joined(pieces: re.Match[str]) -> str:
    joined = unicodedata.normalize("NFC", pieces[0])
    return joined if len(joined) == 1 else pieces[0]


def _separator(run: re.Match[str]) -> str:
    """Return what a run of separators counts as between the letters beside it."""
    breaks = run[0].count("\n")
    if breaks > 1:
        return "\n"
    start, end = run.span()
    if start and end < len(run.string):
        left, right = KINDS[run.string[start - 1]], KINDS[run.string[end]]
        if left is Kind.ARABIC and right is Kind.ARABIC:
            return ""
        if breaks and left in _UNSPACED and right in _UNSPACED:
            return ""
    return " "
