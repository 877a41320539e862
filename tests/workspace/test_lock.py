"""One round at a time; a dead holder holds nothing."""

from __future__ import annotations

import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.errors import StoreBusyError
from monitor.workspace.lock import round_lock

HOLDER = """
import sys, time
from datetime import timedelta
from pathlib import Path
from monitor.workspace.lock import round_lock
with round_lock(Path(sys.argv[1]), timedelta(0)):
    print("held", flush=True)
    time.sleep(600)
"""


def test_a_second_round_is_refused_while_the_first_lives_and_let_in_once_it_was_killed(tmp_path: Path) -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(StoreBusyError, match=f"process {holder.pid}"), round_lock(tmp_path, timedelta(0)):
            pass
    finally:
        holder.send_signal(signal.SIGKILL)
        holder.wait()
        assert holder.stdout is not None
        holder.stdout.close()
    with round_lock(tmp_path, timedelta(0)):
        pass
