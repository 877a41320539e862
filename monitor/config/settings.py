"""What config.toml says, as the program uses it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time

from monitor.deliver.routes import Route
from monitor.fetch.limits import FetchLimits
from monitor.records import DigestSpec, Feed


@dataclass(frozen=True, slots=True)
class Analyst:
    """Someone who owns rules and receives alerts; ``quiet_hours`` are local times in ``zone``."""

    name: str
    routes: tuple[str, ...]
    follows: tuple[str, ...] = ()
    quiet_hours: tuple[time, time] | None = None
    zone: str = "UTC"
    max_alerts_per_hour: int | None = None


@dataclass(frozen=True, slots=True)
class Watch:
    """An official speaker or a language the desk ought to hear, and the feeds that carry it."""

    what: str
    kind: str
    feeds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Config:
    """Everything config.toml says, checked; relative paths are relative to the workspace."""

    database: str
    me: str
    limits: FetchLimits
    feeds: tuple[Feed, ...]
    analysts: tuple[Analyst, ...]
    routes: tuple[Route, ...]
    digests: tuple[DigestSpec, ...]
    watches: tuple[Watch, ...] = ()
    paused: tuple[Feed, ...] = ()
    full_text_margin: float = 0.0
    """Items that score this near a threshold have the page behind them read; 0 for none."""

    @property
    def sources(self) -> tuple[str, ...]:
        """Return what rules may call a source: the names of the feeds, paused ones too, and of their outlets."""
        return tuple(dict.fromkeys(name for feed in (*self.feeds, *self.paused) for name in (feed.name, feed.outlet)))

    @property
    def unwatched(self) -> tuple[str, ...]:
        """Return the speakers and languages that no configured feed carries, as the file lists them."""
        names = {feed.name for feed in self.feeds}
        return tuple(watch.what for watch in self.watches if not names & set(watch.feeds))
