from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse

from benchmarks.quality import alert_load, fit, measure, read_training
from monitor.classifiers.definition_file import parse_definition
from monitor.classifiers.passages import Judgement, Passage
from monitor.classifiers.train import ENOUGH, Model, Table, dump, strengths, train, with_early


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
    assert cpec.average_precision >= 0.93
    assert sanctuaries.average_precision >= 0.85
    assert cpec.best_f1 >= 0.87
    assert sanctuaries.best_f1 >= 0.77
    assert cpec.f1 >= cpec.best_f1 - 0.05
    assert sanctuaries.f1 >= sanctuaries.best_f1 - 0.05
    assert cpec.precision_at_recall_80 >= 0.87
    assert sanctuaries.precision_at_recall_80 >= 0.73
    assert max(cpec.calibration_error, sanctuaries.calibration_error) <= 0.05


def test_ordinary_items_are_seldom_tagged(model: Model, shared: Path) -> None:
    sample, ordinary = shared / "classifier" / "dev_sample.jsonl", shared / "classifier" / "background.jsonl.gz"
    loads = alert_load(model, sample, ordinary)
    assert loads["cpec-security"].at_recall_80 <= 1.0
    assert loads["militant-sanctuaries"].at_recall_80 <= 6.0
    assert loads["cpec-security"].at_threshold <= 2.5
    assert loads["militant-sanctuaries"].at_threshold <= 9.0


def test_quality_in_other_languages_does_not_fall(model: Model, shared: Path) -> None:
    sample = shared / "classifier" / "dev_multilingual.jsonl"
    figures = measure(model, sample)
    cpec, sanctuaries = figures["cpec-security"][0], figures["militant-sanctuaries"][0]
    assert cpec.average_precision >= 0.91
    assert sanctuaries.average_precision >= 0.90
    assert cpec.f1 >= 0.84
    assert sanctuaries.f1 >= 0.78
    for lang in ("ur", "zh"):
        for all_items, _ in measure(model, sample, lang).values():
            assert all_items.recall >= 0.75


@pytest.mark.parametrize("lang", ["fa", "ps", "hi"])
def test_items_written_apart_are_ranked_well_in_scripts_with_few_passages(
    model: Model, checkout: Path, lang: str
) -> None:
    for all_items, _ in measure(model, checkout / "tests/data/classifiers/other_scripts.jsonl", lang).values():
        assert all_items.n_items >= 40
        assert all_items.average_precision >= 0.85
        assert all_items.recall >= 0.65


def test_items_nobody_studied_are_ranked_well(model: Model, checkout: Path) -> None:
    for all_items, _ in measure(model, checkout / "tests/data/classifiers/unstudied.jsonl").values():
        assert all_items.n_items == 85
        assert all_items.average_precision >= 0.95
        assert all_items.recall >= 0.85


@pytest.mark.parametrize("name", ["other_scripts.jsonl", "unstudied.jsonl"])
def test_items_written_for_tests_are_not_trained_on(checkout: Path, name: str) -> None:
    apart = (checkout / "tests" / "data" / "classifiers" / name).read_text(encoding="utf-8").splitlines()
    written = (checkout / "classifiers" / "contrast.jsonl").read_text(encoding="utf-8").splitlines()
    titles = {json.loads(line)["title"] for line in written}
    assert not [line for line in apart if json.loads(line)["title"] in titles]


