"""The forms of all listed terms, and automata that look for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import ahocorasick_rs

from monitor.matching.terms import Pattern, patterns_of

Hit = tuple[int, int, int, int]
"""Field (0 title, 1 body), start, end with its sign turned, term: sorted in reading order, the wider first."""
Meanings = tuple[tuple[int, Pattern, bool], ...]
"""The terms a form may mean, each with what a hit must fulfil and whether that is nothing special."""
BETWEEN = "\x1f"
"""Stands between texts that are searched as one: a sign that nothing folds away or spans."""
MAX_TABLE = 8 * 1024**2
"""Bytes for an automaton that looks its next state up (DFA): in half the time of one that searches for it, as long as
most of what it looks at stays near the core."""


def forms_of(terms: Iterable[str]) -> Mapping[str, Meanings]:
    """Return every form of some terms, which are given by their numbers, with what it may mean."""
    forms: dict[str, list[tuple[int, Pattern, bool]]] = {}
    for number, text in enumerate(terms):
        for pattern in patterns_of(text):
            forms.setdefault(pattern.text, []).append((number, pattern, pattern.is_plain))
    return {form: tuple(meanings) for form, meanings in forms.items()}


def automaton_of(forms: Sequence[bytes]) -> ahocorasick_rs.BytesAhoCorasick:
    """Return an automaton for forms that may stand anywhere."""
    signs = len(set(b"".join(forms))) + 1
    size = 4 * sum(map(len, forms)) << signs.bit_length()
    kind = ahocorasick_rs.Implementation.DFA if size <= MAX_TABLE else None
    return ahocorasick_rs.BytesAhoCorasick(forms, implementation=kind)
