"""Add, remove, pause and resume feeds: config.toml changes, what is stored stays."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit, urlunsplit

from pydantic import ValidationError

from monitor.config import Config, parse_config
from monitor.config.edit import Addition, Settings, add_feeds, pause_feeds, remove_feeds
from monitor.config.form import FeedForm
from monitor.errors import InputError
from monitor.feeds.links import canonical_link
from monitor.feeds.naming import feed_name
from monitor.feeds.opml import FeedList, Subscription
from monitor.pipeline.opening import read_config
from monitor.records import Feed, FeedState
from monitor.store import feeds as feed_rows
from monitor.store.engine import Database, open_database
from monitor.text.durations import format_duration
from monitor.workspace.configfile import save_config
from monitor.workspace.files import read_text
from monitor.workspace.layout import Workspace

_BOOLEANS = frozenset({"sensitive", "paused"})


@dataclass(frozen=True, slots=True)
class Import:
    """What importing a list does: the feeds it adds, and in words what it leaves out."""

    added: tuple[Settings, ...]
    known: int
    """Feeds of the list that config.toml has already."""
    problems: tuple[str, ...]


def open_if_there(workspace: Workspace, config: Config) -> Database | None:
    """Return the database if there is one; commands that only look must not make it."""
    place = config.database.removeprefix("sqlite:///")
    if place != config.database and not (workspace.root / place).exists():
        return None
    return open_database(config.database, workspace.root)


def known_states(workspace: Workspace, config: Config) -> dict[str, FeedState]:
    """Return what is known of every feed ever polled, by name; empty before the first round."""
    database = open_if_there(workspace, config)
    if database is None:
        return {}
    try:
        with database.read() as connection:
            return feed_rows.states(connection)
    finally:
        database.close()


def configured_as(config: Config, url: str) -> Feed | None:
    """Return the feed of config.toml at this address, whatever its scheme; None if there is none."""
    key = canonical_link(url)
    return next((feed for feed in (*config.feeds, *config.paused) if canonical_link(feed.url) == key), None)


def new_name(workspace: Workspace, config: Config, title: str, url: str) -> str:
    """Return a name no feed has or had: what is stored under a removed feed's name belongs to that feed."""
    states = known_states(workspace, config)
    had = {name for name, state in states.items() if canonical_link(state.url) != canonical_link(url)}
    return feed_name(title, url, {*_names(config), *had})


def add(workspace: Workspace, settings: Settings, comment: str = "") -> None:
    """Add one feed to config.toml. Raises InputError if a setting cannot be used, or the file cannot be changed."""
    text = read_text(workspace.config, "config.toml")
    _save(workspace, add_feeds(text, [Addition(settings, comment)]))


def remove(workspace: Workspace, names: Collection[str]) -> tuple[str, ...]:
    """Take feeds out of config.toml, its [coverage] too; their items stay stored.

    Returns the speakers and languages that no feed carries any more. Raises InputError for unknown names.
    """
    before = read_config(workspace)
    _check_names(before, names)
    _save(workspace, remove_feeds(read_text(workspace.config, "config.toml"), names))
    return tuple(what for what in read_config(workspace).unwatched if what not in before.unwatched)


def pause(workspace: Workspace, names: Collection[str]) -> None:
    """Mark feeds as paused. Raises InputError for unknown names."""
    _check_names(read_config(workspace), names)
    _save(workspace, pause_feeds(read_text(workspace.config, "config.toml"), names, is_paused=True))


def resume(workspace: Workspace, names: Collection[str]) -> None:
    """Take the mark off and make the feeds due now, however long they were to be left alone. Raises InputError."""
    config = read_config(workspace)
    _check_names(config, names)
    if {feed.name for feed in config.paused} & set(names):
        _save(workspace, pause_feeds(read_text(workspace.config, "config.toml"), names, is_paused=False))
    database = open_if_there(workspace, config)
    if database is None:
        return
    try:
        with database.write() as connection:
            states = feed_rows.states(connection)
            due = [replace(states[name], next_check_at=None) for name in names if name in states]
            feed_rows.save_states(connection, due)
    finally:
        database.close()


