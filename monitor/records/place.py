"""Places in files that people write, and the problems found there."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Source:
    """Where a person wrote something; ``line`` and ``column`` count from 1, columns in code points."""

    path: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """Something wrong in a file a person edits: where, which rule of the check, what is wrong and what to do.

    ``code`` is stable and has a section in docs/problems.md. Warnings (``is_error`` false) leave the file in use.
    """

    where: Source
    code: str
    what: str
    fix: str = ""
    is_error: bool = True

    def __str__(self) -> str:
        head = f"{self.where}: {self.code} {self.what}"
        return f"{head}\n    {self.fix}" if self.fix else head
