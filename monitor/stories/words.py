"""Words, numbers and names of an item, as story grouping compares them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice

from monitor.text.fold import Folded, fold

# A CJK character is a token of its own; numbers keep their decimals; vowel signs of Indic scripts (outside \w) belong
# to their word.
_TOKENS = re.compile(
    "[\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
    r"|\d+(?:[.,]\d+)*"
    "|(?:[^\\W\\d_\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
    "|[\u0900-\u109f])+"
)
_CJK = re.compile("[\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")

_NUMBER_WORDS = {
    0: "zero صفر शून्य 零",
    1: "one ایک یک یو एक 一",
    2: "two دو دوه दो 二 两 兩",
    3: "three تین سه درې तीन 三",
    4: "four چار چهار څلور चार 四",
    5: "five پانچ پنج پنځه पांच पाँच 五",
    6: "six چھ شش شپږ छह 六",
    7: "seven سات هفت اووه सात 七",
    8: "eight آٹھ هشت اته आठ 八",
    9: "nine نو नौ 九",
    10: "ten دس ده لس दस 十",
    11: "eleven گیارہ یازده ग्यारह",
    12: "twelve بارہ دوازده बारह",
    13: "thirteen تیرہ तेरह",
    14: "fourteen چودہ चौदह",
    15: "fifteen پندرہ पंद्रह",
    16: "sixteen سولہ सोलह",
    17: "seventeen سترہ सत्रह",
    18: "eighteen اٹھارہ अठारह",
    19: "nineteen انیس उन्नीस",
    20: "twenty بیس بیست बीस",
    30: "thirty تیس سی तीस",
    40: "forty چالیس چهل चालीस",
    50: "fifty پچاس پنجاه पचास",
    60: "sixty ساٹھ شصت साठ",
    70: "seventy ستر هفتاد सत्तर",
    80: "eighty اسی هشتاد अस्सी",
    90: "ninety نوے نود नब्बे",
    100: "hundred سو صد सौ 百",
    1000: "thousand ہزار هزار हजार 千",
    10_000: "万 萬",
    100_000: "lakh لاکھ लाख",
}
"""A toll is written in figures by one outlet and in words by the next."""
_WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday"
"""Daily reports differ in their figures and their day: both tell two of them apart."""


@dataclass(frozen=True, slots=True)
class Token:
    """One word of folded text."""

    text: str
    """As compared: a number in figures, whatever way it was written."""
    is_number: bool
    is_name: bool
    """Begins with a capital letter."""
    has_case: bool
    """False in scripts without capitals, where any word may be a name."""


@cache
def _numbers() -> dict[str, str]:
    known = {fold(word).text: str(number) for number, words in _NUMBER_WORDS.items() for word in words.split()}
    return known | {day: day for day in _WEEKDAYS.split()}


def tokens_of(folded: Folded, limit: int | None = None) -> list[Token]:
    """Return the first words of a folded text; all of them without a limit."""
    return [_token(match[0], folded, match.start()) for match in islice(_TOKENS.finditer(folded.text), limit)]


def _token(word: str, folded: Folded, start: int) -> Token:
    if word[0].isdigit():
        return Token(word.replace(",", ""), is_number=True, is_name=False, has_case=False)
    number = _numbers().get(word)
    if number is not None:
        return Token(number, is_number=True, is_name=False, has_case=False)
    first = folded.original[folded.offsets[start]]
    return Token(word, is_number=False, is_name=first.isupper(), has_case=first.isupper() or first.islower())


def is_unspaced(tokens: Sequence[Token]) -> bool:
    """Return whether most of the words are single CJK characters."""
    return 2 * sum(1 for token in tokens if _CJK.match(token.text)) > len(tokens)
