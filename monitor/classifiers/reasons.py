"""What speaks for and against a topic in an item, in the item's own words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from monitor.classifiers.ngrams import Floats, distinct
from monitor.classifiers.reading import Reader
from monitor.classifiers.textbatch import TextBatch
from monitor.records import Contribution

_SHOWN = 4
"""Features shown for, and as many against."""
_LEAST_SHOWN = 0.15
"""Log-odds; what moves a score by less than three percent points is not worth showing."""


_Reasons = tuple[Contribution, ...]


class Reasons:
    """The reasons of one topic's scores in a batch.

    ``of_signs``: what each sign of the batch adds to the log-odds, in their order; ``of_words``: what each word does.
    """

    def __init__(self, reader: Reader, batch: TextBatch, topic: int, of_signs: Floats, of_words: Floats) -> None:
        self._reader, self._batch, self._topic = reader, batch, topic
        self._of_signs, self._of_words = of_signs, of_words

    def of(self, notable: Sequence[bool]) -> list[_Reasons]:
        """Return what speaks most for, then what speaks most against the topic, strongest first; () if not notable.

        Only what is shown gets its evidence.
        """
        reasons: list[_Reasons] = [()] * len(notable)
        items = [item for item, is_notable in enumerate(notable) if is_notable]
        if items:
            by_item = self._telling_signs(np.array(notable))
            bounds = np.searchsorted(self._batch.grams.word_items, np.arange(len(notable) + 1)).tolist()
            for item in items:
                words = self._telling_words(bounds[item], bounds[item + 1])
                reasons[item] = self._shown(item, by_item.get(item, []), words)
        return reasons

    def _telling_signs(self, notable: NDArray[np.bool_]) -> dict[int, list[tuple[float, int]]]:
        """Return by notable item the signs that could be shown, strongest first, each with its column."""
        signs, firsts = self._batch.readings.signs[self._topic], self._reader.first_columns[self._topic]
        wanted = np.flatnonzero(notable[signs.items])
        # A list's part in the title and in the whole item are one.
        keys = signs.items[wanted] * len(firsts) + firsts[signs.columns[wanted]]
        features = distinct(keys)
        places = np.searchsorted(features, keys)
        weights = np.bincount(places, weights=self._of_signs[wanted], minlength=len(features))
        telling = np.flatnonzero(np.abs(weights) >= _LEAST_SHOWN)
        items, columns = np.divmod(features[telling], len(firsts))
        weights = np.round(weights[telling], 3)
        order = np.lexsort((self._reader.ranks[self._topic][columns], -np.abs(weights), items))
        found: dict[int, list[tuple[float, int]]] = {}
        for item, weight, column in zip(
            items[order].tolist(), weights[order].tolist(), columns[order].tolist(), strict=True
        ):
            found.setdefault(item, []).append((weight, column))
        return found

    def _telling_words(self, start: int, end: int) -> list[tuple[float, int]]:
        """Return the word that speaks most for and the one that speaks most against, if it says enough."""
        if start == end:
            return []
        own = self._of_words[start:end]
        found = dict.fromkeys((start + int(own.argmax()), start + int(own.argmin())))
        weights = ((float(self._of_words[word]), word) for word in found)
        return [(round(weight, 3), word) for weight, word in weights if abs(weight) >= _LEAST_SHOWN]

    def _shown(self, item: int, signs: list[tuple[float, int]], words: list[tuple[float, int]]) -> _Reasons:
        shown: list[Contribution] = []
        hits = self._reader.hits(self._batch.readings, item, self._topic)
        names, texts = self._reader.features[self._topic], self._batch.readings.batch.texts[item]
        for sign in (1, -1):
            own = [(weight, column) for weight, column in signs if weight * sign > 0][:_SHOWN]
            part = [Contribution(names[column], weight, hits.evidence(column, texts)) for weight, column in own]
            for weight, word in words:
                if weight * sign > 0 and (len(part) < _SHOWN or weight * sign > part[-1].weight * sign):
                    evidence = self._batch.word(word)
                    part.append(Contribution(f"word:{evidence.quote}", weight, evidence))
            part.sort(key=lambda one: (-abs(one.weight), one.feature))
            shown.extend(part[:_SHOWN])
        return tuple(shown)
