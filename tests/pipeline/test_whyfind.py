"""What a question of `why` leads to: of several stored items the one whose title says it comes first."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from monitor.pipeline.desk import Desk, open_desk
from monitor.pipeline.whyfind import RANKED, seek
from monitor.workspace.layout import Workspace
from monitor.workspace.starter import make_workspace
from tests.store.samples import NOON, assess, item_of, store
from tests.workspaces import config_of

OLDEST_FIRST = (
    item_of(1, title="داسو حملہ", text="مختصر خبر۔"),
    item_of(2, title="داسو حملہ: تین اہلکار جاں بحق", text="تفصیل۔"),
    item_of(3, title="کوہستان: داسو حملہ کی تحقیقات", text="تفصیل۔"),
    item_of(4, title="حملہ آوروں کا داسو میں حملہ", text="تفصیل۔"),
    item_of(5, title="پولیس کا بیان", text="کل کے داسو حملہ پر بیان۔"),
    item_of(6, title="موسم", text="داسو میں بارش۔ کہیں اور حملہ۔"),
    item_of(7, title="瓜达尔港遇袭", text="消息。"),
    item_of(8, title="简讯", text="瓜达尔港遇袭"),
)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    root = tmp_path_factory.mktemp("why") / "desk"
    make_workspace(root)
    (root / "config.toml").write_text(config_of(""), encoding="utf-8")
    opened = open_desk(Workspace(root), NOON, is_rendering=False)
    store(opened.database, *OLDEST_FIRST)
    for item in OLDEST_FIRST:
        assess(opened.database, item)
    yield opened
    opened.database.close()


def found(desk: Desk, asked: str) -> list[int]:
    with desk.database.read() as connection:
        sought = seek(connection, desk, asked)
    ids = [one.item.id for one in (sought.item, *sought.others) if one is not None]
    return [int(id_, 16) for id_ in ids]


def test_a_title_that_says_it_comes_before_texts_and_newer_items(desk: Desk) -> None:
    assert found(desk, "داسو حملہ") == [1, 2, 3, 4, 6, 5]
    assert found(desk, "داسو   حملہ!") == [1, 2, 3, 4, 6, 5]


def test_the_order_of_the_words_counts(desk: Desk) -> None:
    assert found(desk, "حملہ داسو") == [4, 3, 2, 1, 6, 5]


def test_spelling_does_not_count(desk: Desk) -> None:
    assert found(desk, "داسو حملة")[:3] == [1, 2, 3]


def test_in_chinese_too(desk: Desk) -> None:
    assert found(desk, "瓜达尔港遇袭") == [7, 8]
    assert found(desk, "瓜达尔港") == [7, 8]


def test_an_old_item_with_the_very_title_comes_before_hundreds_with_the_same_words(desk: Desk) -> None:
    newer = tuple(
        item_of(number, title="Lowari tunnel", text="It is shut by snow.") for number in range(101, 101 + RANKED)
    )
    old = item_of(100, title="Snow shut tunnel", text="")
    store(desk.database, old, *newer)
    for item in (old, *newer):
        assess(desk.database, item)
    assert found(desk, "snow shut tunnel")[:2] == [100, 100 + RANKED]
