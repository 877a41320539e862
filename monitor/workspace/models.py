"""Fitted models on disk: arrays and JSON, never pickles; derived data that may be deleted at any time."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.workspace.files import write_bytes

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_KEPT = 3


def load_arrays(folder: Path, fingerprint: str) -> tuple[dict[str, NDArray[np.generic]], str] | None:
    """Return a cached model's arrays and JSON text, None if it is absent or damaged."""
    import numpy as np

    path = _path(folder, fingerprint)
    try:
        with np.load(path, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files if name != "json"}
            return arrays, bytes(stored["json"]).decode("utf-8")
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        # A damaged cache is no reason to stop: the model is fitted again from the text files.
        path.unlink(missing_ok=True)
        return None


def save_arrays(folder: Path, fingerprint: str, arrays: dict[str, NDArray[np.generic]], text: str) -> None:
    """Keep a fitted model, and drop all but the newest few. Raises DiskError when the disk refuses."""
    import numpy as np

    buffer = io.BytesIO()
    columns: dict[str, NDArray[np.generic]] = {**arrays, "json": as_bytes(text)}
    np.savez(buffer, allow_pickle=False, **columns)
    write_bytes(_path(folder, fingerprint), buffer.getvalue())
    old = sorted(folder.glob("*.npz"), key=lambda path: path.stat().st_mtime, reverse=True)[_KEPT:]
    for path in old:
        path.unlink(missing_ok=True)


def as_bytes(text: str) -> NDArray[np.generic]:
    """Return a text as an array, to be kept with a model."""
    import numpy as np

    return np.frombuffer(text.encode("utf-8", "surrogatepass"), dtype=np.uint8)


def _path(folder: Path, fingerprint: str) -> Path:
    return folder / f"{fingerprint[:32]}.npz"
