"""``monitor quiet``: silence the subject of an item, with a mute or a tune in the analyst's own file."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click

from monitor.cli.context import Context
from monitor.errors import InputError

if TYPE_CHECKING:
    from monitor.config import Config
    from monitor.pipeline.ruleedits import Edit
    from monitor.records import AssessedItem
    from monitor.rules.edit import Value

MAX_DAYS = 90
"""A mute holds at most this long (DESIGN §6): what is silenced for good is forgotten."""


@click.command()
@click.argument("item")
@click.option("--analyst", metavar="NAME", help="For whom; 'me' of config.toml if absent.")
@click.option("--entity", metavar="ID", help="Mute this watched entity, until --days are over.")
@click.option("--with", "words", multiple=True, metavar="WORDS", help="Only beside these words; may be repeated.")
@click.option("--rule", metavar="OWNER/RULE", help="Instead: tune this rule of somebody else.")
@click.option("--send", type=click.Choice(["digest", "record", "off"]), help="How the tuned rule is sent.")
@click.option("--also-none", multiple=True, metavar="WORDS", help="Words that stop the tuned rule; may be repeated.")
@click.option("--story", "is_story", is_flag=True, help="Instead: no alerts about the story of the item.")
@click.option("--end", "is_ending", is_flag=True, help="Hear of the story again: end its silence.")
@click.option("--days", type=click.IntRange(1, MAX_DAYS), help="How long the mute holds, at most 90 days.")
@click.option("--why", metavar="TEXT", help="The reason, for those who read the file later.")
@click.pass_obj
def quiet(context: Context, /, item: str, **asked: object) -> int:
    """Silence the subject of an item: asks what, for whom and how long.

    A mute hides an entity, alone or beside some words, for one analyst until a day; a tune lowers one rule of somebody
    else; both are written into the rule file of the analyst. A silence keeps one story from alerting. Options answer
    the questions beforehand. Nothing is deleted: a muted item stays in the archive
    and says why it was not shown.
    """
    from monitor.cli.stored import one_item
    from monitor.pipeline.opening import read_config
    from monitor.workspace.layout import Workspace

    config = read_config(Workspace(context.root))
    one = one_item(context.root, item)
    context.note(f"{one.item.outlet}: {one.item.title or one.item.text[:100]}")
    analyst = _analyst(config, asked["analyst"])
    if asked["is_ending"]:
        return _end(context, analyst, one)
    rule, entity, is_story = asked["rule"], asked["entity"], bool(asked["is_story"])
    if rule is None and entity is None and not is_story:
        kind, chosen = _ask_what(context, one, analyst)
        rule, entity = (chosen if kind == wanted else None for wanted in ("rule", "entity"))
        is_story = kind == "story"
    if is_story:
        return _silence(context, analyst, one, asked)
    if rule is not None:
        edit = _tune(context, analyst, str(rule), asked)
    else:
        edit = _mute(context, analyst, str(entity), one, asked)
    context.echo(f"{edit.path}: added for {analyst}")
    context.echo(edit.added)
    context.note("see what it hides with: monitor why, and remove the lines to hear of it again")
    return 0


def _analyst(config: Config, asked: object) -> str:
    names = [one.name for one in config.analysts]
    name = str(asked) if asked is not None else click.prompt("for whom", default=config.me, err=True)
    if name not in names:
        raise InputError(f'no analyst called "{name}" in config.toml', f"name one of: {', '.join(names)}")
    return str(name)


def _ask_what(context: Context, one: AssessedItem, analyst: str) -> tuple[str, str]:
    """Return what a person chooses out of what brought the item: ``rule``, ``entity`` or ``story``, and which."""
    matches = one.assessment.matches
    rules = [match.id for match in matches.rules if match.owner != analyst]
    entities = list(dict.fromkeys(mention.entity for mention in matches.mentions))
    own = [match.id for match in matches.rules if match.owner == analyst]
    choices = [("entity", id_) for id_ in entities] + [("rule", id_) for id_ in rules]
    if matches.rules:
        choices.append(("story", one.assessment.story.story))
    if not choices:
        fix = f"change the rule itself: {', '.join(own)}" if own else "nothing of it is watched; see: monitor why"
        raise InputError("the item mentions no watched entity and no rule of somebody else brought it", fix)
    for number, (kind, id_) in enumerate(choices, start=1):
        words = {
            "entity": f"mute the entity {id_}",
            "rule": f"tune the rule {id_}",
            "story": "no alerts about its story",
        }
        context.warn(f"  {number}  {words[kind]}")
    if own:
        context.warn(f"     your own rules are changed in your file: {', '.join(own)}")
    number = click.prompt("what", type=click.IntRange(1, len(choices)), err=True)
    return choices[number - 1]


def _silence(context: Context, analyst: str, one: AssessedItem, asked: dict[str, object]) -> int:
    from monitor.pipeline.opening import open_workspace
    from monitor.store import silences
    from monitor.workspace.layout import Workspace

    days, why, now = _days(asked), _why(asked, one), datetime.now(UTC)
    silence = silences.Silence(analyst, one.assessment.story.story, now + timedelta(days=days), why)
    _, database = open_workspace(Workspace(context.root))
    try:
        with database.write() as connection:
            silences.save(connection, silence, now)
    finally:
        database.close()
    context.echo(silence.reason)
    context.note(f"digests tell of it as before; hear of it again with: monitor quiet {one.item.id} --end")
    return 0


def _end(context: Context, analyst: str, one: AssessedItem) -> int:
    from monitor.pipeline.opening import open_workspace
    from monitor.store import silences
    from monitor.workspace.layout import Workspace

    _, database = open_workspace(Workspace(context.root))
    try:
        with database.write() as connection:
            was_silent = silences.end(connection, analyst, one.assessment.story.story)
    finally:
        database.close()
    if not was_silent:
        raise InputError(f"{analyst} has not silenced the story of this item", "see: monitor why")
    context.echo(f"alerts about the story reach {analyst} again")
    return 0


def _days(asked: dict[str, object]) -> int:
    days = asked["days"]
    if days is None:
        days = click.prompt("for how many days", type=click.IntRange(1, MAX_DAYS), default=14, err=True)
    return int(str(days))


def _why(asked: dict[str, object], one: AssessedItem) -> str:
    why = asked["why"]
    return str(click.prompt("why", default=f"asked for at {one.item.id}", err=True) if why is None else why)


def _tune(context: Context, analyst: str, rule: str, asked: dict[str, object]) -> Edit:
    from monitor.cli.rulebook import load_book
    from monitor.pipeline.ruleedits import find_rule, write_tune
    from monitor.records import Send, Severity

    book, _ = load_book(context.root)
    declared = find_rule(book, rule).rule
    if declared.owner == analyst:
        raise InputError(f"{declared.full_id} is {analyst}'s own rule", f"change it: {declared.declared_at}")
    if declared.severity is Severity.CRITICAL:
        context.warn(f"{declared.full_id} is critical: what it finds will not alert you any more")
    also_none = _texts(asked["also_none"])
    send = asked["send"]
    if send is None and not also_none:
        send = click.prompt("send it as", type=click.Choice(["digest", "record", "off"]), default="record", err=True)
    order = (Send.OFF, Send.RECORD, Send.DIGEST, Send.ALERT)
    if send is not None and order.index(Send(str(send))) > order.index(declared.send):
        raise InputError(
            f"{declared.full_id} is sent as {declared.send}; a tune can only lower it", "choose a lower one"
        )
    values: dict[str, Value] = {"send": str(send)} if send is not None else {}
    if also_none:
        values["also_none"] = also_none
    return write_tune(context.root, analyst, declared.full_id, values)


def _mute(context: Context, analyst: str, entity: str, one: AssessedItem, asked: dict[str, object]) -> Edit:
    from monitor.cli.rulebook import load_book
    from monitor.pipeline.ruleedits import mute_values, write_mute

    book, _ = load_book(context.root)
    if entity not in {known.id for known in book.entities}:
        raise InputError(f'no entity called "{entity}"', "see what the item mentions: monitor items show")
    words = _texts(asked["words"])
    if not words and asked["entity"] is None:
        typed = click.prompt("only beside these words (empty: always)", default="", show_default=False, err=True)
        words = tuple(word.strip() for word in typed.split(",") if word.strip())
    days, why = _days(asked), _why(asked, one)
    until = datetime.now(UTC).date() + timedelta(days=days)
    return write_mute(context.root, analyst, entity, mute_values(entity, words, until, why))


def _texts(value: object) -> tuple[str, ...]:
    return tuple(str(one) for one in value) if isinstance(value, list | tuple) else ()
