"""How listed names are written in the news: one row per habit of writers, keyboards, converters and copyists.

Each row gives what is listed, a text, and the passages that must be found in it, whether as title or as body. Names are
made up or those of places; what DESIGN §6 says decides, not what the code does.
"""

from __future__ import annotations

import pytest

from monitor.matching.lexicon import compile_lexicon
from monitor.matching.terms import Entity, Name
from monitor.records import Field

ROWS = [
    ("LeJ", "LeJ LEJ Lej lej", ["LeJ"]),
    ("HuM", "HuM’s camp and HuM's men, HuMs", ["HuM", "HuM"]),
    ("BRA", "B.R.A.'s camp", ["B.R.A."]),
    ("BRA", "the B.R.A’s camp", ["B.R.A"]),
    ("BRA", "BRAs, BRAS, BRA's, BRAs'", ["BRA"]),
    ("BRA", "ＢＲＡ ｂｒａ", ["ＢＲＡ"]),
    ("BRA", "B\u00adRA and B\u200bRA and BR\u2060A", ["B\u00adRA", "B\u200bRA", "BR\u2060A"]),
    ("BRA", "\u200fBRA\u200f نے", ["BRA"]),
    ("BRA", "(\u202aBRA\u202c)", ["BRA"]),
    ("BRA", "BRA🔥 🔴BRA❗\ufe0f", ["BRA", "BRA"]),
    ("BRA", "БРА", []),
    ("BRA", "l’BRA, d'BRA; BRA'nın", ["BRA", "BRA", "BRA"]),
    ("BRA", "BRA-led, non-BRA, anti–BRA", ["BRA", "BRA", "BRA"]),
    ("BRA", "#StopBRA BRAvo", []),
    ("BRA", "@BRA BRA: BRA; BRA? BRA!", ["BRA", "BRA", "BRA", "BRA", "BRA"]),
    ("BRA", "BRAنے BRA的 的BRA", ["BRA", "BRA", "BRA"]),
    ("BRA", "BRA\n\nBRA", ["BRA", "BRA"]),
    ("BRA", "the U.S.\n\nB.R.A. fighters", ["B.R.A."]),
    ("BRA", "the U.S. B.R.A. fighters", ["B.R.A."]),
    ("BRA", "in B.R.A.", ["B.R.A."]),
    ("BRA", "B.R.A.F. X.B.R.A.", []),
    ("BRA", "(B.R.A.) “B.R.A.”", ["B.R.A.", "B.R.A."]),
    ("BRA", "B.R.A, B.R.A; B.R.A", ["B.R.A", "B.R.A", "B.R.A"]),
    ("HG-B", "HG‑B HG\u00a0B HG_B HG—B HGB", ["HG‑B", "HG\u00a0B", "HG_B", "HG—B"]),
    ("HG-B", "HG-BX HG-Bs hg-B", []),
    ("PoJK", "PoJK POJK pojk", ["PoJK"]),
    ("ИГИЛ", "ИГИЛ игил ИГИЛа «ИГИЛ»", ["ИГИЛ", "ИГИЛ"]),
    ("EI", "l’ÉI, EI", ["ÉI", "EI"]),
    ("BRA", "𝗕𝗥𝗔", ["𝗕𝗥𝗔"]),
    ("IED", "IEDs IED's", ["IED"]),
    ("BLF", "BLF/BRA BLF&BRA", ["BLF", "BLF"]),
    (
        "État islamique",
        "l’État islamique, l'Etat islamique, de l‘état islamique",
        ["État islamique", "Etat islamique", "état islamique"],
    ),
    ("Al-Qaïda", "d'Al-Qaïda et qu’al-Qaida", ["Al-Qaïda", "al-Qaida"]),
    (
        "Ma'sum Ghar",
        "Masum Ghar, Ma’sum Ghar, Maʻsum Ghar, MA'SUM GHAR",
        ["Masum Ghar", "Ma’sum Ghar", "Maʻsum Ghar", "MA'SUM GHAR"],
    ),
    ("Masum Ghar", "Ma sum Ghar", []),
    (
        "Turbat",
        "Turbat’ta Turbat'ın ‘Turbat’ 'Turbat' \"Turbat\" «Turbat» „Turbat“",
        ["Turbat", "Turbat", "Turbat", "Turbat", "Turbat", "Turbat", "Turbat"],
    ),
    ("Turbat", "TURBAT'S TURBAT’TA", ["TURBAT", "TURBAT"]),
    ("Turbat", "O'Turbat-Turbat", ["Turbat", "Turbat"]),
    ("Khuzdar", "Khuz'dar", ["Khuz'dar"]),
    ("'Ndrangheta", "la ’Ndrangheta", ["Ndrangheta"]),
    ("Hazara", "Hazaras, Hazara’s, Hazaras’, HAZARAS", ["Hazaras", "Hazara", "Hazaras", "HAZARAS"]),
    ("Abbas", "Abbas’ men, Abbas's, Abbases", ["Abbas", "Abbas", "Abbases"]),
    ("Kurdish party", "Kurdish parties, Kurdish partys", ["Kurdish parties", "Kurdish partys"]),
    ("Chinese café", "Chinese cafés", ["Chinese cafés"]),
    ("Bozdar", "Bozdarsi Bozdare", []),
    ("Wazir", "the Wazirs' and Wazir-led", ["Wazirs", "Wazir"]),
    ("mosque", "mosques MOSQUES", ["mosques", "MOSQUES"]),
    ("outpost", "out-post outposts", ["outposts"]),
    ("Chinese bus", "Chinese buses, Chinese buss", ["Chinese buses", "Chinese buss"]),
    (
        "Spin Boldak",
        "Spin\u2009Boldak Spin\u3000Boldak Spin\tBoldak Spin\u200cBoldak",
        ["Spin\u2009Boldak", "Spin\u3000Boldak", "Spin\tBoldak", "Spin\u200cBoldak"],
    ),
    (
        "Spin Boldak",
        "Spin‐Boldak Spin−Boldak Spin―Boldak Spin－Boldak",
        ["Spin‐Boldak", "Spin−Boldak", "Spin―Boldak", "Spin－Boldak"],
    ),
    ("Spin-Boldak", "Spin \u200b Boldak, Spin -\n- Boldak", ["Spin \u200b Boldak", "Spin -\n- Boldak"]),
    ("Spin Boldak", "Spin\u2028Boldak", ["Spin\u2028Boldak"]),
    ("Spin Boldak", "Spin\u2029Boldak, Spin\r\n\r\nBoldak, Spin\n\u00a0\nBoldak", []),
    (
        "Spin Boldak",
        "Spin; Boldak, Spin: Boldak, Spin. Boldak, Spin (Boldak), Spin·Boldak, Spin/Boldak, Spin+Boldak",
        [],
    ),
    ("Spin Boldak", "“Spin Boldak”, Spin \n Boldak", ["Spin Boldak", "Spin \n Boldak"]),
    ("Spin Boldak", "-Spin-Boldak-", ["Spin-Boldak"]),
    ("Spin Boldak", "Spin Boldak_Spin Boldak", ["Spin Boldak", "Spin Boldak"]),
    ("Spin Boldak", "ＳＰＩＮ\u3000ＢＯＬＤＡＫ", ["ＳＰＩＮ\u3000ＢＯＬＤＡＫ"]),
    ("Spin Boldak", "\ufeffSpin Boldak\u200b.", ["Spin Boldak"]),
    ("Spin Boldak", "Spi\u0301n Bo\u0308ldak, Šṗīn Bøłđäk", ["Spi\u0301n Bo\u0308ldak", "Šṗīn Bøłđäk"]),
    ("Tirah", "Ti-\nrah Ti rah Ti\u00adrah", ["Ti\u00adrah"]),
    ("Kech", "a Kech\u200d b", ["Kech"]),
    (
        "لشکر اسلام",
        "لشكر اسلام، لشکرِ اسلام، لشکراسلام، لشکر-اسلام",
        ["لشكر اسلام", "لشکرِ اسلام", "لشکراسلام", "لشکر-اسلام"],
    ),
    (
        "لشکر اسلام",
        "لشکر\u200cاسلام، لشکـر اسـلام، لَشکَرِ اِسلام",
        ["لشکر\u200cاسلام", "لشکـر اسـلام", "لَشکَرِ اِسلام"],
    ),
    ("لشکر اسلام", "لشکر، اسلام لشکر۔ اسلام لشکر\n\nاسلام لشکر اسلامی اللشکر اسلام", []),
    (
        "لشکر اسلام",
        "«لشکر اسلام» (لشکر اسلام) “لشکر اسلام” ’لشکر اسلام‘",
        ["لشکر اسلام", "لشکر اسلام", "لشکر اسلام", "لشکر اسلام"],
    ),
    ("لشکر اسلام", "لشکر اسلام؟ لشکر اسلام! لشکر اسلام؛", ["لشکر اسلام", "لشکر اسلام", "لشکر اسلام"]),
    ("لشکر اسلام", "لشکر\nاسلام لشکر \u200fاسلام", ["لشکر\nاسلام", "لشکر \u200fاسلام"]),
    (
        "حزب الأحرار",
        "حزب الاحرار، حزب الأحرار، حزب الإحرار، حزبُ الأحرارِ",
        ["حزب الاحرار", "حزب الأحرار", "حزب الإحرار", "حزبُ الأحرارِ"],
    ),
    ("جماعة الأحرار", "جماعه الاحرار جماعۃ الاحرار جماعہ الاحرار", ["جماعه الاحرار", "جماعۃ الاحرار", "جماعہ الاحرار"]),
    ("آواران", "ا\u0653واران", ["ا\u0653واران"]),
    ("۳۱۳ بریگیڈ", "313 بریگیڈ ٣١٣ بریگیڈ ۳۱۳ بریگیڈ ۱۳۱۳ بریگیڈ", ["313 بریگیڈ", "٣١٣ بریگیڈ", "۳۱۳ بریگیڈ"]),
    ("تربت", "تربتی تربت\u200cها تربت میں", ["تربت", "تربت"]),
    ("تربت", "تُربَت تربت۔تربت", ["تُربَت", "تربت", "تربت"]),
    ("تربت", "ﺗﺮﺑﺖ", ["ﺗﺮﺑﺖ"]),
    ("تربت", "شہرتربت وتربت بتربت", []),
    ("تربت", "Turbatتربت5", ["تربت"]),
    (
        "بی ایل ایف",
        "بی\u200cایل\u200cایف بی ایل ایف بیایلایف بی-ایل-ایف",
        ["بی\u200cایل\u200cایف", "بی ایل ایف", "بیایلایف", "بی-ایل-ایف"],
    ),
    ("بی ایل ایف", "بی ایل ایفا آبی ایل ایف", []),
    ("كيچ", "کیچ كىچ کيچ", ["کیچ", "كىچ", "کيچ"]),
    ("قلعة", "قلعه قلعہ قلعۃ قلعةٌ", ["قلعه", "قلعہ", "قلعۃ", "قلعةٌ"]),
    ("تحریک انصاف", "تحریکِ انصاف تحریکِ\u200cانصاف", ["تحریکِ انصاف", "تحریکِ\u200cانصاف"]),
    ("ګوادر", "ګوادر گوادر", ["ګوادر"]),
    ("هزاره", "ہزارہ هزارة", ["ہزارہ", "هزارة"]),
    ("ज\u093cियारत", "ज\u093cियारत ज\u093cियारत जियारत", ["ज\u093cियारत", "ज\u093cियारत", "जियारत"]),
    (
        "ज\u093cियारत",
        "ज\u093cियारती ज\u093cियारत। ज\u093cियारत, (ज\u093cियारत)",
        ["ज\u093cियारत", "ज\u093cियारत", "ज\u093cियारत"],
    ),
    ("लश्कर-ए-झांगवी", "लश्कर ए झांगवी लश्कर–ए–झांगवी लश्कर-ए-झांगवि", ["लश्कर ए झांगवी", "लश्कर–ए–झांगवी"]),
    ("लश्कर-ए-झांगवी", "लश्कर\u200d-ए-झांगवी", ["लश्कर\u200d-ए-झांगवी"]),
    ("क्वेटा", "क्वेटा के क्वेटाई क्वेट", ["क्वेटा"]),
    ("३१३ ब्रिगेड", "313 ब्रिगेड ३१३ ब्रिगेड", ["313 ब्रिगेड", "३१३ ब्रिगेड"]),
    ("चमन", "चमनः चमन् चमनं चमन:", ["चमन"]),
    ("पठान", "पठान\u093c", ["पठान\u093c"]),
    ("白沙瓦", "在白沙瓦市，白沙瓦。白沙\n瓦 Peshawar白沙瓦3人", ["白沙瓦", "白沙瓦", "白沙\n瓦", "白沙瓦"]),
    ("白沙瓦", "白沙、瓦 白沙 瓦 白沙·瓦 白沙。瓦", []),
    ("Peshawar", "在Peshawar的Ｐｅｓｈａｗａｒ", ["Peshawar", "Ｐｅｓｈａｗａｒ"]),
    (
        "吉德拉尔-马里",
        "吉德拉尔—马里 吉德拉尔 马里 吉德拉尔－马里 吉德拉尔马里",
        ["吉德拉尔—马里", "吉德拉尔 马里", "吉德拉尔－马里"],
    ),
    ("巴塔", "《巴塔》“巴塔”（巴塔）", ["巴塔", "巴塔", "巴塔"]),
    (
        "汗・阿卜杜勒",
        "汗·阿卜杜勒 汗•阿卜杜勒 汗・阿卜杜勒 汗･阿卜杜勒",
        ["汗·阿卜杜勒", "汗•阿卜杜勒", "汗・阿卜杜勒", "汗･阿卜杜勒"],
    ),
    ("３１３旅", "313旅 ３１３旅", ["313旅", "３１３旅"]),
    ("中国公民", "5名中国公民 中国\u200b公民 中国 公民", ["中国公民", "中国\u200b公民"]),
    ("Straße", "STRAẞE straße Strasse", ["STRAẞE", "straße"]),
    ("İzmir", "IZMIR izmir ızmir İZMİR i\u0307zmir", ["IZMIR", "izmir", "ızmir", "İZMİR", "i\u0307zmir"]),
    ("Diyarbakır", "DİYARBAKIR Diyarbakir DIYARBAKIR’da", ["DİYARBAKIR", "Diyarbakir", "DIYARBAKIR"]),
    ("Örgüt", "örgüt o\u0308rgu\u0308t ORGUT", ["örgüt", "o\u0308rgu\u0308t", "ORGUT"]),
    ("Zürich", "ZÜRICH Zurich Zuerich", ["ZÜRICH", "Zurich"]),
    ("Σπάρτη", "ΣΠΑΡΤΗ σπαρτη", ["ΣΠΑΡΤΗ", "σπαρτη"]),
    ("Семёновка", "СЕМЕНОВКА семе\u0308новка", ["СЕМЕНОВКА", "семе\u0308новка"]),
    ("Майдан", "Маи\u0306дан Майдану", ["Маи\u0306дан"]),
    ("Хайбер-Пахтунхва", "Хайбер — Пахтунхва, хайбер‑пахтунхва", ["Хайбер — Пахтунхва", "хайбер‑пахтунхва"]),
    ("Belt & Road", "Belt  &  Road Belt&Road", ["Belt  &  Road"]),
    ("St. Peter", "St. Peter’s, St Peter", ["St. Peter"]),
    ("Camp No. 7", "camp no. 7, Camp No.7", ["camp no. 7"]),
    ("313 Brigade", "٣١٣ Brigade 313-Brigade 313s Brigade", ["٣١٣ Brigade", "313-Brigade"]),
    ("Gomal", "gomal.gov.pk https://gomal/ #gomal gomal_zam @Gomal", ["gomal", "gomal", "gomal", "gomal", "Gomal"]),
    ("Gomal", "#GomalZam GomalX xGomal", []),
    ("Gomal", "GomalGomal Gomal-Gomal", ["Gomal", "Gomal"]),
    ("Gomal", "G\u0307omal Gomal\u0301", ["G\u0307omal", "Gomal\u0301"]),
    ("Gomal", "Gomal\ufe0f 🇵🇰Gomal🇵🇰", ["Gomal\ufe0f", "Gomal"]),
    ("巴巴", "巴巴巴", ["巴巴", "巴巴"]),
    ("카이베르", "카이베르에서 카\u200b이베르", ["카이베르", "카\u200b이베르"]),
    ("ภูเขา", "ในภูเขาสูง", ["ภูเขา"]),
    ("ئۇيغۇر", "ئۇيغۇر ئۇيغۇرلار", ["ئۇيغۇر"]),
    ("Mi-17", "Mi-17 MI–17 Mi 17", ["Mi-17", "MI–17", "Mi 17"]),
    ("Xi", "Xi XI xi’s", ["Xi", "XI", "xi"]),
]


