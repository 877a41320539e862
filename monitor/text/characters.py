"""What one character is and what it folds to: the table every comparison of names rests on (DESIGN §6).

All of it is derived from the Unicode data of the running Python, except the letter families and the apostrophes,
which are listed here because Unicode does not relate them.
"""

from __future__ import annotations

import unicodedata
from enum import IntEnum

APOSTROPHES = frozenset("'’‘‛`´′‵＇ʹʻʼʽʾʿˈˊˋ՚׳ꞌ")
"""Typewriter, typographic and transliteration signs that writers use for one another."""

_FAMILIES = {
    # Arabic-script letters that keyboards and languages exchange; the Persian or plain form stands for all.
    **dict.fromkeys("يى", "ی"),
    **dict.fromkeys("كڪ", "ک"),
    **dict.fromkeys("ةہۃە", "ه"),
    **dict.fromkeys("ٱٲٳٵ", "ا"),
    # Latin letters whose stroke or missing dot Unicode does not take for an accent.
    "ı": "i",
    "ø": "o",
    "ł": "l",
    "đ": "d",
    "ħ": "h",
    "ŧ": "t",
    # One sign in many widths: the dot between the parts of a foreign name in Chinese and Japanese.
    **dict.fromkeys("•‧∙・･", "·"),
}
_SIGNS = {
    **dict.fromkeys(APOSTROPHES, "'"),
    **dict.fromkeys("\n\x85\u2028\u2029", "\n"),
    **dict.fromkeys("“”„‟«»″〝〞", '"'),
    # Tabs and odd line ends, the half-space, and the minus sign where a dash is meant.
    **dict.fromkeys("\t\v\f\r\u200c−", " "),
    # NUL and the stroke that stretches Arabic words.
    **dict.fromkeys("\0ـ", ""),
}
_STYLES = frozenset({"<wide>", "<narrow>", "<font>", "<isolated>", "<initial>", "<medial>", "<final>"})
"""Compatibility forms that are the same letter in another dress; superscripts and circles are not."""

_UNSPACED = (
    (0x0E00, 0x0FFF),  # Thai, Lao, Tibetan
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x1950, 0x19FF),  # Tai Le, New Tai Lue, Khmer symbols
    (0x1A20, 0x1AAF),  # Tai Tham
    (0x2E80, 0x312F),  # radicals, CJK signs, kana, bopomofo
    (0x31A0, 0x9FFF),  # kana extensions, ideographs
    (0xA9E0, 0xA9FF),  # Myanmar
    (0xAA60, 0xAADF),  # Myanmar, Tai Viet
    (0xF900, 0xFAFF),  # compatibility ideographs
    (0xFF66, 0xFF9F),  # half-width kana
    (0x1AFF0, 0x1B16F),  # historic kana
    (0x20000, 0x3FFFF),  # rare ideographs
)
_HANGUL = ((0x1100, 0x11FF), (0x3130, 0x318F), (0xA960, 0xA97F), (0xAC00, 0xD7FF))
_ARABIC = ((0x0600, 0x06FF), (0x0750, 0x077F), (0x0870, 0x08FF), (0xFB50, 0xFDFF), (0xFE70, 0xFEFE))
_INDIC_NUKTAS = range(0x0900, 0x0E00)
_ALPHABETS = (
    (0x0000, 0x08FF),  # Latin, Greek, Cyrillic, Armenian, Hebrew, Syriac, Thaana, N'Ko
    (0x1C80, 0x1CFF),  # Cyrillic
    (0x1D00, 0x1FFF),  # phonetic signs, Latin, Greek
    (0x2C60, 0x2DFF),  # Latin, Coptic, Cyrillic
    (0xA640, 0xA7FF),  # Cyrillic, Latin
    (0xAB30, 0xAB6F),  # Latin
)


