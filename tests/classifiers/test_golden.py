from __future__ import annotations

import json
from math import inf

import pytest

from tests.classifiers.golden import GOLDEN, golden_items, golden_lines, golden_model


def test_scores_and_reasons_are_those_that_were_pinned() -> None:
    pinned = [json.loads(line) for line in GOLDEN.read_text(encoding="utf-8").splitlines()]
    found = [json.loads(line) for line in golden_lines(golden_model().score(golden_items()))]
    assert len(found) == len(pinned) > 100
    for now, then in zip(found, pinned, strict=True):
        assert now[0] == pytest.approx(then[0], abs=1e-9)
        assert now[1:] == then[1:]


def test_low_scores_may_come_without_their_reasons_and_are_the_same() -> None:
    model, items = golden_model(), golden_items()
    full, notable, bare = model.score(items), model.score(items, 0.5), model.score(items, inf)
    for (every,), (some,), (none,) in zip(full, notable, bare, strict=True):
        assert every.score == some.score == none.score
        assert some.contributions == (every.contributions if every.score >= 0.5 * every.threshold else ())
        assert none.contributions == ()
