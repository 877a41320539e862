"""Errors that show only when all files are read together: each check is one function from the library to problems."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta

from monitor.records import Problem, Send, Severity, Source
from monitor.rules.codes import Code, did_you_mean
from monitor.rules.declared import EntitySet, Rule, Tune, WatchedEntity
from monitor.rules.library import Kind, Library, Reference
from monitor.text.durations import format_duration

Check = Callable[[Library], Iterator[Problem]]
MUTE_DAYS = 90
"""A mute holds at most this long (DESIGN §6): what is silenced for good is forgotten."""
MAX_SUGGESTIONS = 100
"""So many unknown references mean that a whole file is missing; to look for a slip in each would take minutes."""
MAX_CIRCLES = 100
"""Places named: more of them are mended together with these."""
MAX_STEPS = 12
"""Of a circle that a message writes out."""
_ORDER = (Send.OFF, Send.RECORD, Send.DIGEST, Send.ALERT)
_KINDS = {Kind.ENTITY: "an entity", Kind.SET: "a set", Kind.WORDS: "a words group"}


def check_duplicates(library: Library) -> Iterator[Problem]:
    """Find ids declared twice, in both places: entities, sets and words share ``@``, rules are ``owner/rule``."""
    for id_, declarations in library.declarations.items():
        fix = "rename one of them; entities, sets and words share their ids"
        yield from _duplicates(f'"{id_}"', [declaration.where for declaration in declarations], fix)
    rules = _grouped((f'the rule "{rule.full_id}"', rule.declared_at) for rule in library.rules)
    tunes = _grouped((f'{tune.owner}\'s tune of "{tune.target}"', tune.declared_at) for tune in library.tunes)
    mutes = _grouped((f'{mute.owner}\'s mute "{mute.id}"', mute.declared_at) for mute in library.mutes)
    for what, places in (*rules.items(), *tunes.items(), *mutes.items()):
        yield from _duplicates(what, places, "rename or remove one of them")


def check_references(library: Library) -> Iterator[Problem]:
    """Find ids that name nothing, or something of the wrong kind."""
    suggested = 0
    for reference in library.references:
        declarations = library.declarations.get(reference.id)
        if declarations is None:
            suggested += 1
            yield _unknown(reference, library, is_suggesting=suggested <= MAX_SUGGESTIONS)
        elif declarations[0].kind not in reference.allowed:
            wanted = " or ".join(_KINDS[kind] for kind in reference.allowed)
            what = f'"{reference.prefix}{reference.id}" is {_KINDS[declarations[0].kind]}; here stands {wanted}'
            yield Problem(reference.where, Code.WRONG_KIND, what, f"it is defined in {_place(declarations[0].where)}")


def check_cycles(library: Library) -> Iterator[Problem]:
    """Find sets that hold themselves and entities that are part of themselves, over however many steps."""
    links: dict[str, tuple[str, ...]] = {}
    for id_, declarations in library.declarations.items():
        match declarations[0].entry:
            case EntitySet(members=members):
                links[id_] = tuple(member.text for member in members if _kind(library, member.text) is Kind.SET)
            case WatchedEntity(part_of=part_of) if part_of and _kind(library, part_of.text) is Kind.ENTITY:
                links[id_] = (part_of.text,)
            case _:
                continue
    left = _endless(links)
    found = 0
    for id_ in sorted(left):
        circle = _circle(id_, left)
        if circle:
            what = f"goes in a circle: {_way(circle)}"
            fix = "remove one of the steps; a set cannot hold itself, and nothing is part of its own part"
            yield Problem(library.declarations[id_][0].where, Code.CYCLE, f'"{id_}" {what}', fix)
            found += 1
            if found == MAX_CIRCLES:
                return


def check_topics(library: Library) -> Iterator[Problem]:
    """Find scores asked of topics that no classifier knows."""
    if library.topics is None:
        return
    bounds = [bound for rule in library.rules for bound in rule.min_score]
    bounds += [bound for tune in library.tunes for bound in tune.min_score]
    bounds += [bound for rule in library.rules for example in rule.examples for bound in example.scores]
    for bound in bounds:
        if bound.topic not in library.topics:
            close = did_you_mean(bound.topic, library.topics)
            known = ", ".join(sorted(library.topics)) or "none"
            fix = f'did you mean "{close}"?' if close else f"topics are the files of classifiers/: {known}"
            yield Problem(bound.where, Code.UNKNOWN_TOPIC, f'no topic called "{bound.topic}"', fix)


def check_owners(library: Library) -> Iterator[Problem]:
    """Find files whose owner config.toml does not know, so that nobody would hear of their matches."""
    if library.analysts is None:
        return
    for file in library.files:
        if file.owner is not None and file.owner_at is not None and file.owner not in library.analysts:
            close = did_you_mean(file.owner, library.analysts)
            fix = f'did you mean "{close}"?' if close else f"add [analyst.{file.owner}] to config.toml"
            yield Problem(file.owner_at, Code.UNKNOWN_OWNER, f'no analyst called "{file.owner}" in config.toml', fix)


def check_tunes(library: Library) -> Iterator[Problem]:
    """Find tunes of rules that do not exist, of one's own rules, and those that ask for more than the rule does."""
    rules = {rule.full_id: rule for rule in library.rules}
    for tune in library.tunes:
        if "/" not in tune.target:
            continue
        rule = rules.get(tune.target)
        if rule is None:
            close = did_you_mean(tune.target, rules)
            known = f'did you mean "{close}"? it is defined in {_place(rules[close].declared_at)}' if close else ""
            fix = known or f"write owner and rule as in: {', '.join(sorted(rules)[:3]) or 'owner/rule'}"
            yield Problem(tune.declared_at, Code.TUNE_TARGET, f'no rule called "{tune.target}"', fix)
        elif rule.owner == tune.owner:
            fix = f"change the rule itself, in {_place(rule.declared_at)}"
            yield Problem(tune.declared_at, Code.TUNE_OWN, f'"{tune.target}" is your own rule', fix)
        else:
            yield from _raises(tune, rule)


