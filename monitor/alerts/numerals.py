"""Read the numbers in a line of folded words: digits, number words, dozens, ranges."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from monitor.text.fold import fold

_WORDS = {
    1: "one ایک یک یو एक",
    2: "two دو دوه दो",
    3: "three تین سه درې तीन",
    4: "four چار چهار څلور चार",
    5: "five پانچ پنج پنځه पांच पाँच",
    6: "six چھ چھے شش شپږ छह छः छे",
    7: "seven سات هفت اووه اوه सात",
    8: "eight آٹھ هشت اته आठ",
    9: "nine نو نه نهه नौ",
    10: "ten دس ده لس दस",
    11: "eleven گیارہ یازده یوولس ग्यारह",
    12: "twelve بارہ دوازده دولس बारह",
    13: "thirteen تیرہ سیزده دیارلس तेरह",
    14: "fourteen چودہ چهارده څوارلس चौदह",
    15: "fifteen پندرہ پانزده پنځلس पंद्रह पन्द्रह",
    16: "sixteen سولہ شانزده شپاړس सोलह",
    17: "seventeen سترہ هفده اوولس सत्रह",
    18: "eighteen اٹھارہ هجده هیجده اتلس अठारह",
    19: "nineteen انیس نوزده نولس उन्नीस",
    20: "twenty بیس بیست شل बीस",
    21: "اکیس इक्कीस",
    22: "بائیس बाईस",
    23: "تئیس तेईस",
    24: "چوبیس चौबीस",
    25: "پچیس पच्चीस",
    26: "چھبیس छब्बीस",
    27: "ستائیس सत्ताईस",
    28: "اٹھائیس अट्ठाईस",
    29: "انتیس उनतीस",
    30: "thirty تیس سی دېرش तीस",
    40: "forty چالیس چهل څلوېښت चालीस",
    50: "fifty پچاس پنجاه پنځوس पचास",
    60: "sixty ساٹھ شصت شپېته साठ",
    70: "seventy ستر هفتاد اویا सत्तर",
    80: "eighty هشتاد اتیا अस्सी",  # not Urdu اسی: it is "the same" far more often
    90: "ninety نوے نود नब्बे",  # not Pashto نوي: it is "new"
}
_TIMES = {100: "hundred سو صد سل सौ", 1000: "thousand ہزار هزار زر हजार", 12: "dozen درجن درجنه दर्जन"}
_AT_LEAST = {40: "scores", 24: "dozens درجنوں ده‌ها دهها لسګونه दर्जनों", 200: "hundreds سینکڑوں صدها सैकड़ों"}
"""An indefinite many, taken for two of what it counts: more than one dozen, one score, one hundred."""
_NEEDS_COUNTER = "نه نهه نو"
"""Nine; and "no" in Persian, "new" in Persian and Pashto."""
_COUNTERS = (
    "نفر تن کس کسان تنه کسه غیرنظامی شهروند کارگر کارگران کارکوونکي سرباز سربازان پولیس مامور مهندس انجنیران عضو "
    "کودک زن مرد افراد لوگ اہلکار شہری فوجی جوان مزدور بچے خواتین چینی پاکستانی دہشت شدت عسکریت زائرین مسافر کان"
)
_AND = frozenset({"and", "و"})
_RANGE = frozenset({"to", "or", "تا", "سے", "یا", "से", "या"})
_DIGITS = re.compile(r"\d{1,3}(?:,\d{2,3})+|\d+")


@dataclass(frozen=True, slots=True)
class Figure:
    """A number in a list of words: its first word, the one after its last, and its value."""

    start: int
    end: int
    value: int


@dataclass(frozen=True, slots=True)
class _Tables:
    small: dict[str, int]
    times: dict[str, int]
    at_least: dict[str, int]
    doubtful: frozenset[str]
    counters: frozenset[str]


@cache
def _tables() -> _Tables:
    # Folded at the first use: folding needs numpy, which a round with nothing to assess does without.
    def table(words: dict[int, str]) -> dict[str, int]:
        return {fold(word).text: value for value, line in words.items() for word in line.split()}

    doubtful, counters = (frozenset(fold(line).text.split()) for line in (_NEEDS_COUNTER, _COUNTERS))
    return _Tables(table(_WORDS), table(_TIMES), table(_AT_LEAST), doubtful, counters)


def figures(words: Sequence[str]) -> tuple[Figure, ...]:
    """Return the numbers in folded words, in order; of a range only its higher end, over the whole of it."""
    found: list[Figure] = []
    index = 0
    while index < len(words):
        figure = _figure(words, index)
        if figure is None:
            index += 1
            continue
        index = figure.end
        before = found[-1] if found else None
        if before is not None and before.value < figure.value and _is_range(words, before, figure):
            found[-1] = Figure(before.start, figure.end, figure.value)
        else:
            found.append(figure)
    return tuple(found)


def _is_range(words: Sequence[str], low: Figure, high: Figure) -> bool:
    between = words[low.end : high.start]
    if not between:
        return words[low.start].isdigit() and words[high.start].isdigit()  # "5–9": folding takes the dash away
    is_between = low.start > 0 and words[low.start - 1] == "between" and between[0] == "and"
    return len(between) == 1 and (between[0] in _RANGE or is_between)


def _figure(words: Sequence[str], start: int) -> Figure | None:
    tables = _tables()
    word = words[start]
    if word in tables.at_least:
        return Figure(start, start + 1, tables.at_least[word])
    if word[0].isdigit():
        if not _DIGITS.fullmatch(word) or len(word) > 9:
            return None
        value, end = int(word.replace(",", "")), start + 1
        if end < len(words) and words[end] in tables.times:
            return Figure(start, end + 1, value * tables.times[words[end]])
        return Figure(start, end, value)
    return _in_words(words, start, tables)


def _in_words(words: Sequence[str], start: int, tables: _Tables) -> Figure | None:
    value, end = 0, start
    while end < len(words):
        word = words[end]
        small = tables.small.get(word)
        if small is not None and (value == 0 or _is_continued(value, small)):
            if word in tables.doubtful and words[end + 1 : end + 2] and words[end + 1] not in tables.counters:
                break
            value += small
        elif word in tables.times and (value > 0 or word.isascii()):
            if value >= tables.times[word]:
                break
            value = (value or 1) * tables.times[word]
        elif word in _AND and value and end + 1 < len(words):
            following = tables.small.get(words[end + 1])
            is_joined = word == "و" or (value >= 100 and value % 100 == 0)
            if following is None or not is_joined or not _is_continued(value, following):
                break
        else:
            break
        end += 1
    return Figure(start, end, value) if value else None


def _is_continued(value: int, small: int) -> bool:
    """Return whether a smaller number word goes on with a number: thirty five, one hundred twenty."""
    if value >= 100:
        return value % 100 == 0
    return value >= 20 and value % 10 == 0 and small < 10
