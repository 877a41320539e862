"""Texts searched together hold what each of them holds by itself."""

from __future__ import annotations

import subprocess
import sys
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.matching.lexicon import Lexicon, compile_lexicon
from monitor.matching.search import Search
from monitor.matching.terms import Entity, Name


def entity(key: str, *names: str | Name, not_in: tuple[str, ...] = (), owner: str | None = None) -> Entity:
    listed = tuple(name if isinstance(name, Name) else Name(name) for name in names)
    return Entity(key, key, "armed group", listed, not_in=not_in, owner=owner)


LEXICON = compile_lexicon(
    [
        entity("hub", "Hub", not_in=("Hub Airlines", "the Hub")),
        entity("dam", "Hub Dam", "کیچ ڈیم", "凯奇大坝"),
        entity("other-dam", "Hub Dam"),
        entity("kech", "Kech", "Ketch", "کیچ", "凯奇", "केच", "Кеч"),
        entity("is", Name("IS", only_with=("Islamic State", "داعش")), "ISIS", "IS-K"),
        entity("jamaat", "Jama'at", "Jamaat", "لشکر طیبہ"),
        entity("raw", "R&AW", "LeT"),
        entity("party", "Red Party", "Karachi"),
        entity("gazette", "Hub Gazette", "Kech", owner="a"),
        entity("echo", "Hub Dam Echo", owner="b"),
    ],
    [
        *("attack", "attack*", "T.T.P.", "TTP", "bus", "Kech", "city", "UN*", "حمله", "袭击", "s", "IS"),
        *("km", "5", "24/7", "a b", "a (b", ".308", "S-400", "Kecher", "AT&T", "at", "TTP袭击", "Кеч city"),
    ],
)
# so that no single example pays for the automata
LEXICON.find("", "Hub")
list(LEXICON.find_each([("", "Hub"), ("", "Hub")]))
PIECES = [
    *("Hub", "Hub Dam", "Hub Dam Echo", "Hub Airlines", "the Hub", "hubs", "Gazette", "Kech", "Ketch", "kech's"),
    *("IS", "is", "ISIS", "IS-K", "I.S.", "Islamic State", "داعش", "Jama'at", "Jama’at", "R&AW", "LeT", "let"),
    *("5", "km", "24/7", "a", "b", "(b", "a (b", ".308", "308", "S-400", "S 400", "er", "AT&T", "at", "&", "/", "к"),
    *("کیچ", "ڈیم", "لشکر", "طیبہ", "حمله", "凯奇", "大坝", "袭击", "केच", "Кеч", "karachis", "Karachi"),
    *(
        "attack",
        "attacking",
        "att\u00adacks",
        "attackers' ",
        "T.T.P.",
        "TTP",
        "A.T.T.P.",
        "UNHCR",
        "bus",
        "buses",
        "cities",
    ),
    *(" ", " ", " ", " ", "\n", "\n\n", "\u2029", "\x1f", "-", "\u200c", "\u200b", "\u064e", "،", "。", ".", "’", "'"),
    *("\ud800", "か\u3099", "\u0301", "\u3099", "\u1100\u1161", "é", "ß", "😀", "\0", "X", "s"),
]
texts = st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=14).map("".join)
contents = st.lists(st.tuples(texts, texts), max_size=7)


@given(contents)
def test_items_searched_together_hold_what_each_holds_alone(items: list[tuple[str, str]]) -> None:
    assert list(LEXICON.find_each(items)) == [LEXICON.find(title, text) for title, text in items]


@given(contents, st.lists(texts, min_size=1, max_size=6))
def test_so_they_do_with_any_names(items: list[tuple[str, str]], names: list[str]) -> None:
    lexicon = compile_lexicon([entity("a", *names), entity("b", *names[:2])], [*names, *(f"{name}*" for name in names)])
    assert list(lexicon.find_each(items)) == [lexicon.find(title, text) for title, text in items]


