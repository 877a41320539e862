"""Where the files of a workspace are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

CONTENT_FOLDERS = ("seeds", "classifiers", "rules", "digests")


@dataclass(frozen=True, slots=True)
class Workspace:
    """A folder with config.toml, the four content folders, and ``.monitor/`` for what the program keeps."""

    root: Path

    @property
    def config(self) -> Path:
        """The settings."""
        return self.root / "config.toml"

    @property
    def seeds(self) -> Path:
        """The seed articles and their labels."""
        return self.root / "seeds"

    @property
    def classifiers(self) -> Path:
        """Topic definitions, contrast passages and judgements."""
        return self.root / "classifiers"

    @property
    def rules(self) -> Path:
        """Watchlist and rule files."""
        return self.root / "rules"

    @property
    def digests(self) -> Path:
        """Templates of digests and alerts."""
        return self.root / "digests"

    @property
    def private(self) -> Path:
        """What the program keeps for itself: database, fitted models, lock."""
        return self.root / ".monitor"

    @property
    def models(self) -> Path:
        """Fitted models, rebuilt from the text files whenever they are missing."""
        return self.private / "models"

    def relative(self, path: Path) -> str:
        """Return ``path`` as messages name it: relative to the workspace, with forward slashes."""
        return path.relative_to(self.root).as_posix()
