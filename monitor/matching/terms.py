"""What people list to be found, and the forms in which each is searched (DESIGN §6, matching names)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from monitor.records import Source
from monitor.text.characters import APOSTROPHES
from monitor.text.terms import fold_term

_SIBILANTS = ("s", "x", "z", "o", "ch", "sh")
_VOWELS = frozenset("aeiou")
MAX_TERM = 1_000
"""Characters of a term that is searched for. Rule files allow 200; the automaton takes time with the square of one
word's length (100,000 equal letters: 16 s), so that nothing longer may reach it."""
CACHED = 20_000
"""Terms whose forms are remembered: the checks, the rule book and a comparison of two books ask for the same ones."""
ENDS_OF_TERMS = frozenset("\n\x1f")
"""In folded text a paragraph break, and the sign put between title and text: no term reaches across them."""
_LATIN = frozenset("abcdefghijklmnopqrstuvwxyz")
_DIGITS = frozenset("0123456789")


@dataclass(frozen=True, slots=True)
class Name:
    """One accepted spelling; with ``only_with`` it counts only where one of those words stands in the item too."""

    text: str
    only_with: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entity:
    """Someone or something we watch. ``owner`` is None for the shared watchlist, else the desk whose file lists it."""

    id: str
    name: str
    kind: str
    names: tuple[Name, ...]
    not_in: tuple[str, ...] = ()
    """Wider phrases that make a name inside them something else, for this entity only."""
    part_of: str | None = None
    owner: str | None = None
    declared_at: Source | None = None


@dataclass(frozen=True, slots=True)
class Pattern:
    """One form to search in tightly folded text, and what a hit must fulfil besides standing at word boundaries."""

    text: str
    capitals: tuple[bool, ...] | None = None
    """For short forms, which of the letters are capitals; None where case does not matter."""
    is_prefix: bool = False
    """``word*``: the hit extends to the end of its word."""
    is_dotted: bool = False
    """The form with a full stop after each letter; the last one is optional and belongs to the hit."""
    takes_plural: bool = False
    has_apostrophe: bool = False
    """For short forms: an apostrophe stands in what was listed (N'Ko), so that one may stand in the hit."""

    @property
    def is_plain(self) -> bool:
        """Return whether every hit between word boundaries is it to the letter; behind a digit a plural is not."""
        return (
            self.capitals is None
            and not self.is_prefix
            and not self.is_dotted
            and not (self.takes_plural and self.text[-1] in _DIGITS)
        )


def is_short_form(term: str) -> bool:
    """Return whether a listed term is a short form, to be found only in its exact capitals.

    Two to six letters, at least two and half of them capitals: TTP, LeT, IS-K (DESIGN §6).
    """
    letters = [character for character in term if character.isalpha()]
    capitals = sum(map(str.isupper, letters))
    return 2 <= len(letters) <= 6 and capitals >= 2 and 2 * capitals >= len(letters)


@lru_cache(maxsize=CACHED)
def patterns_of(term: str) -> tuple[Pattern, ...]:
    """Return the forms in which a listed name, word or phrase is searched; none if nothing of it can be compared.

    A ``*`` at its end asks for every word that begins so. A term of more than ``MAX_TERM`` characters has no form.
    """
    if len(term) > MAX_TERM:
        return ()
    is_prefix = term.rstrip().endswith("*")
    listed = term.rstrip().removesuffix("*") if is_prefix else term
    text = fold_term(listed).strip()
    if not text or not ENDS_OF_TERMS.isdisjoint(text):
        return ()
    if is_short_form(listed):
        return _short_patterns(listed, text, is_prefix=is_prefix)
    if is_prefix:
        return (Pattern(text, is_prefix=True),)
    # F-16s, but not 2030s: a number alone has none.
    has_plural = text[-1] in _LATIN or (text[-1] in _DIGITS and not _LATIN.isdisjoint(text))
    patterns = [Pattern(text, takes_plural=has_plural)]
    if len(text) > 2 and text[-1] == "y" and text[-2] in _LATIN - _VOWELS:
        patterns.append(Pattern(text[:-1] + "ies"))
    return tuple(patterns)


def plural_length(text: str, end: int) -> int:
    """Return how many characters after ``end`` make the word before it a plural: 2 for -es, 1 for -s, else 0.

    Whether the word ends there is left to the caller.
    """
    if text.startswith("es", end) and text.endswith(_SIBILANTS, 0, end):
        return 2
    return 1 if text.startswith("s", end) else 0


def _short_patterns(listed: str, text: str, *, is_prefix: bool) -> tuple[Pattern, ...]:
    capitals = tuple(character.isupper() for character in listed if character.isalpha())
    if is_prefix:
        return (Pattern(text, capitals, is_prefix=True),)
    parts = text.replace(".", "").split()
    plain = " ".join(parts)
    dotted = {".".join("".join(parts)), ". ".join(".".join(part) for part in parts)}
    has_apostrophe = not APOSTROPHES.isdisjoint(listed)
    forms = [Pattern(plain, capitals, has_apostrophe=has_apostrophe)]
    forms += [Pattern(form, capitals, is_dotted=True) for form in sorted(dotted)]
    # A short form with another sign inside (R&AW) is also searched as written.
    is_plain = plain.replace(" ", "").isalnum()
    return tuple(forms) if is_plain else (Pattern(text, capitals, has_apostrophe=has_apostrophe),)
