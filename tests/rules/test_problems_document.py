from __future__ import annotations

import re
from pathlib import Path

from monitor.rules.codes import Code

CODE = re.compile(r'"([A-Z][0-9]{3})"')


def test_every_problem_code_in_the_source_has_a_section(checkout: Path) -> None:
    sources = sorted((checkout / "monitor").rglob("*.py"))
    codes = {code for path in sources for code in CODE.findall(path.read_text(encoding="utf-8"))}
    sections = re.findall(
        r"^## ([A-Z][0-9]{3}): \S", (checkout / "docs" / "problems.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert {str(code) for code in Code} <= codes
    assert sorted(codes - set(sections)) == []
    assert sorted(set(sections) - codes) == []
    assert len(sections) == len(set(sections))


def test_every_code_of_rule_files_has_a_wrong_file(checkout: Path) -> None:
    told = "".join(
        path.read_text(encoding="utf-8") for path in (checkout / "tests" / "data" / "rules" / "bad").glob("*.txt")
    )
    assert sorted(code for code in Code if f": {code} " not in told) == []