def plan_import(workspace: Workspace, listed: FeedList, common: Settings) -> Import:
    """Return what importing the list would add; ``common`` are settings for every feed that the list does not give."""
    config = read_config(workspace)
    states = known_states(workspace, config)
    taken = {*_names(config), *states}
    added: list[Settings] = []
    problems = list(listed.problems)
    known = 0
    for one in listed.subscriptions:
        if configured_as(config, one.url):
            known += 1
            continue
        settings, problem = _settings(one, common, taken)
        problems.extend(filter(None, [problem]))
        if settings:
            taken.add(str(settings["name"]))
            added.append(settings)
    return Import(tuple(added), known, tuple(problems))


def carry_out(workspace: Workspace, added: Sequence[Settings], listed: FeedList) -> None:
    """Add the feeds of an import to config.toml, each with the folders it stood in as a comment."""
    folders = {one.url: " / ".join(one.folders) for one in listed.subscriptions}
    additions = [Addition(one, folders.get(str(one["url"]), "")) for one in added]
    if additions:
        _save(workspace, add_feeds(read_text(workspace.config, "config.toml"), additions))


def to_subscriptions(config: Config) -> tuple[Subscription, ...]:
    """Return the feeds as an OPML list holds them; headers and passwords are left out."""
    paused = {feed.name for feed in config.paused}
    feeds: Iterable[Feed] = sorted(
        (*config.feeds, *config.paused), key=lambda feed: feed.declared_at.line if feed.declared_at else 0
    )
    return tuple(
        Subscription(
            url=_without_password(feed.url),
            title=feed.outlet,
            lang=feed.lang,
            settings=_own_settings(feed, is_paused=feed.name in paused),
        )
        for feed in feeds
    )


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def _own_settings(feed: Feed, *, is_paused: bool) -> tuple[tuple[str, str], ...]:
    facts = {
        "name": feed.name,
        "grade": feed.grade,
        "stance": feed.stance.value,
        "country": feed.country or "",
        "interval": format_duration(feed.interval),
        "sensitive": "true" if feed.is_sensitive else "",
        "paused": "true" if is_paused else "",
    }
    return tuple((key, value) for key, value in facts.items() if value)


def _settings(one: Subscription, common: Settings, taken: Collection[str]) -> tuple[Settings | None, str]:
    """Return the settings of a listed feed, or what of it cannot be used, in words."""
    own: Settings = {key: value == "true" if key in _BOOLEANS else value for key, value in one.settings}
    wished = str(own.pop("name", ""))
    name = wished if wished and wished not in taken else feed_name(wished or one.title, one.url, taken)
    # The address itself must fit, or there is no feed; what our own attributes say may not, and is then left out.
    plain: Settings = {"name": name, "url": one.url}
    plain |= {"outlet": one.title} if one.title else {}
    plain |= {"lang": one.lang} if one.lang else {}
    for settings, problem in (({**plain, **common, **own}, ""), ({**plain, **common}, "its settings cannot be used")):
        try:
            FeedForm.model_validate(settings)
        except ValidationError:
            continue
        return settings, f"line {one.line}: {one.url}: {problem}" if problem else ""
    return None, f"line {one.line}: {one.url} cannot be used"


def _names(config: Config) -> set[str]:
    return {feed.name for feed in (*config.feeds, *config.paused)}


def _check_names(config: Config, names: Collection[str]) -> None:
    known = _names(config)
    for name in names:
        if name not in known:
            raise InputError(f'no feed called "{name}" in config.toml', "see the names with: monitor feeds list")


def _save(workspace: Workspace, text: str) -> None:
    config, problems = parse_config(text, "config.toml")
    if config is None:
        raise InputError(
            "config.toml was left as it is: after the change it could not be used",
            "mend what the lines above say (counted as they would be after the change), or edit the file by hand",
            problems,
        )
    save_config(workspace.config, text)
