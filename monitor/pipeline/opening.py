"""Open a workspace's settings and database, and nothing else: most commands need no more, and answer sooner."""

from __future__ import annotations

from dataclasses import replace

from monitor.config import Config, parse_config
from monitor.errors import InputError
from monitor.store.engine import Database, has_database, open_database
from monitor.workspace.files import read_text
from monitor.workspace.kept import Kept, key_of
from monitor.workspace.layout import Workspace
from monitor.workspace.plain import to_plain

PLAIN_HEADERS = frozenset({"accept", "accept-language", "dnt", "referer", "user-agent"})
"""Headers of feeds that hold no secret."""


def open_workspace(workspace: Workspace) -> tuple[Config, Database]:
    """Read config.toml and open the database.

    Raises InputError with every problem of an unreadable config, StoreError when the database cannot be used.
    """
    config = read_config(workspace)
    return config, open_database(config.database, workspace.root)


def open_if_there(workspace: Workspace) -> Database | None:
    """Open the database if the workspace has settings and a database already; None otherwise.

    Raises what ``open_workspace`` does.
    """
    if not workspace.config.is_file():
        return None
    config = read_config(workspace)
    return open_database(config.database, workspace.root) if has_database(config.database, workspace.root) else None


def read_config(workspace: Workspace) -> Config:
    """Return the settings. Raises InputError with every problem of an unreadable config.toml."""
    text = config_text(workspace)
    kept, key = Kept(workspace.private, "config"), key_of(text)
    config = kept.restored(key, Config)
    if config is None:
        config, problems = parse_config(text, "config.toml")
        if config is None:
            raise InputError("config.toml cannot be used, so nothing was done", "mend the lines above", problems)
        if not _may_hold_secrets(config):
            kept.save(key, to_plain(config, Config))
    return replace(config, limits=replace(config.limits, root=workspace.root))


def _may_hold_secrets(config: Config) -> bool:
    """Return whether a file of ours with the same settings might spread a password: one place is enough for it."""
    feeds = (*config.feeds, *config.paused)
    addresses = [config.database, *(feed.url for feed in feeds)]
    has_proxy = config.limits.proxy is not None or any(feed.proxy for feed in feeds)
    headers = [name.lower() for feed in feeds for name, _ in feed.headers]
    return has_proxy or not PLAIN_HEADERS.issuperset(headers) or any("@" in address for address in addresses)


def config_text(workspace: Workspace) -> str:
    """Return the text of config.toml. Raises InputError if there is none."""
    if not workspace.config.exists():
        raise InputError(
            f"{workspace.config}: there is no such file",
            f"make a workspace here with: monitor init {workspace.root}",
        )
    return read_text(workspace.config, "config.toml")
