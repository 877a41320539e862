"""The words dates are made of: zone abbreviations, month names and digits of the scripts our feeds use."""

from __future__ import annotations

from datetime import timedelta
from typing import Final


def _hours(hours: float) -> timedelta:
    return timedelta(hours=hours)


ZONES: Final[dict[str, timedelta]] = {
    "z": _hours(0), "ut": _hours(0), "utc": _hours(0), "gmt": _hours(0), "wet": _hours(0),
    # South and Central Asia and the Gulf: what this product's feeds write
    "pkt": _hours(5), "pkst": _hours(6), "aft": _hours(4.5), "ist": _hours(5.5),
    "irst": _hours(3.5), "irdt": _hours(4.5),
    "npt": _hours(5.75), "bdt": _hours(6), "mvt": _hours(5), "slst": _hours(5.5), "mmt": _hours(6.5),
    "uzt": _hours(5), "tjt": _hours(5), "tmt": _hours(5), "kgt": _hours(6), "almt": _hours(5),
    "gst": _hours(4), "trt": _hours(3), "ast": _hours(-4), "adt": _hours(-3),
    # East and South-East Asia, Australia
    "hkt": _hours(8), "sgt": _hours(8), "myt": _hours(8), "awst": _hours(8), "pht": _hours(8),
    "jst": _hours(9), "kst": _hours(9),
    "wib": _hours(7), "ict": _hours(7),
    "acst": _hours(9.5), "acdt": _hours(10.5), "aest": _hours(10), "aedt": _hours(11),
    "nzst": _hours(12), "nzdt": _hours(13),
    # Europe and Africa
    "bst": _hours(1), "west": _hours(1), "cet": _hours(1), "met": _hours(1), "cest": _hours(2), "mest": _hours(2),
    "eet": _hours(2), "eest": _hours(3), "msk": _hours(3), "sast": _hours(2),
    "cat": _hours(2), "wat": _hours(1), "eat": _hours(3),
    # where a zone is written out: "Asia/Karachi", "Pakistan Standard Time"
    "karachi": _hours(5), "pakistan": _hours(5), "kabul": _hours(4.5), "afghanistan": _hours(4.5),
    "kolkata": _hours(5.5), "calcutta": _hours(5.5), "india": _hours(5.5), "tehran": _hours(3.5), "iran": _hours(3.5),
    "dhaka": _hours(6),
    "dubai": _hours(4), "riyadh": _hours(3), "qatar": _hours(3), "shanghai": _hours(8), "china": _hours(8),
    "tashkent": _hours(5), "dushanbe": _hours(5), "moscow": _hours(3), "istanbul": _hours(3),
    # the Americas; RFC 822 (5.1) fixes those of the United States
    "est": _hours(-5), "edt": _hours(-4), "cst": _hours(-6), "cdt": _hours(-5), "mst": _hours(-7), "mdt": _hours(-6),
    "pst": _hours(-8), "pdt": _hours(-7), "akst": _hours(-9), "akdt": _hours(-8), "hst": _hours(-10), "brt": _hours(-3),
}  # fmt: skip  # a table is read by its groups
"""Offsets of zone abbreviations, lower case.

Some letters mean several zones: IST is India (not Ireland, Israel), BST British Summer Time (not Bangladesh),
CST and PST are American as RFC 822 says (Chinese and Pakistani feeds write +0800 and PKT).
"""

_MONTH_NAMES: Final[tuple[str, ...]] = (
    # English, the Romance and Germanic forms met in recorded feeds, Urdu, Persian, Pashto, Hindi, Arabic
    "jan january janv janvier enero ene januar janeiro جنوری ژانویه جنوري जनवरी يناير",
    "feb february févr février febrero februar fev fevereiro فروری فوریه فبروري फ़रवरी फरवरी فبراير",
    "mar march mars marzo märz mrz março مارچ مارس مارچ मार्च مارس",
    "apr april avr avril abril abr اپریل آوریل اپرېل अप्रैल أبريل ابريل",
    "may mai mayo maio مئی مه می مۍ मई مايو",
    "jun june juin junio juni junho جون ژوئن जून يونيو",
    "jul july juil juillet julio juli julho جولائی ژوئیه جولای जुलाई يوليو",
    "aug august août agosto ago اگست اوت آگست اگسټ अगस्त أغسطس اغسطس",
    "sep sept september septembre septiembre set setembro ستمبر سپتامبر سپتمبر सितंबर सितम्बर سبتمبر",
    "oct october octobre octubre okt oktober out outubro اکتوبر اکتبر अक्टूबर अक्तूबर أكتوبر اكتوبر",
    "nov november novembre noviembre novembro نومبر نوامبر नवंबर नवम्बर نوفمبر",
    "dec december déc décembre diciembre dic dez dezember dezembro دسمبر دسامبر ډسمبر दिसंबर दिसम्बर ديسمبر",
)

