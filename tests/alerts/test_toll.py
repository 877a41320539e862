"""What counts as a stated toll, in every language of the feeds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.alerts.toll import toll_in

STATED = [
    ("Five killed in blast near Hub", 5),
    ("Nine people were killed near Hub", 9),
    ("At least 12 dead after bus ambush", 12),
    ("Gunmen kill nine miners in Dukki", 9),
    ("Four gunmen killed nine miners in Dukki", 9),
    ("Blast kills at least 23, wounds 40", 23),
    ("A dozen labourers shot dead in Kech", 12),
    ("Two dozen killed in market bombing", 24),
    ("Dozens killed in market bombing", 24),
    ("Twenty-five soldiers martyred in Zhob", 25),
    ("One hundred and twenty people died", 120),
    ("1,200 people have died", 1200),
    ("5–9 people killed in Turbat", 9),
    ("Between five and nine people were killed", 9),
    ("Death toll rises from five to nine", 9),
    ("Toll in the Quetta station blast climbs to 32", 32),
    ("Nine people, including two children, were killed", 9),
    ("Five soldiers and three civilians killed", 5),
    ("Three Chinese engineers lost their lives", 3),
    ("20 wounded, nine dead", 9),
    ("Nine dead, 20 wounded", 9),
    ("7 killed and 9 injured in Bannu", 7),
    ("Nine were killed in the worst attack since 2014", 9),
    ("Convoy attacked: seven dead", 7),
    ("The attack left nine people dead", 9),
    (
        "The death toll from the attack on a mosque in Hangu, Khyber Pakhtunkhwa, yesterday, rises to 32, with 46 hurt",
        32,
    ),
    ("Toll climbs from 5 people to 9, 20 injured", 9),
    ("The death toll rises to 12 and 240 houses are gone", 12),
    ("The number of people confirmed killed near Hub rises to 66", 66),
    ("Three Chinese citizens and their Pakistani driver are killed", 3),
    ("Militants killed scores of people", 40),
    ("حملے میں 9 افراد جاں بحق", 9),
    ("حملے میں ۹ افراد ہلاک اور ۱۲ زخمی", 9),
    ("نو افراد شہید ہو گئے", 9),
    ("دھماکے میں پانچ اہلکار شہید", 5),
    ("ہلاکتوں کی تعداد بارہ ہو گئی", 12),
    ("پندرہ مزدور مارے گئے", 15),
    ("در این حمله ۹ نفر کشته شدند", 9),
    ("نه نفر جان باختند", 9),
    ("بیست و پنج تن کشته و ۴۰ تن زخمی شدند", 25),
    ("شمار کشته‌شدگان به ۱۴ نفر رسید", 14),
    ("پنج کارگر جان خود را از دست دادند", 5),
    ("په برید کې ۹ کسان ووژل شول", 9),
    ("نهه کسان مړه شول", 9),
    ("پنځه سرتېري ووژل شول او اووه ټپیان دي", 5),
    ("हमले में 9 लोग मारे गए", 9),
    ("हमले में ९ लोगों की मौत", 9),
    ("पांच जवान शहीद, सात घायल", 5),
    ("मृतकों की संख्या बारह हुई", 12),
    ("袭击造成9人死亡", 9),
    ("九名中国公民遇难", 9),
    ("爆炸致两人身亡,12人受伤", 2),
    ("十几人死亡", 10),
    ("二十三名矿工遇害", 23),
    ("死亡人数从5人升至9人", 9),
    ("致9死12伤", 9),
    ("武装分子打死7名工人", 7),
    ("2026年11月21日,袭击造成四人遇难", 4),
]
NEAR_MISSES = [
    "",
    "Mild weather in the plains",
    "Nine wounded in blast near Hub",
    "Nine killed or injured in blast",
    "A convoy was attacked 9 km from Hub",
    "More than 60 people were killed in 2021",
    "In July 2021 nine engineers were killed near Dasu",
    "Nine engineers were killed in a bus bombing near Dasu in 2021",
    "Some 1,400 people were killed between July and August 2024",
    "25-year-old man killed in Kech",
    "Three days after the blast",
    "No one was killed",
    "12 gunmen attacked a checkpoint; a policeman died",
    "Policeman killed on November 9",
    "Five arrested in Karachi",
    "9 افراد زخمی",
    "حملے میں ایک گاڑی تباہ، 9 زخمی",
    "2021 میں نو انجینئر ہلاک ہوئے",
    "۹ نفر زخمی شدند",
    "در سال ۱۴۰۰ نه نفر کشته شدند",
    "۹ کسان ټپیان شول",
    "9 लोग घायल",
    "2021 में नौ इंजीनियर मारे गए",
    "9人受伤",
    "9人死伤",
    "2021年袭击造成9人遇难",
]


@pytest.mark.parametrize(("said", "toll"), STATED)
def test_a_stated_toll_is_read_from_title_and_text(said: str, toll: int) -> None:
    assert toll_in(said, "") == toll
    assert toll_in("", f"{said}.") == toll


@pytest.mark.parametrize("said", NEAR_MISSES)
def test_other_numbers_are_no_toll(said: str) -> None:
    assert toll_in(said, "") is None
    assert toll_in("", said) is None


def test_the_highest_of_title_and_first_sentences_counts() -> None:
    text = "Officials first said five were killed. Hospital staff later counted nine dead. Roads are closed."
    assert toll_in("Blast in Quetta", text) == 9


def test_background_at_the_end_does_not_count() -> None:
    text = "Five were killed. Police came. Roads are closed. Shops too. An older bombing there left 40 people dead."
    assert toll_in("Blast in Quetta", text) == 5


@given(st.text(max_size=300), st.text(max_size=300))
def test_any_text_gives_a_number_or_none(title: str, text: str) -> None:
    toll = toll_in(title, text)
    assert toll is None or toll >= 0


@given(st.lists(st.sampled_from([*(said for said, _ in STATED), *NEAR_MISSES, "9", ",", "killed", "and"]), max_size=6))
def test_mixed_phrases_never_raise(parts: list[str]) -> None:
    toll = toll_in(" ".join(parts), " ".join(reversed(parts)))
    assert toll is None or toll >= 0
