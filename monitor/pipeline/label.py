"""Take judgements on stored items, and tell at once what they change."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import inf

from monitor.classifiers.families import likeness
from monitor.classifiers.feedback import (
    Candidate,
    Question,
    choose,
    contradicted_by,
    judged_items,
    judgement_line,
    shortlist,
)
from monitor.classifiers.learned import Lesson
from monitor.classifiers.passages import Judgement, latest_judgements, read_judgements
from monitor.errors import InputError
from monitor.pipeline.assess import EXPLAINED_FROM
from monitor.pipeline.crossed import Crossing, crossings
from monitor.pipeline.desk import Desk, settle_topics
from monitor.records import Item, TopicScore
from monitor.store import items as item_rows
from monitor.store import labels
from monitor.workspace.feedback import append_line, drop_last_line, feedback_file, last_line

OPEN_LOOKED_AT = 2_000
"""Of the open items the newest are scored again at once; the next round scores all of them."""
QUEUE = 20_000
"""The newest assessed items that ``label --next`` chooses from."""
REMEMBERED = 300
"""The latest judgements on a topic, of which no copies are asked about again while there are others."""

_ANALYST = re.compile(r"[A-Za-z0-9]+(?:[-_.][A-Za-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Change:
    """What a judgement (or taking one back) did to scores. ``before`` and ``after``: of the item itself, 0-1.

    ``crossed``: those of ``looked_at`` open items that crossed the threshold of the topic.
    """

    judgement: Judgement
    before: float
    after: float
    threshold: float
    looked_at: int
    crossed: tuple[Crossing, ...] = ()
    contradicts: tuple[Judgement, ...] = ()

    @property
    def rose(self) -> int:
        """Return how many open items rose above the threshold."""
        return sum(one.has_risen for one in self.crossed)

    @property
    def fell(self) -> int:
        """Return how many open items fell below the threshold."""
        return len(self.crossed) - self.rose


class Labelling:
    """A desk whose judgements are being changed; the model follows each of them."""

    def __init__(self, desk: Desk, analyst: str) -> None:
        """Raises InputError for an analyst's name that cannot name a file."""
        if not _ANALYST.fullmatch(analyst):
            raise InputError(f'"{analyst}" cannot name an analyst', "use letters, digits and single hyphens")
        self._desk = desk
        self._topics = desk.topics
        self._analyst = analyst
        self._path = feedback_file(desk.workspace, analyst)
        with desk.database.read() as connection:
            loaded = item_rows.load(connection, labels.open_items(connection, OPEN_LOOKED_AT))
        self._open = tuple(loaded.values())
        self._open_scores: list[tuple[TopicScore, ...]] = []

    @property
    def judgements(self) -> tuple[Judgement, ...]:
        """Return every judgement of every analyst."""
        return self._topics.judgements

    @property
    def topics(self) -> tuple[str, ...]:
        """Return the topics in the order of their files."""
        return self._topics.ids

    def threshold(self, topic: str) -> float:
        """Return a topic's threshold. Raises InputError if there is no such topic."""
        for definition in self._topics.definitions:
            if definition.id == topic:
                return definition.threshold
        raise InputError(f'no topic called "{topic}"', f"topics are: {', '.join(self.topics)}")

    def judge(self, item: Item, topic: str, *, is_relevant: bool, why: str, now: datetime) -> Change:
        """Write a judgement down and return what it changes. Raises InputError for an unknown topic, or DiskError."""
        self.threshold(topic)
        judgement = Judgement(
            item=item.id,
            topic=topic,
            label=is_relevant,
            analyst=self._analyst,
            at=now.strftime("%Y-%m-%dT%H:%M:%SZ"),
            title=item.title,
            text=item.text,
            why=why,
        )
        earlier = self.judgements
        before = self._scores(judgement)
        append_line(self._path, judgement_line(judgement))
        changed = self._changed(judgement, before, Lesson(new=(judgement,)))
        return replace(changed, contradicts=contradicted_by(judgement, earlier))

    def undo(self) -> Change:
        """Take the analyst's last judgement back, as if it had never been given. Raises InputError if there is none."""
        read, _ = read_judgements(last_line(self._path), self._path.name)
        if not read:
            raise InputError(f'the file of "{self._analyst}" does not end with a judgement', "there is nothing to undo")
        before = self._scores(read[0])
        drop_last_line(self._path)
        return self._changed(read[0], before, Lesson(taken_back=1))

    def questions(self, topic: str, count: int, seed: int = 0) -> tuple[Question, ...]:
        """Return the most useful items to ask about, by the scores of the last assessment."""
        own = [one for one in self.judgements if one.topic == topic]
        threshold, judged = self.threshold(topic), judged_items(own, topic)
        with self._desk.database.read() as connection:
            scored = labels.topic_scores(connection, topic, limit=QUEUE)
            listed = shortlist(scored, judged, threshold, seed)
            items = item_rows.load(connection, [item for item, _ in listed])
        listed = tuple(one for one in listed if one[0] in items)
        texts = [(items[item].title, items[item].text) for item, _ in listed]
        disputes = self._topics.model().disputes(texts, topic)
        candidates = [Candidate(*one, dispute) for one, dispute in zip(listed, disputes, strict=True)]
        said = [(one.title, one.text) for one in latest_judgements(own)[-REMEMBERED:]]
        return choose(candidates, likeness([*texts, *said])[: len(texts)], threshold, count, seed)

    def score(self, item: Item, topic: str) -> TopicScore:
        """Return what the model says about an item now."""
        return self._of_topic(self._topics.model().score([(item.title, item.text)])[0], topic)

    def _changed(self, judgement: Judgement, before: tuple[float, list[TopicScore]], lesson: Lesson) -> Change:
        self._topics = settle_topics(self._desk.workspace, self._desk.database, None).built
        self._open_scores = []
        after = self._scores(judgement)
        crossed = [
            crossing
            for item, was, now in zip(self._open, before[1], after[1], strict=True)
            for crossing in crossings(item, (was,), (now,), lesson)
        ]
        return Change(
            judgement=judgement,
            before=before[0],
            after=after[0],
            threshold=self.threshold(judgement.topic),
            looked_at=len(self._open),
            crossed=tuple(crossed),
        )

    def _scores(self, judgement: Judgement) -> tuple[float, list[TopicScore]]:
        """Return the scores of the judged item and of the open items for the judgement's topic."""
        model = self._topics.model()
        if not self._open_scores:
            self._open_scores = model.score([(item.title, item.text) for item in self._open], EXPLAINED_FROM)
        own = self._of_topic(model.score([(judgement.title, judgement.text)], inf)[0], judgement.topic)
        return own.score, [self._of_topic(scores, judgement.topic) for scores in self._open_scores]

    @staticmethod
    def _of_topic(scores: Sequence[TopicScore], topic: str) -> TopicScore:
        return next(score for score in scores if score.topic == topic)
