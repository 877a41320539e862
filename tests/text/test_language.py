"""Headlines tell their language; the feed's own claim decides only where the script leaves it open."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text.language import guess_language, scripts


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Gwadar port workers return after the blast", "en"),
        ("Two injured near Dasu", "en"),
        ("گوادر میں دھماکا، دو افراد زخمی ہو گئے", "ur"),
        ("وزیر اعظم کا دورہ گلگت", "ur"),
        ("حمله به کاروان در شرق افغانستان", "fa"),
        ("وزیر خارجه این کشور وارد کابل شد", "fa"),
        ("په کندهار کې د چاودنې له امله دوه تنه ووژل شول", "ps"),
        ("د کابل ښاروالۍ نوی پلان", "ps"),
        ("مقتل ثلاثة في انفجار على الحدود", "ar"),
        ("وزير الخارجية يصل إلى إسلام آباد", "ar"),
        ("瓜达尔港发生爆炸", "zh"),
        ("TTP袭击", "zh"),
        ("中巴經濟走廊新項目", "zh"),
        ("グワダル港で爆発、2人負傷", "ja"),
        ("ग्वादर में धमाके में दो घायल", "hi"),
        ("चीन और पाकिस्तान की बैठक", "hi"),
        ("В Гвадаре после взрыва ранены двое", "ru"),
        ("У Гвадарі після вибуху є поранені", "uk"),
        ("Gwadar'da bir patlama daha oldu, üç kişi öldü", "tr"),
        ("L'explosion dans le port de Gwadar a fait deux blessés", "fr"),
        ("Zwei Verletzte nach der Explosion in Gwadar", "de"),
        ("과다르 항구에서 폭발", "ko"),
        ("গোয়াদরে বিস্ফোরণ", "bn"),
        ("গ", "bn"),
        ("ئۇيغۇرلار ۋە قازاقلار", "ug"),
    ],
)
def test_a_headline_tells_its_language(text: str, language: str) -> None:
    assert guess_language(text, None) == language


@pytest.mark.parametrize(
    ("text", "hint", "language"),
    [
        ("طالبان", "fa", "fa"),
        ("طالبان", "ps-AF", "ps"),
        ("طالبان", None, "ur"),
        ("طالبان", "en", "ur"),
        ("Gwadar Nachrichten", "de-DE", "de"),
        ("Gwadar Nachrichten", "zh", "en"),
        ("瓜达尔", "en-US", "zh"),
        ("東京", "ja", "ja"),
        ("12 – 14", "ur", "ur"),
        ("12 – 14", None, None),
        ("", None, None),
        ("", " EN_gb ", "en"),
        ("", "", None),
        ("په کندهار کې د چاودنې له امله دوه تنه ووژل شول", "ur", "ps"),
    ],
)
def test_the_declared_language_decides_what_the_script_leaves_open(
    text: str, hint: str | None, language: str | None
) -> None:
    assert guess_language(text, hint) == language


def test_the_beginning_decides_if_it_leaves_no_doubt() -> None:
    english = "The attack on the convoy was the third in a week, and it is not known who was behind it."
    spanish = " El ataque contra el convoy fue el tercero en una semana, dijo la policía de la ciudad." * 4
    assert guess_language(english * 2 + spanish, "en") == "en"
    assert guess_language(english + spanish, "en") == "es"


NAMES = "Quetta: police convoy attacked, Gwadar port closed, Karachi traders strike, Dasu engineers evacuated, Hub road"
"""Seventeen words, none of them common in any language."""


@pytest.mark.parametrize(
    ("beginning", "hint", "language"),
    [
        (NAMES, "en", "en"),
        (NAMES, "tr", "tr"),
        (f"“{NAMES}” – ‘Hub’", "en", "en"),
        (f"{NAMES} kapatıldı", "en", "tr"),  # letters beyond ASCII are evidence of their own
        (f"Dan {NAMES}", "en", "id"),  # one word of another language: the rest is asked as well
    ],
)
def test_a_beginning_without_a_word_of_another_language_leaves_the_declared_one(
    beginning: str, hint: str, language: str
) -> None:
    indonesian = "yang ini dengan untuk dari pada tidak akan dalam itu " * 3
    turkish = "ve bir bu için ile de da olarak olan sonra daha çok en gibi kadar ı ş ğ " * 3
    rest = turkish if language == "tr" and hint == "en" else indonesian
    assert guess_language(f"{beginning}. {'Quetta convoy ' * 8}{rest}", hint) == language


SHORT = {
    "ur": ("گوادر بندرگاہ پر احتجاج جاری", "سیکیورٹی ہائی الرٹ", "تربت سے دو لاشیں برآمد", "پولیس اہلکار شہید"),
    "fa": ("انفجار در کابل", "مرز تورخم بسته شد", "کاروان چینی هدف قرار گرفت", "چین از حمله ابراز نگرانی کرد"),
    "ps": ("کابل کې چاودنه", "طالبانو د برید مسوولیت ومانه", "د چین سفیر سره لیدنه", "وسله والو برید وکړ"),
}
"""Headlines of three to six words in languages of one script, for feeds that bring nothing else."""

WITHOUT_EVIDENCE = ("چمن سرحد بند", "بلوچستان", "افغانستان", "کشته شدن سه سرباز", "تورخم لاره پرانیستل شوه")
"""Names and words of content, in which no common word and no letter of one language stands."""


@pytest.mark.parametrize("language", SHORT)
@pytest.mark.parametrize("declared", [True, False])
def test_short_headlines_of_the_region_tell_their_language(language: str, *, declared: bool) -> None:
    hint = language if declared else None
    assert [guess_language(text, hint) for text in SHORT[language]] == [language] * 4


@pytest.mark.parametrize("language", SHORT)
def test_headlines_without_evidence_are_in_the_language_of_their_feed(language: str) -> None:
    assert [guess_language(text, language) for text in WITHOUT_EVIDENCE] == [language] * 5


def test_scripts_are_named() -> None:
    assert scripts("CPEC: 中巴经济走廊 گوادر ग्वादर Гвадар 12!") == {"latin", "han", "arabic", "devanagari", "cyrillic"}
    assert scripts("12 – !") == frozenset()


@given(st.text(), st.none() | st.text(max_size=8))
def test_any_text_gets_an_answer(text: str, hint: str | None) -> None:
    guess = guess_language(text, hint)
    assert guess is None or guess
