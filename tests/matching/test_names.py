"""DESIGN §6, "Matching names", sentence by sentence and script by script."""

from __future__ import annotations

import pytest

from monitor.matching.lexicon import compile_lexicon
from monitor.matching.terms import Entity, Name, is_short_form


def found(listed: str, text: str) -> list[str]:
    """Give the quotes of one listed name in a text, having checked that they stand where they say."""
    entity = Entity("e", "E", "place", (Name(listed),))
    lexicon = compile_lexicon([entity], [listed])
    mentions = [mention.evidence for mention in lexicon.find("", text).mentions]
    assert all(text[hit.start : hit.end] == hit.quote for hit in mentions)
    assert list(lexicon.find("", text).phrases.get(listed, ())) == mentions
    return [hit.quote for hit in mentions]


@pytest.mark.parametrize(
    ("listed", "text", "quotes"),
    [
        ("Hafiz Gul Bahadur", "Hafiz-Gul_Bahadur", ["Hafiz-Gul_Bahadur"]),
        ("Hafiz Gul Bahadur", "Hafiz\u00a0Gul —  Bahadur", ["Hafiz\u00a0Gul —  Bahadur"]),
        ("Hafiz Gul Bahadur", "Hafiz\u200cGul Bahadur", ["Hafiz\u200cGul Bahadur"]),
        ("Jamaat-ul-Ahrar", "Jamaat ul Ahrar and Jamaat‑ul‑Ahrar", ["Jamaat ul Ahrar", "Jamaat‑ul‑Ahrar"]),
        ("Spin Boldak", "SpinBoldak", []),
        ("Spin Boldak", "Spin, Boldak", []),
        ("Spin Boldak", "Spin\nBoldak", ["Spin\nBoldak"]),
        ("Spin Boldak", "Spin\r\nBoldak", ["Spin\r\nBoldak"]),
        ("Spin Boldak", "Spin\n\nBoldak", []),
        ("Spin Boldak", "Spin \n \n Boldak", []),
        ("Spin Boldak", "Spin. Boldak", []),
        ("Spin Boldak", "Spin/Boldak", []),
        ("سپین بولدک", "سپین،بولدک", []),
        ("سپین بولدک", "سپین\n\nبولدک", []),
        ("سپین بولدک", "سپین\nبولدک", ["سپین\nبولدک"]),
        ("卡拉奇港", "卡拉\n奇港", ["卡拉\n奇港"]),
        ("卡拉奇港", "卡拉\n\n奇港", []),
        ("卡拉奇港", "卡拉，奇港", []),
        ("卡拉奇港", "卡拉、奇港", []),
        ("कराची बंदरगाह", "कराची-बंदरगाह", ["कराची-बंदरगाह"]),
        ("порт Карачи", "порт — Карачи", ["порт — Карачи"]),
    ],
)
def test_a_run_of_separators_is_one_and_only_paragraphs_and_commas_end_a_name(
    listed: str, text: str, quotes: list[str]
) -> None:
    assert found(listed, text) == quotes


@pytest.mark.parametrize(
    ("listed", "text", "quotes"),
    [
        ("جماعت الاحرار", "جماعت‌الاحرار نے", ["جماعت‌الاحرار"]),
        ("جماعت الاحرار", "جماعتالاحرار نے", ["جماعتالاحرار"]),
        ("جماعت الاحرار", "جماعت -الاحرار", ["جماعت -الاحرار"]),
        ("دہشتگرد", "وہ دہشت گرد تھا", ["دہشت گرد"]),
        ("دہشتگرد", "وہ دہشت‌گرد تھا", ["دہشت‌گرد"]),
        ("جماعت الاحرار", "جماعتالاحراری", []),
        ("دیر", "بعد یرقان", []),
        ("ارتش آزادی‌بخش", "ارتش آزادیبخش", ["ارتش آزادیبخش"]),
    ],
)
def test_a_separator_equals_nothing_inside_arabic_script(listed: str, text: str, quotes: list[str]) -> None:
    assert found(listed, text) == quotes


@pytest.mark.parametrize(
    ("listed", "text", "quotes"),
    [
        ("Khuzdar", "Khuz\u00addar", ["Khuz\u00addar"]),
        ("Khuzdar", "Khuz\u200bdar", ["Khuz\u200bdar"]),
        ("Khuzdar", "the\u200bKhuzdar", []),
        ("خضدار", "خُضدار", ["خُضدار"]),
        ("خضدار", "خضدارِ نو", ["خضدارِ"]),
        ("خضدار", "خضـــدار", ["خضـــدار"]),
        ("خُضدار", "خضدار", ["خضدار"]),
        ("胡兹达尔", "胡兹\u200b达尔", ["胡兹\u200b达尔"]),
        ("खुज़दार", "खुजदार", ["खुजदार"]),
        ("खुज़दार", "खुज़दार", ["खुज़दार"]),
        ("खुज़दार", "खाज़दार", []),
        ("चमन", "चमनी", []),
        ("चमन", "चमन।", ["चमन"]),
    ],
)
def test_signs_without_sound_vanish_and_indic_vowels_stay(listed: str, text: str, quotes: list[str]) -> None:
    assert found(listed, text) == quotes


