"""How tests of rules read their files."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from monitor.rules.compile import RuleBook, compile_rules
from monitor.rules.match import ItemText
from monitor.rules.syntax import read_rule_file

TODAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
TOPICS = ("cpec-security", "militant-sanctuaries")
ANALYSTS = ("cpec-desk", "sanctuaries-desk")

WATCHLIST = """
[entity.ttp]
name  = "Tehreek-e-Taliban Pakistan"
names = ["Tehreek-e-Taliban Pakistan", "TTP", "تحریک طالبان پاکستان"]

[entity.jamaat-ul-ahrar]
name    = "Jamaat-ul-Ahrar"
names   = ["Jamaat-ul-Ahrar"]
part_of = "ttp"

[entity.bla]
name  = "Baloch Liberation Army"
names = ["Baloch Liberation Army", "BLA"]

[entity.gwadar]
name  = "Gwadar"
names = ["Gwadar", "گوادر", "瓜达尔"]

[set.militants]
of = ["ttp", "baloch-militants"]

[set.baloch-militants]
of = ["bla"]

[words.attack]
terms = ["attack*", "blast*", "حملہ", "袭击"]
"""

Compile = Callable[..., RuleBook]
MakeItem = Callable[..., ItemText]


@pytest.fixture
def compiled() -> Compile:
    """Give a function from rule texts of the CPEC desk to a book that also holds the watchlist."""

    def compile_texts(text: str = "", *, others: str = "", watchlist: str = WATCHLIST) -> RuleBook:
        files = [
            read_rule_file(watchlist, "rules/watchlist.toml"),
            read_rule_file(f'[file]\nowner = "cpec-desk"\n{text}', "rules/desk-cpec.toml"),
            read_rule_file(f'[file]\nowner = "sanctuaries-desk"\n{others}', "rules/desk-sanctuaries.toml"),
        ]
        return compile_rules(files, TOPICS, TODAY, analysts=ANALYSTS)

    return compile_texts


@pytest.fixture
def item() -> MakeItem:
    """Give a function that makes an item seen at noon."""

    def make(text: str = "", **known: object) -> ItemText:
        return ItemText(**{"title": "", "text": text, "now": NOW, **known})  # type: ignore[arg-type] # by keyword

    return make
