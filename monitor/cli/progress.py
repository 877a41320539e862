"""Progress on stderr while a round works: a bar on a terminal, nothing elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


class Bar:
    """Shows one bar per stage; disappears when the stage ends."""

    def __init__(self, *, is_quiet: bool) -> None:
        self._is_shown = sys.stderr.isatty() and not is_quiet
        self._progress: Progress | None = None
        self._task: TaskID | None = None

    def start(self, stage: str, total: int) -> None:
        """Begin a stage."""
        if not self._is_shown:
            return
        # Loading what draws takes as long as a short command: only where somebody looks.
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        console = Console(stderr=True, highlight=False)
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        self._progress = Progress(*columns, TextColumn("{task.fields[step]}"), console=console, transient=True)
        self._progress.start()
        self._task = self._progress.add_task(stage, total=total, step="")

    def advance(self, step: str = "", count: int = 1) -> None:
        """Finish ``count`` steps."""
        if self._progress is not None and self._task is not None:
            self._progress.update(self._task, advance=count, step=step)

    @contextmanager
    def lifted(self) -> Iterator[None]:
        """Take the bar away while a result is printed, which else would stand behind it on its line of the terminal."""
        if self._progress is None:
            yield
            return
        self._progress.stop()
        try:
            yield
        finally:
            self._progress.start()

    def stop(self) -> None:
        """End the stage."""
        if self._progress is not None:
            self._progress.stop()
            self._progress = None
