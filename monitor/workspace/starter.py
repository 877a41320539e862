"""The starter workspace: what `monitor init` copies."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from monitor.errors import InputError
from monitor.workspace.files import disk_error
from monitor.workspace.layout import CONTENT_FOLDERS, Workspace

_CHECKOUT = Path(__file__).resolve().parents[2]


def starter_folder() -> Path:
    """Return where the starter files lie: inside the installed package, or the checkout itself."""
    shipped = Path(str(resources.files("monitor"))) / "_starter"
    return shipped if shipped.is_dir() else _CHECKOUT


def starter_templates() -> dict[str, str]:
    """Return the shipped templates by file name; they stand in for broken ones."""
    return {path.name: path.read_text("utf-8") for path in sorted((starter_folder() / "digests").glob("*.j2"))}


def make_workspace(root: Path) -> tuple[list[str], list[str]]:
    """Copy the starter files into ``root``; return (files made, files left as they were), relative names.

    Nothing is ever overwritten, so it is safe to run again after an upgrade.
    Raises InputError if ``root`` is a file, DiskError when the disk refuses.
    """
    if root.exists() and not root.is_dir():
        raise InputError(f"{root}: this is a file, not a folder", "name a folder for the workspace")
    made: list[str] = []
    kept: list[str] = []
    for source, name in _starter_files():
        target = root / name
        if target.exists():
            kept.append(name)
            continue
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(source.read_bytes())
        except OSError as error:
            raise disk_error(target, error) from error
        made.append(name)
    try:
        Workspace(root).private.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise disk_error(root, error) from error
    return made, kept


def _starter_files() -> list[tuple[Path, str]]:
    folder = starter_folder()
    files = [(folder / "config.example.toml", "config.toml")]
    for name in CONTENT_FOLDERS:
        files.extend(
            (path, path.relative_to(folder).as_posix())
            for path in sorted((folder / name).rglob("*"))
            if path.is_file() and "__pycache__" not in path.parts and not _is_judgement(path)
        )
    return files


def _is_judgement(path: Path) -> bool:
    """Return whether a file holds somebody's judgements: in a checkout in use they lie beside the starter files."""
    return path.parent.name == "feedback" and path.suffix == ".jsonl"
