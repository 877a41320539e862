"""docs/tutorial-rules.md, done by someone who reads it literally."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.demo.server import DemoServer, config_text
from tests.workspaces import GENEROUS_SECONDS, copy_workspace, monitor

pytestmark = pytest.mark.slow
STEP = re.compile(r"^```(console|toml)\n(.*?)^```", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"[Ww]rite\s+`([^`]+)`|At the end of\s+`([^`]+)` write")


def test_every_output_of_the_tutorial_is_what_the_program_says(checkout: Path, fitted: Path, tmp_path: Path) -> None:
    with DemoServer(edits=False) as server:
        root = copy_workspace(fitted, tmp_path / "desk", config_text(server.base_url, "out"))
        assert monitor(root, "once").code == 0
    text = (checkout / "docs" / "tutorial-rules.md").read_text(encoding="utf-8")
    end = 0
    commands = 0
    for step in STEP.finditer(text):
        before = text[end : step.start()]
        end = step.end()
        if step[1] == "toml":
            _write(root, before, step[2])
            continue
        for command, expected in _commands(step[2]):
            commands += 1
            said = _run(root, command)
            assert _fits(expected.splitlines(), said.splitlines()), f"$ {command}\n{said}"
    assert commands == 16


def _write(root: Path, before: str, content: str) -> None:
    *_, (fresh, grown) = FILE.findall(before)
    if grown:
        path = root / grown
        path.write_text(f"{path.read_text(encoding='utf-8').rstrip()}\n\n{content}", encoding="utf-8")
    else:
        (root / fresh).write_text(content, encoding="utf-8")


def _commands(block: str) -> Iterator[tuple[str, str]]:
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, expected = part.partition("\n")
        yield command, expected


def _run(root: Path, command: str) -> str:
    words = shlex.split(command)
    if words[0] == "monitor":
        words = [sys.executable, "-m", "monitor", *words[1:]]
    elif words[:2] == ["git", "commit"]:
        words = ["git", "-c", "user.name=Desk", "-c", "user.email=desk@monitor.example", *words[1:]]
    path = os.pathsep.join(filter(None, (str(Path(__file__).parent.parent.parent), os.environ.get("PYTHONPATH"))))
    done = subprocess.run(
        words,
        cwd=root,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=GENEROUS_SECONDS,
        check=False,
        env={**os.environ, "PYTHONPATH": path, "PYTHONUNBUFFERED": "1"},
    )
    return done.stdout


def _fits(expected: list[str], said: list[str]) -> bool:
    """Return whether an output is as expected: a line of "…" stands for any lines, "…" in a line for any words."""
    reached = {0}
    for line in expected:
        if line == "…":
            reached = set(range(min(reached), len(said) + 1)) if reached else set()
        else:
            fitting = re.compile("[^\n]*".join(re.escape(part) for part in line.split("…")))
            reached = {place + 1 for place in reached if place < len(said) and fitting.fullmatch(said[place])}
    return len(said) in reached
