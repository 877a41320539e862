"""The phrases found in an item, with evidence that is made when somebody looks at it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from monitor.matching.forms import Hit
from monitor.records import Evidence, Field

FIELDS = (Field.TITLE, Field.BODY)


class Phrases(Mapping[str, tuple[Evidence, ...]]):
    """Each phrase that was found, with every place, in reading order.

    Most items fulfil no rule, and then nobody looks at the evidence: writing it would be a good part of matching them.
    """

    __slots__ = ("_contents", "_hits", "_made")

    def __init__(
        self, contents: tuple[str, str] = ("", ""), hits: Mapping[str, Sequence[Hit]] = MappingProxyType({})
    ) -> None:
        """Take title and text of the item, and of each phrase the hits, at least one, in reading order."""
        self._contents = contents
        self._hits = hits
        self._made: dict[str, tuple[Evidence, ...]] = {}

    def __getitem__(self, phrase: str) -> tuple[Evidence, ...]:
        """Return the evidence of a phrase."""
        made = self._made.get(phrase)
        if made is None:
            contents = self._contents
            made = self._made[phrase] = tuple(
                [
                    Evidence(FIELDS[number], start, -minus_end, contents[number][start:-minus_end], phrase)
                    for number, start, minus_end, _ in self._hits[phrase]
                ]
            )
        return made

    def __contains__(self, phrase: object) -> bool:
        """Return whether a phrase was found."""
        return phrase in self._hits

    def __iter__(self) -> Iterator[str]:
        """Yield the phrases in the order in which they stand in the item."""
        return iter(self._hits)

    def __len__(self) -> int:
        """Return how many phrases were found."""
        return len(self._hits)

    def __repr__(self) -> str:
        """Show what was found as a mapping does."""
        return repr(dict(self))

    def in_title(self) -> list[str]:
        """Return the phrases that stand in the title."""
        return [phrase for phrase, hits in self._hits.items() if not hits[0][0]]

    def in_body(self) -> list[str]:
        """Return the phrases that stand in the text."""
        return [phrase for phrase, hits in self._hits.items() if hits[-1][0]]
