"""config.toml is read whole, and every mistake in it is reported at once with its place."""

from __future__ import annotations

from datetime import time, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from monitor.config import parse_config
from monitor.deliver.routes import EmailRoute, FolderRoute, Tls
from monitor.records import Severity, Stance

GOOD = """
me = "desk"
[fetch]
interval = "45m"
[[feed]]
name = "one"
url = "https://example.org/rss"
outlet = "One"
grade = "B"
stance = "exile"
sensitive = true
[[feed]]
name = "two"
url = "https://example.org/atom"
interval = "2h"
paused = true
[analyst.desk]
routes = ["folder", "mail"]
quiet_hours = "23:00-05:30"
zone = "Asia/Karachi"
[route.folder]
kind = "folder"
path = "out"
[route.mail]
kind = "email"
to = "desk@example.org"
from = "monitor@example.org"
host = "mail.example.org"
port = 465
tls = "tls"
[digest.morning]
at = "07:30"
zone = "Asia/Karachi"
days = ["mon", "fri"]
topics = ["cpec-security"]
analysts = ["desk"]
min_severity = "high"
routes = ["folder"]
[coverage]
watch = [
    { what = "Press", kind = "speaker", feeds = ["one"] },
    { what = "Embassy", kind = "speaker", feeds = [] },
]
"""

BAD = """
me = "dsk"
colour = "red"
[fetch]
intervall = "45m"
[[feed]]
name = "One Two"
url = "example.org/rss"
[[feed]]
name = "three"
[[feed]]
name = "three"
url = "https://example.org/atom"
interval = "2 hours"
[analyst.desk]
routes = ["foldr"]
[route.folder]
kind = "fax"
[digest.morning]
at = "25:30"
zone = "Asia/Karachy"
days = ["monday"]
"""


def test_a_good_file_gives_the_settings_it_names() -> None:
    config, problems = parse_config(GOOD, "config.toml")
    assert problems == ()
    assert config is not None
    (feed,) = config.feeds
    assert (feed.name, feed.interval, feed.is_sensitive, feed.stance) == (
        "one",
        timedelta(minutes=45),
        True,
        Stance.EXILE,
    )
    assert str(feed.declared_at) == "config.toml:5:1"
    assert [paused.name for paused in config.paused] == ["two"]
    assert config.paused[0].interval == timedelta(hours=2)
    (analyst,) = config.analysts
    assert analyst.quiet_hours == (time(23), time(5, 30))
    folder, mail = config.routes
    assert folder == FolderRoute("folder", Path("out"))
    assert isinstance(mail, EmailRoute)
    assert (mail.tls, mail.to, mail.port) == (Tls.TLS, ("desk@example.org",), 465)
    (digest,) = config.digests
    assert (digest.at, digest.days, digest.min_severity) == (time(7, 30), (0, 4), Severity.HIGH)
    assert config.unwatched == ("Embassy",)


def test_every_mistake_is_reported_with_its_line() -> None:
    config, problems = parse_config(BAD, "config.toml")
    assert config is None
    assert [(problem.where.line, problem.code, problem.what.partition(";")[0]) for problem in problems] == [
        (3, "C001", 'unknown key "colour"'),
        (5, "C001", 'unknown key "intervall"'),
        (7, "C003", 'feed #1.name: "One Two" cannot be a name'),
        (8, "C003", 'feed #1.url: "example.org/rss" is no web address'),
        (9, "C002", 'feed #2 has no "url"'),
        (14, "C003", 'feed #3.interval: "2 hours" is no length of time'),
        (18, "C003", '"fax" is no kind of route'),
        (20, "C003", 'digest.morning.at: "25:30" is no time of day'),
        (21, "C003", 'digest.morning.zone: "Asia/Karachy" is no time zone'),
        (22, "C003", 'digest.morning.days #1: "monday" is no day of the week'),
    ]  # fmt: skip
    fixes = {problem.what: problem.fix for problem in problems}
    assert fixes['unknown key "intervall"'] == 'did you mean "interval"?'


def test_names_that_lead_nowhere_are_reported() -> None:
    text = GOOD.replace('me = "desk"', 'me = "dsk"').replace('routes = ["folder", "mail"]', 'routes = ["foldr"]')
    _, problems = parse_config(text.replace('name = "two"', 'name = "one"'), "config.toml")
    assert [(problem.where.line, problem.code, problem.what, problem.fix) for problem in problems] == [
        (2, "C005", 'no analyst called "dsk"', 'did you mean "desk"?'),
        (13, "C004", 'two feeds are called "one"',
         "the first stands in line 6; a feed's name is its identity, so give one of them another"),
        (18, "C005", 'no route called "foldr"', 'did you mean "folder"?'),
    ]  # fmt: skip


def test_a_mistake_in_a_route_called_like_its_kind_is_placed() -> None:
    _, problems = parse_config(GOOD.replace('path = "out"', 'pth = "out"'), "config.toml")
    assert [(problem.where.line, problem.what, problem.fix) for problem in problems] == [
        (21, 'route.folder has no "path"', "add a line: path = …  (config.example.toml shows one)"),
        (23, 'unknown key "pth"', 'did you mean "path"?'),
    ]


def test_a_file_that_is_no_toml_still_gets_its_other_mistakes_named() -> None:
    _, problems = parse_config('me = "desk\ncolour = 1\n[analyst.desk]\n', "config.toml")
    assert {problem.code[0] for problem in problems} == {"T", "C"}


@given(st.text(max_size=200))
def test_any_text_gives_settings_or_problems_and_never_an_exception(text: str) -> None:
    config, problems = parse_config(text, "config.toml")
    assert (config is None) == bool(problems)
