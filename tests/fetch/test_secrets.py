from __future__ import annotations

from pathlib import Path

import pytest

from monitor.fetch.secrets import SecretError, reveal


def test_values_that_refer_to_nothing_are_themselves(tmp_path: Path) -> None:
    assert reveal("en-GB", tmp_path) == "en-GB"
    assert reveal("session=env", tmp_path) == "session=env"


def test_secrets_come_from_the_environment_or_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTLET_TOKEN", "s3cret")
    (tmp_path / "cookie").write_text("session=1; lang=ur\n", encoding="utf-8")
    assert reveal("env:OUTLET_TOKEN", tmp_path) == "s3cret"
    assert reveal("Bearer env:OUTLET_TOKEN", tmp_path) == "Bearer s3cret"
    assert reveal("file:cookie", tmp_path) == "session=1; lang=ur"


def test_basic_authentication_is_written_as_http_wants_it(tmp_path: Path) -> None:
    (tmp_path / "outlet").write_text("desk:geheim\n", encoding="utf-8")
    assert reveal("Basic file:outlet", tmp_path) == "Basic ZGVzazpnZWhlaW0="
    (tmp_path / "outlet").write_text("ZGVzazpnZWhlaW0=", encoding="utf-8")
    assert reveal("Basic file:outlet", tmp_path) == "Basic ZGVzazpnZWhlaW0=", "written so already"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("env:NOT_SET_ANYWHERE", "the environment variable NOT_SET_ANYWHERE with a secret of this feed is not set"),
        ("file:nowhere", "cannot be read (No such file or directory)"),
        ("file:empty", "is empty"),
        ("file:binary", "cannot be read (it is not UTF-8 text)"),
    ],
)
def test_a_missing_secret_is_named_by_its_place(tmp_path: Path, value: str, words: str) -> None:
    (tmp_path / "empty").write_text("\n", encoding="utf-8")
    (tmp_path / "binary").write_bytes(b"\xff\xfe\xff")
    with pytest.raises(SecretError, match="secret") as raised:
        reveal(value, tmp_path)
    assert words in str(raised.value)
