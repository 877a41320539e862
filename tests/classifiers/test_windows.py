from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from monitor.classifiers.train import Model
from monitor.classifiers.windows import LONG_ITEM, PART, of_part, parts
from monitor.records import TopicScore

OTHER_NEWS = [
    "The price of onions fell by a tenth in Lahore as the new crop reached the market.",
    "A bridge over the Ravi was opened to traffic after two years of repairs.",
    "Schools in the capital will begin half an hour later from Monday because of fog.",
    "The national hockey team left for a tour of three matches in Malaysia.",
    "Doctors of the city's largest hospital ended their strike over unpaid wages.",
    "Snow closed the road to Naran earlier than in other years, the highway authority said.",
    "A museum of stamps was opened in the old post office.",
    "Farmers of the district asked for more canal water before the sowing of wheat.",
]
ATTACK = (
    "Gunmen opened fire on a van that carried Chinese engineers to the Dasu dam. Two of the engineers and their guard "
    "were killed, and the Baloch Liberation Army claimed the attack."
)


def test_one_relevant_paragraph_of_a_round_up_is_found_and_shown(model: Model) -> None:
    text = "\n\n".join([*OTHER_NEWS, ATTACK, *OTHER_NEWS])
    ((cpec, _), (nothing, _)) = model.score(
        [("The week in brief", text), ("The week in brief", "\n\n".join(OTHER_NEWS))]
    )
    assert cpec.is_relevant
    assert not nothing.is_relevant
    begin = text.index("Gunmen")
    for part in cpec.contributions:
        assert part.evidence is not None
        assert part.evidence.start >= begin
        assert text[part.evidence.start : part.evidence.end] == part.evidence.quote


def test_short_items_have_no_parts_of_their_own(model: Model) -> None:
    assert len(ATTACK) < LONG_ITEM
    whole, longer = model.score([("", ATTACK), ("", ATTACK + " " * LONG_ITEM)])
    assert whole[0].score > longer[0].score


def test_a_part_of_no_relevance_at_all_stays_so() -> None:
    nothing, sure = TopicScore("t", 0.0, 0.35, "f"), TopicScore("t", 1.0, 0.35, "f")
    assert [of_part(one, 0).score for one in (nothing, sure)] == [0.0, 1.0]
    assert of_part(TopicScore("t", 0.5, 0.35, "f"), 0).score == 0.377541


@given(st.text(alphabet="ab. \n。", max_size=2_000))
def test_parts_are_in_order_of_some_length_and_leave_no_sentence_out(text: str) -> None:
    found = parts(text)
    assert all(end - begin >= PART for begin, end in found[:-1])
    assert all(one[1] <= other[0] for one, other in pairwise(found))
    covered = set().union(*(range(*one) for one in found))
    assert all(at in covered for at, character in enumerate(text) if character in "ab")
