"""The regular plural and oblique forms of Urdu and Hindi nouns, to name those a list lacks.

Marked masculine nouns only, the one class whose forms are certain from the spelling (Schmidt, Urdu: An Essential
Grammar, ch. 1; Kachru, Hindi, ch. 4): حملہ, حملے, حملوں and हमला, हमले, हमलों. Persian joins its plural with a
half-space, which ends a word here, so that the listed word is found in it already.
"""

from __future__ import annotations

from collections.abc import Sequence

from monitor.text.fold import fold_tight

MIN_LETTERS = 4
_URDU_ENDING = "ہ"
_URDU_FORMS = ("ے", "وں")
_HINDI_ENDING = "ा"
_HINDI_FORMS = ("े", "ों")


def missing_forms(word: str, listed: Sequence[str]) -> tuple[str, ...]:
    """Return the regular forms of a word that a list lacks, if the list has none of them; empty for other words.

    Someone who listed one other form has thought about forms, and not every noun has all of them.
    """
    if " " in word or word.endswith("*") or len(word) < MIN_LETTERS:
        return ()
    if word.endswith(_URDU_ENDING):
        forms = tuple(word.removesuffix(_URDU_ENDING) + ending for ending in _URDU_FORMS)
    elif word.endswith(_HINDI_ENDING):
        forms = tuple(word.removesuffix(_HINDI_ENDING) + ending for ending in _HINDI_FORMS)
    else:
        return ()
    known = {fold_tight(one).text.strip() for one in listed}
    beginnings = tuple(one.removesuffix("*") for one in listed if one.endswith("*"))
    missing = tuple(
        form for form in forms if fold_tight(form).text.strip() not in known and not form.startswith(beginnings or "\0")
    )
    return missing if len(missing) == len(forms) else ()