def test_judgements_join_the_passages_while_few_are_relevant() -> None:
    judged = table(relevant=1, others=1)
    assert with_early(table(relevant=ENOUGH // 2, others=9), judged).weights[-2:].tolist() == [0.25, 0.25]
    known = table(relevant=ENOUGH, others=9)
    assert with_early(known, judged) is known


def table(relevant: int, others: int) -> Table:
    count = relevant + others
    labels = np.arange(count) < relevant
    return Table(sparse.csr_matrix((count, 1)), labels, np.ones(count), np.zeros(count))


def test_clues_may_say_less_the_more_the_analysts_have_said() -> None:
    names = ("title:china", "text:china", "clue:attacked")
    assert strengths(names, 0).tolist() == [1.0, 1.0, 1.0]
    assert strengths(names, 500).tolist() == [1.0, 1.0, 0.5]
    assert strengths(names, 1_500).tolist() == [1.0, 1.0, 0.25]


@pytest.mark.parametrize(
    ("title", "cpec", "sanctuaries"),
    [
        ("CPEC jobs list", False, False),
        ("PM inaugurates CPEC power plant", False, False),
        ("Chinese workers killed at Dasu", True, False),
        ("Dasu attack planned in Afghanistan", True, True),
        ("Bomb in Peshawar mosque", False, False),
        ("TTP attack, Kabul told to act", False, True),
        ("FATF grey list", False, True),
        ("FATF and crypto tax law", False, False),
        ("India strikes camps in Pakistan", False, True),
        ("India-Pakistan ceasefire, DGMO talks", False, False),
        ("China blocks Azhar listing", True, True),
        ("China-Pakistan joint exercise", True, False),
        ("Pakistan buys J-10C", True, False),
        ("Chinese submarine launched for Pakistan", True, False),
        ("Afghan refugees expelled", False, False),
        ("Afghan refugees expelled because terrorists shelter among them", False, True),
        ("Al-Qaeda leader Zawahiri killed in Kabul", False, True),
        ("Bin Laden killed in Abbottabad", False, True),
        ("Mullah Mansour killed in Balochistan", False, True),
        ("Militants killed while infiltrating from Afghanistan", False, True),
        ("Border guards of Pakistan and Afghanistan exchange fire", False, False),
        ("Terrorist hideout raided in Khyber Pakhtunkhwa", False, False),
        ("Rebels keep safe haven in Mali", False, False),
        ("Panama named a tax haven", False, False),
        ("Wildlife sanctuary opens near Karachi", False, False),
        ("Kulbhushan Jadhav gets consular access", False, False),
        ("US-Taliban peace talks resume in Doha", False, False),
        ("US tells Pakistan to do more against militants", False, True),
        ("US suspends security aid to Pakistan", False, True),
        ("Chinese national held for visa fraud in Lahore", False, False),
        ("Gwadar fishermen protest over water", False, False),
        ("India objects to CPEC over sovereignty", False, False),
        ("Chinese workers killed in Tajikistan in attack from Afghanistan", False, True),
        ("Special division raised to guard CPEC", True, False),
        ("Hafiz Saeed jailed in Lahore", False, True),
    ],
)
def test_cases_of_the_guideline_come_out_as_it_says(
    model: Model,
    title: str,
    cpec: bool,  # a parameter of the test
    sanctuaries: bool,  # a parameter of the test
) -> None:
    said = [score.is_relevant for score in model.score([(title, "")])[0]]
    assert said == [cpec, sanctuaries]


THIRD_TOPIC = """
[topic]
id        = "river-floods"
title     = "River floods"
counts    = ["A river bursts its banks and homes are under water.", "People are rescued by boat from a flooded town."]
not       = ["A dam is inaugurated.", "Cricket match washed out by rain."]
threshold = 0.2
[lexicon.water]
terms = ["flood*", "inundat*", "burst its banks", "سیلاب", "洪水", "बाढ़"]
[lexicon.harm]
terms = ["rescue*", "stranded", "swept away", "homes", "متاثرین"]
[clue.people-in-a-flood]
title  = "A flood and people in it"
counts = "for"
all    = ["@water", "@harm"]
"""


def test_a_third_topic_is_a_file_and_no_code(checkout: Path, model: Model) -> None:
    definitions, passages, _ = read_training(checkout)
    floods, problems = parse_definition(THIRD_TOPIC, "classifiers/river-floods.toml")
    assert floods is not None
    assert problems == ()
    written = tuple(
        Passage("", title, "en", frozenset({"river-floods"} if is_relevant else ()), f"contrast:flood-{n}")
        for n, (title, is_relevant) in enumerate(
            [
                ("Hundreds stranded as river floods Sukkur", True),
                ("Boats rescue families from inundated homes near Multan", True),
                ("Flood wave sweeps away homes along the Swat", True),
                ("Minister opens dam at Mohmand", False),
            ]
        )
    )
    three = train((*definitions, floods), (*passages, *written), ())
    flood, attack = three.score(
        [("Army rescues stranded villagers as Chenab floods homes", ""), ("Chinese workers killed at Dasu", "")]
    )
    assert [score.topic for score in flood] == ["cpec-security", "militant-sanctuaries", "river-floods"]
    assert [score.is_relevant for score in flood] == [False, False, True]
    assert [score.is_relevant for score in attack] == [True, False, False]
    assert len(model.topics) == 2
