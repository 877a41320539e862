"""What each code point folds to and of what kind that is, as tables that fill as characters are met.

The whole of Unicode would cost a quarter of a second at every start.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

from monitor.text.characters import APOSTROPHES, KINDS, Kind, fold_character

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Codes = NDArray[np.uint16] | NDArray[np.uint32]

_UNKNOWN = 0xFFFFFFFF
_VOWELS = "".join(map(chr, range(0x1161, 0x1176)))
_ENDINGS = "".join(map(chr, range(0x11A8, 0x11C3)))
_HALVES = (
    f"\u3099\u309a{_ENDINGS}\u09be\u09d7\u0b3e\u0b56\u0b57\u0bbe\u0bd7\u0c56\u0cc2\u0cd5\u0cd6"
    "\u0d3e\u0d57\u0dca\u0dcf\u0ddf\u102e"
)
"""Second halves of characters that NFC writes as one and that are not accents: voiced kana, Korean syllables in pieces,
two-part vowel signs of Bengali to Sinhala, Burmese."""
INTRICATE = frozenset(map(ord, _HALVES + _VOWELS + "\u2029"))
"""What only the way by arrays can fold: what may be the second half of the character before, and U+2029."""
SIGNS = {kind: 0x80 + kind for kind in Kind}
"""What stands among the signs of a text for what is beyond ASCII."""
_PARTED = frozenset({Kind.ARABIC, Kind.UNSPACED, Kind.UNSPACED_MARK})
"""Letters between which separators may vanish."""
MAY_JOIN = re.compile(f"[\u1100-\u1112][{_VOWELS}][{_ENDINGS}]?|.[{_HALVES}][\u0cd5\u0dca]?")


def code_points(text: str) -> Codes:
    """Return the code points of a text as an array."""
    import numpy as np

    written = text.encode("utf-16-le", "surrogatepass")  # half as long, and written in a third of the time
    if len(written) == 2 * len(text):
        return np.frombuffer(written, "<u2")
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")


@cache
def _table(*, is_tight: bool) -> NDArray[np.uint32]:
    """Return what each code point folds to, 0 for nothing.

    Filled as characters are met: the whole of Unicode would cost a quarter of a second at every start.
    """
    import numpy as np

    table = np.full(0x110000, _UNKNOWN, np.uint32)
    if is_tight:
        table[[ord(apostrophe) for apostrophe in APOSTROPHES]] = 0
    return table


class Letters(dict[int, int]):
    """What each code point folds to, 0 for nothing, filled as characters are met."""

    def __init__(self, known: Mapping[int, int]) -> None:
        super().__init__(known)
        self.parted: set[int] = set()
        """Of what was folded to: letters between which separators may vanish."""

    def __missing__(self, code: int) -> int:
        folded = fold_character(chr(code)) or "\0"
        # the kind first: another thread may see the folded code as soon as it is written
        kinds_of()[ord(folded)] = KINDS[folded]
        if ord(folded) >= 0x80:
            signs_of()[ord(folded)] = SIGNS[KINDS[folded]]
        if KINDS[folded] in _PARTED:
            self.parted.add(ord(folded))
        self[code] = ord(folded)
        return ord(folded)


@cache
def letters_table(*, is_tight: bool) -> Letters:
    """Return what letters fold to, for looking up one at a time."""
    return Letters(dict.fromkeys(map(ord, APOSTROPHES), 0) if is_tight else {})


@cache
def kinds_of() -> NDArray[np.uint8]:
    """Return the kind of each code point that text was folded to so far, filled together with the tables."""
    import numpy as np

    kinds = np.zeros(0x110000, np.uint8)
    kinds[:0x80] = [KINDS[chr(code)] for code in range(0x80)]
    return kinds


@cache
def signs_of() -> NDArray[np.uint8]:
    """Return the sign of each folded code point, ASCII as it is, filled together with the tables."""
    import numpy as np

    signs = np.zeros(0x110000, np.uint8)
    signs[:0x80] = range(0x80)
    return signs


@cache
def may_join() -> NDArray[np.bool_]:
    """Return which code points may be the second half of the one before."""
    import numpy as np

    halves = np.zeros(0x110000, np.bool_)
    halves[[ord(half) for half in _HALVES + _VOWELS]] = True
    return halves


def folded_codes(source: Codes, *, is_tight: bool) -> Codes:
    """Return what each code point folds to."""
    table = _table(is_tight=is_tight)
    codes = table.take(source)
    unknown = source[codes == _UNKNOWN]
    if not unknown.size:
        return codes
    known = letters_table(is_tight=is_tight)
    for code in set(unknown.tolist()):
        table[code] = known[code]
    return table.take(source)


def joined(original: str, source: Codes) -> Codes:
    """Write as one the letters that came in pieces and whose pieces are no accents (か + ゛)."""
    import numpy as np

    source = source.copy()
    done = 0
    # Looked at only where a second half stands, which is seldom.
    for half in np.flatnonzero(may_join().take(source)).tolist():
        pieces = MAY_JOIN.match(original, half - 1) if half > done else None
        if pieces is None:
            continue
        done = pieces.end()
        joined = unicodedata.normalize("NFC", pieces[0])
        if len(joined) == 1:
            source[half - 1] = ord(joined)
            source[half:done] = 0
    return source
