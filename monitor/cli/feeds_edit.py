"""``monitor feeds add / remove / pause / resume / import / export``: the feeds of config.toml, changed with care."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli.context import Context, counted
from monitor.errors import InputError, OutsideError

if TYPE_CHECKING:
    from monitor.config import Config
    from monitor.config.edit import Settings
    from monitor.pipeline.feedcheck import FeedCheck

GRADES = click.Choice(["A", "B", "C", "D", "E", "F"])
_ORDER = ("outlet", "lang", "country", "grade", "stance", "interval", "sensitive", "paused", "allow_private")
STANCES = click.Choice(["state", "military", "militant", "exile", "party", "independent"])


def _country(_context: click.Context, _option: click.Parameter, value: str | None) -> str | None:
    if value and not re.fullmatch("[A-Za-z]{2}", value):
        raise click.BadParameter(f'"{value}" is not two letters, like PK')
    return value.upper() if value else value


def _lang(_context: click.Context, _option: click.Parameter, value: str | None) -> str | None:
    if value and not re.fullmatch("[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*", value):
        raise click.BadParameter(f'"{value}" is not the code of a language, like ur or fa-AF')
    return value


@click.command()
@click.argument("url")
@click.option("--name", help="Its name for ever; made from its title if absent.")
@click.option("--outlet", help="How digests call it; its title if absent.")
@click.option("--lang", callback=_lang, help="The language it is mostly written in; what it says itself if absent.")
@click.option("--country", callback=_country, help="Two letters, like PK.")
@click.option("--grade", type=GRADES, help="How far to trust it, A to F.")
@click.option("--stance", type=STANCES, help="Whose voice it speaks with.")
@click.option("--interval", help='How often to ask, like "15m".')
@click.option("--sensitive", is_flag=True, help="Ask under a neutral name; digests do not link to it.")
@click.option("--allow-private", is_flag=True, help="It lies inside your own network.")
@click.option("--no-check", is_flag=True, help="Add it without asking it first.")
@click.pass_obj
def add(context: Context, /, url: str, *, no_check: bool, name: str | None, **options: str | bool | None) -> int:
    """Add a feed to config.toml, after asking it once.

    What is not a feed is not added; the answer says which feeds the page names.
    """
    from monitor.feeds.links import without_feed_scheme
    from monitor.pipeline import feededit
    from monitor.pipeline.opening import read_config
    from monitor.workspace.layout import Workspace

    workspace = Workspace(context.root)
    config = read_config(workspace)
    url = without_feed_scheme(url)
    _check_is_new(config, url, url)
    given = _in_order(options)
    answer = None if no_check else _asked(context, url, given)
    if answer is not None and answer.moved_to:
        _check_is_new(config, answer.moved_to, f"{url} has moved for good to {answer.moved_to}, which")
        context.note(f"{url} has moved for good: the new address is added")
        url = answer.moved_to
    parsed = answer.parsed if answer is not None else None
    title = str(given.get("outlet") or (parsed.title if parsed else ""))
    own = {"outlet": title, "lang": _language(parsed.lang if parsed else None)}
    chosen = name or feededit.new_name(workspace, config, title, url)
    settings: Settings = {"name": chosen, "url": url, **{key: value for key, value in own.items() if value}, **given}
    feededit.add(workspace, settings)
    context.echo(f'added "{chosen}": {title or url}')
    if parsed is not None and not parsed.items:
        context.note("it holds no item at the moment")
    context.note("the next round asks it; its items of the last 24 hours may enter the digest, older ones are archived")
    return 0


def _check_is_new(config: Config, url: str, what: str) -> None:
    from monitor.pipeline.feededit import configured_as

    present = configured_as(config, url)
    if present is not None:
        place = f" ({present.declared_at})" if present.declared_at else ""
        raise InputError(f'{what} is there already: it is the feed "{present.name}"{place}', "change it there")


def _in_order(options: dict[str, str | bool | None]) -> Settings:
    """Return the options given, in the order of config.example.toml; click hands them over in that of the typing."""
    return {key: value for key in _ORDER if (value := options.get(key))}


def _asked(context: Context, url: str, given: Settings) -> FeedCheck:
    from monitor.pipeline.feedcheck import check_feeds
    from monitor.pipeline.opening import read_config
    from monitor.pipeline.progress import utc_now
    from monitor.records import Feed
    from monitor.workspace.layout import Workspace

    if not url.startswith(("http://", "https://")):
        bare = url.rpartition("://")[2]
        fix = f"write https://{bare}, or find the feeds of a site with: monitor feeds discover {bare}"
        raise InputError(f'"{url}" is no web address: it starts with https:// or http://', fix)
    feed = Feed(
        name=url,
        url=url,
        outlet=url,
        is_sensitive=bool(given.get("sensitive")),
        allow_private=bool(given.get("allow_private")),
    )
    answer = check_feeds([feed], read_config(Workspace(context.root)).limits, utc_now)[0]
    if answer.is_ok:
        return answer
    if answer.is_private:
        raise OutsideError(f"{url}: {answer.problem}", "if it lies inside your own network, add --allow-private")
    fix = f"find the feeds of a site with: monitor feeds discover {url}\n    add it all the same with --no-check"
    if answer.is_answered:
        raise InputError(f"{url}: {answer.problem}", fix)
    raise OutsideError(f"{url}: {answer.problem}", fix)


def _language(declared: str | None) -> str | None:
    """Return the language a feed declares, without the country that says nothing about the words."""
    if not declared:
        return None
    return "fa-AF" if declared.lower() in ("fa-af", "prs", "prs-af") else declared.partition("-")[0].lower()


@click.command()
@click.argument("names", nargs=-1, required=True)
@click.pass_obj
def remove(context: Context, names: tuple[str, ...]) -> int:
    """Take feeds out of config.toml; what they brought stays stored."""
    from monitor.pipeline import feededit
    from monitor.workspace.layout import Workspace

    unwatched = feededit.remove(Workspace(context.root), names)
    context.echo(f"removed {', '.join(dict.fromkeys(names))}")
    for what in unwatched:
        context.note(f"no feed carries {what} any more; name another one for it in [coverage] of config.toml")
    context.note("their items stay; added again under the same name, a feed goes on where it stopped")
    return 0


@click.command()
@click.argument("names", nargs=-1, required=True)
@click.pass_obj
def pause(context: Context, names: tuple[str, ...]) -> int:
    """Leave feeds unasked without forgetting them."""
    from monitor.pipeline import feededit
    from monitor.workspace.layout import Workspace

    feededit.pause(Workspace(context.root), names)
    context.echo(f"paused {', '.join(dict.fromkeys(names))}")
    return 0


@click.command()
@click.argument("names", nargs=-1, required=True)
@click.pass_obj
def resume(context: Context, names: tuple[str, ...]) -> int:
    """Ask feeds again at the next round.

    Paused ones, and ones left alone for a while after failures.
    """
    from monitor.pipeline import feededit
    from monitor.workspace.layout import Workspace

    feededit.resume(Workspace(context.root), names)
    context.echo(f"asked at the next round: {', '.join(dict.fromkeys(names))}")
    return 0


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True))
@click.option("--grade", type=GRADES, help="For every feed of the list.")
@click.option("--stance", type=STANCES, help="For every feed of the list.")
@click.option("--lang", callback=_lang, help="For every feed whose language the list does not give.")
@click.option("--sensitive", is_flag=True, help="For every feed of the list.")
@click.option("--paused", is_flag=True, help="Add them paused: resume the ones you want.")
@click.option("--dry-run", is_flag=True, help="Say what would be added; change nothing.")
@click.pass_obj
def import_command(context: Context, /, file: Path, *, dry_run: bool, **options: str | bool | None) -> int:
    """Add the feeds of an OPML list to config.toml.

    Feeds that are there already are left as they are. FILE may be - for stdin.
    """
    from monitor.feeds.opml import parse_opml
    from monitor.pipeline import feededit
    from monitor.workspace.layout import Workspace

    try:
        body = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as error:
        raise InputError(f"{file}: cannot be read ({error.strerror})", "name a file, or - for standard input") from None
    listed = parse_opml(body)
    if not listed.is_opml:
        raise InputError(f"{file}: {listed.problems[0]}", "export the list from the other program as OPML")
    workspace = Workspace(context.root)
    common = _in_order(options)
    plan = feededit.plan_import(workspace, listed, common)
    if not dry_run:
        feededit.carry_out(workspace, plan.added, listed)
    for settings in plan.added:
        context.echo(f"{settings['name']}  {settings['url']}")
    for problem in plan.problems:
        context.warn(f"{file}: {problem}")
    verb = "would be added" if dry_run else "added"
    known = f"{plan.known} {'was' if plan.known == 1 else 'were'} there already"
    context.note(f"{counted(len(plan.added), 'feed')} {verb}, {known}")
    if plan.added and not dry_run:
        context.note("see whether they answer with: monitor feeds check")
    return 1 if plan.problems else 0


@click.command()
@click.pass_obj
def export(context: Context) -> int:
    """Print the feeds of config.toml as an OPML list.

    Other programs read it. Request headers and passwords in addresses are left out.
    """
    from monitor.feeds.opml import render_opml
    from monitor.pipeline import feededit
    from monitor.pipeline.opening import read_config
    from monitor.workspace.layout import Workspace

    config = read_config(Workspace(context.root))
    click.echo(render_opml("Feeds of monitor", feededit.to_subscriptions(config)), nl=False)
    return 0
