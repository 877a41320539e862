from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.feeds.charset import decode
from monitor.feeds.charset_guess import likeliest

URDU = "<rss>پاکستان میں حملہ</rss>"
ARABIC = "<rss>هجوم على قافلة في كويتا محمد علي يقول ان</rss>"
RUSSIAN = "<rss>в России прошло событие</rss>"
CHINESE = "<rss>中国和巴基斯坦经济走廊发生袭击</rss>"
FRENCH = "<rss>été où ça “x”</rss>"


def declared(charset: str, text: str) -> bytes:
    return f'<?xml version="1.0" encoding="{charset}"?>{text}'.encode(charset)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_or_valid_utf_8_needs_no_declaration(encoding: str) -> None:
    assert decode(URDU.encode(encoding), None).text == URDU


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_wide_characters_without_a_mark_are_seen(encoding: str) -> None:
    assert decode(URDU.encode(encoding), None).text == URDU


def test_utf_8_beats_a_server_that_names_latin_1() -> None:
    assert decode(URDU.encode(), "iso-8859-1").text == URDU


def test_a_mark_beats_the_declaration() -> None:
    body = b"\xef\xbb\xbf" + b'<?xml version="1.0" encoding="utf-16"?>' + URDU.encode()
    assert decode(body, None).text.endswith(URDU)


def test_two_marks_are_one_too_many() -> None:
    assert decode(b"\xef\xbb\xbf\xef\xbb\xbf" + URDU.encode(), None).text == URDU


@pytest.mark.parametrize(
    ("charset", "text"),
    [
        ("windows-1256", ARABIC),
        ("windows-1251", RUSSIAN),
        ("koi8-r", RUSSIAN),
        ("gb18030", CHINESE),
        ("big5", "<rss>中國</rss>"),
    ],
)
def test_the_declaration_is_followed(charset: str, text: str) -> None:
    decoded = decode(declared(charset, text), None)
    assert decoded.text.endswith(text)
    assert decoded.problems == ()


def test_the_server_is_followed_where_the_document_is_silent() -> None:
    assert decode(ARABIC.encode("windows-1256"), "windows-1256").text == ARABIC


def test_the_declaration_beats_a_servers_blanket_latin_1() -> None:
    assert decode(declared("windows-1256", ARABIC), "ISO-8859-1").text.endswith(ARABIC)


GUESSED = [
    ("cp1256", ARABIC),
    ("cp1256", "<rss>حمله به کاروان در گوادر</rss>"),
    ("cp1251", RUSSIAN),
    ("koi8-r", "<rss>взрыв в Гвадаре убил двух инженеров</rss>"),
    ("gb18030", CHINESE),
    ("big5hkscs", "<rss>巴基斯坦中國工程師車隊遭自殺式襲擊</rss>"),
    ("cp949", "<rss>파키스탄에서 중국인 기술자 차량 공격</rss>"),
    ("cp932", "<rss>パキスタンで中国人技術者の車列が襲撃され死亡した</rss>"),
    ("euc_jp", "<rss>パキスタンで中国人技術者の車列が襲撃され死亡した</rss>"),
]


@pytest.mark.parametrize(("encoding", "text"), [*GUESSED, ("cp1252", FRENCH)])
def test_undeclared_legacy_charsets_are_guessed_from_their_letters(encoding: str, text: str) -> None:
    decoded = decode(text.encode(encoding), None)
    assert decoded.text == text
    assert decoded.problems == (f"the charset was not as declared; read as {encoding}",)


@pytest.mark.parametrize(("encoding", "text"), GUESSED)
@pytest.mark.parametrize("said", ["iso-8859-1", "us-ascii", "windows-1252"])
def test_a_blanket_latin_1_is_not_believed_of_words_in_another_script(encoding: str, text: str, said: str) -> None:
    body = f'<?xml version="1.0" encoding="{said}"?>{text}'.encode(encoding)
    assert decode(body, None).text.endswith(text)
    assert decode(text.encode(encoding), said).text == text


