"""Run one round that kills itself as ``kill -9`` would, at one commit: ``killed_round ROOT COMMIT before|after``."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from monitor.pipeline.desk import open_desk
from monitor.pipeline.progress import Silent, utc_now
from monitor.pipeline.round import Wish, run_round
from monitor.store.engine import Connection, Database
from monitor.workspace.layout import Workspace
from monitor.workspace.lock import round_lock


class MortalDatabase(Database):
    """A database whose process dies just before, or just after, its n-th commit."""

    def __init__(self, real: Database, commit: int, moment: str) -> None:
        super().__init__(real._engine, real.place)
        self._left = commit
        self._moment = moment

    @contextmanager
    def write(self) -> Iterator[Connection]:
        with super().write() as connection:
            yield connection
            if self._moment == "before":
                self._count()
        if self._moment == "after":
            self._count()

    def _count(self) -> None:
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        self._left -= 1


def main() -> int:
    """Run the round; come back only if it makes fewer commits than asked."""
    root, commit, moment = sys.argv[1:]
    workspace = Workspace(Path(root))
    desk = open_desk(workspace, utc_now())
    desk = replace(desk, database=MortalDatabase(desk.database, int(commit), moment))
    with round_lock(workspace.private, timedelta(seconds=1)):
        run_round(desk, Wish(), utc_now, Silent())
    return 0


if __name__ == "__main__":
    sys.exit(main())
