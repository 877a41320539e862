from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.feeds.dates import read_date

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def stamp(value: str) -> str:
    moment, flag = read_date(value, NOON)
    return f"{moment:%Y-%m-%dT%H:%M:%S}" + (f" {flag}" if flag else "") if moment else flag


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("Sat, 21 Nov 2026 10:00:00 GMT", "2026-11-21T10:00:00"),
        ("Sat, 21 Nov 2026 10:00:00 +0500", "2026-11-21T05:00:00"),
        ("Sat, 21 Nov 2026 10:00:00 PKT", "2026-11-21T05:00:00"),
        ("Sat, 21 Nov 2026 10:00:00 AFT", "2026-11-21T05:30:00"),
        ("Sat, 21 Nov 2026 10:00:00 IST", "2026-11-21T04:30:00"),
        ("Mon, 01 Jun 2026 10:00:00 BST", "2026-06-01T09:00:00"),
        ("Fri, 20 Nov 2026 10:00:00 EST", "2026-11-20T15:00:00"),
        ("Mon, 21 Sep 26 02:24:56 +0500", "2026-09-20T21:24:56"),
        ("Mon, 21 Sep 98 02:24:56 GMT", "1998-09-21T02:24:56"),
        ("November 21, 2026 10:00 PKT", "2026-11-21T05:00:00"),
        ("Fri, 20 Nov 2026 8:19 pm CEST", "2026-11-20T18:19:00"),
        ("12:05 AM, 21 Nov 2026", "2026-11-21T00:05:00"),
        ("Thu,28 Jul 2022 4:35:5 GMT+9", "2022-07-27T19:35:05"),
        ("Fri, 20 Nov 2026 10:00:00 GMT-0500 (EST)", "2026-11-20T15:00:00"),
        ("Fri, 20 Nov 2026 10:00:00 +05:30", "2026-11-20T04:30:00"),
        ("Sat Nov 21 10:00:00 2026", "2026-11-21T10:00:00"),
        ("Sat Nov 21 10:00:00 PKT 2026", "2026-11-21T05:00:00"),
        ("Sat 21 Nov 2026 10:00:00", "2026-11-21T10:00:00"),
        ("2026-11-21T10:00:00.123456789+05:00", "2026-11-21T05:00:00"),
        ("2026-11-21T10:00:00Z", "2026-11-21T10:00:00"),
        ("2026-11-21 10:00:00", "2026-11-21T10:00:00"),
        ("2026-11-21T24:00:00Z", "2026-11-22T00:00:00"),
        ("Sat, 21 Nov 2026 10:00:60 GMT", "2026-11-21T10:01:00"),
        ("20261121T100000Z", "2026-11-21T10:00:00"),
        ("2026-11-21", "2026-11-21T00:00:00"),
        ("2026-W47-6", "2026-11-21T00:00:00"),
        ("1795255200", "2026-11-21T10:00:00"),
        ("1795255200000", "2026-11-21T10:00:00"),
        ("2020/1/10 14:33:00", "2020-01-10T14:33:00"),
        ("21/11/2026 10:00", "2026-11-21T10:00:00"),
        ("11/21/2026", "2026-11-21T00:00:00"),
        ("05/11/2026", "2026-11-05T00:00:00"),  # nearer to now than 11 May
        ("11/05/2026", "2026-11-05T00:00:00"),
        ("05/12/2026", "2026-05-12T00:00:00"),  # 5 December lies ahead
        ("21.11.26", "2026-11-21T00:00:00"),
        ("2026年11月21日 10:00", "2026-11-21T10:00:00"),
        ("۲۱ نومبر ۲۰۲۶", "2026-11-21T00:00:00"),
        ("२१ नवंबर २०२६", "2026-11-21T00:00:00"),
        ("1405/08/30", "2026-11-21T00:00:00"),
        ("۱۴۰۵/۰۸/۳۰ ۱۰:۰۰", "2026-11-21T10:00:00"),
        ("1403/12/30", "2025-03-20T00:00:00"),  # a leap day
        ("Seg, 24 Set 2018 19:42:40 -0300", "2018-09-24T22:42:40"),
        ("mar, 24 mar 2026 10:00:00 +0100", "2026-03-24T09:00:00"),
        ("Fri, 20 Nov 2026 10:00:00 XYZ", "2026-11-20T10:00:00 date-zone-unknown"),
        ("Fri, 20 Nov 2026 15:00:00 Asia/Karachi", "2026-11-20T10:00:00"),
        ("Fri, 20 Nov 2026 15:00:00 Pakistan Standard Time", "2026-11-20T10:00:00"),
        ("2026-11-20T10:00:00\u221205:00", "2026-11-20T15:00:00"),
        ("2026-W47-5T10:00:00Z", "2026-11-20T10:00:00"),
        ("2026-W47-5T10:00:00+05:00", "2026-11-20T05:00:00"),
        ("1795255200.5", "2026-11-21T10:00:00"),
        ("@1795255200", "2026-11-21T10:00:00"),
        ("/Date(1795255200000)/", "2026-11-21T10:00:00"),
        ("20261121100000", "2026-11-21T10:00:00"),
        ("202611211000", "2026-11-21T10:00:00"),
        ("20-22 Nov 2026", "2026-11-20T00:00:00"),
        ("21 ago 2026 10:00", "2026-08-21T10:00:00"),
        ("Пт, 20 ноя 2026 10:00:00 +0300", "2026-11-20T07:00:00"),
        ("20 ноября 2026 г. 10:00", "2026-11-20T10:00:00"),
        ("20 Kasım 2026 10:00", "2026-11-20T10:00:00"),
        ("20 تشرين الثاني 2026", "2026-11-20T00:00:00"),
        ("20 تشرين الثاني / نوفمبر 2026", "2026-11-20T00:00:00"),
        ("20 नवं. 2026", "2026-11-20T00:00:00"),
        ("شنبه ۳۰ آبان ۱۴۰۵ ۱۰:۰۰", "2026-11-21T10:00:00"),
        ("۳۰ عقرب ۱۴۰۵ - ۱۰:۰۰", "2026-11-21T10:00:00"),
        ("لړم ۳۰ ۱۴۰۵", "2026-11-21T00:00:00"),
        ("1 حمل 1405", "2026-03-21T00:00:00"),
        ("30 ابان 1405", "date-unreadable"),
        ("2026年11月20日10时05分", "2026-11-20T10:05:00"),
        ("2026年11月20日 上午10:00", "2026-11-20T10:00:00"),
        ("2026年11月20日下午3:00", "2026-11-20T15:00:00"),
        ("2026年11月20日下午15:00", "2026-11-20T15:00:00"),
        ("2026년 11월 20일 오후 3시 05분", "2026-11-20T15:05:00"),
        ("令和8年11月20日", "2026-11-20T00:00:00"),
    ],
)
def test_dates_are_read_as_their_writers_meant_them(value: str, read: str) -> None:
    assert stamp(value) == read


