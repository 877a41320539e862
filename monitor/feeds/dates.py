"""Read the dates feeds really write: RFC 822, ISO 8601 and what people type instead.

A wrong date is worse than none: age filters drop an item dated last year, and a date in the future pins it to the
top. So a date that cannot be read, cannot be true or lies ahead gives None and a flag, and the item is placed by
first_seen_at.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

from monitor.feeds.date_words import DIGITS, ERAS, MONTHS, PERSIAN, SOLAR_MONTHS, TWO_WORD_MONTHS, ZONES

UNREADABLE = "date-unreadable"
IN_FUTURE = "date-in-future"
ABSURD = "date-absurd"
ZONE_UNKNOWN = "date-zone-unknown"

AHEAD_ALLOWED = timedelta(hours=24)
"""Wrong zones put honest items up to a day ahead; more than that is a mistake or a trick (DESIGN §4)."""

EARLIEST_YEAR = 1990
"""Before the web there was nothing to syndicate: 1970-01-01 is a lost timestamp, not a date."""

LONGEST_DATE = 100
"""Longer strings are templates or attacks; the longest honest ones seen are under 50 characters."""

_SOLAR_HIJRI_YEARS = range(1300, 1500)
"""Years of the Iranian and Afghan calendar that can mean a news item (1921 to 2120)."""

_ISO = re.compile(
    r"(?P<year>\d{4})-?(?P<month>\d\d)-?(?P<day>\d\d)"
    r"(?:(?:t|\s+)(?P<hour>\d\d)(?::?(?P<minute>\d\d))?(?::?(?P<second>\d\d)(?:[.,]\d+)?)?\s*(?P<zone>z|[+-]\d\d(?::?\d\d)?)?)?"
)
_ISO_WEEK = re.compile(r"\d{4}-?w\d\d(?:-?\d)?(?:t\d\d:?\d\d(?::?\d\d)?(?:z|[+-]\d\d:?\d\d)?)?")
_EPOCH = re.compile(r"@?(\d{9,10})(?:\.\d{1,9})?|(?:/date\()?(\d{13})(?:[+-]\d{4})?(?:\)/)?")
"""Seconds, or the thousandths of JavaScript; twelve digits are a date written without any mark."""
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?")
_CLOCK = re.compile(
    r"(?<!\d)(?P<hour>\d{1,2}):(?P<minute>\d{1,2})(?::(?P<second>\d{1,2})(?:[.,]\d+)?)?\s*(?P<half>[ap]\.?m\b\.?)?"
)
_OFFSET = re.compile(r"(?:(?<=[\s(])|^|gmt|utc)\s*(?P<sign>[+-])(?P<hours>\d{1,2})(?::?(?P<minutes>\d\d))?(?!\d)")
_USUAL = re.compile(
    r"(?:[A-Z][a-z]{2}, )?(\d{1,2}) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d):(\d\d) (?:GMT|UTC|([+-])(\d\d)(\d\d))",
    re.ASCII,
)
"""What nine of ten feeds write (RFC 822), read in one step."""
_NUMBERS = re.compile(r"\d+")
_DOTTED = re.compile(r"\d\.\s?\d{1,2}\.\s?\d")
_WORDS = re.compile(r"[^\W\d_][^\s\d,.:;/()+-]*")
"""A letter and what belongs to it: in Hindi, months hold vowel signs that are no letters."""
_CJK_DATE = re.compile(r"(\d{2,4})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일]?")
_CJK_ERA = re.compile(rf"({'|'.join(ERAS)})\s*(\d{{1,3}})\s*年")
_CJK_CLOCK = re.compile(r"(\d{1,2})\s*[时時点點시](?:\s*(\d{1,2})\s*[分분])?(?:\s*(\d{1,2})\s*[秒초])?")
_CJK_HALF = re.compile(r"(上午|凌晨|早上|午前|오전)|(?:下午|晚上|中午|午後|오후)")
_TWO_WORDS = re.compile("|".join(TWO_WORD_MONTHS))


def read_date(value: str, now: datetime) -> tuple[datetime | None, str]:
    """Return the time ``value`` names, in UTC, and a flag that is empty when all is well.

    A date without a zone is read as UTC, never as this computer's time; a date without a time as midnight UTC.
    Flags: ``date-unreadable``, ``date-absurd`` (before 1990 or after 9000) and ``date-in-future`` (more than 24 h
    after ``now``) come with None; ``date-zone-unknown`` comes with the time read as UTC. Never raises.
    """
    usual = _USUAL.fullmatch(value)
    if usual:
        return _read_usual(usual, now)
    if len(value) > LONGEST_DATE:
        return None, UNREADABLE
    text = " ".join(value.translate(DIGITS).casefold().split())
    if not text:
        return None, UNREADABLE
    try:
        moment, flag = _read(text, now)
    except (ValueError, OverflowError):
        return None, UNREADABLE
    return _plausible(moment, flag, now)


def _read_usual(usual: re.Match[str], now: datetime) -> tuple[datetime | None, str]:
    day, month, year, hour, minute, second, sign, hours, minutes = usual.groups()
    try:
        is_elsewhere = sign and (hours, minutes) != ("00", "00")
        zone = _offset(sign, int(hours), int(minutes)) if is_elsewhere else UTC
        if hour < "24" and minute < "60" and second < "60":
            moment = datetime(
                int(year), MONTHS[month.lower()], int(day), int(hour), int(minute), int(second), tzinfo=zone
            )
            moment = moment.astimezone(UTC) if is_elsewhere else moment
        else:
            moment = _moment((int(year), MONTHS[month.lower()], int(day)), _clock(hour, minute, second, ""), zone)
    except (KeyError, ValueError, OverflowError):
        return None, UNREADABLE
    return _plausible(moment, "", now)


def _plausible(moment: datetime, flag: str, now: datetime) -> tuple[datetime | None, str]:
    if moment.year < EARLIEST_YEAR or moment.year > 9000:
        return None, ABSURD
    if moment - now > AHEAD_ALLOWED:
        return None, IN_FUTURE
    return moment, flag


def _read(text: str, now: datetime) -> tuple[datetime, str]:
    iso = _ISO.fullmatch(text)
    if iso:
        zone, flag = _iso_zone(iso["zone"])
        year, month, day = _gregorian(int(iso["year"]), int(iso["month"]), int(iso["day"]))
        return _moment((year, month, day), _clock(iso["hour"], iso["minute"], iso["second"], ""), zone), flag
    if _ISO_WEEK.fullmatch(text):
        moment = datetime.fromisoformat(text.upper())
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC), ""
    epoch = _EPOCH.fullmatch(text)
    if epoch:
        return datetime.fromtimestamp(int(epoch[1]) if epoch[1] else int(epoch[2]) / 1000, UTC), ""
    compact = _COMPACT.fullmatch(text)
    if compact:
        date = _gregorian(int(compact[1]), int(compact[2]), int(compact[3]))
        return _moment(date, _clock(compact[4], compact[5], compact[6], ""), UTC), ""
    return _read_loose(text if text.isascii() else _in_our_words(text), now)


def _in_our_words(text: str) -> str:
    """Return a date with the parts that other languages write otherwise as English does: 下午3点 is 3:00 pm."""
    text = _TWO_WORDS.sub(lambda found: TWO_WORD_MONTHS[found[0]], text)
    text = _CJK_ERA.sub(lambda found: f"{ERAS[found[1]] + int(found[2])}年", text)
    text = _CJK_DATE.sub(r"\1-\2-\3 ", text)
    text = _CJK_CLOCK.sub(lambda found: ":".join((part or "0").zfill(2) for part in found.groups()), text)
    half = _CJK_HALF.search(text)
    clock = _CLOCK.search(text, half.end()) if half else None
    if half is None or clock is None:
        return text
    word = "" if int(clock["hour"]) > 12 else " am" if half[1] else " pm"
    return f"{text[: half.start()]} {text[half.end() : clock.end()]}{word} {text[clock.end() :]}"


def _read_loose(text: str, now: datetime) -> tuple[datetime, str]:
    if text.endswith(" ago"):
        raise ValueError("counted from a moment nobody knows")  # and "ago" is August in Spanish
    clock = _CLOCK.search(text)
    if clock:
        time = _clock(clock["hour"], clock["minute"], clock["second"], clock["half"] or "")
        day_text, zone_text = text[: clock.start()], text[clock.end() :]
        if not _NUMBERS.search(day_text):
            day_text = zone_text  # the clock stands first: "10:00 21 Nov 2026"
    else:
        time, day_text, zone_text = timedelta(), text, ""
    # asctime puts the year behind the clock: "Sat Nov 21 10:00:00 2026"
    late_year = re.search(r"(?<![\d:+-])(?:19|20)\d\d(?!\d)", zone_text)
    if late_year:
        day_text += " " + late_year[0]
        zone_text = zone_text[: late_year.start()] + zone_text[late_year.end() :]
    zone, flag = _zone(zone_text)
    return _moment(_day(day_text, now), time, zone), flag


def _moment(day: tuple[int, int, int], time: timedelta, zone: timezone) -> datetime:
    # Adding the time to midnight reads 24:00 and leap seconds as the instant they mean.
    return (datetime(*day, tzinfo=zone) + time).astimezone(UTC)


def _clock(hour: str | None, minute: str | None, second: str | None, half: str) -> timedelta:
    hours, minutes, seconds = int(hour or 0), int(minute or 0), int(second or 0)
    if half:
        if not 1 <= hours <= 12:
            raise ValueError("not a time of a 12-hour clock")
        hours = hours % 12 + (12 if half.startswith("p") else 0)
    if hours > 24 or minutes > 59 or seconds > 60 or (hours == 24 and (minutes or seconds)):
        raise ValueError("not a time of day")
    return timedelta(hours=hours, minutes=minutes, seconds=seconds)


def _iso_zone(text: str | None) -> tuple[timezone, str]:
    if not text or text == "z":
        return UTC, ""
    digits = text[1:].replace(":", "").ljust(4, "0")
    return _offset(text[0], int(digits[:2]), int(digits[2:])), ""


def _zone(text: str) -> tuple[timezone, str]:
    offset = _OFFSET.search(text)
    if offset:
        hours, minutes = int(offset["hours"]), int(offset["minutes"] or 0)
        return _offset(offset["sign"], hours, minutes), ""
    names = [word for word in _WORDS.findall(text) if word.isascii() and word not in MONTHS]
    for name in names:
        if name in ZONES:
            return timezone(ZONES[name]), ""
    return UTC, ZONE_UNKNOWN if names else ""


@lru_cache(maxsize=256)
def _offset(sign: str, hours: int, minutes: int) -> timezone:
    if hours > 15 or minutes > 59:
        raise ValueError("not an offset of any zone")
    span = timedelta(hours=hours, minutes=minutes)
    return timezone(-span if sign == "-" else span)


def _day(text: str, now: datetime) -> tuple[int, int, int]:
    numbers = _NUMBERS.findall(text)
    words = _WORDS.findall(text)
    months = [MONTHS[word] for word in words if word in MONTHS]
    years = [number for number in numbers if len(number) == 4]
    days = [number for number in numbers if len(number) <= 2]
    if years and days and int(years[0]) in _SOLAR_HIJRI_YEARS:
        solar = [SOLAR_MONTHS[name] for word in words if (name := word.translate(PERSIAN)) in SOLAR_MONTHS]
        if solar:
            return _gregorian(int(years[0]), solar[-1], int(days[0]))
    if months and len(numbers) >= 2:
        # "mar" is a weekday in Spanish and French too, and weekdays come first: the last name is the month.
        if years and days:  # of "21-23 Nov 2026" the first day
            return int(years[0]), months[-1], int(days[0])
        return _year(numbers[1]), months[-1], int(numbers[0])
    if not months and len(numbers) >= 3:
        return _dotted_day(numbers[:3]) if _DOTTED.search(text) else _numeric_day(numbers[:3], now)
    raise ValueError("no day, month and year")


def _dotted_day(numbers: list[str]) -> tuple[int, int, int]:
    """Return the day of 07.02.2025: wherever dots are written (Turkey, Russia, Germany), the day comes first."""
    if len(numbers[0]) == 4:
        return _gregorian(int(numbers[0]), int(numbers[1]), int(numbers[2]))
    return _gregorian(_year(numbers[2]), int(numbers[1]), int(numbers[0]))


def _numeric_day(numbers: list[str], now: datetime) -> tuple[int, int, int]:
    if len(numbers[0]) == 4:
        return _gregorian(int(numbers[0]), int(numbers[1]), int(numbers[2]))
    first, second, year = int(numbers[0]), int(numbers[1]), _year(numbers[2])
    if second > 12:
        return year, first, second
    if first > 12:
        return _gregorian(year, second, first)
    # 05/11/2026 is November to most of the world and May to one country. Feeds carry fresh items, so the reading
    # that lies closer to now, and not ahead of it, is the likelier.
    readings = [datetime(year, second, first, tzinfo=UTC), datetime(year, first, second, tzinfo=UTC)]
    past = [reading for reading in readings if reading - now <= AHEAD_ALLOWED] or readings
    best = max(past)
    return best.year, best.month, best.day


def _year(digits: str) -> int:
    """Return the year two or four digits mean; RFC 5322 (4.3) puts 00–49 into this century."""
    if len(digits) == 4:
        return int(digits)
    if len(digits) == 2:
        return int(digits) + (2000 if int(digits) < 50 else 1900)
    raise ValueError("not a year")


def _gregorian(year: int, month: int, day: int) -> tuple[int, int, int]:
    """Return the day in our calendar; years of the Solar Hijri calendar (1405) are converted.

    The 33-year rule of leap years, exact from 1244 to 1502 AP (1865 to 2123), from 1 Farvardin 1300 = 21 March 1921.
    """
    if year not in _SOLAR_HIJRI_YEARS:
        return year, month, day
    is_leap = year % 33 in _SOLAR_LEAP_REMAINDERS
    longest = 31 if month <= 6 else 30 if month <= 11 or is_leap else 29
    if not 1 <= month <= 12 or not 1 <= day <= longest:
        raise ValueError("not a day of the Solar Hijri calendar")
    leap_days = sum(1 for past in range(1300, year) if past % 33 in _SOLAR_LEAP_REMAINDERS)
    before_month = (month - 1) * 31 if month <= 7 else 186 + (month - 7) * 30
    date = datetime(1921, 3, 21, tzinfo=UTC) + timedelta(days=(year - 1300) * 365 + leap_days + before_month + day - 1)
    return date.year, date.month, date.day


_SOLAR_LEAP_REMAINDERS = frozenset({1, 5, 9, 13, 17, 22, 26, 30})
