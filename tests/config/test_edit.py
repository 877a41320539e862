from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.config import parse_config
from monitor.config.edit import Addition, add_feeds, pause_feeds, remove_feeds
from monitor.errors import InputError

TEXT = """\
me = "desk"   # who judges

# Pakistan
[[feed]]
name    = "dawn"      # the national paper
url     = "https://dawn.example/feed"
# interval = "5m"

# --- Afghanistan ---

[[feed]]
name = "pajhwok"
url  = "https://pajhwok.example/feed"
paused = true

[feed.headers]
Accept = "*/*"

# Exile
[[feed]]
name = "amu"
url = "https://amu.example/feed"
sensitive = true
paused = false  # was blocked until May

[fetch]
interval = "30m"
"""


def test_pausing_adds_one_line_in_the_style_of_its_neighbours() -> None:
    after = pause_feeds(TEXT, ["dawn"], is_paused=True)
    assert after == TEXT.replace('dawn.example/feed"\n', 'dawn.example/feed"\npaused  = true\n')


def test_resuming_takes_the_line_out() -> None:
    assert pause_feeds(TEXT, ["pajhwok"], is_paused=False) == TEXT.replace("paused = true\n", "")


def test_a_line_with_a_comment_keeps_it() -> None:
    paused = pause_feeds(TEXT, ["amu"], is_paused=True)
    assert paused == TEXT.replace("paused = false  # was", "paused = true  # was")
    assert pause_feeds(paused, ["amu"], is_paused=False) == TEXT


def test_several_feeds_are_paused_at_once() -> None:
    after = pause_feeds(TEXT, ["dawn", "pajhwok", "amu"], is_paused=True)
    assert after.count("= true\n") + after.count("= true  #") == 4


def test_removing_a_feed_leaves_every_other_line_and_the_headings() -> None:
    start, end = TEXT.index("[[feed]]"), TEXT.index("# --- Afghanistan")
    assert remove_feeds(TEXT, ["dawn"]) == TEXT[:start] + "\n" + TEXT[end:]


def test_a_feed_goes_with_the_tables_inside_it() -> None:
    after = remove_feeds(TEXT, ["pajhwok"])
    assert "feed.headers" not in after
    assert '# --- Afghanistan ---\n\n# Exile\n[[feed]]\nname = "amu"' in after


COVERAGE = """
[coverage]  # who ought to be heard
watch = [
    # Speakers.
    { what = "ISPR", kind = "speaker", feeds = ["dawn", "amu"] },  # the army
    { what = "Urdu", kind = "language", feeds = [
        'dawn',   # daily
        "pajhwok",
        "dawn"
    ] },
    { what = "Balochi", kind = "language", feeds = [] },
]
"""


@pytest.mark.parametrize(
    ("names", "changes"),
    [
        (
            ["dawn"],
            [
                ('["dawn", "amu"]', '["amu"]'),
                ("        'dawn',   # daily\n", "        # daily\n"),
                ('        "dawn"\n', ""),
            ],
        ),
        (["amu"], [('["dawn", "amu"]', '["dawn"]')]),
        (["pajhwok"], [('        "pajhwok",\n', "")]),
        (
            ["dawn", "amu"],
            [('["dawn", "amu"]', "[]"), ("        'dawn',   # daily\n", "        # daily\n"), ('        "dawn"\n', "")],
        ),
    ],
)
def test_a_removed_feed_is_named_in_the_coverage_no_more(names: list[str], changes: list[tuple[str, str]]) -> None:
    wanted = COVERAGE
    for old, new in changes:
        wanted = wanted.replace(old, new)
    assert wanted != COVERAGE
    assert remove_feeds(TEXT + COVERAGE, names).endswith(wanted)
    assert remove_feeds(COVERAGE + TEXT, names).startswith(wanted)


def test_the_last_feed_can_be_removed() -> None:
    only = 'me = "desk"\n\n[[feed]]\nname = "a"\nurl = "https://a.example/"\n'
    assert remove_feeds(only, ["a"]) == 'me = "desk"\n'