@pytest.mark.parametrize(
    ("text", "quotes"),
    [
        ("l'Hub, d’Kech", ["Hub", "Kech"]),
        ("5km and km5, 5Kech", ["5", "km", "km", "5", "5", "Kech"]),
        ("在Hub遇袭击，کیچHub", ["Hub", "袭击", "Hub"]),
        ("a(b a,b a\nb a\n\nb a\u00a0b", ["a\nb", "a\u00a0b"]),
        ("a (b a b a ( b", ["a (b", "a b"]),
        ("a .308 and 5.308", [".308", "5", ".308"]),
        ("AT&T, AT T, at&t", ["AT&T", "AT", "AT", "at"]),
        ("Kecher Kechers Kech'er", ["Kecher", "Kechers", "Kech'er", "Kech"]),
        ("кHub Hubк", []),
        ("TTP袭击 Кеч city", ["TTP袭击", "TTP", "袭击", "Кеч city", "city"]),
    ],
)
def test_words_are_found_whatever_stands_before_them(text: str, quotes: list[str]) -> None:
    lexicon = compile_lexicon(
        [],
        [
            "Hub",
            "Kech",
            "km",
            "5",
            "袭击",
            "a b",
            "a (b",
            ".308",
            "AT&T",
            "at",
            "Kecher",
            "TTP袭击",
            "TTP",
            "Кеч city",
            "city",
        ],
    )
    for found in lexicon.find_each([("", text), ("", text)]):
        places = sorted((one.start, -one.end, one.quote) for hits in found.phrases.values() for one in hits)
        assert [quote for _, _, quote in places] == quotes
        assert found == lexicon.find("", text)


@pytest.mark.parametrize("kind", ["Hub attacked ", "کیچ میں حمله ", "凯奇遇袭击", "“Kech” — IS’s Jama’at\n\n"])
def test_many_long_items_are_searched_in_their_order(kind: str) -> None:
    items = [(f"Ketch {number}", kind * (2 * number)) for number in range(80)]
    items.insert(40, ("Karachi", "Hub " * 20_000))
    found = list(LEXICON.find_each(items))
    assert found == [LEXICON.find(title, text) for title, text in items]
    assert len(found[40].mentions) == 20_001


def test_items_of_all_scripts_keep_their_order() -> None:
    items = [("", text) for text in ("Ketch", "کیچ", "凯奇", "“Ketch”", "", "केच", "Кеч", "nothing", "کیچ")]
    quotes = [[mention.evidence.quote for mention in found.mentions] for found in LEXICON.find_each(items)]
    assert quotes == [["Ketch"], ["کیچ"], ["凯奇"], ["Ketch"], [], ["केच"], ["Кеч"], [], ["کیچ"]]


def test_nothing_listed_or_nothing_to_search_finds_nothing() -> None:
    nothing: Lexicon = compile_lexicon([], [])
    assert [found.mentions for found in nothing.find_each([("Hub", "Hub"), ("", "Hub")])] == [(), ()]
    assert list(LEXICON.find_each([])) == []
    assert list(Search([]).hits_of_each([("", ""), ("", "")])) == [[], []]


def test_items_are_read_as_they_are_asked_for() -> None:
    """So that searching a million items takes the memory of a few dozen."""
    tracemalloc.start()
    for found in LEXICON.find_each(("Hub", f"Kech {number} " + "calm and clear, " * 1_000) for number in range(400)):
        assert found.mentions
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4_000_000  # the texts have 6 MB


@pytest.mark.parametrize(("name", "filler"), [("Gwadar Port", "x"), ("گوادر بندرگاہ", "و"), ("瓜达尔港", "中")])
def test_a_name_is_found_wherever_it_stands_in_a_text_that_is_searched_in_pieces(name: str, filler: str) -> None:
    search = Search([name])
    # Of every distance between two names there is one, so that pieces begin and end in each of its letters.
    distances = [*range(1, 400)] * 4
    text = " ".join(f"{filler * distance} {name}" for distance in distances)
    assert len(text.encode()) > 250_000
    places, at = [], 0
    for distance in distances:
        at += distance + 1
        places.append((1, at, -(at + len(name)), 0))
        at += len(name) + 1
    assert search.hits("", text) == places


@pytest.mark.slow
def test_names_inside_one_another_take_no_memory_for_what_is_no_word() -> None:
    program = (
        "import resource\n"
        "from monitor.matching.search import Search\n"
        "search = Search(['a' * length for length in range(1, 50)])\n"
        "resource.setrlimit(resource.RLIMIT_AS, (1024**3, 1024**3))\n"
        "print(search.hits('', 'a' * 260_000), len(search.hits('', 'a ' * 600_000)))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=300)
    assert (done.returncode, done.stdout) == (0, "[] 500001\n"), done.stderr
