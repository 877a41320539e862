"""Which of several names wins, what swallows a name, and what names need beside them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitor.matching.lexicon import Found, compile_lexicon
from monitor.matching.terms import Entity, Name
from monitor.records import Evidence, Field


def entity(key: str, *names: str | Name, not_in: tuple[str, ...] = (), owner: str | None = None) -> Entity:
    listed = tuple(name if isinstance(name, Name) else Name(name) for name in names)
    return Entity(key, key, "armed group", listed, not_in=not_in, owner=owner)


def pairs(found: Found) -> list[tuple[str, str]]:
    return [(mention.entity, mention.evidence.quote) for mention in found.mentions]


def test_the_longest_name_wins_over_names_inside_it() -> None:
    lexicon = compile_lexicon(
        [entity("front", "Liberation Front", "Front"), entity("blf", "Baloch Liberation Front")], []
    )
    assert pairs(lexicon.find("", "Baloch Liberation Front, a Liberation Front, the front")) == [
        ("blf", "Baloch Liberation Front"),
        ("front", "Liberation Front"),
        ("front", "front"),
    ]


def test_the_longest_name_wins_in_every_script() -> None:
    lexicon = compile_lexicon([entity("kech", "کیچ", "凯奇", "केच"), entity("dam", "کیچ ڈیم", "凯奇大坝", "केच बांध")], [])
    assert pairs(lexicon.find("", "کیچ ڈیم 凯奇大坝 केच बांध")) == [
        ("dam", "کیچ ڈیم"),
        ("dam", "凯奇大坝"),
        ("dam", "केच बांध"),
    ]


def test_names_that_overlap_or_coincide_all_stay() -> None:
    lexicon = compile_lexicon([entity("a", "Red Army"), entity("b", "Army Corps"), entity("c", "Army Corps")], [])
    assert pairs(lexicon.find("", "Red Army Corps")) == [("a", "Red Army"), ("b", "Army Corps"), ("c", "Army Corps")]


def test_a_name_that_does_not_count_beats_nothing() -> None:
    wide = entity("wide", Name("Front Royal", only_with=("Virginia",)))
    lexicon = compile_lexicon([entity("front", "Front"), wide], [])
    assert pairs(lexicon.find("", "Front Royal")) == [("front", "Front")]
    assert pairs(lexicon.find("", "Front Royal, Virginia")) == [("wide", "Front Royal")]


def test_phrases_read_as_a_mapping_of_evidence_and_tell_their_fields() -> None:
    found = compile_lexicon([], ["hub", "dam", "kech"]).find("Hub", "The dam, the hub dam").phrases
    assert found == {
        "hub": (Evidence(Field.TITLE, 0, 3, "Hub", "hub"), Evidence(Field.BODY, 13, 16, "hub", "hub")),
        "dam": (Evidence(Field.BODY, 4, 7, "dam", "dam"), Evidence(Field.BODY, 17, 20, "dam", "dam")),
    }
    assert (len(found), "dam" in found, "kech" in found, found.get("kech")) == (2, True, False, None)
    assert (found.in_title(), found.in_body()) == (["hub"], ["hub", "dam"])


def test_phrases_never_compete() -> None:
    lexicon = compile_lexicon([entity("blf", "Baloch Liberation Front")], ["liberation", "liberation front", "front"])
    found = lexicon.find("", "Baloch Liberation Front")
    assert pairs(found) == [("blf", "Baloch Liberation Front")]
    assert {phrase: [hit.quote for hit in hits] for phrase, hits in found.phrases.items()} == {
        "liberation": ["Liberation"],
        "liberation front": ["Liberation Front"],
        "front": ["Front"],
    }


def test_names_compete_only_with_the_watchlist_and_the_same_owner() -> None:
    entities = [
        entity("hub", "Hub"),
        entity("dam", "Hub Dam"),
        entity("mine", "Dam Road", "Hub Dam Road", owner="desk-a"),
        entity("yours", "Dam", "Road", owner="desk-b"),
    ]
    found = compile_lexicon(entities, []).find("", "Hub Dam Road")
    assert pairs(found) == [("mine", "Hub Dam Road"), ("dam", "Hub Dam"), ("yours", "Road")]
    assert [(mention.entity, mention.evidence.quote) for mention in found.mentions_for("desk-a")] == [
        ("mine", "Hub Dam Road")
    ]
    assert [(mention.entity, mention.evidence.quote) for mention in found.mentions_for("desk-b")] == [
        ("dam", "Hub Dam"),
        ("yours", "Road"),
    ]


def test_not_in_swallows_for_its_entity_only() -> None:
    lexicon = compile_lexicon(
        [
            entity("hub", "Hub", "ہب", "胡布", not_in=("Hub Airlines", "ہب ٹی وی", "胡布人")),
            entity("city", "Hub"),
        ],
        [],
    )
    assert pairs(lexicon.find("", "HUB-airlines. ہب‌ٹی وی 胡布人")) == [("city", "HUB")]
    assert pairs(lexicon.find("", "Hub and Hub Airlines, ہب 胡布")) == [
        ("hub", "Hub"),
        ("city", "Hub"),
        ("city", "Hub"),
        ("hub", "ہب"),
        ("hub", "胡布"),
    ]


def test_only_with_looks_anywhere_in_the_item_and_in_every_script() -> None:
    lexicon = compile_lexicon(
        [entity("is", Name("IS", only_with=("militant", "خراسان", "呼罗珊", "TTP", "आतंकी", "боевик*")))], []
    )
    for company in ("Militants’", "خُراسان میں", "在呼罗珊省", "T.T.P.", "आतंकी।", "боевиков"):
        assert pairs(lexicon.find(company, "the IS fighters")) == [("is", "IS")]
        assert pairs(lexicon.find("", f"{company} the IS fighters")) == [("is", "IS")]
    for stranger in ("militancy", "ttp", "خراسانی", ""):
        assert pairs(lexicon.find(stranger, "the IS fighters")) == []


def test_mentions_come_title_first_in_reading_order_with_the_name_that_hit() -> None:
    lexicon = compile_lexicon([entity("kech", "Kech", "Ketch"), entity("hub", "Hub")], [])
    found = lexicon.find("Hub, Ketch", "Kech")
    assert [(mention.evidence.field, mention.evidence.start, mention.evidence.name) for mention in found.mentions] == [
        (Field.TITLE, 0, "Hub"),
        (Field.TITLE, 5, "Ketch"),
        (Field.BODY, 0, "Kech"),
    ]


def test_spellings_that_fold_alike_give_one_mention() -> None:
    lexicon = compile_lexicon([entity("jua", "Jamaat-ul-Ahrar", "Jama'at ul Ahrar", "Jamaat ul Ahrars")], [])
    found = lexicon.find("", "Jamaat ul Ahrar and Jamaat-ul-Ahrars")
    assert pairs(found) == [("jua", "Jamaat ul Ahrar"), ("jua", "Jamaat-ul-Ahrars")]
    assert found.mentions[0].evidence.name == "Jamaat-ul-Ahrar"


def test_an_empty_lexicon_and_an_empty_item_find_nothing() -> None:
    assert compile_lexicon([], []).find("Gwadar", "Gwadar") == Found()
    assert compile_lexicon([entity("hub", "Hub")], ["hub"]).find("", "") == Found()


def test_a_text_full_of_names_is_searched_to_its_end() -> None:
    lexicon = compile_lexicon([entity("hub", "Hub", not_in=("Hub Airlines",)), entity("dam", "Hub Dam")], ["hub"])
    found = lexicon.find("", "Hub Dam, Hub Airlines, Hub. " * 5_000)
    assert len(found.mentions) == 10_000
    assert len(found.phrases["hub"]) == 15_000


NAMES = [
    "Hub",
    "Hub Dam",
    "IS",
    "LeT",
    "Jama'at",
    "کیچ",
    "لشکر طیبہ",
    "凯奇",
    "凯奇大坝",
    "केच",
    "Карачи",
    "a",
    "s",
    "ы",
    "การ",
]
names = st.sampled_from(NAMES) | st.text(max_size=6)
texts = st.text() | st.lists(
    st.sampled_from(
        [*NAMES, " ", "\n", "’s", "s", "-", "\u200c", "\u200b", "\u064e", "،", "X", "।", ".", "HUB DAM", "\ud800"]
    )
).map("".join)


@given(st.lists(st.lists(names, min_size=1, max_size=3), max_size=4), st.lists(names, max_size=3), texts, texts)
def test_evidence_is_always_the_original_slice(
    listed: list[list[str]], phrases: list[str], title: str, text: str
) -> None:
    entities = [entity(f"e{number}", *spellings) for number, spellings in enumerate(listed)]
    found = compile_lexicon(entities, [*phrases, *(f"{phrase}*" for phrase in phrases)]).find(title, text)
    evidence = [mention.evidence for mention in found.mentions]
    for hits in found.phrases.values():
        evidence.extend(hits)
    for hit in evidence:
        content = title if hit.field is Field.TITLE else text
        assert content[hit.start : hit.end] == hit.quote
        assert hit.quote


@given(st.lists(st.lists(names, min_size=1, max_size=3), min_size=1, max_size=4), names, texts)
def test_another_spelling_takes_no_mention_but_those_inside_its_own(
    listed: list[list[str]], alias: str, text: str
) -> None:
    before = compile_lexicon([entity(f"e{number}", *spellings) for number, spellings in enumerate(listed)], [])
    listed[0].append(alias)
    after = compile_lexicon([entity(f"e{number}", *spellings) for number, spellings in enumerate(listed)], [])
    now = {(m.entity, m.evidence.start, m.evidence.end) for m in after.find("", text).mentions}
    for mention in before.find("", text).mentions:
        start, end = mention.evidence.start, mention.evidence.end
        assert (mention.entity, start, end) in now or any(
            left <= start and end <= right and right - left > end - start for _, left, right in now
        )


@given(names, texts)
def test_a_listed_name_is_found_wherever_it_stands_alone(name: str, text: str) -> None:
    lexicon = compile_lexicon([], [name])
    if lexicon.find("", name).phrases:
        around = f"{text}, {name}, {text}"
        assert any(
            hit.start == len(text) + 2 + skipped
            for hit in lexicon.find("", around).phrases[name]
            for skipped in range(len(name))
        )