def test_a_feed_is_added_at_the_end_with_a_comment() -> None:
    after = add_feeds(
        TEXT,
        [Addition({"name": "ispr", "url": "https://ispr.example/rss", "sensitive": True}, "from: Speakers")],
    )
    assert after == TEXT + (
        '\n# from: Speakers\n[[feed]]\nname = "ispr"\nurl = "https://ispr.example/rss"\nsensitive = true\n'
    )


def test_a_feed_is_added_to_an_empty_file() -> None:
    assert add_feeds("", [Addition({"name": "a", "url": "https://a.example/"})]) == (
        '[[feed]]\nname = "a"\nurl = "https://a.example/"\n'
    )


def test_windows_line_ends_stay() -> None:
    windows = TEXT.replace("\n", "\r\n")
    added = Addition({"name": "b", "url": "https://b.example/"}, "c")
    for after in (
        pause_feeds(windows, ["dawn"], is_paused=True),
        remove_feeds(windows, ["dawn"]),
        add_feeds(windows, [added]),
    ):
        assert not re.search(r"(?<!\r)\n", after)


def test_names_that_look_like_code_stay_text() -> None:
    outlet = 'He said "hi" \\ \x7f \ud800 # [[feed]]'
    after = add_feeds("", [Addition({"name": "a", "url": "https://a.example/", "outlet": outlet})])
    assert r'outlet = "He said \"hi\" \\ \u007F ? # [[feed]]"' in after


@pytest.mark.parametrize(
    "text",
    [
        'feed = [{ name = "dawn", url = "https://dawn.example/" }]\n',
        'feed = [\n  { name = "dawn", url = "https://dawn.example/" },\n]\n',
    ],
)
def test_what_cannot_be_changed_safely_is_refused_with_advice(text: str) -> None:
    with pytest.raises(InputError, match=r"config\.toml") as raised:
        pause_feeds(text, ["dawn"], is_paused=True)
    assert "by hand" in raised.value.fix
    with pytest.raises(InputError):
        remove_feeds(text, ["dawn"])
    with pytest.raises(InputError):
        add_feeds(text, [Addition({"name": "b", "url": "https://b.example/"})])


def test_a_header_inside_a_text_of_several_lines_is_no_header() -> None:
    text = '[[feed]]\nname = "a"\nurl = "https://a.example/"\noutlet = """\\\n[[feed]]\n[x]"""\n\n[fetch]\n'
    assert remove_feeds(text, ["a"]) == "[fetch]\n"


def starter() -> str:
    return (Path(__file__).resolve().parents[2] / "config.example.toml").read_text(encoding="utf-8")


NAMES = re.findall(r'^name = "([^"]+)"', starter(), re.MULTILINE)


@settings(deadline=None, max_examples=25)
@given(st.lists(st.sampled_from(NAMES), min_size=1, unique=True))
def test_pausing_and_resuming_gives_the_starter_file_back(names: list[str]) -> None:
    paused = pause_feeds(starter(), names, is_paused=True)
    config, problems = parse_config(paused, "config.toml")
    assert problems == ()
    assert config is not None
    assert {feed.name for feed in config.paused} == set(names)
    resumed = pause_feeds(paused, names, is_paused=False)
    assert resumed.splitlines() == [line for line in starter().splitlines() if line in resumed.splitlines()]
    assert set(starter().splitlines()) - set(resumed.splitlines()) <= {
        "paused = false                              # true leaves it unasked without forgetting it"
    }


@settings(deadline=None, max_examples=25)
@given(st.lists(st.sampled_from(NAMES), min_size=1, unique=True))
def test_removing_feeds_takes_out_only_their_lines_from_the_starter_file(names: list[str]) -> None:
    def lines(text: str) -> list[str]:
        return [re.sub(r"feeds = \[.*?\]", "feeds = [the coverage's]", line) for line in text.splitlines()]

    after = remove_feeds(starter(), names)
    left = iter(lines(starter()))
    assert all(line in left for line in lines(after))
    gone = {name for name in NAMES if f'name = "{name}"' not in after}
    assert gone == set(names)
    headings = [line for line in starter().splitlines() if line.startswith("# ---")]
    assert [line for line in after.splitlines() if line.startswith("# ---")] == headings