def check_mutes(library: Library) -> Iterator[Problem]:
    """Find mutes that would hold too long, and those that are over."""
    if library.today is None:
        return
    latest = library.today + timedelta(days=MUTE_DAYS)
    for mute in library.mutes:
        if mute.until is not None and mute.until > latest:
            what = f"the mute holds until {mute.until}, longer than {MUTE_DAYS} days"
            fix = f"write a day up to {latest}; it can be prolonged when it ends"
            yield Problem(mute.place("until"), Code.MUTE_TOO_LONG, what, fix)
        elif mute.until is not None and mute.until < library.today:
            what = f"the mute ended on {mute.until} and silences nothing any more"
            yield Problem(mute.place("until"), Code.MUTE_OVER, what, "remove it, or write a later day", is_error=False)


CHECKS: tuple[Check, ...] = (
    check_duplicates,
    check_references,
    check_cycles,
    check_topics,
    check_owners,
    check_tunes,
    check_mutes,
)


def _grouped(places: Iterable[tuple[str, Source]]) -> dict[str, list[Source]]:
    found: dict[str, list[Source]] = {}
    for what, place in places:
        found.setdefault(what, []).append(place)
    return found


def _duplicates(what: str, places: list[Source], fix: str) -> Iterator[Problem]:
    if len(places) < 2:
        return
    for place in places:
        others = ", ".join(_place(other) for other in places if other != place)
        yield Problem(place, Code.DUPLICATE, f"{what} is declared more than once: also in {others}", fix)


def _unknown(reference: Reference, library: Library, *, is_suggesting: bool) -> Problem:
    known = [id_ for id_, found in library.declarations.items() if found[0].kind in reference.allowed]
    kinds = [kind.value for kind in reference.allowed]
    listed = " or ".join(filter(None, (", ".join(kinds[:-1]), kinds[-1])))
    close = did_you_mean(reference.id, known) if is_suggesting else None
    if close is not None:
        where = _place(library.declarations[close][0].where)
        fix = f'did you mean "{reference.prefix}{close}"? it is defined in {where}'
    else:
        tables = ", ".join(f"[{kind}.{reference.id}]" for kind in kinds)
        fix = f"define it: {tables}" + ("; to search for the word itself, leave out the @" if reference.prefix else "")
    what = f'no {listed} called "{reference.prefix}{reference.id}"'
    return Problem(reference.where, Code.UNKNOWN_REFERENCE, what, fix)


def _endless(links: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Return the links of the ids from which no way comes to an end: those in circles, and those leading there."""
    users: dict[str, list[str]] = {}
    for id_, targets in links.items():
        for target in targets:
            users.setdefault(target, []).append(id_)
    open_ways = {id_: sum(target in links for target in targets) for id_, targets in links.items()}
    ended = [id_ for id_, count in open_ways.items() if not count]
    for id_ in ended:
        for user in users.get(id_, ()):
            open_ways[user] -= 1
            if not open_ways[user]:
                ended.append(user)
    return {id_: targets for id_, targets in links.items() if open_ways[id_]}


def _circle(start: str, links: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Return a way from ``start`` back to it, empty if there is none."""
    came_from: dict[str, str] = {}
    waiting = [start]
    while waiting:
        here = waiting.pop()
        for there in links.get(here, ()):
            if there == start:
                way = [start, here]
                while way[-1] != start:
                    way.append(came_from[way[-1]])
                return tuple(reversed(way))
            if there not in came_from:
                came_from[there] = here
                waiting.append(there)
    return ()


def _way(circle: tuple[str, ...]) -> str:
    """Return the steps of a circle; of a long one how it begins and ends."""
    if len(circle) <= MAX_STEPS:
        return " → ".join(circle)
    return f"{' → '.join(circle[:4])} → … → {' → '.join(circle[-2:])} ({len(circle) - 1} steps)"


def _kind(library: Library, id_: str) -> Kind | None:
    return library.declarations[id_][0].kind if id_ in library.declarations else None


def _raises(tune: Tune, rule: Rule) -> Iterator[Problem]:
    fix = f"the rule is defined in {_place(rule.declared_at)}; ask {rule.owner}, or write a rule of your own"
    if tune.send is not None and _ORDER.index(tune.send) > _ORDER.index(rule.send):
        what = f'a tune can only lower "send"; the rule says "{rule.send.value}"'
        yield Problem(tune.place("send"), Code.TUNE_RAISES, what, fix)
    if tune.severity is not None and tune.severity > rule.severity:
        what = f'a tune can only lower "severity"; the rule says "{Severity(rule.severity).label}"'
        yield Problem(tune.place("severity"), Code.TUNE_RAISES, what, fix)
    if tune.throttle is not None and rule.throttle is not None and tune.throttle < rule.throttle:
        what = f'a tune can only raise "throttle"; the rule says "{format_duration(rule.throttle)}"'
        yield Problem(tune.place("throttle"), Code.TUNE_RAISES, what, fix)
    least = {bound.topic: bound.least for bound in rule.min_score}
    for bound in tune.min_score:
        if bound.least < least.get(bound.topic, 0.0):
            what = f'a tune can only raise "min_score"; the rule asks for {least[bound.topic]:.2f}'
            yield Problem(bound.where, Code.TUNE_RAISES, what, fix)


def _place(where: Source) -> str:
    return f"{where.path}:{where.line}"
