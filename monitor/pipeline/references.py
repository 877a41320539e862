"""What config.toml names in other files: topics, rules and templates of digests, and whom alerts reach."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from monitor.alerts.route import recipients
from monitor.config import Config
from monitor.records import DigestSpec, Problem, Send, Source
from monitor.rules.compile import RuleBook

if TYPE_CHECKING:
    from monitor.text.located_toml import Document, KeyPath

CONFIG = "config.toml"
_FORMATS = ("md", "html", "txt")


@dataclass(frozen=True, slots=True)
class Named:
    """What may be named: ids of topics, the rules as compiled, file names of templates."""

    topics: Collection[str]
    book: RuleBook
    templates: Collection[str]


def reference_problems(config: Config, text: str, named: Named) -> tuple[Problem, ...]:
    """Return what config.toml asks for and nobody has, and what reaches nobody, sorted by place.

    A slip here loses news without a trace: a digest that asks for "cpec-securty" is empty every morning.
    ``text`` is the file that ``config`` was read from.
    """
    document = _Places(text)
    found: list[Problem] = []
    for spec in config.digests:
        found.extend(_digest_problems(spec, document, named))
    return tuple(sorted((*found, *_unheard(config, document, named.book))))


class _Places:
    """Where things stand in config.toml, read when something is wrong and a place is asked for."""

    def __init__(self, text: str) -> None:
        self._text = text

    def where(self, path: KeyPath) -> Source:
        return self._document.where(path)

    @cached_property
    def _document(self) -> Document:
        from monitor.text.located_toml import parse_toml

        return parse_toml(self._text, CONFIG)


def _digest_problems(spec: DigestSpec, document: _Places, named: Named) -> Iterator[Problem]:
    rules = [compiled.rule.full_id for compiled in named.book.rules]
    for key, kind, wanted, known in (
        ("topics", "topic", spec.topics, list(named.topics)),
        ("rules", "rule", spec.rules, rules),
    ):
        for index, name in enumerate(wanted):
            if name not in known:
                where = document.where(("digest", spec.name, key, index))
                yield Problem(where, "C005", f'no {kind} called "{name}"', _nearest(name, known, kind))
    if not any(f"{spec.template}.{kind}.j2" in named.templates for kind in _FORMATS):
        names = sorted({name.split(".")[0] for name in named.templates if not name.startswith("_")})
        where = document.where(("digest", spec.name, "template"))
        fix = _nearest(spec.template, names, "template")
        yield Problem(where, "P006", f'no template called "{spec.template}" in digests/', fix)
    if not spec.routes:
        where = document.where(("digest", spec.name))
        what = f"digest.{spec.name} has no routes, so nobody gets it, and what it takes in is not shown again"
        yield Problem(where, "C003", what, 'name where it goes, like routes = ["folder"]')


def _unheard(config: Config, document: _Places, book: RuleBook) -> Iterator[Problem]:
    """Yield the analysts whose rules ask for alerts that have no route to anybody."""
    routes = {analyst.name: analyst.routes for analyst in config.analysts}
    follows = [(analyst.name, analyst.follows) for analyst in config.analysts]
    owners = {compiled.rule.owner for compiled in book.rules if compiled.rule.send is Send.ALERT}
    for owner in sorted(owners & routes.keys()):
        if not any(routes[name] for name in recipients(owner, follows)):
            what = f'rules of "{owner}" send alerts, and no route takes them to anybody'
            yield Problem(document.where(("analyst", owner)), "C003", what, 'give it one, like routes = ["folder"]')


def _nearest(name: str, known: list[str], kind: str) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f'did you mean "{close[0]}"?' if close else f"{kind}s there are: {', '.join(sorted(known)[:12]) or 'none'}"
