"""Which rules may hold for an item, found for all of them at once: sets of rules are the bits of an integer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

from monitor.records import Evidence, Field

if TYPE_CHECKING:
    from monitor.rules.compile import CompiledRule

_BODY, _TITLE = Field.BODY, Field.TITLE  # Python 3.11 looks members up slowly


@dataclass(frozen=True, slots=True)
class RuleIndex:
    """Which rules may hold, from what was found: sets of rules are the bits of an integer, by their place in a book.

    A rule's first clause asks in slot 0, its second in slot 1 and so on. Per slot the rules are gathered whose clause
    there is fulfilled; those gathered in every slot may hold, whatever the number of rules.
    """

    in_title: Mapping[str, tuple[tuple[int, int], ...]]
    """By atom the slots, each with the rules whose clause there it fulfils when it stands in the title."""
    in_body: Mapping[str, tuple[tuple[int, int], ...]]
    without: tuple[int, ...]
    """Per slot the rules that have no clause there."""
    measuring: int
    """The rules that ask for distances in words."""

    def fulfilled(self, evidence: Mapping[str, Sequence[Evidence]]) -> int:
        """Return the rules whose every required clause was found, given what was found by atom."""
        # hits come in reading order
        return self.fulfilled_by(
            [atom for atom, hits in evidence.items() if hits[0].field is _TITLE],
            [atom for atom, hits in evidence.items() if hits[-1].field is _BODY],
        )

    def fulfilled_by(self, title: Iterable[str], body: Iterable[str]) -> int:
        """Return what ``fulfilled`` does, given the atoms that stand in the title and in the text."""
        gathered = list(self.without)
        for atoms, asking in ((title, self.in_title), (body, self.in_body)):
            for atom in atoms:
                for slot, rules in asking.get(atom, ()):
                    gathered[slot] |= rules
        found = -1
        for rules in gathered:
            found &= rules
        return found if gathered else 0


def index_rules(rules: Sequence[CompiledRule]) -> RuleIndex:
    """Return how to find the rules that may hold; their bits are their positions in ``rules``."""
    everyone = (1 << len(rules)) - 1
    without = [everyone] * max((len(compiled.required) for compiled in rules), default=0)
    asking: dict[tuple[int, frozenset[str], tuple[Field, ...]], int] = {}
    for number, compiled in enumerate(rules):
        for slot, wanted in enumerate(compiled.required):
            without[slot] ^= 1 << number
            # many rules share a clause: it is handed to its many atoms once
            key = (slot, wanted.atoms, compiled.rule.fields)
            asking[key] = asking.get(key, 0) | 1 << number
    in_title: dict[str, dict[int, int]] = {}
    in_body: dict[str, dict[int, int]] = {}
    for (slot, atoms, fields), numbers in asking.items():
        for where, atom in product(fields, atoms):
            slots = (in_title if where is Field.TITLE else in_body).setdefault(atom, {})
            slots[slot] = slots.get(slot, 0) | numbers
    measuring = sum(
        1 << number for number, compiled in enumerate(rules) if any(near.words is not None for near in compiled.near)
    )
    title = {atom: tuple(slots.items()) for atom, slots in in_title.items()}
    # most often no rule tells the fields apart, and one mapping serves both
    body = title if in_body == in_title else {atom: tuple(slots.items()) for atom, slots in in_body.items()}
    return RuleIndex(title, body, tuple(without), measuring)
