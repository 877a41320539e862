"""How good the classifiers are, as pages for a person and as JSON for a script."""

from __future__ import annotations

from collections.abc import Iterator

from monitor.classifiers.evaluate import Evaluation
from monitor.classifiers.intervals import FEWEST_LABELS, Rate, ThresholdRow
from monitor.pipeline.quality import FEWEST_DAYS, ThresholdTable, TopicQuality

_BAR = 10
"""Characters that stand for 1."""


def quality_record(one: TopicQuality) -> dict[str, object]:
    """Return a topic's figures for ``classifiers evaluate --json``."""
    return {
        "topic": one.definition.id,
        "floor": one.definition.floor,
        **_figures(one.figures),
        "intervals": {name: [round(end, 4) for end in ends] for name, ends in one.intervals.items()},
        "judged": _figures(one.judged),
        "articles": [
            {
                "article": left.article,
                "relevant": left.relevant,
                "found": left.found,
                "others": left.others,
                "false": left.false,
            }
            for left in one.articles
        ],
    }


def quality_lines(one: TopicQuality) -> Iterator[str]:
    """Yield a topic's figures for ``classifiers evaluate``."""
    figures, judged = one.figures, one.judged
    yield f"{one.definition.id}: {figures.n_items} texts, {figures.n_positive} relevant"
    for name, (low, high) in one.intervals.items():
        yield f"  {name.replace('_', ' '):17} {getattr(figures, name):.3f}  (95 %: {low:.3f}–{high:.3f})"
    yield (
        f"  at the threshold {figures.threshold:.2f}; best F1 at {figures.best_threshold:.2f}; "
        f"Brier {figures.brier:.3f}, calibration error {figures.calibration_error:.3f}"
    )
    if one.articles:
        yield "  each seed article scored by a model that never saw it:"
    for left in one.articles:
        found = f"{left.found} of {left.relevant} relevant paragraphs found"
        yield f"    {left.article}: {found}, {left.false} of {left.others} others tagged"
    if judged.n_items:
        yield f"  judged items alone: {judged.n_items}, {judged.n_positive} relevant"
        yield (
            f"    average precision {judged.average_precision:.3f}, best F1 {judged.best_f1:.3f}; "
            f"at the threshold F1 {judged.f1:.3f}, precision {judged.precision:.3f}, recall {judged.recall:.3f}; "
            f"calibration error {judged.calibration_error:.3f}"
        )
    if one.definition.floor:
        verdict = "BELOW" if one.is_below else "not below"
        yield f"  average precision is {verdict} the floor {one.definition.floor:.3f} of its definition"


def threshold_record(table: ThresholdTable) -> dict[str, object]:
    """Return a topic's table for ``classifiers thresholds --json``."""
    return {
        "topic": table.definition.id,
        "labels": table.n_labels,
        "yes": table.n_yes,
        "promised": None if table.promised is None else round(table.promised, 2),
        "budget": table.definition.alert_budget or None,
        "keeps_budget": table.keeps_budget,
        "best_on_labels": table.best_on_labels,
        "days": round(table.days, 2),
        "rows": [
            {
                "threshold": row.threshold,
                "precision": _interval(row.precision),
                "recall": _interval(row.recall),
                "alerts_per_day": row.alerts_per_day,
            }
            for row in table.rows
        ],
    }


def threshold_lines(table: ThresholdTable) -> Iterator[str]:
    """Yield a topic's table for ``classifiers thresholds``."""
    definition = table.definition
    budget = f", budget {definition.alert_budget} a day" if definition.alert_budget else ""
    yield f"{definition.id}: {table.n_labels} judgements, {table.n_yes} yes{budget}"
    has_rates = any(row.precision or row.recall for row in table.rows)
    if table.n_labels < FEWEST_LABELS:
        yield f"  no rates on fewer than {FEWEST_LABELS} judgements; give more with: monitor label --next"
    if table.promised is not None:
        yield f"  by their scores {table.promised:.1f} of the judged items are relevant, you said {table.n_yes}"
    if not table.days:
        yield f"  alerts a day are not known yet: the archive spans less than {FEWEST_DAYS:.0f} days"
    if not table.days and not has_rates:
        yield f"  threshold in use: {definition.threshold:.2f}"
        return
    heads = f"{'precision':29}{'recall':29}" if has_rates else ""
    yield f"  threshold  {heads}alerts/day"
    for row in table.rows:
        rates = f"{_rate(row.precision)}{_rate(row.recall)}" if has_rates else ""
        per_day = "-" if row.alerts_per_day is None else f"{row.alerts_per_day:.1f}"
        yield f"  {row.threshold:9.2f}  {rates}{per_day}{_mark(table, row)}"
    yield from _advice(table)


def _mark(table: ThresholdTable, row: ThresholdRow) -> str:
    marks = (
        (table.definition.threshold, "in use"),
        (table.keeps_budget, "keeps the budget"),
        (table.best_on_labels, "best F1 on your judgements"),
    )
    said = [what for threshold, what in marks if threshold == row.threshold]
    return f"  ← {', '.join(said)}" if said else ""


def _advice(table: ThresholdTable) -> Iterator[str]:
    """Say what to set the threshold to; nothing while it is right or nobody can know."""
    definition = table.definition
    if definition.alert_budget and table.days:
        if table.keeps_budget is None:
            yield "  no threshold keeps the budget: the clues or the budget need a change"
        elif definition.threshold < table.keeps_budget:
            yield f"  over budget: set threshold = {table.keeps_budget:.2f} in the definition, or raise alert_budget"
        elif table.best_on_labels is not None and definition.threshold > table.best_on_labels >= table.keeps_budget:
            yield f"  the budget has room: threshold = {table.best_on_labels:.2f} finds more of what you call relevant"


def _figures(figures: Evaluation) -> dict[str, object]:
    return {
        "texts": figures.n_items,
        "relevant": figures.n_positive,
        "average_precision": round(figures.average_precision, 4),
        "best_f1": round(figures.best_f1, 4),
        "best_threshold": round(figures.best_threshold, 4),
        "f1": round(figures.f1, 4),
        "precision": round(figures.precision, 4),
        "recall": round(figures.recall, 4),
        "brier": round(figures.brier, 4),
        "calibration_error": round(figures.calibration_error, 4),
    }


def _rate(rate: Rate | None) -> str:
    if rate is None:
        return f"{'-':29}"
    bar = "█" * round(rate.value * _BAR)
    return f"{rate.value:.2f} ({rate.low:.2f}–{rate.high:.2f}) {bar:{_BAR}}  "


def _interval(rate: Rate | None) -> dict[str, float | int] | None:
    if rate is None:
        return None
    return {"value": round(rate.value, 4), "low": round(rate.low, 4), "high": round(rate.high, 4), "of": rate.of}