@pytest.mark.parametrize(
    ("value", "flag"),
    [
        ("", "date-unreadable"),
        ("not a date", "date-unreadable"),
        ("-1", "date-unreadable"),
        ("Mon, 00 Jan 0000 00:00:00 GMT", "date-unreadable"),
        ("0000-00-00T00:00:00Z", "date-unreadable"),
        ("Sun, 32 Feb 2026 10:00:00 GMT", "date-unreadable"),
        ("Mon, 30 Feb 2026 25:61:61 +9999", "date-unreadable"),
        ("1404/12/30", "date-unreadable"),  # not a leap year
        ("9" * 2_000, "date-unreadable"),
        ("3 days 4 hours ago", "date-unreadable"),
        ("yesterday", "date-unreadable"),
        ("202613451000", "date-unreadable"),
        ("Fri, 31 Dec 9999 23:59:59 GMT", "date-absurd"),
        ("Thu, 01 Jan 1970 00:00:00 GMT", "date-absurd"),
        ("Mon, 01 Jan 0001 00:00:00 +0000", "date-absurd"),
        ("Sat, 21 Nov 2036 10:00:00 GMT", "date-in-future"),
        ("Sun, 22 Nov 2026 12:00:01 GMT", "date-in-future"),
    ],
)
def test_dates_that_cannot_be_believed_are_none_with_a_reason(value: str, flag: str) -> None:
    assert read_date(value, NOON) == (None, flag)


def test_an_item_up_to_a_day_ahead_is_believed() -> None:
    assert read_date("Sun, 22 Nov 2026 12:00:00 GMT", NOON) == (datetime(2026, 11, 22, 12, tzinfo=UTC), "")


@given(st.text(max_size=120) | st.from_regex(r"[0-9 /:.,TZ+-]{1,40}"))
def test_no_text_raises_and_every_date_given_is_utc_and_plausible(value: str) -> None:
    moment, flag = read_date(value, NOON)
    assert (moment is None) <= bool(flag)
    if moment is not None:
        assert moment.tzinfo is UTC
        assert datetime(1990, 1, 1, tzinfo=UTC) <= moment <= NOON + timedelta(hours=24)


@given(st.integers(0, 13_000 * 24 * 3600), st.integers(-14 * 60, 14 * 60))
def test_rfc_822_dates_in_any_zone_give_the_same_instant(seconds: int, minutes: int) -> None:
    local = datetime(1991, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    sign, (hours, rest) = "-" if minutes < 0 else "+", divmod(abs(minutes), 60)
    months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    text = f"{local.day:02} {months[local.month - 1]} {local:%Y %H:%M:%S} {sign}{hours:02}{rest:02}"
    assert read_date(text, NOON) == (local - timedelta(minutes=minutes), "")