@pytest.mark.parametrize(("listed", "text", "quotes"), ROWS)
@pytest.mark.parametrize("field", Field)
def test_a_listed_name_is_found_as_it_is_written(field: Field, listed: str, text: str, quotes: list[str]) -> None:
    lexicon = compile_lexicon([Entity("e", "E", "place", (Name(listed),))], [listed])
    found = lexicon.find(text, "") if field is Field.TITLE else lexicon.find("", text)
    evidence = [mention.evidence for mention in found.mentions]
    assert [hit.quote for hit in evidence] == quotes
    assert list(found.phrases.get(listed, ())) == evidence
    assert all(hit.field is field and text[hit.start : hit.end] == hit.quote for hit in evidence)


def test_a_name_never_reaches_from_the_title_into_the_text() -> None:
    lexicon = compile_lexicon([Entity("e", "E", "place", (Name("Spin Boldak"), Name("Spin\n\nBoldak")))], ["T.T.P."])
    assert lexicon.find("Spin", "Boldak").mentions == ()
    assert lexicon.find("Spin ", " Boldak").mentions == ()
    assert lexicon.find("", "Spin\n\nBoldak").mentions == ()
    found = lexicon.find("in Spin Boldak", "Spin Boldak is").mentions
    assert [(hit.evidence.field, hit.evidence.start, hit.evidence.end) for hit in found] == [
        (Field.TITLE, 3, 14),
        (Field.BODY, 0, 11),
    ]


def test_an_abbreviation_before_a_paragraph_hides_no_dotted_short_form_after_it() -> None:
    lexicon = compile_lexicon([], ["TTP"])
    for title, text in (("", "seen by the U.S.\n\nT.T.P. men"), ("seen by the U.S.", "T.T.P. men")):
        assert [hit.quote for hit in lexicon.find(title, text).phrases["TTP"]] == ["T.T.P."]
