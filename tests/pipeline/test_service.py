"""`monitor run` reads files anew, keeps what it can use, and says in the digest what it cannot."""

from __future__ import annotations

from pathlib import Path

from monitor.pipeline.progress import utc_now
from monitor.pipeline.service import _Service
from monitor.workspace.layout import Workspace
from tests.workspaces import config_of, copy_workspace


def service_of(root: Path) -> _Service:
    return _Service(Workspace(root), utc_now, lambda _desk, _report: None)


def test_a_config_that_breaks_is_named_in_the_digest_until_it_is_mended(fitted: Path, tmp_path: Path) -> None:
    root = copy_workspace(fitted, tmp_path / "desk", config_of(""))
    service = service_of(root)
    try:
        good = (root / "config.toml").read_text(encoding="utf-8")
        for wrong in ("colour = 1\n", "color = 1\n"):
            (root / "config.toml").write_text(wrong + good, encoding="utf-8")
            service.tick()
            assert service._desk.fallbacks == (
                "config.toml:1:1: config.toml cannot be used, so nothing was done; what was read before stays in use",
            )
        (root / "config.toml").write_text(good + "# mended\n", encoding="utf-8")
        service.tick()
        assert service._desk.fallbacks == ()
    finally:
        service.close()


def test_files_are_read_at_a_later_tick_when_the_disk_refused_at_the_first(fitted: Path, tmp_path: Path) -> None:
    root = copy_workspace(fitted, tmp_path / "desk", config_of(""))
    service = service_of(root)
    try:
        (root / "elsewhere").write_text("a file stands where the folder should be", encoding="utf-8")
        config = 'database = "sqlite:///elsewhere/monitor.db"\n' + config_of("")
        (root / "config.toml").write_text(config, encoding="utf-8")
        service.tick()
        assert service._desk.config.database == "sqlite:///.monitor/monitor.db"
        (root / "elsewhere").unlink()
        service.tick()
        assert service._desk.config.database == "sqlite:///elsewhere/monitor.db"
    finally:
        service.close()
