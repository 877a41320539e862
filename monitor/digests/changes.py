"""What changed between two revisions of an item, as far as it matters to someone who read the first."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable

from monitor.records import AssessedItem

# Calibrated scores move a little with every edited word; a reader who saw 0.81 learns nothing from 0.84.
MIN_SCORE_CHANGE = 0.05

# Tolls are often spelled out in leads. Ordinals and fractions are left out: they date things, they do not count them.
# A number word with a second meaning ("one", ایک, 一) only makes an edit count that might not have to, which is safe.
_WORDS: dict[str, int] = {
    word: value
    for line in (
        "0 zero صفر هیچ 零",
        "1 one ایک یک یو एक 一",
        "2 two both pair دو دوه दो 二 两 兩",
        "3 three تین سه درې तीन 三",
        "4 four چار چهار څلور चार 四",
        "5 five پانچ پنج پنځه पांच पाँच 五",
        "6 six چھ شش شپږ छह छः 六",
        "7 seven سات هفت اووه सात 七",
        "8 eight آٹھ هشت اته आठ 八",
        "9 nine نو نہ نهه नौ 九",
        "10 ten دس ده لس दस 十",
        "11 eleven گیارہ یازده ग्यारह",
        "12 twelve dozen بارہ دوازده درجن दर्जन बारह",
        "13 thirteen تیرہ سیزده तेरह",
        "14 fourteen چودہ چهارده चौदह",
        "15 fifteen پندرہ پانزده पंद्रह",
        "16 sixteen سولہ شانزده सोलह",
        "17 seventeen سترہ هفده सत्रह",
        "18 eighteen اٹھارہ هجده अठारह",
        "19 nineteen انیس نوزده उन्नीस",
        "20 twenty بیس بیست شل बीस",
        "30 thirty تیس سی دېرش तीस",
        "40 forty چالیس چهل څلوېښت चालीस",
        "50 fifty پچاس پنجاه پنځوس पचास",
        "60 sixty ساٹھ شصت شپېته साठ",
        "70 seventy ستر هفتاد اویا सत्तर",
        "80 eighty اسی هشتاد اتیا अस्सी",
        "90 ninety نوے نود نوي नब्बे",
        "100 hundred سو صد سل सौ 百",
        "1000 thousand ہزار هزار زر हज़ार हजार 千",
    )
    for value, words in [(int(line.split()[0]), line.split()[1:])]
    for word in words
}
_TOKEN = re.compile(
    r"\d+(?:[.,٫٬'’]\d+)*|[一二两兩三四五六七八九十百千零]|[^\W\d_]+(?:[\u0900-\u0903\u093a-\u094f][^\W\d_]*)*"
)
_SEPARATORS = re.compile(r"[.,٫٬'’](?=\d{3}(?:\D|$))")


def numbers_in(text: str) -> tuple[str, ...]:
    """Return the numbers of a text in reading order, as digits: ``1,200`` and ``۱۲۰۰`` both give ``1200``.

    Number words of English, Urdu, Persian, Pashto, Hindi and Chinese count one by one ("twenty five" is 20, 5).
    """
    found: list[str] = []
    for token in _TOKEN.findall(text):
        if token[0].isdecimal():
            # A separator before exactly three digits groups thousands; any other is a decimal point or a time.
            plain = "".join(
                str(unicodedata.decimal(char)) if char.isdecimal() else char for char in _SEPARATORS.sub("", token)
            )
            found.append(plain.lstrip("0") or "0")
        elif (value := _WORDS.get(token.casefold())) is not None:
            found.append(str(value))
    return tuple(found)


def changes_between(before: AssessedItem, after: AssessedItem) -> tuple[str, ...]:
    """Return what a reader of ``before`` has to know about ``after``, in words; empty when nothing matters.

    A score counts when it crosses its threshold or moves by 0.05 or more; a rule or a watched entity when it was won or
    lost; numbers when they or their order changed (DESIGN §4: a score, a match or a number).
    """
    return (*_score_changes(before, after), *_match_changes(before, after), *_number_changes(before, after))


def _score_changes(before: AssessedItem, after: AssessedItem) -> Iterable[str]:
    earlier = {score.topic: score for score in before.assessment.scores}
    for score in after.assessment.scores:
        old = earlier.get(score.topic)
        if old is None:
            if score.is_relevant:
                yield f"{score.topic} now {score.score:.2f}"
        elif old.is_relevant != score.is_relevant or abs(old.score - score.score) >= MIN_SCORE_CHANGE:
            # Two unlike scores may look alike at two decimals when the threshold lies between them.
            yield f"{score.topic} {old.score:.2f} → {score.score:.2f}"


def _match_changes(before: AssessedItem, after: AssessedItem) -> Iterable[str]:
    old_rules = {match.id for match in before.assessment.matches.rules}
    new_rules = {match.id for match in after.assessment.matches.rules}
    old_names = {mention.entity for mention in before.assessment.matches.mentions}
    new_names = {mention.entity for mention in after.assessment.matches.mentions}
    for label, names in (
        ("rule now matches", new_rules - old_rules),
        ("rule no longer matches", old_rules - new_rules),
        ("now names", new_names - old_names),
        ("no longer names", old_names - new_names),
    ):
        if names:
            yield f"{label}: {', '.join(sorted(names))}"


def _number_changes(before: AssessedItem, after: AssessedItem) -> Iterable[str]:
    # Title and text apart: a toll that moves into the title is news of its own.
    old = (numbers_in(before.item.title), numbers_in(before.item.text))
    new = (numbers_in(after.item.title), numbers_in(after.item.text))
    if old == new:
        return
    old_count, new_count = Counter(old[0] + old[1]), Counter(new[0] + new[1])
    gained, lost = _listed(new_count - old_count), _listed(old_count - new_count)
    if lost and gained:
        yield f"numbers {lost} → {gained}"
    elif gained:
        yield f"numbers now also {gained}"
    elif lost:
        yield f"numbers no longer {lost}"
    else:
        yield "numbers in another order"


def _listed(numbers: Counter[str]) -> str:
    shown = list(dict.fromkeys(numbers))
    return ", ".join(shown[:5]) + (" …" if len(shown) > 5 else "")
