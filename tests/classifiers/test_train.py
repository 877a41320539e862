from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np

from benchmarks.quality import fit, measure
from monitor.classifiers.passages import Judgement
from monitor.classifiers.train import Model, dump, train


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
    assert cpec.average_precision >= 0.89
    assert sanctuaries.average_precision >= 0.79
    assert cpec.f1 >= 0.82
    assert sanctuaries.f1 >= 0.71
    assert max(cpec.calibration_error, sanctuaries.calibration_error) <= 0.10


def test_quality_in_other_languages_does_not_fall(model: Model, shared: Path) -> None:
    figures = measure(model, shared / "classifier" / "dev_multilingual.jsonl")
    cpec, sanctuaries = figures["cpec-security"][0], figures["militant-sanctuaries"][0]
    assert cpec.average_precision >= 0.84
    assert sanctuaries.average_precision >= 0.84
    assert cpec.f1 >= 0.76
    assert sanctuaries.f1 >= 0.74