@pytest.mark.parametrize(
    ("listed", "text", "quotes"),
    [
        ("Sibi", "SIBI sibi Sībī Si\u0302bi", ["SIBI", "sibi", "Sībī", "Si\u0302bi"]),
        ("Sībī", "Sibi", ["Sibi"]),
        ("İslam Hareketi", "ISLAM HAREKETİ islam hareketi", ["ISLAM HAREKETİ", "islam hareketi"]),
        ("Сиби", "СИБИ", ["СИБИ"]),
        ("Артём", "Артем", ["Артем"]),
        ("Хайбер", "Хаи\u0306бер", ["Хаи\u0306бер"]),
        ("Turbat", "Ｔｕｒｂａｔ", ["Ｔｕｒｂａｔ"]),
    ],
)
def test_case_and_accents_fold(listed: str, text: str, quotes: list[str]) -> None:
    assert found(listed, text) == quotes


@pytest.mark.parametrize(
    ("listed", "text", "quotes"),
    [
        ("Mas'ud Group", "Masud Group, Mas’ud Group, Masʿud Group", ["Masud Group", "Mas’ud Group", "Masʿud Group"]),
        ("Masud Group", "Mas'ud Group and Mas`ud Group", ["Mas'ud Group", "Mas`ud Group"]),
        ("Kurram", "l'Kurram, l’Kurram'ın", ["Kurram", "Kurram"]),
        ("Kurram", "‘Kurram’", ["Kurram"]),
        ("Kurram", "Kurram's Kurram’s KURRAM'S", ["Kurram", "Kurram", "KURRAM"]),
        ("Kurram", "d'Kurrams", ["Kurrams"]),
        ("ISPR", "l'ISPR and ISPR'in", ["ISPR", "ISPR"]),
    ],
)
def test_an_apostrophe_vanishes_in_a_name_and_is_a_boundary(listed: str, text: str, quotes: list[str]) -> None:
    assert found(listed, text) == quotes


@pytest.mark.parametrize(
    ("listed", "text", "quotes"),
    [
        ("کیچ", "كيچ", ["كيچ"]),
        ("مکتی", "مكتى مکتي", ["مكتى", "مکتي"]),
        ("سنة", "سنه سنہ سنۃ", ["سنه", "سنہ", "سنۃ"]),
        ("آواران", "اواران أواران إواران", ["اواران", "أواران", "إواران"]),
        ("اورماڑہ", "اورماڑه", ["اورماڑه"]),
        ("طور", "ﻃﻮﺭ", ["ﻃﻮﺭ"]),
        ("طور", "تور", []),
    ],
)
def test_arabic_letter_families_fold(listed: str, text: str, quotes: list[str]) -> None:
    assert found(listed, text) == quotes


@pytest.mark.parametrize("term", ["TTP", "LeT", "IS-K", "IS", "UNAMA", "U.N.", "ISIS-K", "БНА", "PoK", "MQ-9"])
def test_two_to_six_letters_half_of_them_capitals_are_a_short_form(term: str) -> None:
    assert is_short_form(term)


@pytest.mark.parametrize(
    "term", ["Kech", "Xi", "T", "AfPak", "IS-Khorasan", "BALOCH ARMY", "Da'ish", "313", "کیچ", "港"]
)
def test_anything_else_is_no_short_form(term: str) -> None:
    assert not is_short_form(term)


@pytest.mark.parametrize(
    ("listed", "text", "quotes"),
    [
        ("BLF", "BLF blf Blf BlF", ["BLF"]),
        ("SeT", "SeT SET set Set", ["SeT"]),
        ("HG-B", "HG-B HG–B HG B hg-b", ["HG-B", "HG–B", "HG B"]),
        ("BLF", "the B.L.F. camp, B.L.F camp", ["B.L.F.", "B.L.F"]),
        ("BLF", "b.l.f. A.B.L.F. B.L.F.A. B.L.", []),
        ("HG-B", "H.G.B. and H.G.-B.", ["H.G.B.", "H.G.-B."]),
        ("BLF", "BLFs BLFS BLFes", []),
        ("BLF", "BLF's BLF’s", ["BLF", "BLF"]),
        ("BLF", "B.L.F.'s", ["B.L.F."]),
        ("BLF", "ex-BLF, BLF/UBA, BLF–East, (BLF), #BLF, BLF_media, “BLF”", ["BLF"] * 7),
        ("BLF", "ABLF BLFX aBLF", []),
        ("BLF", "BLF2024", ["BLF"]),
        ("BLF", "B'LF", []),
        ("БНА", "БНА бна Б.Н.А.", ["БНА", "Б.Н.А."]),
        ("BLF", "在BLF营地", ["BLF"]),
        ("BLF", "BLFکے", ["BLF"]),
        ("U.N.", "the UN and U.N. but not un", ["UN", "U.N."]),
        ("R&AW", "R&AW and r&aw", ["R&AW"]),
        ("N'Ko", "N'Ko N’Ko’s NKo n'ko", ["N'Ko", "N’Ko", "NKo"]),
        ("Ormara", "ORMARA", ["ORMARA"]),
    ],
)
def test_short_forms_match_only_in_their_capitals(listed: str, text: str, quotes: list[str]) -> None:
    assert found(listed, text) == quotes


