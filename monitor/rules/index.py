"""Which rules may hold for an item, found for all of them at once: sets of rules are the bits of an integer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

from monitor.records import Evidence, Field

if TYPE_CHECKING:
    from monitor.rules.compile import CompiledRule

_BODY, _TITLE = Field.BODY, Field.TITLE  # Python 3.11 looks members up slowly


@dataclass(frozen=True, slots=True)
class NearIndex:
    """Which rules want which atoms near one another, for every ``near`` of two clauses."""

    windows: tuple[tuple[int | None, int], ...]
    """Each distance asked for (None: in one sentence), and by which of its pairs a rule asks for it (0: its first)."""
    by_atom: Mapping[str, tuple[tuple[int, int, int], ...]]
    """By atom: number of a window, and the rules that want it there in the first and in the second clause."""
    without: tuple[int, ...]
    """For the first, second … pair of clauses, the rules that have none."""


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
    near: NearIndex

    def fulfilled(self, evidence: Mapping[str, Sequence[Evidence]]) -> int:
        """Return the rules whose every required clause was found, given what was found by atom."""
        gathered = list(self.without)
        for atom, hits in evidence.items():
            # hits come in reading order
            if hits[0].field is _TITLE:
                for slot, rules in self.in_title.get(atom, ()):
                    gathered[slot] |= rules
            if hits[-1].field is _BODY:
                for slot, rules in self.in_body.get(atom, ()):
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
    title = {atom: tuple(slots.items()) for atom, slots in in_title.items()}
    # most often no rule tells the fields apart, and one mapping serves both
    body = title if in_body == in_title else {atom: tuple(slots.items()) for atom, slots in in_body.items()}
    return RuleIndex(title, body, tuple(without), _index_near(rules))


def _index_near(rules: Sequence[CompiledRule]) -> NearIndex:
    pairs = [[near for near in compiled.near if len(near.clauses) == 2] for compiled in rules]
    without = [(1 << len(rules)) - 1] * max(map(len, pairs), default=0)
    windows: dict[tuple[int | None, int], int] = {}
    asking: dict[tuple[int, int, frozenset[str]], int] = {}
    for number, nears in enumerate(pairs):
        for order, near in enumerate(nears):
            without[order] ^= 1 << number
            window = windows.setdefault((near.words, order), len(windows))
            for side, wanted in enumerate(near.clauses):
                key = (window, side, wanted.atoms)
                asking[key] = asking.get(key, 0) | 1 << number
    by_atom: dict[str, dict[int, list[int]]] = {}
    for (window, side, atoms), numbers in asking.items():
        for atom in atoms:
            by_atom.setdefault(atom, {}).setdefault(window, [0, 0])[side] |= numbers
    return NearIndex(
        tuple(windows),
        {
            atom: tuple((window, first, second) for window, (first, second) in sides.items())
            for atom, sides in by_atom.items()
        },
        tuple(without),
    )
