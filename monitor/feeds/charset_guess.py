"""Guess the charset of a document that names none, or a wrong one, from the letters its bytes give."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

_SAMPLE_BYTES: Final = 65_536
_LATIN_RUN: Final = 1.5
"""Accented letters stand alone among ASCII ones; in other scripts bytes beyond ASCII come in whole words."""

_ENOUGH: Final = 0.5
"""Share of what a real text gives; what no charset reaches is left to the Latin one. Of 1,000 random pieces of 40 bytes
beyond ASCII none reaches it in another charset (tests/feeds/test_charset.py holds a sample)."""

_HIGH_RUN = re.compile(rb"[\x80-\xff]+")

_RUSSIAN: Final = "оеаинтсрвлкмдпуяыьгзбчйжхшюцщэф"
_KANA: Final = "".join(chr(code) for code in (*range(0x3041, 0x3097), *range(0x30A1, 0x30FD)))


class _Legacy(NamedTuple):
    """A charset, the letters that make up most of the texts written in it, and their usual share beyond ASCII."""

    charset: str
    letters: frozenset[str]
    usual: float
    by_chance: float = 0.0
    """What random bytes give: much, where the charset has few letters."""


_LEGACY: Final = (
    _Legacy("cp1252", frozenset("éèàêçôûîâùëïüöäßñóíáúãõø’“”–—«»…"), 0.9, 0.25),
    _Legacy("cp1256", frozenset("اليونمرتبهةدسعكپچگیکفحقجشطخصغزأذثےئإہضىظءئںٹ"), 0.95, 0.3),
    _Legacy("cp1251", frozenset(_RUSSIAN), 0.9, 0.25),
    _Legacy("koi8-r", frozenset(_RUSSIAN), 0.9, 0.25),
    _Legacy(
        "gb18030",
        frozenset(
            "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行"
            "学法所民得经日月新本报部事巴进美全公中政外家员死机安加长军区方长国际关高称被袭击"
        ),
        0.3,
    ),
    _Legacy(
        "big5hkscs",
        frozenset(
            "的一是不了在人有我他這個中大來上國和說為們到以會時要就出也你對生能而子那得於著下自之年過發後作用道行所然家種事成方"
            "多經法學如都同現當動面起看定天分還進小部其主理前日月新本報巴美全公政外員死機安加長軍區國際關高稱被襲擊"
        ),
        0.3,
    ),
    _Legacy(
        "cp949", frozenset("이다의는에을가고하한를로지사도은기서과인으대자일해시리어아전정나원라국부공중격보명"), 0.4
    ),
    _Legacy("cp932", frozenset(_KANA), 0.45),
    _Legacy("euc_jp", frozenset(_KANA), 0.45),
)


def comes_in_words(body: bytes) -> bool:
    """Return whether the bytes beyond ASCII stand in a row, as in no text of the Latin script."""
    runs = _HIGH_RUN.findall(body[:_SAMPLE_BYTES])
    return sum(map(len, runs)) > len(runs) * _LATIN_RUN


def likeliest(body: bytes) -> str:
    """Return the legacy charset in which the bytes beyond ASCII give the most common letters."""
    if not comes_in_words(body):
        return "cp1252"
    sample = body[:_SAMPLE_BYTES]
    best, best_score = "cp1252", _ENOUGH
    for legacy in _LEGACY:
        # What decoding makes of ASCII letters behind an odd byte tells nothing, and ASCII itself is the same in all.
        text = [letter for letter in sample.decode(legacy.charset, "replace") if letter > "\x7f" and letter != "\xa0"]
        share = sum(letter in legacy.letters for letter in text) / max(1, len(text))
        wrong = text.count("\ufffd") / max(1, len(text))
        score = min(1.0, (share - legacy.by_chance) / (legacy.usual - legacy.by_chance)) - 2 * wrong
        if score > best_score:
            best, best_score = legacy.charset, score
    return best