@pytest.mark.parametrize(
    ("listed", "text", "quotes"),
    [
        ("Chinese surveyor", "Chinese surveyors", ["Chinese surveyors"]),
        ("Chinese surveyor", "Chinese surveyors’ camp", ["Chinese surveyors"]),
        ("Chinese surveyor", "Chinese surveyor’s camp", ["Chinese surveyor"]),
        ("Chinese coach", "Chinese coaches", ["Chinese coaches"]),
        ("embassy", "embassies", ["embassies"]),
        ("gateway", "gateways gatewaies", ["gateways"]),
        ("war", "wares wars", ["wars"]),
        ("Marri", "Marris Marrison", ["Marris"]),
        ("Marri", "MARRIS", ["MARRIS"]),
        ("مری", "مریs", ["مری"]),
        ("马里", "马里s", ["马里"]),
        ("Марри", "Маррис", []),
    ],
)
def test_other_names_take_a_plural_and_a_possessive(listed: str, text: str, quotes: list[str]) -> None:
    assert found(listed, text) == quotes


@pytest.mark.parametrize(
    ("listed", "text", "quotes"),
    [
        ("卡拉奇", "在卡拉奇港，Karachi卡拉奇3号", ["卡拉奇", "卡拉奇"]),
        ("Karachi", "在Karachi的", ["Karachi"]),
        ("Karachi", "ที่Karachiวันนี้", ["Karachi"]),
        ("カラチ", "昨日カラチで", ["カラチ"]),
        ("การาจี", "ในการาจีวันนี้", ["การาจี"]),
        ("จีน", "จีนี จีน", ["จีน"]),
        ("카라치", "카라치에서", ["카라치"]),
        ("카라치", "새카라치", []),
        ("카라치", "\u110f\u1161\u1105\u1161\u110e\u1175에서", ["\u110f\u1161\u1105\u1161\u110e\u1175"]),
        ("خضدار", "کہا\nخضدار\nمیں، خضدار\n\nمیں «خضدار» میں", ["خضدار"] * 3),
        ("خضدار", "کہا خضدار میں\tخضدار_میں۔خضدار۔ (خضدار)", ["خضدار"] * 4),
        ("खुजदार", "कहा\nखुजदार\nमें, (खुजदार)", ["खुजदार", "खुजदार"]),
        ("Khuzdar", "in\nKhuzdar\nand\n\nKhuzdar\n\nand", ["Khuzdar", "Khuzdar"]),
        ("کراچی", "کراچیوں کراچی", ["کراچی"]),
        ("कराची", "कराचीवाला कराची", ["कराची"]),
        ("Карачи", "Карачинский Карачи", ["Карачи"]),
        ("313 Brigade", "1313 Brigade and the 313 Brigade", ["313 Brigade"]),
    ],
)
def test_boundaries_are_waived_next_to_scripts_without_word_spaces(listed: str, text: str, quotes: list[str]) -> None:
    assert found(listed, text) == quotes


@pytest.mark.parametrize("listed", ["", " ", "'", "-", "\u00ad", "*", "ـ"])
def test_a_name_with_nothing_to_compare_is_never_found(listed: str) -> None:
    assert found(listed, "a ' - * ـ b") == []


@pytest.mark.parametrize(
    ("phrase", "text", "quotes"),
    [
        ("sanctuar*", "Sanctuaries, a sanctuary’s SANCTUARY-like", ["Sanctuaries", "sanctuary", "SANCTUARY"]),
        ("safe haven*", "safe-havens", ["safe-havens"]),
        ("attack*", "counterattack un-attacked", ["attacked"]),
        ("حمل*", "حملے، حملہ‌آور اور احمل", ["حملے", "حملہ"]),
        ("हमल*", "हमलावरों ने", ["हमलावरों"]),
        ("взрыв*", "взрывы", ["взрывы"]),
        ("IED*", "IEDs ied", ["IEDs"]),
        ("袭击*", "遇袭击者", ["袭击"]),
        ("mock drill", "mock drills", ["mock drills"]),
    ],
)
def test_a_star_takes_the_rest_of_the_word(phrase: str, text: str, quotes: list[str]) -> None:
    found_phrases = compile_lexicon([], [phrase]).find("", text).phrases
    assert [hit.quote for hit in found_phrases.get(phrase, ())] == quotes
    assert all(text[hit.start : hit.end] == hit.quote and hit.name == phrase for hit in found_phrases.get(phrase, ()))
