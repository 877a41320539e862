"""The shape of config.toml: one form per table. Messages are ``what; fix``, in words for an analyst."""

from __future__ import annotations

import re
from datetime import time, timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, StringConstraints

from monitor.text.durations import parse_duration

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Severities = Literal["info", "low", "medium", "high", "critical"]
Stances = Literal["state", "military", "militant", "exile", "party", "independent"]


def _duration(value: object) -> timedelta:
    span = parse_duration(value) if isinstance(value, str) else None
    if span is None:
        raise ValueError(f'"{value}" is no length of time; write a number and s, m, h or d, in quotes, like "30m"')
    return span


def _interval(value: object) -> timedelta:
    span = _duration(value)
    if not timedelta(minutes=1) <= span <= timedelta(days=7):
        raise ValueError(f'"{value}" is too short or too long; choose between "1m" and "7d"')
    return span


def _clock(value: object) -> time:
    found = re.fullmatch(r"([01]?[0-9]|2[0-3]):([0-5][0-9])", value) if isinstance(value, str) else None
    if found is None:
        raise ValueError(f'"{value}" is no time of day; write hours and minutes in quotes, like "07:30"')
    return time(int(found[1]), int(found[2]))


def _hours(value: object) -> tuple[time, time]:
    parts = value.split("-") if isinstance(value, str) else []
    if len(parts) != 2:
        raise ValueError(f'"{value}" is no span of hours; write it in quotes, like "23:00-05:30"')
    return _clock(parts[0].strip()), _clock(parts[1].strip())


def _zone(value: object) -> str:
    try:
        ZoneInfo(str(value))
    except (KeyError, ValueError, OSError):
        raise ValueError(f'"{value}" is no time zone; write Continent/City, like "Asia/Karachi"') from None
    return str(value)


def _weekday(value: object) -> int:
    if str(value) not in WEEKDAYS:
        raise ValueError(f'"{value}" is no day of the week; write mon, tue, wed, thu, fri, sat or sun')
    return WEEKDAYS.index(str(value))


def _address(value: object) -> str:
    if not isinstance(value, str) or not re.match(r"https?://[^/\s]+", value):
        raise ValueError(f'"{value}" is no web address; it starts with https:// or http://')
    return value


def _proxy(value: object) -> str:
    if not isinstance(value, str) or not re.match(r"https?://[^/\s]+|(?:env|file):\S", value):
        raise ValueError(
            f'"{value}" is no proxy; write "http://host:port", or "env:NAME" or "file:PATH" where that is kept'
        )
    return value


def _slug(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[a-z0-9][a-z0-9._-]{0,63}", value):
        raise ValueError(f'"{value}" cannot be a name; use small letters, digits and hyphens, like "dawn-home"')
    return value


def _database(value: object) -> str:
    if not isinstance(value, str) or not value.startswith("sqlite:///"):
        raise ValueError(f'"{value}" is no database address; write "sqlite:///.monitor/monitor.db"')
    return value


Duration = Annotated[timedelta, BeforeValidator(_duration)]
Interval = Annotated[timedelta, BeforeValidator(_interval)]
Clock = Annotated[time, BeforeValidator(_clock)]
Hours = Annotated[tuple[time, time], BeforeValidator(_hours)]
Zone = Annotated[str, BeforeValidator(_zone)]
Weekday = Annotated[int, BeforeValidator(_weekday)]
Address = Annotated[str, BeforeValidator(_address)]
Proxy = Annotated[str, BeforeValidator(_proxy)]
Slug = Annotated[str, BeforeValidator(_slug)]
OneLine = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]*$")]


class _Form(BaseModel):
    # Built with the whole when the first file is read, and not each by itself before: half of what that costs.
    model_config = ConfigDict(extra="forbid", strict=True, defer_build=True)


