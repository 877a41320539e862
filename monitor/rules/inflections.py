"""The regular plural and oblique forms of Urdu and Hindi nouns, to name those a list lacks.

Marked masculine nouns only, the one class whose forms are certain from the spelling (Schmidt, Urdu: An Essential
Grammar, ch. 1; Kachru, Hindi, ch. 4): حملہ, حملے, حملوں and हमला, हमले, हमलों. Persian joins its plural with a
half-space, which ends a word here, so that the listed word is found in it already.
"""

from __future__ import annotations

from collections.abc import Sequence

from monitor.text.terms import fold_term

MIN_LETTERS = 4
_URDU_ENDING = "ہ"
_URDU_FORMS = ("ے", "وں")
_UNCHANGING = frozenset(
    {"لاپتہ", "زیادہ", "علاوہ", "وغیرہ", "ہمیشہ", "دوبارہ", "موجودہ", "مذکورہ", "متعلقہ", "شدہ", "زندہ"}
)
"""Adjectives and adverbs on -ہ, which have one form."""
_HINDI_ENDINGS = ("ला", "का", "टा", "ड़ा")
"""Of nouns on -ा these are nearly all masculine; feminine ones (हत्या, सुरक्षा) and participles have other forms."""
_HINDI_FORMS = ("े", "ों")


def missing_forms(word: str, listed: Sequence[str]) -> tuple[str, ...]:
    """Return the regular forms of a word that a list lacks, if the list has none of them; empty for other words.

    Someone who listed one other form has thought about forms, and not every noun has all of them.
    """
    if " " in word or word.endswith("*") or len(word) < MIN_LETTERS:
        return ()
    if word.endswith(_URDU_ENDING) and word not in _UNCHANGING:
        forms = tuple(word.removesuffix(_URDU_ENDING) + ending for ending in _URDU_FORMS)
    elif word.endswith(_HINDI_ENDINGS):
        forms = tuple(word[:-1] + ending for ending in _HINDI_FORMS)
    else:
        return ()
    known = {fold_term(one).strip() for one in listed}
    beginnings = tuple(one.removesuffix("*") for one in listed if one.endswith("*"))
    missing = tuple(
        form for form in forms if fold_term(form).strip() not in known and not form.startswith(beginnings or "\0")
    )
    return missing if len(missing) == len(forms) else ()
