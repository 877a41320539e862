"""config.example.toml is a working configuration that says what it does not cover."""

from __future__ import annotations

import re
from datetime import time
from pathlib import Path

import pytest

from monitor.config import Config, parse_config
from monitor.config.form import AnalystForm, ConfigForm, DigestForm, EmailRouteForm, FeedForm, FetchForm


@pytest.fixture
def text(checkout: Path) -> str:
    return (checkout / "config.example.toml").read_text(encoding="utf-8")


def parsed(text: str) -> Config:
    config, problems = parse_config(text, "config.example.toml")
    assert problems == ()
    assert config is not None
    return config


def test_the_starter_polls_enough_feeds_each_fully_described(text: str) -> None:
    config = parsed(text)
    assert len(config.feeds) == 59
    for feed in config.feeds:
        assert feed.outlet != feed.name, feed.name
        assert feed.lang, feed.name
        assert re.fullmatch("[A-Z]{2}", feed.country or ""), feed.name
        assert feed.grade in "ABCDE", feed.name


def test_exile_and_militant_leaning_outlets_are_sensitive(text: str) -> None:
    assert [feed.name for feed in parsed(text).feeds if feed.is_sensitive] == [
        "balochistan-post",
        "amu-tv",
        "8am-english",
        "8am-dari",
        "kabulnow",
    ]


def test_the_starter_says_which_voices_have_no_feed(text: str) -> None:
    assert parsed(text).unwatched == (
        "Chinese Ministry of Foreign Affairs",
        "Chinese Ministry of National Defence",
        "Chinese Embassy in Islamabad",
        "ISPR (Pakistan military media wing)",
        "Pakistan Ministry of Foreign Affairs",
        "Pakistan Ministry of Interior and NACTA",
        "Taliban authorities in Kabul (spokesman, Bakhtar agency)",
        "Indian Ministry of External Affairs",
        "FATF",
        "UN Security Council 1267 Committee and Monitoring Team",
        "US State Department and CENTCOM",
        "Chinese-language press",
        "Balochi",
        "Sindhi",
    )


def test_every_language_polled_is_on_the_watch_list_beside_its_feeds(text: str) -> None:
    config = parsed(text)
    watched = {name for watch in config.watches if watch.kind == "language" for name in watch.feeds}
    assert {feed.name for feed in config.feeds if feed.lang != "en"} == watched


def test_there_is_one_digest_at_half_past_seven_in_karachi(text: str) -> None:
    (morning,) = parsed(text).digests
    assert (morning.name, morning.at, morning.zone, morning.routes) == (
        "morning",
        time(7, 30),
        "Asia/Karachi",
        ("folder",),
    )


def test_mail_is_off_and_works_when_its_comment_signs_are_removed(text: str) -> None:
    assert [route.name for route in parsed(text).routes] == ["folder"]
    block = re.search(r"^# \[route\.desk-mail\]\n(?:# .*\n)+", text, re.MULTILINE)
    assert block is not None
    mail = re.sub(r"^# ", "", block[0], flags=re.MULTILINE)
    assert [route.name for route in parsed(text.replace(block[0], mail)).routes] == ["folder", "desk-mail"]


def test_every_key_stands_in_the_starter_with_a_comment(text: str) -> None:
    forms = (ConfigForm, FetchForm, FeedForm, AnalystForm, EmailRouteForm, DigestForm)
    tables = {"fetch", "feed", "analyst", "route", "digest", "coverage"}
    keys = {field.alias or name for form in forms for name, field in form.model_fields.items()} - tables - {"kind"}
    commented = set(re.findall(r"^(?:# )?([a-z_]+) *= .*#", text, re.MULTILINE))
    assert keys - commented == set()


def test_the_feeds_are_those_of_the_source_list(text: str, shared: Path) -> None:
    listed = (shared / "sources.json").read_text(encoding="utf-8")
    assert [feed.name for feed in parsed(text).feeds if f'"{feed.url}"' not in listed] == []
