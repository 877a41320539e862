"""Times, languages, countries and counts in the words of a digest; no locale of the machine changes them."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from monitor.records import FeedHealth

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip

_LANGUAGES = {
    "ar": "Arabic", "bal": "Balochi", "bn": "Bengali", "ckb": "Kurdish", "de": "German", "en": "English",
    "es": "Spanish", "fa": "Persian", "fr": "French", "he": "Hebrew", "hi": "Hindi", "id": "Indonesian",
    "it": "Italian", "ja": "Japanese", "ko": "Korean", "ku": "Kurdish", "pa": "Punjabi", "pnb": "Punjabi",
    "prs": "Dari", "ps": "Pashto", "pt": "Portuguese", "ru": "Russian", "sd": "Sindhi", "tg": "Tajik",
    "tr": "Turkish", "ug": "Uyghur", "ur": "Urdu", "uz": "Uzbek", "zh": "Chinese",
}  # fmt: skip
_RIGHT_TO_LEFT = {"ar", "bal", "ckb", "fa", "he", "pnb", "prs", "ps", "sd", "ug", "ur"}

# The countries news about this subject comes from; any other code is shown as it is.
_COUNTRIES = {
    "AE": "United Arab Emirates", "AF": "Afghanistan", "AU": "Australia", "BD": "Bangladesh", "BE": "Belgium",
    "CA": "Canada", "CH": "Switzerland", "CN": "China", "DE": "Germany", "EU": "European Union", "FR": "France",
    "GB": "United Kingdom", "HK": "Hong Kong", "IN": "India", "IR": "Iran", "JP": "Japan", "KG": "Kyrgyzstan",
    "KZ": "Kazakhstan", "LK": "Sri Lanka", "NL": "Netherlands", "NO": "Norway", "NP": "Nepal", "PK": "Pakistan",
    "QA": "Qatar", "RU": "Russia", "SA": "Saudi Arabia", "SE": "Sweden", "SG": "Singapore", "TJ": "Tajikistan",
    "TM": "Turkmenistan", "TR": "Türkiye", "TW": "Taiwan", "UN": "United Nations", "US": "United States",
    "UZ": "Uzbekistan",
}  # fmt: skip

_STATES = {
    FeedHealth.NEW: "not polled yet",
    FeedHealth.OK: "ok",
    FeedHealth.FAILING: "failing",
    FeedHealth.SILENT: "silent",
    FeedHealth.BLOCKED: "blocked",
    FeedHealth.GONE: "gone",
    FeedHealth.NOT_A_FEED: "not a feed",
}


def long_date(moment: datetime, zone: ZoneInfo) -> str:
    """Return ``Saturday 21 November 2026``."""
    local = moment.astimezone(zone)
    return f"{_DAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1]} {local.year}"


def clock(moment: datetime, zone: ZoneInfo) -> str:
    """Return ``07:30``."""
    return f"{moment.astimezone(zone):%H:%M}"


def short_time(moment: datetime, zone: ZoneInfo, until: datetime) -> str:
    """Return ``20 Nov 22:14``; with the year when it is not the one of ``until``."""
    local = moment.astimezone(zone)
    year = "" if local.year == until.astimezone(zone).year else f" {local.year}"
    return f"{local.day} {_MONTHS[local.month - 1][:3]}{year} {local:%H:%M}"


def zone_label(moment: datetime, zone: ZoneInfo) -> str:
    """Return ``PKT (UTC+5)``, or the offset alone where the zone has no letters of its own."""
    local = moment.astimezone(zone)
    offset = local.utcoffset() or timedelta()
    minutes = int(offset.total_seconds() // 60)
    sign = "+" if minutes >= 0 else "−"
    hours, rest = divmod(abs(minutes), 60)
    utc = "UTC" if not minutes else f"UTC{sign}{hours}" + (f":{rest:02}" if rest else "")
    name = local.tzname() or ""
    return f"{name} ({utc})" if name.isalpha() and name != utc else utc


def language_name(lang: str | None) -> str:
    """Return a language's English name by its tag, the tag itself when it is not one we name, or nothing."""
    return _LANGUAGES.get(_primary(lang), lang or "")


def direction(lang: str | None) -> str:
    """Return how a text of this language runs: rtl, ltr, or auto when the language is unknown."""
    if not lang:
        return "auto"
    return "rtl" if _primary(lang) in _RIGHT_TO_LEFT else "ltr"


def country_name(code: str | None) -> str:
    """Return a country's name by its two letters, or the letters when it is not one we name."""
    return _COUNTRIES.get((code or "").upper(), code or "")


def state_name(health: FeedHealth) -> str:
    """Return a feed's health in words."""
    return _STATES[health]


def counted(number: int, singular: str, plural: str = "") -> str:
    """Return ``1 story``, ``2 stories``."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"


def digest_title(name: str) -> str:
    """Return ``Morning digest`` for a digest called ``morning``."""
    words = " ".join(name.replace("_", "-").split("-"))
    title = words[:1].upper() + words[1:]
    return title if "digest" in words.lower() else f"{title} digest"


def _primary(lang: str | None) -> str:
    return (lang or "").replace("_", "-").split("-")[0].lower()
