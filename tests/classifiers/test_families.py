from __future__ import annotations

from monitor.classifiers.families import families

ORDINARY = [
    ("Mango exports reach a record this season", "Growers in Sindh expect good prices from buyers in the Gulf."),
    ("Girls' schools stay closed in Kabul", "The ministry gave no date for lessons to begin again."),
    ("Court adjourns hearing on election petitions", "Lawyers asked the bench in Lahore for more time."),
    ("Rain floods low-lying streets of Karachi", "Traffic stood still for hours near the harbour."),
]


def test_two_reports_of_one_event_are_a_family_and_others_are_not() -> None:
    first = ("Bomber rams bus of Chinese engineers near Dasu", "Five engineers died when a bomber rammed their bus.")
    again = ("Chinese engineers' bus rammed by bomber near Dasu", "A bomber rammed a bus and five engineers died.")
    assert families([first, *ORDINARY, again], [""] * 6) == [0, 1, 2, 3, 4, 0]


def test_kin_are_a_family_whatever_they_say() -> None:
    assert families(ORDINARY, ["seed:a", "", "seed:a", ""]) == [0, 1, 0, 3]


def test_a_copy_joins_the_families_of_its_kin() -> None:
    assert families([*ORDINARY, ORDINARY[1]], ["seed:a", "", "", "", "seed:a"]) == [0, 0, 2, 3, 0]


def test_copies_are_found_in_every_script() -> None:
    texts = [
        ("巴基斯坦中企车队遇袭 三名中国公民遇难", ""),
        ("گوادر میں چینی قافلے پر حملہ", ""),
        ("巴基斯坦中企车队遇袭三名中国公民遇难", ""),
    ]
    assert families(texts, [""] * 3) == [0, 1, 0]


def test_texts_without_words_are_no_copies_of_each_other() -> None:
    assert families([("", ""), ("😀", "…"), ("", "")], [""] * 3) == [0, 1, 2]
    assert families([], []) == []
