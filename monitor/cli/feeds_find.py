"""``monitor feeds check`` and ``monitor feeds discover``: ask now, store nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from monitor.cli.context import Context, counted
from monitor.errors import InputError

if TYPE_CHECKING:
    from datetime import datetime

    from monitor.config import Config
    from monitor.pipeline.feedcheck import FeedCheck
    from monitor.pipeline.feedlife import FeedLife
    from monitor.records import Feed


@click.command()
@click.argument("names", nargs=-1)
@click.option("--allow-private", is_flag=True, help="The addresses named lie inside your own network.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per feed and line.")
@click.pass_obj
def check(context: Context, names: tuple[str, ...], *, allow_private: bool, as_json: bool) -> int:
    """Ask feeds now and say all that is known of them.

    Stores nothing. NAMES are names of config.toml or web addresses; without any, every feed is asked, and the past
    is told of those that are in trouble.
    """
    from monitor.pipeline.feedcheck import check_feeds
    from monitor.pipeline.feedlife import advice, feed_lives, life_words
    from monitor.pipeline.opening import read_config
    from monitor.pipeline.progress import utc_now
    from monitor.workspace.layout import Workspace

    workspace = Workspace(context.root)
    config = read_config(workspace)
    checks = check_feeds(_named(config, names, allow_private=allow_private), config.limits, utc_now)
    now = utc_now()
    lives = feed_lives(workspace, config, now)
    for one in checks:
        life = lives.get(one.feed.name)
        if as_json:
            context.echo_json(_record(one, life))
            continue
        for line in _answer(one, now):
            context.echo(line)
        todo = advice(one, life)
        if life is not None and (names or todo):
            for line in life_words(life, now):
                context.echo(f"    {line}")
        if todo:
            context.echo(f"    to do     {todo}")
    return 0 if all(one.is_ok for one in checks) else 3


@click.command()
@click.argument("url")
@click.option("--sensitive", is_flag=True, help="Ask under a neutral name.")
@click.option("--allow-private", is_flag=True, help="It lies inside your own network.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per feed and line.")
@click.pass_obj
def discover(context: Context, url: str, *, sensitive: bool, allow_private: bool, as_json: bool) -> int:
    """Find the feeds of a web site.

    Says what each brings; stores nothing. Asks the page, the feeds it declares or links to, and, if none of them
    works, the places where feeds usually are.
    """
    from monitor.feeds.links import without_feed_scheme
    from monitor.pipeline.feededit import configured_as
    from monitor.pipeline.feedfind import discover as find
    from monitor.pipeline.opening import read_config
    from monitor.pipeline.progress import utc_now
    from monitor.records import Feed
    from monitor.workspace.layout import Workspace

    bare = without_feed_scheme(url)
    address = bare if "://" in bare else f"https://{bare}"
    if not address.startswith(("http://", "https://")):
        raise InputError(f'"{url}" is no web address', "it starts with https:// or http://")
    config = read_config(Workspace(context.root))
    page = Feed(name=address, url=address, outlet=address, is_sensitive=sensitive, allow_private=allow_private)
    found = find(page, config.limits, utc_now, context.note)
    now = utc_now()
    for one in found.found:
        present = configured_as(config, one.check.feed.url)
        if as_json:
            record = _record(one.check, None)
            context.echo_json(record | {"origin": one.origin, "name": present.name if present else None})
            continue
        for line in _answer(one.check, now):
            context.echo(line)
        command = f"monitor feeds add{' --allow-private' if allow_private else ''} {one.check.feed.url}"
        is_there = f'it is "{present.name}" of config.toml' if present else f"add it with: {command}"
        context.echo(f"    {is_there}")
    if found.found:
        return 0
    if found.problem:
        context.warn(f"{address}: {found.problem}")
        if found.is_private:
            context.warn("    if it lies inside your own network, ask it with --allow-private")
        return 3
    context.warn(f"{address}: no feed found; {found.asked} addresses were asked")
    context.warn("    look for a feed sign on the page itself, or search the web for the outlet's name and RSS")
    return 1


def _answer(one: FeedCheck, now: datetime) -> list[str]:
    if one.parsed is None:
        return [f"{one.feed.name}: {one.problem}"]
    newest = f", newest {one.newest_at:%Y-%m-%d %H:%M} UTC" if one.newest_at else ", none with a date"
    if not one.parsed.items:
        newest = ""
    age = (now - one.newest_at).days if one.newest_at else 0
    old = f" ({age} days ago)" if age > 1 else ""
    titled = f', "{one.parsed.title}"' if one.parsed.title else ""
    lines = [f"{one.feed.name}: ok, {one.parsed.format}, {counted(len(one.parsed.items), 'item')}{newest}{old}{titled}"]
    if one.moved_to:
        lines.append(f"    the server says it moved for good to {one.moved_to}")
    return [*lines, *(f"    {problem}" for problem in one.parsed.problems)]


def _record(one: FeedCheck, life: FeedLife | None) -> dict[str, object]:
    parsed = one.parsed
    known: dict[str, object] = {"name": one.feed.name, "url": one.feed.url}
    if life is not None:
        known = life.line.record()
        known["history_problem"] = known.pop("problem")
    return known | {
        "is_ok": one.is_ok,
        "problem": one.problem,
        "format": parsed.format if parsed else None,
        "title": parsed.title if parsed else None,
        "lang": parsed.lang if parsed else None,
        "items_now": len(parsed.items) if parsed else 0,
        "newest_at": one.newest_at.strftime("%Y-%m-%dT%H:%M:%SZ") if one.newest_at else None,
        "repairs": list(parsed.problems) if parsed else [],
    }


def _named(config: Config, names: tuple[str, ...], *, allow_private: bool) -> list[Feed]:
    from monitor.pipeline.feededit import configured_as
    from monitor.records import Feed

    known = {feed.name: feed for feed in (*config.feeds, *config.paused)}
    if not names:
        return list(config.feeds)
    chosen = []
    for name in dict.fromkeys(names):
        if name in known:
            chosen.append(known[name])
        elif name.startswith(("http://", "https://")):
            feed = Feed(name=name, url=name, outlet=name, allow_private=allow_private)
            chosen.append(configured_as(config, name) or feed)
        else:
            fix = "see the names with: monitor feeds list"
            if "." in name:
                fix += "\n    a web address is taken for one when it begins with https:// or http://"
            raise InputError(f'no feed called "{name}" in config.toml', fix)
    return chosen
