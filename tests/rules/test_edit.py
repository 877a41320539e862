from __future__ import annotations

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from monitor.rules.edit import append_block, block, insert_example, toml_string

FILE = """# top
[file]
owner = "a"

# the port
[rule.port]
all = ["x"]   # why

[[rule.port.example]]
match = true
text  = "x"


# ---- the road
[rule.road]
all = ["y"]
"""


def test_an_example_goes_behind_the_last_one_of_its_rule_and_nothing_else_changes() -> None:
    changed = insert_example(
        FILE, "rules/a.toml", "port", block("[[rule.port.example]]", {"match": False, "text": "z"})
    )
    assert changed == FILE.replace(
        'text  = "x"\n', 'text  = "x"\n\n[[rule.port.example]]\nmatch = false\ntext  = "z"\n', 1
    )


def test_a_rule_without_examples_at_the_end_of_a_file_gets_its_first() -> None:
    changed = insert_example(FILE, "rules/a.toml", "road", block("[[rule.road.example]]", {"match": True, "text": "y"}))
    assert changed == FILE + '\n[[rule.road.example]]\nmatch = true\ntext  = "y"\n'


def test_an_unknown_rule_gives_nothing() -> None:
    assert insert_example(FILE, "rules/a.toml", "sea", "x") is None


def test_the_line_ends_of_a_file_are_kept() -> None:
    windows = FILE.replace("\n", "\r\n")
    changed = insert_example(windows, "a.toml", "port", block("[[rule.port.example]]", {"match": True, "text": "z"}))
    assert changed is not None
    assert changed.count("\n") == changed.count("\r\n") == windows.count("\r\n") + 4
    assert append_block(windows, "[mute.x]").endswith("\r\n\r\n[mute.x]\r\n")


@given(st.text())
def test_any_text_can_be_written_and_read_back(text: str) -> None:
    clean = text.encode("utf-8", "replace").decode()
    assert tomllib.loads(f"x = {toml_string(text)}") == {"x": clean}


@given(st.text(), st.booleans())
def test_an_added_example_reads_as_written_and_the_rest_as_before(text: str, is_match: bool) -> None:
    added = block("[[rule.port.example]]", {"match": is_match, "text": text})
    changed = insert_example(FILE, "rules/a.toml", "port", added)
    assert changed is not None
    before, after = tomllib.loads(FILE), tomllib.loads(changed)
    *first, last = after["rule"]["port"]["example"]
    assert last == {"match": is_match, "text": text.encode("utf-8", "replace").decode()}
    assert first == before["rule"]["port"]["example"]
    after["rule"]["port"]["example"] = first
    assert after == before