_MORE_MONTH_NAMES: Final[tuple[str, ...]] = (
    # Russian, Turkish, short forms in Hindi, Arabic of the Levant and of the Maghreb
    "января январь янв ocak oca जन جانفي",
    "февраля февраль фев şubat şub फ़र फर شباط فيفري",
    "марта март мар mart मार آذار اذار",
    "апреля апрель апр nisan nis अप्रै نيسان أفريل",
    "мая май mayıs أيار ايار",
    "июня июнь июн haziran haz حزيران جوان",
    "июля июль июл temmuz tem تموز جويلية",
    "августа август авг ağustos ağu अग آب أوت",
    "сентября сентябрь сен сент eylül eyl सित सितं أيلول ايلول",
    "октября октябрь окт ekim eki अक्टू अक्तू",
    "ноября ноябрь ноя нояб kasım kas नव नवं",
    "декабря декабрь дек aralık ara दिस दिसं",
)

MONTHS: Final[dict[str, int]] = {
    name.casefold(): number
    for table in (_MONTH_NAMES, _MORE_MONTH_NAMES)
    for number, names in enumerate(table, start=1)
    for name in names.split()
}
"""Month names, case-folded, and their numbers."""

_SOLAR_MONTH_NAMES: Final[tuple[str, ...]] = (
    # of Iran, of Afghanistan in Dari and in Pashto
    "فروردین حمل وری", "اردیبهشت ثور غویی", "خرداد جوزا غبرګولی", "تیر سرطان چنګاښ", "مرداد امرداد اسد زمری",
    "شهریور سنبله وږی", "مهر میزان تله", "آبان عقرب لړم", "آذر قوس لیندۍ", "دی جدی مرغومی", "بهمن دلو سلواغه",
    "اسفند حوت کب",
)  # fmt: skip  # a table is read by its groups

SOLAR_MONTHS: Final[dict[str, int]] = {
    name: number for number, names in enumerate(_SOLAR_MONTH_NAMES, start=1) for name in names.split()
}
"""Month names of the Solar Hijri calendar, with the Persian forms of yeh and kaf."""

PERSIAN: Final[dict[int, str]] = {0x064A: "ی", 0x0643: "ک"}
"""Translation table for Arabic keyboards."""

TWO_WORD_MONTHS: Final[dict[str, str]] = {
    "كانون الثاني": "jan", "تشرين الأول": "oct", "تشرين الاول": "oct", "تشرين الثاني": "nov", "كانون الأول": "dec",
    "كانون الاول": "dec",
}  # fmt: skip  # as above
"""Months of the Levant that are told apart by their second word."""

ERAS: Final[dict[str, int]] = {"令和": 2018, "平成": 1988, "民國": 1911, "民国": 1911}
"""The years before the first of an era (Japan, Taiwan)."""

_ZEROS: Final[tuple[int, ...]] = (0x0660, 0x06F0, 0x0966, 0x09E6, 0xFF10)
"""Arabic-Indic, extended Arabic-Indic (Urdu, Persian, Pashto), Devanagari, Bengali, full width."""

DIGITS: Final[dict[int, int]] = {zero + digit: ord("0") + digit for zero in _ZEROS for digit in range(10)} | {
    0x2212: ord("-"), 0xFF1A: ord(":"), 0xFF0F: ord("/"),
}  # fmt: skip  # as above
"""Translation table from other scripts' digits to ours, and from a minus, colon and slash that are none of ASCII."""
