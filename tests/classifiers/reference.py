"""Scores worked out item by item in plain Python, as the definition files say: what the fast way must agree with."""

from __future__ import annotations

from itertools import combinations
from math import exp, log1p

from monitor.classifiers.definition import TopicDefinition
from monitor.classifiers.ngrams import read_grams
from monitor.classifiers.pairs import PAIR_VALUE, WITHIN
from monitor.classifiers.reading import CLUE_WEIGHT
from monitor.classifiers.score import Model
from monitor.classifiers.textbatch import lift
from monitor.classifiers.windows import LONG_ITEM, PART_FALL, parts
from monitor.matching.lexicon import Lexicon, compile_lexicon
from monitor.matching.near import near_hits
from monitor.records import Evidence, Field
from monitor.text.fold import fold

_Found = dict[str, tuple[Evidence, ...]]


class Reference:
    """Scores single items with a model's weights."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._lexicons = [_lexicon(definition) for definition in model.definitions]

    def scores(self, title: str, text: str) -> list[float]:
        """Return one score per topic."""
        scores = self._whole(title, text)
        if len(title) + len(text) > LONG_ITEM:
            for begin, end in parts(text):
                scores = list(map(max, scores, map(_softened, self._whole("", text[begin:end]))))
        return scores

    def _whole(self, title: str, text: str) -> list[float]:
        model = self._model
        grams = read_grams([f"{fold(title).text}\n{fold(text).text}"])
        values = grams.normalised(model.idf)
        found = []
        for definition, lexicon, topic in zip(model.definitions, self._lexicons, model.topics, strict=True):
            names = model.reader.names[model.definitions.index(definition)]
            weights = dict(zip(names, topic.sign_weights.tolist(), strict=True))
            total = topic.bias + float((values * topic.gram_weights[grams.buckets]).sum())
            total += sum(weights[name] * value for name, value in _signs(definition, lexicon, title, text).items())
            odds = topic.slope * total + topic.shift + lift(title, text)
            found.append(round(1 / (1 + exp(-min(max(odds, -30.0), 30.0))), 6))
        return found


def _softened(share: float) -> float:
    return round(share / (share + (1 - share) * exp(PART_FALL)), 6)


def _lexicon(definition: TopicDefinition) -> Lexicon:
    own = [term for words in definition.lists for term in words.terms]
    groups = [group for clue in definition.clues for group in (*clue.all_of, clue.none_of)]
    groups += [group for clue in definition.clues for near in clue.near for group in near.groups]
    terms = [term for group in groups for term in group if not term.startswith("@")]
    return compile_lexicon((), tuple(dict.fromkeys([*own, *terms])))


def _signs(definition: TopicDefinition, lexicon: Lexicon, title: str, text: str) -> dict[str, float]:
    phrases = dict(lexicon.find(title, text).phrases)
    lists = {
        f"@{words.name}": [hit for term in words.terms for hit in phrases.get(term, ())] for words in definition.lists
    }

    def hits(group: tuple[str, ...], field: Field | None = None) -> list[Evidence]:
        every = [hit for term in group for hit in (lists[term] if term in lists else phrases.get(term, ()))]
        return [hit for hit in every if field in (None, hit.field)]

    signs: dict[str, float] = {}
    for words in definition.lists:
        own = lists[f"@{words.name}"]
        if own:
            signs[f"text:{words.name}"] = words.weight * log1p(len(own))
        if any(hit.field is Field.TITLE for hit in own):
            signs[f"title:{words.name}"] = words.weight
    for clue in definition.clues:
        is_there = all(hits(group) for group in clue.all_of) and not hits(clue.none_of)
        if is_there and all(
            any(
                near_hits(content, [hits(group, field) for group in near.groups], near.words, near.words is None)
                for field, content in ((Field.TITLE, title), (Field.BODY, text))
            )
            for near in clue.near
        ):
            signs[f"clue:{clue.name}"] = CLUE_WEIGHT
    places = {
        name: [hit.start + (len(title) + 1 if hit.field is Field.BODY else 0) for hit in own]
        for name, own in lists.items()
    }
    for one, other in combinations(definition.lists, 2):
        near = [abs(a - b) <= WITHIN for a in places[f"@{one.name}"] for b in places[f"@{other.name}"]]
        if any(near):
            signs[f"pair:{one.name}+{other.name}"] = PAIR_VALUE
    return signs
