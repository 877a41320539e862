from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks.quality import fit, measure
from monitor.classifiers.passages import Judgement
from monitor.classifiers.train import Model, dump, strengths, train


def judged(item: str) -> Judgement:
    return Judgement(
        item, "cpec-security", label=True, analyst="ana", at="2026-11-20T08:00:00Z", title=ITEM[0], text=ITEM[1]
    )


ITEM = ("Convoy of surveyors leaves for the desert", "Two vehicles and a cook set out at dawn.")


def test_the_same_input_gives_the_same_model(model: Model, checkout: Path) -> None:
    first, second = dump(model), dump(fit(checkout))
    assert first[1] == second[1]
    for name, array in first[0].items():
        assert np.array_equal(array, second[0][name])


def test_judgements_are_learned_from(model: Model) -> None:
    said = tuple(judged(f"i{n}") for n in range(8))
    taught = train(model.definitions, (), said)
    untaught = train(model.definitions, (), ())
    assert taught.fingerprint != untaught.fingerprint
    assert taught.score([ITEM])[0][0].score > untaught.score([ITEM])[0][0].score


def test_a_judgement_says_nothing_about_the_other_topic(model: Model) -> None:
    said = (judged("i1"),)
    taught, untaught = train(model.definitions, (), said), train(model.definitions, (), ())
    assert np.allclose(taught.topics[1].sign_weights, untaught.topics[1].sign_weights, atol=0.05)


def test_scoring_with_a_stored_model_needs_no_scikit_learn(model: Model, checkout: Path, tmp_path: Path) -> None:
    arrays, text = dump(model)
    np.savez(tmp_path / "model.npz", **arrays)  # type: ignore[arg-type] # the stub takes keyword arrays for flags
    (tmp_path / "model.json").write_text(text, encoding="utf-8")
    code = (
        "import sys, numpy\n"
        "from pathlib import Path\n"
        "from monitor.classifiers.train import load\n"
        f"folder = Path({str(tmp_path)!r})\n"
        "text = (folder / 'model.json').read_text('utf-8')\n"
        f"model = load(numpy.load(folder / 'model.npz'), text, {model.fingerprint!r})\n"
        "print(len(model.score([('Blast in Gwadar', '')])[0]), 'sklearn' in sys.modules, 'scipy' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=checkout, capture_output=True, check=True)
    assert done.stdout == b"2 False False\n"


def test_quality_on_the_english_sample_does_not_fall(model: Model, shared: Path) -> None:
    figures = measure(model, shared / "classifier" / "dev_sample.jsonl")
    cpec, sanctuaries = figures["cpec-security"][0], figures["militant-sanctuaries"][0]
    assert cpec.average_precision >= 0.92
    assert sanctuaries.average_precision >= 0.83
    assert cpec.f1 >= cpec.best_f1 - 0.05
    assert sanctuaries.f1 >= sanctuaries.best_f1 - 0.05
    assert cpec.precision_at_recall_80 >= 0.85
    assert sanctuaries.precision_at_recall_80 >= 0.68
    assert max(cpec.calibration_error, sanctuaries.calibration_error) <= 0.06


def test_quality_in_other_languages_does_not_fall(model: Model, shared: Path) -> None:
    figures = measure(model, shared / "classifier" / "dev_multilingual.jsonl")
    cpec, sanctuaries = figures["cpec-security"][0], figures["militant-sanctuaries"][0]
    assert cpec.average_precision >= 0.85
    assert sanctuaries.average_precision >= 0.86
    assert cpec.f1 >= 0.78
    assert sanctuaries.f1 >= 0.75


@pytest.mark.parametrize("lang", ["fa", "ps", "hi"])
def test_items_written_apart_are_ranked_well_in_scripts_with_few_passages(
    model: Model, checkout: Path, tmp_path: Path, lang: str
) -> None:
    lines = (
        (checkout / "tests" / "data" / "classifiers" / "other_scripts.jsonl").read_text(encoding="utf-8").splitlines()
    )
    own = [line for line in lines if json.loads(line)["lang"] == lang]
    assert len(own) >= 40
    (tmp_path / "own.jsonl").write_text("\n".join(own), encoding="utf-8")
    for all_items, _ in measure(model, tmp_path / "own.jsonl").values():
        assert all_items.average_precision >= 0.85


def test_items_written_for_tests_are_not_trained_on(checkout: Path) -> None:
    apart = (
        (checkout / "tests" / "data" / "classifiers" / "other_scripts.jsonl").read_text(encoding="utf-8").splitlines()
    )
    written = (checkout / "classifiers" / "contrast.jsonl").read_text(encoding="utf-8").splitlines()
    titles = {json.loads(line)["title"] for line in written}
    assert not [line for line in apart if json.loads(line)["title"] in titles]


def test_clues_may_say_less_the_more_the_analysts_have_said() -> None:
    names = ("title:china", "text:china", "clue:attacked")
    assert strengths(names, 0).tolist() == [1.0, 1.0, 1.0]
    assert strengths(names, 500).tolist() == [1.0, 1.0, 0.5]
    assert strengths(names, 1_500).tolist() == [1.0, 1.0, 0.25]


def test_known_near_misses_of_the_guideline(model: Model) -> None:
    said = model.score([("Dasu attack planned in Afghanistan", ""), ("Al-Qaeda leader Zawahiri killed in Kabul", "")])
    assert [score.is_relevant for score in said[0]] == [True, True]
    assert [score.is_relevant for score in said[1]] == [False, True]
