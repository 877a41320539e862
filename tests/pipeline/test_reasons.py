"""Reasons of low scores are worked out when asked, by the model that gave the score or not at all."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from monitor.pipeline.desk import load_topics
from monitor.pipeline.reasons import lacks_reasons, with_reasons
from monitor.pipeline.topics import Topics
from monitor.records import AssessedItem
from monitor.workspace.layout import Workspace
from tests.store.samples import assessment_of, item_of

ITEM = item_of(1, title="Mango exports from Gwadar reach China", text="Growers in Sindh expect a good season.")


@pytest.fixture(scope="module")
def topics(fitted: Path) -> Topics:
    return load_topics(Workspace(fitted))


def stored(topics: Topics, title: str = ITEM.title, text: str = ITEM.text) -> AssessedItem:
    (scores,) = topics.model().score([(title, text)], 0.25)
    item = replace(ITEM, title=title, text=text)
    return AssessedItem(item, assessment_of(item, scores=scores))


def test_a_low_score_gets_its_reasons_back(topics: Topics) -> None:
    before = stored(topics)
    assert lacks_reasons(before)
    after = with_reasons(topics, before)
    for low, explained in zip(before.assessment.scores, after.assessment.scores, strict=True):
        assert explained.score == low.score
        assert explained.contributions
    assert not lacks_reasons(after)


def test_another_model_gives_no_reasons_for_a_score_that_is_not_its_own(topics: Topics) -> None:
    before = stored(topics)
    older = tuple(replace(score, fingerprint="older") for score in before.assessment.scores)
    one = replace(before, assessment=replace(before.assessment, scores=older))
    assert with_reasons(topics, one) is one


def test_a_high_score_and_an_item_without_words_lack_none(topics: Topics) -> None:
    assert not lacks_reasons(stored(topics, "", ""))
    high = stored(topics, "Chinese engineers killed in attack near Dasu, planned in TTP sanctuaries in Afghanistan", "")
    assert high.assessment.scores[0].contributions
