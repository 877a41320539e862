"""Read the rules as they were or might be: a git revision, another folder, or one file in place of another."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

from monitor.errors import InputError
from monitor.records import Problem
from monitor.workspace.files import read_text, read_texts
from monitor.workspace.rulefiles import FOLDER, read_rule_texts

GIT_SECONDS = 30
"""A kill deadline for git, which answers at once or hangs on a password."""


def read_version(root: Path, version: str | None) -> tuple[dict[str, str], tuple[Problem, ...]]:
    """Return the texts of the rule files of a version, by path as in the workspace.

    ``version`` is a folder with rule files (or with a folder ``rules``), one rule file, which stands in for the
    workspace's of the same name, a git revision of the workspace, or None for the workspace as it is. Raises
    InputError if it is none of these.
    """
    if version is None:
        return read_rule_texts(root)
    path = Path(version)
    if path.is_dir():
        folder = path / FOLDER if (path / FOLDER).is_dir() else path
        texts, problems = read_texts(folder, folder, "*.toml")
        return {f"{FOLDER}/{name}": text for name, text in texts.items()}, problems
    if path.is_file():
        texts, problems = read_rule_texts(root)
        name = f"{FOLDER}/{path.name}"
        return dict(sorted({**texts, name: read_text(path, version)}.items())), problems
    return _read_revision(root, version), ()


def _read_revision(root: Path, revision: str) -> dict[str, str]:
    fix = "name a git revision of the workspace (HEAD, a branch, a tag), a folder or a file"
    if revision.startswith("-"):
        raise InputError(f'"{revision}" is no version of the rules', fix)
    if _git(root, ["rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}"]) is None:
        raise InputError(f'"{revision}" is no folder, no file and no git revision here', fix)
    listed = _git(root, ["ls-tree", "--name-only", "-z", revision, f"{FOLDER}/"]) or ""
    names = sorted(name for name in listed.split("\0") if name.endswith(".toml"))
    if not names:
        raise InputError(f"{revision} has no rule files in {FOLDER}/", fix)
    return {name: (_git(root, ["show", f"{revision}:./{name}"]) or "").removeprefix("\ufeff") for name in names}


def _git(root: Path, arguments: Sequence[str]) -> str | None:
    """Return what git prints, None if it refuses."""
    try:
        done = subprocess.run(  # noqa: S603 # no shell, and what a person names is never taken as an option
            ["git", "-C", str(root), *arguments],  # noqa: S607 # the git of the person who runs this
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
            timeout=GIT_SECONDS,
            stdin=subprocess.DEVNULL,
        )
    except FileNotFoundError:
        raise InputError("git is not installed", "compare folders or files, or install git") from None
    except subprocess.TimeoutExpired:
        raise InputError("git did not answer", "compare folders or files instead") from None
    return done.stdout if done.returncode == 0 else None
