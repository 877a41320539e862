"""Read the rule files of a workspace, and others that a command names."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from monitor.errors import InputError
from monitor.records import Problem, Source
from monitor.workspace.files import read_text, read_texts

FOLDER = "rules"


def read_rule_texts(root: Path) -> tuple[dict[str, str], tuple[Problem, ...]]:
    """Return the text of every ``*.toml`` of ``rules/``, by path relative to ``root``, sorted.

    A file that cannot be read is a problem; the others are returned.
    """
    return read_texts(root / FOLDER, root, "*.toml")


def unread_rule_files(root: Path) -> tuple[Problem, ...]:
    """Return what is wrong with the place of rule files: a folder without any, and files nobody reads there.

    A desk file that was moved into a subfolder, or whose name ends in ``.TOML``, is off without this word.
    """
    folder = root / FOLDER
    read = set(folder.glob("*.toml"))
    if not read:
        what = "there is no rule file, so nothing is matched and no alert is sent"
        return (
            Problem(Source(FOLDER, 1, 1), "F001", what, "restore rules/; monitor init brings the shipped files back"),
        )
    others = sorted(path for path in folder.rglob("*") if path.suffix.lower() == ".toml" and path not in read)
    what = "this file is not read, so its rules are off"
    fix = "move it to rules/ itself, with a name that ends in .toml; or name it otherwise, like .toml.off"
    return tuple(
        Problem(Source(name_of(path, root), 1, 1), "F001", what, fix, is_error=False)
        for path in others
        if path.is_file()
    )


def read_given_texts(paths: Iterable[Path], root: Path) -> tuple[dict[str, str], tuple[Problem, ...]]:
    """Return the text of every file named, in the order given: by path relative to ``root`` where it lies inside.

    A file that is not UTF-8 is a problem. Raises InputError for one that is not there.
    """
    texts: dict[str, str] = {}
    problems: list[Problem] = []
    for path in paths:
        name = name_of(path, root)
        if not path.exists():
            raise InputError(f"{name}: there is no such file", "check the path; it is taken from the current folder")
        try:
            texts[name] = read_text(path, name)
        except InputError as error:
            found = [problem for problem in error.problems if isinstance(problem, Problem)]
            if not found:
                raise
            problems.extend(found)
    return texts, tuple(problems)


def name_of(path: Path, root: Path) -> str:
    """Return how messages call a file: relative to ``root`` if it lies inside, as given otherwise."""
    inside = path.resolve().is_relative_to(root.resolve())
    return (path.resolve().relative_to(root.resolve()) if inside else path).as_posix()
