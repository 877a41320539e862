"""What ``classifiers thresholds`` says about the alert budget and the judgements."""

from __future__ import annotations

from dataclasses import replace

from monitor.classifiers.definition import TopicDefinition
from monitor.classifiers.intervals import best_threshold, budget_threshold, threshold_rows
from monitor.cli.classifier_pages import threshold_lines, threshold_record
from monitor.pipeline.quality import ThresholdTable

DEFINITION = TopicDefinition("a", "A", ("x",), (), threshold=0.3, alert_budget=2)
LABELLED = [(True, 0.8)] * 20 + [(False, 0.1)] * 15 + [(False, 0.5)] * 5


def table(keeps: float | None, best: float | None, threshold: float = 0.3) -> ThresholdTable:
    rows = threshold_rows(LABELLED, [0.9, 0.6, 0.6, 0.4, 0.35, 0.1], 2.0, (0.3, 0.41, 0.8))
    definition = replace(DEFINITION, threshold=threshold)
    return ThresholdTable(definition, 40, 20, rows, 2.0, keeps, best, 20.0)


def test_the_budget_is_kept_by_the_lowest_threshold_that_tags_no_more() -> None:
    volume = [0.9, 0.6, 0.6, 0.4, 0.35, 0.1]
    assert budget_threshold(volume, 2.0, 2) == 0.36
    assert budget_threshold(volume, 2.0, 1) == 0.61
    assert budget_threshold(volume, 1.0, 6) == 0.01
    assert budget_threshold([1.0, 1.0], 1.0, 1) is None
    assert budget_threshold(volume, 0.0, 2) is None
    assert budget_threshold([], 2.0, 2) is None


def test_the_best_threshold_needs_twenty_judgements_of_each_kind() -> None:
    assert best_threshold(LABELLED) == 0.8
    assert best_threshold(LABELLED[1:]) is None


def test_a_topic_over_its_budget_is_told_what_to_set() -> None:
    lines = list(threshold_lines(table(0.41, 0.8)))
    assert lines[0] == "a: 40 judgements, 20 yes, budget 2 a day"
    assert lines[1] == "  by their scores 20.0 of the judged items are relevant, you said 20"
    assert [line.split("  ← ")[1] for line in lines if "←" in line] == [
        "in use", "keeps the budget", "best F1 on your judgements",
    ]  # fmt: skip
    assert lines[-1] == "  over budget: set threshold = 0.41 in the definition, or raise alert_budget"


def test_room_in_the_budget_is_told_too() -> None:
    lines = list(threshold_lines(table(0.41, 0.5, threshold=0.8)))
    assert lines[-1] == "  the budget has room: threshold = 0.50 finds more of what you call relevant"
    assert "no threshold keeps the budget" in list(threshold_lines(table(None, None)))[-1]


def test_a_script_gets_the_same() -> None:
    record = threshold_record(table(0.41, None))
    assert (record["keeps_budget"], record["best_on_labels"], record["days"]) == (0.41, None, 2.0)
