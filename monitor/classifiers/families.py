"""Which texts tell of one event, so that none is scored by a model that learned from its copy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.classifiers.ngrams import BUCKETS, Floats, read_grams
from monitor.text.fold import fold

COPY = 0.4
"""Cosine of weighted n-grams from which two texts are about one event. Of 2,100 passages 360 lie in 168 groups then,
the largest of 10; at 0.5 half of the reworded headlines are parted, at 0.3 events of one kind run together."""

_COMMON = 0.1
"""An n-gram that so many of the texts share tells no event from another, and costs most."""
_ROWS = 500
"""Texts compared at once with all others: bounds the memory."""


def families(texts: Sequence[tuple[str, str]], kin: Sequence[str]) -> list[int]:
    """Return for each (title, text) the number of its family: the place of the first of those it belongs with.

    Near copies belong together, texts with the same ``kin`` ("" has none), and copies of copies.
    """
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    count = len(texts)
    if not count:
        return []
    rows, columns = [np.arange(count)], [np.arange(count)]
    first: dict[str, int] = {}
    same = [first.setdefault(name, number) if name else number for number, name in enumerate(kin)]
    rows.append(np.arange(count))
    columns.append(np.array(same))
    vectors = _vectors(texts)
    for start in range(0, count, _ROWS):
        near = (vectors[start : start + _ROWS] @ vectors.T).tocoo()
        is_copy = near.data >= COPY
        rows.append(near.row[is_copy] + start)
        columns.append(near.col[is_copy])
    ends = (np.concatenate(rows), np.concatenate(columns))
    links = coo_matrix((np.ones(len(ends[0]), dtype=np.bool_), ends), shape=(count, count))
    _, groups = connected_components(links, directed=False)
    head: dict[int, int] = {}
    return [head.setdefault(group, number) for number, group in enumerate(groups.tolist())]


def likeness(texts: Sequence[tuple[str, str]]) -> Floats:
    """Return how like each other (title, text) are, 0-1, shape (n, n): the cosine of weighted n-grams."""
    vectors = _vectors(texts)
    found: Floats = np.clip((vectors @ vectors.T).toarray(), 0.0, 1.0)
    return found


def _vectors(texts: Sequence[tuple[str, str]]) -> Any:
    """Return the texts as rows of length 1 over the n-grams that tell them apart; sparse."""
    from scipy.sparse import csr_matrix

    grams = read_grams([f"{fold(title).text}\n{fold(text).text}" for title, text in texts])
    owners = grams.items
    pairs = np.unique(owners * BUCKETS + grams.buckets)
    counts = np.bincount(pairs % BUCKETS, minlength=BUCKETS)
    idf = (np.log((1 + len(texts)) / (1 + counts)) + 1).astype(np.float32)
    idf[counts > max(_COMMON * len(texts), 10)] = 0.0
    matrix = csr_matrix((grams.values * idf[grams.buckets], (owners, grams.buckets)), shape=(len(texts), BUCKETS))
    matrix.sum_duplicates()
    lengths: NDArray[np.float64] = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    matrix.data /= np.maximum(np.repeat(lengths, np.diff(matrix.indptr)), 1e-12)
    matrix.eliminate_zeros()
    return matrix
