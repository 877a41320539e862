from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.records import Item, StoryAssignment, StoryEntry, StoryLink
from monitor.stories.group import StoryIndex

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

WIRE = (
    "Five engineers were wounded on Friday when gunmen opened fire on their convoy near the Dasu hydropower site, "
    "police said. The vehicles were on the way from the camp to the tunnel entrance when the attackers fired from a "
    "ridge above the road. Soldiers returned fire and the gunmen fled towards the valley, a district officer said."
)
WIRE_URDU = (
    "داسو ڈیم کے قریب جمعہ کے روز مسلح افراد نے انجینئروں کے قافلے پر فائرنگ کی جس سے متعدد "
    "افراد زخمی ہو گئے۔ پولیس کے مطابق گاڑیاں کیمپ سے سرنگ کی طرف جا رہی تھیں کہ سڑک کے اوپر "
    "پہاڑی سے گولیاں چلائی گئیں۔ سکیورٹی اہلکاروں نے جوابی فائرنگ کی اور حملہ آور وادی کی طرف "
    "فرار ہو گئے، ضلعی افسر نے بتایا۔"
)
WIRE_CHINESE = (
    "当地警方周五表示，武装人员在达苏水电站附近向工程师车队开枪，造成多人受伤。车队当时正从营地前往隧道入口，袭击者从公路上方的山脊射击。"
    "士兵随即还击，枪手逃往山谷方向，一名地区官员说。"
)
WIRE_PERSIAN = (
    "پلیس گفت افراد مسلح روز جمعه در نزدیکی نیروگاه داسو به سوی کاروان مهندسان آتش گشودند و "
    "چند نفر زخمی شدند. خودروها از اردوگاه به سوی دهانه تونل می‌رفتند که مهاجمان از بالای تپه "
    "شلیک کردند. سربازان پاسخ دادند و مهاجمان به سوی دره گریختند."
)


def item_of(
    name: str, text: str = "", *, title: str = "", outlet: str | None = None, after: timedelta = timedelta()
) -> Item:
    return Item(
        id=name,
        feed=f"feed-{name}",
        outlet=outlet or f"outlet-{name}",
        link=None,
        title=title,
        text=text,
        html="",
        lang=None,
        published_at=None,
        first_seen_at=NOON + after,
        revision=1,
        content_hash="",
    )


def stories_of(*items: Item) -> dict[str, str]:
    index = StoryIndex(())
    return {item.id: index.assign(item)[0].story for item in items}


def are_together(*items: Item) -> bool:
    return len(set(stories_of(*items).values())) == 1


def test_the_first_item_opens_a_story_of_its_own() -> None:
    assignment, entry = StoryIndex(()).assign(item_of("a", WIRE))
    assert assignment == StoryAssignment("a", "a", StoryLink.FIRST)
    assert (entry.item, entry.story, entry.at) == ("a", "a", NOON)
    assert entry.shingles == tuple(sorted(set(entry.shingles)))


def test_an_exact_copy_joins_the_item_it_copies() -> None:
    index = StoryIndex(())
    index.assign(item_of("a", WIRE, title="Convoy fired on"))
    copy, _ = index.assign(item_of("b", WIRE, title="Convoy fired on", after=HOUR))
    assert copy == StoryAssignment("b", "a", StoryLink.EXACT_COPY, 1.0, "a")


def test_letter_case_accents_and_spacing_do_not_make_another_text() -> None:
    index = StoryIndex(())
    index.assign(item_of("a", WIRE, title="Convoy fired on"))
    copy, _ = index.assign(item_of("b", WIRE.replace(" ", "\u00a0 ").upper(), title="CONVOY FIRED ON"))
    assert copy.link is StoryLink.EXACT_COPY


