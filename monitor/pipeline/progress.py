"""How the pipeline tells a person what it is doing, without knowing how that is shown."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Return the time as every record wants it: aware, UTC."""
    return datetime.now(UTC)


class Progress(Protocol):
    """Shows the stages of a round while it works."""

    def start(self, stage: str, total: int) -> None:
        """Begin a stage of ``total`` steps."""

    def advance(self, step: str = "", count: int = 1) -> None:
        """Finish ``count`` steps, the last one named for the person watching."""

    def stop(self) -> None:
        """End the stage."""


class Silent:
    """Shows nothing."""

    def start(self, stage: str, total: int) -> None:
        """Show nothing."""

    def advance(self, step: str = "", count: int = 1) -> None:
        """Show nothing."""

    def stop(self) -> None:
        """Show nothing."""
