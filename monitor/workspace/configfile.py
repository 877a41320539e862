"""Write config.toml back after an edit, where it really is and with the permissions it had."""

from __future__ import annotations

from pathlib import Path

from monitor.workspace.files import disk_error, write_text


def save_config(path: Path, text: str) -> None:
    """Replace the text of config.toml, whole or not at all; a link to it stays a link. Raises DiskError."""
    real = path.resolve()
    try:
        mode = real.stat().st_mode & 0o7777
    except OSError as error:
        raise disk_error(path, error) from error
    write_text(real, text)
    try:
        real.chmod(mode)  # the settings may hold addresses that only their owner should read
    except OSError as error:
        raise disk_error(path, error) from error