def test_a_copy_with_its_own_headline_and_dateline_is_a_near_copy() -> None:
    index = StoryIndex(())
    index.assign(item_of("a", WIRE, title="Gunmen fire on engineers' convoy"))
    copy, _ = index.assign(item_of("b", f"ISLAMABAD: {WIRE}", title="Five hurt as dam convoy comes under attack"))
    assert (copy.story, copy.link, copy.copy_of) == ("a", StoryLink.NEAR_COPY, "a")
    assert 0.5 < copy.similarity < 1


@pytest.mark.parametrize("text", [WIRE, WIRE_URDU, WIRE_CHINESE, WIRE_PERSIAN])
def test_a_teaser_joins_the_full_text_in_every_script(text: str) -> None:
    teaser = text[: len(text) * 2 // 3] + "…"
    assert are_together(item_of("a", text), item_of("b", teaser, after=HOUR))
    assert are_together(item_of("b", teaser), item_of("a", text, after=HOUR))


@pytest.mark.parametrize(
    ("text", "addition"),
    [
        (WIRE_URDU, " ہمارے نامہ نگار کے مطابق علاقے میں تلاش کا عمل جاری ہے۔"),
        (WIRE_CHINESE, "本报记者从伊斯兰堡报道，搜索行动仍在继续。"),
        (WIRE_PERSIAN, " خبرنگار ما می‌گوید جست‌وجو در منطقه ادامه دارد."),
    ],
)
def test_a_copy_with_a_sentence_more_is_a_near_copy_in_every_script(text: str, addition: str) -> None:
    assert are_together(item_of("a", text), item_of("b", text + addition))


def test_a_copy_whose_second_half_was_written_anew_is_a_near_copy() -> None:
    own = "The provincial government has promised more guards on the road, and the project company has stopped work."
    assert are_together(item_of("a", WIRE), item_of("b", f"{WIRE[:210]}. {own}"))
    assert not are_together(item_of("a", WIRE), item_of("b", f"{WIRE[:110]}. {own} {own.replace('road', 'tunnel')}"))


def test_another_toll_is_another_story() -> None:
    risen = WIRE.replace("Five engineers were wounded", "Seven engineers were wounded")
    assert not are_together(item_of("a", WIRE), item_of("b", risen, after=HOUR))
    assert not are_together(item_of("a", WIRE, outlet="Dawn"), item_of("b", risen, outlet="Dawn", after=HOUR))


def test_a_toll_in_words_and_in_figures_is_the_same_toll() -> None:
    in_figures = "ISLAMABAD: " + WIRE.replace("Five engineers", "5 engineers")
    assert are_together(item_of("a", WIRE), item_of("b", in_figures))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            "At least 12 people were killed and 30 wounded when a bomb hit a market in Quetta, officials said.",
            "At least 12 people were killed and 30 wounded when a bomb hit a market in Peshawar, officials said.",
        ),
        (
            "Gold fell by Rs2,600 per tola on Monday in the local market after a fall in world rates, dealers said.",
            "Gold fell by Rs3,600 per tola on Tuesday in the local market after a fall in world rates, dealers said.",
        ),
        (
            "کوئٹہ کے بازار میں دھماکے سے متعدد افراد زخمی ہو گئے، پولیس نے علاقے کو گھیر کر تلاش شروع کر دی۔",
            "پشاور کے بازار میں دھماکے سے متعدد افراد زخمی ہو گئے، پولیس نے علاقے کو گھیر کر تلاش شروع کر دی۔",
        ),
        (
            "ضلع میں سڑک کنارے نصب بم پھٹنے سے پانچ اہلکار زخمی ہو گئے جنہیں قریبی ہسپتال منتقل کر دیا گیا ہے۔",
            "ضلع میں سڑک کنارے نصب بم پھٹنے سے آٹھ اہلکار زخمی ہو گئے جنہیں قریبی ہسپتال منتقل کر دیا گیا ہے۔",
        ),
        (
            "瓜达尔一处市场周五发生爆炸，造成多人受伤，警方封锁现场并展开调查，目前没有组织宣称负责。",
            "奎达市一处市场周五发生爆炸，造成多人受伤，警方封锁现场并展开调查，目前没有组织宣称负责。",
        ),
        (
            "当地一处市场周五发生爆炸，造成五人受伤，警方封锁现场并展开调查，目前没有组织宣称负责。",
            "当地一处市场周五发生爆炸，造成八人受伤，警方封锁现场并展开调查，目前没有组织宣称负责。",
        ),
    ],
)
def test_events_that_share_a_template_stay_apart(one: str, other: str) -> None:
    assert not are_together(item_of("a", one), item_of("b", other, after=HOUR))
    assert not are_together(item_of("a", one, outlet="Dawn"), item_of("b", other, outlet="Dawn", after=HOUR))