def test_latin_1_is_believed_of_words_in_its_script() -> None:
    assert decode(FRENCH.encode("cp1252"), "iso-8859-1").problems == ()
    assert decode(b"<a>\xa0\xa0\xa0\xa0 caf\xe9</a>", "iso-8859-1").text == "<a>\xa0\xa0\xa0\xa0 café</a>"


def test_random_bytes_are_no_other_script() -> None:
    rng = random.Random(4)
    pieces = [bytes(rng.randrange(0x80, 0x100) for _ in range(40)) for _ in range(200)]
    assert {likeliest(piece) for piece in pieces} == {"cp1252"}


def test_a_declaration_that_most_bytes_contradict_is_not_believed() -> None:
    japanese = "<rss>パキスタンで中国人技術者の車列が襲撃され死亡した</rss>"
    body = b'<?xml version="1.0" encoding="big5"?>' + japanese.encode("cp932")
    assert decode(body, None).text.endswith(japanese)


@pytest.mark.parametrize(
    ("label", "encoding"),
    [
        ("Windows-31J", "cp932"),
        ("x-sjis", "cp932"),
        ("x-euc-jp", "euc_jp"),
        ("ISO-2022-KR", "iso2022_kr"),
        ("windows-949", "cp949"),
        ("x-gbk", "gbk"),
        ("cn-big5", "big5"),
        ("x-cp1251", "cp1251"),
        ("win-1256", "cp1256"),
        ("windows-874", "cp874"),
        ("utf8mb4", "utf-8"),
    ],
)
def test_names_of_charsets_that_browsers_know_are_known(label: str, encoding: str) -> None:
    words = {"cp1251": "взрыв", "cp1256": "هجوم", "cp874": "ระเบิด", "cp949": "공격", "iso2022_kr": "공격"}
    text = f"<rss>{words.get(encoding, '中')}</rss>"
    decoded = decode(f'<?xml version="1.0" encoding="{label}"?>{text}'.encode(encoding), None)
    assert decoded.text.endswith(text)
    assert decoded.problems == ()


def test_japanese_by_escapes_is_seen_undeclared() -> None:
    text = "<rss>パキスタンで襲撃</rss>"
    decoded = decode(text.encode("iso2022_jp"), None)
    assert decoded.text == text
    assert decoded.problems == ("the charset was not as declared; read as iso2022_jp",)
    assert decode(b"<a>\x1b$\x1b</a>", None).text == "<a>\x1b$\x1b</a>"


def test_a_mark_of_utf_8_before_another_one_is_skipped() -> None:
    assert decode(b"\xef\xbb\xbf" + URDU.encode("utf-16"), None).text == URDU


def test_a_bad_byte_costs_only_itself() -> None:
    body = "پاکستان ".encode() + b"\x93hi\x94" + " حملہ".encode()
    decoded = decode(body, "utf-8")
    assert decoded.text == "پاکستان “hi” حملہ"
    assert decoded.problems == ("2 bytes were not UTF-8 and were read as Windows-1252",)


def test_surrogates_written_as_characters_are_joined_or_replaced() -> None:
    assert decode(b"<a>\xed\xa0\xbd\xed\xb8\x80 \xed\xa0\xbd</a>", None).text == "<a>\U0001f600 \ufffd</a>"


@pytest.mark.parametrize("charset", ["x-klingon", "hex", "unicode_escape", "idna", "zip"])
def test_charsets_that_are_none_are_told_and_ignored(charset: str) -> None:
    body = f'<?xml version="1.0" encoding="{charset}"?>{URDU}'.encode()
    decoded = decode(body, charset)
    assert decoded.text.endswith(URDU)
    assert decoded.problems == (f'unknown charset "{charset}"; read as utf-8',)


@given(st.binary(max_size=400), st.none() | st.sampled_from(["utf-8", "utf-16", "gb18030", "windows-1256", "hz", "?"]))
def test_no_bytes_raise_and_no_surrogate_comes_out(body: bytes, charset: str | None) -> None:
    decode(body, charset).text.encode()


@given(st.text())
def test_utf_8_comes_back_as_it_was(text: str) -> None:
    shown = text.encode("utf-8", "replace").decode()
    assert decode(b"<a>" + shown.encode(), None).text == "<a>" + shown