class FetchForm(_Form):
    """[fetch]: how feeds are polled."""

    interval: Interval = timedelta(minutes=30)
    concurrency: Annotated[int, Field(ge=1, le=512)] = 64
    per_host: Annotated[int, Field(ge=1, le=8)] = 2
    host_gap: Duration = timedelta(seconds=1)
    deadline: Duration = timedelta(seconds=30)
    max_bytes: Annotated[int, Field(ge=10_000, le=256_000_000)] = 16_000_000
    contact: OneLine = ""
    proxy: Proxy | None = None
    full_text_margin: Annotated[float, Field(ge=0, le=1)] = 0.0


class FeedForm(_Form):
    """[[feed]]: one feed to poll."""

    name: Slug
    url: Address
    outlet: OneLine = ""
    lang: OneLine | None = None
    country: OneLine | None = None
    grade: Literal["A", "B", "C", "D", "E", "F"] = "F"
    stance: Stances = "independent"
    interval: Interval | None = None
    allow_private: bool = False
    sensitive: bool = False
    full_text: bool = False
    paused: bool = False
    headers: dict[OneLine, OneLine] = {}
    proxy: Proxy | None = None
    deadline: Duration | None = None


class AnalystForm(_Form):
    """[analyst.NAME]: who owns rules and receives alerts."""

    routes: list[str] = []
    follows: list[str] = []
    quiet_hours: Hours | None = None
    zone: Zone = "UTC"
    max_alerts_per_hour: Annotated[int, Field(ge=1)] | None = None


class FolderRouteForm(_Form):
    """[route.NAME] kind = "folder": messages as files."""

    kind: Literal["folder"]
    path: OneLine


class EmailRouteForm(_Form):
    """[route.NAME] kind = "email": messages by mail."""

    kind: Literal["email"]
    to: OneLine | list[OneLine]
    sender: OneLine = Field(alias="from")
    host: OneLine
    port: Annotated[int, Field(ge=1, le=65535)] = 587
    tls: Literal["starttls", "tls", "none"] = "starttls"
    user: OneLine | None = None
    password_file: OneLine | None = None
    password_env: OneLine | None = None
    ca_file: OneLine | None = None


class DigestForm(_Form):
    """[digest.NAME]: what is in it, when it is due, where it goes."""

    at: Clock
    zone: Zone
    days: list[Weekday] = [0, 1, 2, 3, 4, 5, 6]
    topics: list[str] = []
    analysts: list[str] = []
    rules: list[str] = []
    min_severity: Severities = "info"
    template: OneLine = "digest"
    routes: list[str] = []
    marking: OneLine = ""


class WatchForm(_Form):
    """One line of [coverage] watch: a speaker or language that should have a feed."""

    what: OneLine
    kind: Literal["speaker", "language"]
    feeds: list[str] = []


class CoverageForm(_Form):
    """[coverage]: what the desk ought to hear."""

    watch: list[WatchForm] = []


class ConfigForm(_Form):
    """The whole of config.toml."""

    database: Annotated[str, BeforeValidator(_database)] = "sqlite:///.monitor/monitor.db"
    me: str
    fetch: FetchForm = Field(default_factory=FetchForm)
    feed: list[FeedForm] = []
    analyst: dict[Slug, AnalystForm] = {}
    route: dict[Slug, Annotated[FolderRouteForm | EmailRouteForm, Discriminator("kind")]] = {}
    digest: dict[Slug, DigestForm] = {}
    coverage: CoverageForm = Field(default_factory=CoverageForm)

    @staticmethod
    def keys_at(path: tuple[str | int, ...]) -> list[str]:
        """Return the keys a table at this place may have."""
        tables: dict[str, list[type[BaseModel]]] = {
            "": [ConfigForm],
            "fetch": [FetchForm],
            "feed": [FeedForm],
            "analyst": [AnalystForm],
            "route": [FolderRouteForm, EmailRouteForm],
            "digest": [DigestForm],
            "coverage": [WatchForm if len(path) > 1 else CoverageForm],
        }
        forms = tables.get(str(path[0]) if path else "", [])
        return sorted({_key(name, field) for form in forms for name, field in form.model_fields.items()})


def _key(name: str, field: Any) -> str:  # pydantic's FieldInfo, whose alias is untyped here
    return str(field.alias or name)