def test_an_item_must_not_contradict_any_member_of_a_story() -> None:
    """The middle item names no toll and resembles both; it may join one of them, never bring them together."""
    without = WIRE.replace("Five engineers were wounded", "Engineers were hurt")
    risen = WIRE.replace("Five engineers were wounded", "Seven engineers were wounded")
    found = stories_of(item_of("a", WIRE), item_of("b", without, after=HOUR), item_of("c", risen, after=2 * HOUR))
    assert found["a"] == found["b"]
    assert found["c"] != found["a"]


def test_footers_of_one_outlet_do_not_make_copies() -> None:
    footer = (
        " Follow our correspondents for the latest from every province. Subscribe to the morning newsletter, read the "
        "opinion pages, and send your letters to the editor. All rights reserved by the publisher of this paper."
    )
    one = item_of("a", "A school in Swat reopened after repairs." + footer, outlet="Dawn")
    other = item_of("b", "The port of Gwadar received a new crane from China." + footer, outlet="Dawn")
    assert not are_together(one, other)


def test_a_short_phrase_is_not_enough() -> None:
    one = item_of("a", "Heavy rain is expected in the north, the weather office said on Friday.")
    other = item_of("b", "A tribal council met in Wana, the weather office said on Friday.")
    assert not are_together(one, other)


def test_copies_are_looked_for_three_days_back() -> None:
    assert are_together(item_of("a", WIRE), item_of("b", WIRE, after=3 * DAY))
    assert not are_together(item_of("a", WIRE), item_of("b", WIRE, after=3 * DAY + MINUTE))


@pytest.mark.parametrize(
    "title",
    [
        "Convoy of Chinese engineers attacked in Kohistan",
        "کوہستان میں چینی انجینئروں کے قافلے پر حملہ",
        "科希斯坦中国工程师车队遇袭多人受伤",
        "حمله به کاروان مهندسان چینی در کوهستان",
        "कोहिस्तान में चीनी इंजीनियरों के काफिले पर हमला",
    ],
)
def test_the_same_long_title_from_two_outlets_within_a_day_is_a_copy(title: str) -> None:
    assert are_together(item_of("a", title=title), item_of("b", title=title, after=23 * HOUR))
    assert not are_together(item_of("a", title=title), item_of("b", title=title, after=25 * HOUR))
    assert are_together(item_of("a", title=title), item_of("b", "We are following this story.", title=title))


@pytest.mark.parametrize("title", ["Blast in Quetta", "Editorial", "奎达发生爆炸", ""])
def test_a_short_title_alone_is_no_copy(title: str) -> None:
    assert not are_together(item_of("a", title=title), item_of("b", title=title, after=HOUR))


def test_a_column_of_one_outlet_returns_every_day_and_two_of_its_feeds_carry_one_item() -> None:
    title = "Morning briefing: what you need to know"
    assert not are_together(
        item_of("a", title=title, outlet="Dawn"), item_of("b", title=title, outlet="Dawn", after=23 * HOUR)
    )
    assert are_together(
        item_of("a", title=title, outlet="Dawn"), item_of("b", title=title, outlet="Dawn", after=30 * MINUTE)
    )


