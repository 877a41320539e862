"""The codes of the problems found in rule files; each has a section in docs/problems.md.

A code is never given a second meaning. Adding a check is one code here, one function in ``monitor.rules.checks`` or
``monitor.rules.lint``, one file in tests/data/rules/bad and one section in the document.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from enum import StrEnum


class Code(StrEnum):
    """What can be wrong in a rule file."""

    UNKNOWN_TABLE = "R001"
    UNKNOWN_KEY = "R002"
    WRONG_TYPE = "R003"
    MISSING_KEY = "R004"
    EMPTY = "R005"
    BAD_ID = "R006"
    BRACKETS = "R007"
    UNKNOWN_CHOICE = "R008"
    UNKNOWN_LANGUAGE = "R009"
    BAD_DURATION = "R010"
    BAD_DATE = "R011"
    UNKNOWN_REFERENCE = "R012"
    WRONG_KIND = "R013"
    DUPLICATE = "R014"
    CYCLE = "R015"
    STAR_PLACE = "R016"
    STAR_UNSPACED = "R017"
    NOT_A_SPELLING = "R018"
    NO_LETTERS = "R019"
    NO_CLAUSE = "R020"
    NEAR_DISTANCE = "R021"
    NEAR_LINES = "R022"
    OUT_OF_RANGE = "R023"
    UNKNOWN_TOPIC = "R024"
    EXAMPLES_MISSING = "R025"
    NO_OWNER = "R026"
    UNKNOWN_OWNER = "R027"
    TOO_LONG = "R028"
    TUNE_TARGET = "R030"
    TUNE_OWN = "R031"
    TUNE_RAISES = "R032"
    TUNE_EMPTY = "R033"
    MUTE_END = "R034"
    MUTE_TOO_LONG = "R035"
    MUTE_SUBJECT = "R036"
    MUTE_OVER = "R037"
    COLLISION = "R040"
    CRITICAL_STOP = "R041"
    EXPIRED = "R042"
    NEVER_MATCHES = "R043"
    COMMON_WORD = "R044"
    SHORT_STEM = "R045"
    SCRIPT_EXCLUDED = "R046"
    MISSING_AT = "R047"
    UNUSED = "R048"
    HIDDEN_NAME = "R049"
    SHADOWED = "R051"
    EXPIRES_SOON = "R052"
    EMPTY_EXAMPLE = "R053"
    MISSING_FORM = "R054"
    HIDES_NAME = "R055"
    FOREIGN_SIGN = "R056"
    TWICE = "R057"
    NO_EFFECT = "R058"
    UNKNOWN_SOURCE = "R059"


ABSENCES = frozenset(
    {
        Code.MISSING_KEY,
        Code.EMPTY,
        Code.NO_CLAUSE,
        Code.NEAR_DISTANCE,
        Code.NEAR_LINES,
        Code.EXAMPLES_MISSING,
        Code.NO_OWNER,
        Code.TUNE_EMPTY,
        Code.MUTE_END,
        Code.MUTE_SUBJECT,
        Code.UNUSED,
    }
)
"""Said of what is not there; in a file with broken lines it may well be on one of them, so these stay unsaid."""


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """Return the known word closest to ``word``, None if none is close; case does not count."""
    by_fold = {candidate.casefold(): candidate for candidate in sorted(known)}
    close = difflib.get_close_matches(word.casefold(), list(by_fold), n=1, cutoff=0.6)
    return by_fold[close[0]] if close else None