class Kind(IntEnum):
    """What a character is to the words around it."""

    NONE = 0
    """No part of a word: space, punctuation, symbol."""
    ALPHABET = 1
    """A letter of Latin, Greek, Cyrillic and other alphabets written with spaces."""
    ARABIC = 2
    """A letter of the Arabic script."""
    OTHER = 3
    """A letter of Devanagari and other scripts written with spaces."""
    DIGIT = 4
    UNSPACED = 5
    """A letter of a script without word spaces: Chinese, Japanese, Thai …"""
    HANGUL = 6
    """Korean: words are spaced, but particles are joined to the noun."""
    MARK = 7
    """A vowel sign or other mark that is part of the letter before it."""
    UNSPACED_MARK = 8
    """The same in a script without word spaces."""


def _within(code: int, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(low <= code <= high for low, high in ranges)


def kind_of(character: str) -> Kind:
    """Return what a character is to the words around it; vanishing marks count as marks."""
    category = unicodedata.category(character)
    if category[0] == "M":
        return Kind.UNSPACED_MARK if _within(ord(character), _UNSPACED) else Kind.MARK
    if category == "Nd":
        return Kind.DIGIT
    return _kind_of_letter(ord(character)) if category[0] == "L" or category == "Nl" else Kind.NONE


def _kind_of_letter(code: int) -> Kind:
    if _within(code, _HANGUL):
        return Kind.HANGUL
    if _within(code, _UNSPACED):
        return Kind.UNSPACED
    if _within(code, _ARABIC):
        return Kind.ARABIC
    return Kind.ALPHABET if _within(code, _ALPHABETS) else Kind.OTHER


class _Kinds(dict[str, Kind]):
    def __missing__(self, character: str) -> Kind:
        kind = kind_of(character)
        self[character] = kind
        return kind


KINDS = _Kinds()
"""``kind_of`` for subscripting, remembering what was asked."""


def vanishes(character: str) -> bool:
    """Return whether a mark is ignored in comparisons: accents, Arabic vowel signs, nuktas; no Indic vowel."""
    category, code = unicodedata.category(character), ord(character)
    if category == "Me":
        return True
    if category != "Mn":
        return False
    # Canonical combining classes: 1 overlays, 10–36 Hebrew and Arabic points, from 200 on accents by position.
    # Class 0 holds the Indic and South-East Asian vowel signs, 7 nuktas, 9 viramas, 103–132 Thai to Tibetan vowels.
    rank = unicodedata.combining(character)
    is_selector = 0xFE00 <= code <= 0xFE0F or 0xE0100 <= code <= 0xE01EF or 0x180B <= code <= 0x180F or code == 0x034F
    return is_selector or rank == 1 or 10 <= rank <= 36 or rank >= 200 or (rank == 7 and code in _INDIC_NUKTAS)


def fold_character(character: str) -> str:
    """Return what a character is compared as: one character, or none if it vanishes.

    Separators give a space, line breaks a line feed, apostrophes ``'``; the run they stand in is not looked at here.
    """
    category = unicodedata.category(character)
    if character in _SIGNS:
        folded = _SIGNS[character]
    elif category in {"Zs", "Pd", "Pc"}:
        folded = " "
    elif category == "Cf" or vanishes(character):
        folded = ""
    elif category == "Nd":
        folded = str(unicodedata.decimal(character))
    else:
        folded = "\ufffd" if category == "Cs" else _fold_letter(character)
    return folded


def _fold_letter(character: str) -> str:
    style, _, plain = unicodedata.decomposition(character).partition(" ")
    if style in _STYLES and " " not in plain:
        return fold_character(chr(int(plain, 16)))
    lowered = character.lower()
    pieces = unicodedata.normalize("NFD", lowered)
    if len(lowered) > 1 or all(map(vanishes, pieces[1:])):
        lowered = pieces[0]
    folded = lowered.casefold()
    lowered = folded if len(folded) == 1 else lowered
    return _SIGNS.get(lowered) or _FAMILIES.get(lowered, lowered)