def test_an_item_assigned_again_stays_in_its_story() -> None:
    index = StoryIndex(())
    first, copy = item_of("a", WIRE), item_of("b", f"ISLAMABAD: {WIRE}", after=HOUR)
    index.assign(first)
    index.assign(copy)
    edited = replace(copy, text="The report about the convoy was withdrawn by the agency that had sent it on Friday.")
    again, entry = index.assign(edited)
    assert (again.story, again.copy_of, entry.story) == ("a", "a", "a")
    assert index.assign(first)[0] == StoryAssignment("a", "a", StoryLink.FIRST)


def test_an_index_from_stored_entries_decides_as_the_one_that_made_them() -> None:
    items = [item_of("a", WIRE), item_of("b", WIRE_URDU, after=HOUR), item_of("c", WIRE_CHINESE, after=2 * HOUR)]
    copies = [item_of(f"copy-{item.id}", item.text + " End.", after=3 * HOUR) for item in items]
    first = StoryIndex(())
    entries: list[StoryEntry] = [first.assign(item)[1] for item in items]
    second = StoryIndex(entries)
    assert [second.assign(copy) for copy in copies] == [first.assign(copy) for copy in copies]
    assert [second.assign(copy)[0].story for copy in copies] == ["a", "b", "c"]


def test_copies_come_together_in_whatever_order_they_arrive() -> None:
    copies = [
        item_of("a", WIRE, title="Gunmen fire on convoy"),
        item_of("b", f"ISLAMABAD: {WIRE}", title="Dam convoy attacked"),
        item_of("c", WIRE[:250] + "…", title="Five hurt near Dasu"),
        item_of("d", WIRE, title="Gunmen fire on convoy"),
    ]
    assert all(are_together(*order) for order in permutations(copies))


@given(st.text(st.characters(exclude_categories=()), max_size=200), st.text(max_size=60))
def test_every_text_has_a_story_and_itself_as_a_copy(text: str, title: str) -> None:
    index = StoryIndex(())
    one, entry = index.assign(item_of("a", text, title=title))
    assert (one.story, one.link) == ("a", StoryLink.FIRST)
    assert all(0 <= value < 2**64 for value in entry.shingles)
    other, _ = index.assign(item_of("b", text, title=title, after=HOUR))
    assert other.story in {"a", "b"}
    assert other.link is not StoryLink.NEAR_COPY or other.similarity > 0


def test_a_text_of_three_million_characters_is_read_in_bounds() -> None:
    long = " ".join(f"word{number}" for number in range(300_000))
    _, entry = StoryIndex(()).assign(item_of("a", long))
    assert len(entry.shingles) < 1000


@pytest.mark.slow
def test_labelled_stories_lose_no_news(shared: Path, tmp_path: Path) -> None:
    """No pair that must stay apart is merged; the recall is that of copies, not of events in other words."""
    gold = shared / "stories" / "dev.jsonl"
    rows = [json.loads(line) for line in gold.read_text("utf-8").splitlines()]
    items = [
        replace(
            item_of(row["id"], row["summary"], title=row["title"], outlet=row["outlet"]),
            first_seen_at=datetime.fromisoformat(row["published"]),
        )
        for row in rows
    ]
    found = stories_of(*sorted(items, key=lambda item: (item.first_seen_at, item.id)))
    predicted = tmp_path / "predicted.jsonl"
    predicted.write_text("".join(json.dumps({"id": item, "story": story}) + "\n" for item, story in found.items()))
    apart = shared / "stories" / "must_not_merge_dev.jsonl"
    script = [
        sys.executable,
        *map(str, (shared / "stories" / "stories_eval.py", gold, predicted, "--mnm", apart, "--json")),
    ]
    result = json.loads(subprocess.run(script, capture_output=True, text=True, check=True).stdout)
    assert result["must_not_merge"]["false_merges"] == 0
    assert result["false_pairs"] == 0
    precision, recall, f1 = result["b3"]
    assert precision == 1.0
    assert recall >= 0.856
    assert f1 >= 0.922
