"""Read tolls in Chinese, where words stand without blanks between them."""

from __future__ import annotations

import re
from collections.abc import Iterable

_DIGIT = {"零": 0, "〇": 0, **{sign: value for value, sign in enumerate("一二三四五六七八九", 1)}, "两": 2, "兩": 2}
_UNIT = {"十": 10, "百": 100, "千": 1000}
_NUMBER = r"(?<![\d.])(\d+(?:,\d{3})*|[零〇一二两兩三四五六七八九十百千]+)"
_SOME = "[多余餘几幾来來]?"
_DEAD = (
    "(?:死亡|遇难|遇難|身亡|丧生|喪生|丧命|喪命|罹难|罹難|遇害|被杀|被殺|被打死|被炸死|牺牲|犧牲|殉职|毙命"
    "|击毙|擊斃|死难|去世)"
)
_KILL = "(?:打死|炸死|杀死|殺死|击毙|擊斃|枪杀|槍殺|杀害|殺害|害死|致死|夺走|奪走)"
_NO_WOUND = "(?!伤|傷)"

_THEN_DEAD = re.compile(
    rf"{_NUMBER}{_SOME}(?:名|人|位|个|個)[^,。;!?、\d伤傷]{{0,14}}?(?:{_DEAD}|死){_NO_WOUND}|{_NUMBER}{_SOME}死{_NO_WOUND}"
)
_DEAD_THEN = re.compile(
    rf"{_KILL}(?:了|至少|约|約|逾|超过|超過|近){{0,2}}{_NUMBER}{_SOME}(?:名|人|位|条|個|个)(?!受?[伤傷])"
)
_TOLL = re.compile(
    r"(?:死亡|遇难|遇難|罹难|罹難|死难|身亡|丧生|喪生)(?:者)?(?:总|總)?(?:人数|人數|数字)([^,。;伤傷]{0,24})"
)
_COUNT = re.compile(rf"{_NUMBER}{_SOME}(?:人|名|$)")
_EARLIER = re.compile(r"(?:19|20)\d\d年(?!\d)|去年")
"""A year without a month: the dead of another attack. A full date is that of the report."""


def tolls_in_chinese(sentence: str) -> Iterable[int]:
    """Yield the numbers of dead stated in a folded sentence."""
    if _EARLIER.search(sentence):
        return
    for found in (*_THEN_DEAD.finditer(sentence), *_DEAD_THEN.finditer(sentence)):
        yield _value(next(group for group in found.groups() if group))
    for toll in _TOLL.finditer(sentence):
        for count in _COUNT.finditer(toll[1]):
            yield _value(count[1])


def _value(written: str) -> int:
    if written[0].isdigit():
        return int(written.replace(",", "")[:9])
    total, digit = 0, 0
    for sign in written:
        if sign in _UNIT:
            total += (digit or 1) * _UNIT[sign]
            digit = 0
        else:
            digit = _DIGIT[sign]
    return total + digit
