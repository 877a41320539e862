"""Read the toll an item states: how many were killed, in English, Urdu, Persian, Pashto, Hindi and Chinese.

A number counts only close to a word for killed or dead, and only if nothing shows that it counts something else:
wounded, kilometres, years, the dead of another year. What is in doubt counts, since a toll read too high costs one
message and a toll missed may cost an attack.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from monitor.alerts.numerals import Figure, figures
from monitor.alerts.toll_chinese import tolls_in_chinese
from monitor.alerts.toll_words import TollWords, toll_words
from monitor.text.fold import fold
from monitor.text.sentences import sentences

SENTENCES = 4
"""Sentences of the text that are read: wire copy states the toll at once, what comes later is background."""
LEAD_CHARACTERS = 3000
"""They, and the title, lie within so many characters; bounds the work on text without stops (30 ms at worst)."""
NEAR, NEAR_WITH_REMARK = 8, 14
"""Words between a number and the death it counts; more if a remark stands between (", including two children,")."""
AFTER_TOLL = 9
"""Words between "toll" and its number."""
LATE_IN_SENTENCE = 40
"""The same where a verb like "rises" leads to the number: "the toll from the attack on …, rises to 32"."""

_WORD = re.compile(r"\d+(?:,\d+)*(?:[.:/]\d+)*[a-z%]*|[^\W\d_](?:[^\W\d_]|[\u0900-\u109f'])*|[,;:،؛]")
_BREAKS = frozenset(",;:،؛")
_COMMAS = frozenset(",،")
_ACTIVE = frozenset({"killed", "kill", "kills", "killing"})
_OBJECTS = frozenset({"a", "an", "the", "his", "her", "their", "several", "many", "some", "dozens", "scores", "him"})
_TIMES_OF_DAY = frozenset({"day", "week", "month", "year", "night", "same", "previous"})
_EARLIER = re.compile(
    r"^\W*(?:back )?in (?:[a-z]+ )?(?:19|20)\d\d\b"
    r"|\b(?:killed|dead|died|deaths|fatalities|slain|martyred|lives)"
    r"(?: (?!worst|deadliest|biggest|bloodiest|since)\S+){0,8}"
    r" (?:in|during|of|between|from) (?:an? |the )?(?:[a-z]+ )?(?:19|20)\d\d\b"
    r"|\b(?:killed|dead|died|deaths|fatalities|slain|martyred|lives)(?: \S+){0,2} since (?:[a-z]+ )?(?:19|20)\d\d\b"
    r"|\b(?:killed|dead|died|deaths)(?: \S+){0,8} between [a-z]+ and [a-z]+ (?:19|20)\d\d\b"
    r"|\b(?:killed|dead|died|deaths)(?: \S+){0,5} (?:(?:last|this) year|last month)\b|\byears? ago\b|\bso far this\b"
    r"|\b(?:سال|سنه|در|په) (?:1[34]|19|20)\d\d(?!\d)"
    r"|\b(?:1[34]|19|20)\d\d(?:ء)? (?:میں|کے|کی|ء|کال|में|के|की)(?!\w)"
)
"""A year that says of what time the dead were; "the worst attack since 2014" says nothing of the kind."""


def toll_in(title: str, text: str) -> int | None:
    """Return the highest number of dead stated in the title or the first sentences of the text, None if none is.

    "At least nine" is nine, a range its higher end, "a dozen" twelve, 十几 ten. Wounded, years, ages, distances and the
    dead of an earlier year do not count.
    """
    lead = text[:LEAD_CHARACTERS]
    parts = [title[:LEAD_CHARACTERS], *(lead[start:end] for start, end in sentences(lead)[:SENTENCES])]
    found = [toll for part in parts if part.strip() for toll in _tolls(fold(part).text) if toll > 0]
    return max(found, default=None)


def _tolls(sentence: str) -> Iterable[int]:
    yield from tolls_in_chinese(sentence)
    if _EARLIER.search(sentence):
        return
    words = _WORD.findall(sentence)
    vocabulary = toll_words()
    counted = figures(words)
    fit = [figure for figure in counted if _counts_people(words, figure, vocabulary)]
    if not fit:
        return
    deaths = _places(words, vocabulary.dead)
    for start, end in deaths:
        objects = [figure for figure in fit if _is_object(words, end, figure, vocabulary)]
        yield from (figure.value for figure in objects)
        if not _is_active(words, start, end, objects=objects) and not _is_casualties(words, end, fit, vocabulary):
            yield from (figure.value for figure in fit if _reaches(words, figure, start, counted, vocabulary))
    for _, end in _places(words, vocabulary.toll):
        yield from _announced(words, end, fit, vocabulary)


def _counts_people(words: Sequence[str], figure: Figure, vocabulary: TollWords) -> bool:
    is_year = len(words[figure.start]) == 4 and words[figure.start].isdigit() and _is_year(figure.value)
    after = words[figure.end] if figure.end < len(words) else ""
    before = words[figure.start - 1] if figure.start else ""
    is_none = before == "no" and words[figure.start] == "one"
    is_date = before in vocabulary.units and len(before) > 2 and words[figure.start].isdigit() and before not in _CLOCK
    return not (is_year or is_none or is_date or after in vocabulary.units)


_CLOCK = frozenset({"hours", "days", "day", "attacks", "per", "years"})
"""Units that may end a phrase before a number: "in two days 9 were killed"."""


def _is_year(value: int) -> bool:
    return 1900 <= value < 2100 or 1300 <= value < 1500


def _places(words: Sequence[str], phrases: frozenset[tuple[str, ...]]) -> list[tuple[int, int]]:
    """Return where phrases stand, the longest at each word."""
    longest = max(map(len, phrases))
    found: list[tuple[int, int]] = []
    for start in range(len(words)):
        for length in range(min(longest, len(words) - start), 0, -1):
            if tuple(words[start : start + length]) in phrases:
                found.append((start, start + length))
                break
    return found


def _is_object(words: Sequence[str], end: int, figure: Figure, vocabulary: TollWords) -> bool:
    """Return whether a number directly follows "killed" and counts no wounded: "killed at least nine people"."""
    if not (words[end - 1] in _ACTIVE and end <= figure.start <= end + 4):
        return False
    after = words[figure.end : figure.end + 4]
    until = next((place for place, word in enumerate(after) if word in _BREAKS or word in {"and", "in"}), len(after))
    is_hedged = all(word in vocabulary.hedges for word in words[end : figure.start])
    return is_hedged and not any(word in vocabulary.barred for word in after[:until])


def _is_active(words: Sequence[str], start: int, end: int, *, objects: Sequence[Figure]) -> bool:
    """Return whether those counted before "killed" are the killers."""
    if words[end - 1] not in _ACTIVE or (start and words[start - 1] in {"were", "was", "been", "are", "being"}):
        return False
    after = words[end : end + 2]
    is_moment = len(after) == 2 and after[1] in _TIMES_OF_DAY
    return bool(objects) or (bool(after) and after[0] in _OBJECTS and not is_moment)


def _is_casualties(words: Sequence[str], end: int, fit: Sequence[Figure], vocabulary: TollWords) -> bool:
    """Return whether the number is of dead and wounded together: "nine killed or injured"."""
    after = words[end : end + 2]
    starts = {figure.start for figure in fit}
    joined = len(after) == 2 and after[0] in {"or", "and", "یا", "और", "या"} and end + 1 not in starts
    return joined and after[1] in vocabulary.barred


def _reaches(
    words: Sequence[str], figure: Figure, death: int, counted: Sequence[Figure], vocabulary: TollWords
) -> bool:
    """Return whether a number before a death counts those who died."""
    between = words[figure.end : death]
    if figure.end > death or any(word in vocabulary.barred for word in between):
        return False
    has_remark = any(word in vocabulary.apposition for word in between)
    if len(between) > (NEAR_WITH_REMARK if has_remark else NEAR):
        return False
    if not has_remark and any(word in _BREAKS for word in between):
        return False
    if any(word in _BREAKS - _COMMAS for word in between):
        return False
    others = [other for other in counted if figure.end <= other.start < death]
    return all(_is_beside(words, figure, other, vocabulary) for other in others)


def _is_beside(words: Sequence[str], figure: Figure, other: Figure, vocabulary: TollWords) -> bool:
    """Return whether a second number leaves the first one its meaning: "five soldiers and three civilians"."""
    between = words[figure.end : other.start]
    if any(word in vocabulary.apposition for word in between):
        return True
    return bool(between) and between[-1] in {"and", "اور", "و", "او", "और"} and len(between) <= 3


def _announced(words: Sequence[str], end: int, fit: Sequence[Figure], vocabulary: TollWords) -> Iterable[int]:
    """Yield the numbers a word like "toll" announces: "toll rises from five to nine"."""
    last: Figure | None = None
    for figure in fit:
        start = end if last is None else last.end
        if figure.start < start:
            continue
        between = words[end : figure.start]
        rise = next((at for at, word in enumerate(between) if word in vocabulary.rises), None)
        if rise is not None and len(between) <= LATE_IN_SENTENCE:
            between = between[rise:] if last is None else between
        elif len(between) > AFTER_TOLL or any(word in _BREAKS - {":"} for word in between):
            return
        is_joined = last is None or any(word in _RISING for word in words[last.end : figure.start])
        after = words[figure.end : figure.end + 2]
        if not is_joined or len(between) > AFTER_TOLL:
            return
        if any(word in vocabulary.barred for word in (*between, *after)):
            return
        yield figure.value
        last = figure


_RISING = frozenset({"to", "سے", "से", "به", "ته", "تا"})
"""They lead from the old toll to the new one."""
