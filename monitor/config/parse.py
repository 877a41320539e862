"""config.toml: what to poll, who is told, when; every problem of the file at once, with its place.

Codes: C001 unknown key, C002 missing key, C003 unusable value, C004 the same name twice, C005 a name that is
defined nowhere; T… problems of TOML itself. Each has a section in docs/problems.md.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from pydantic import ValidationError

from monitor.config.form import AnalystForm, ConfigForm, DigestForm, EmailRouteForm, FeedForm, FolderRouteForm
from monitor.config.settings import Analyst, Config, Watch
from monitor.deliver.routes import EmailRoute, FolderRoute, Route, Tls
from monitor.fetch.limits import FetchLimits
from monitor.records import DigestSpec, Feed, Problem, Severity, Stance
from monitor.text.located_toml import Document, parse_toml

KeyPath = tuple[str | int, ...]


def parse_config(text: str, path: str) -> tuple[Config | None, tuple[Problem, ...]]:
    """Return the configuration, or None with every problem of the file, sorted by place."""
    document = parse_toml(text, path)
    try:
        form = ConfigForm.model_validate(document.partial)
    except ValidationError as error:
        # A broken line may have held the key that seems missing, so only what is there is judged in a broken file.
        found = [p for p in _form_problems(error, document) if not (document.problems and p.code == "C002")]
        return None, tuple(sorted({*document.problems, *found}))
    problems = tuple(sorted({*document.problems, *(() if document.problems else _reference_problems(form, document))}))
    return (None if problems else _config(form, document)), problems


def _config(form: ConfigForm, document: Document) -> Config:
    fetch = form.fetch
    limits = FetchLimits(
        concurrency=fetch.concurrency,
        per_host=fetch.per_host,
        host_gap=fetch.host_gap,
        deadline=fetch.deadline,
        max_bytes=fetch.max_bytes,
        contact=fetch.contact,
        proxy=fetch.proxy,
    )
    feeds = [(form.paused, _feed(form, fetch.interval, document, index)) for index, form in enumerate(form.feed)]
    return Config(
        database=form.database,
        me=form.me,
        limits=limits,
        feeds=tuple(feed for is_paused, feed in feeds if not is_paused),
        paused=tuple(feed for is_paused, feed in feeds if is_paused),
        analysts=tuple(_analyst(name, analyst) for name, analyst in form.analyst.items()),
        routes=tuple(_route(name, route) for name, route in form.route.items()),
        digests=tuple(_digest(name, digest) for name, digest in form.digest.items()),
        full_text_margin=fetch.full_text_margin,
        watches=tuple(Watch(watch.what, watch.kind, tuple(watch.feeds)) for watch in form.coverage.watch),
    )


def _feed(form: FeedForm, interval: timedelta, document: Document, index: int) -> Feed:
    return Feed(
        name=form.name,
        url=form.url,
        outlet=form.outlet or form.name,
        lang=form.lang,
        country=form.country,
        grade=form.grade,
        stance=Stance(form.stance),
        interval=form.interval or interval,
        allow_private=form.allow_private,
        is_sensitive=form.sensitive,
        wants_full_text=form.full_text,
        headers=tuple(form.headers.items()),
        declared_at=document.where(("feed", index)),
        proxy=form.proxy,
        deadline=form.deadline,
    )


def _analyst(name: str, form: AnalystForm) -> Analyst:
    return Analyst(
        name=name,
        routes=tuple(form.routes),
        follows=tuple(form.follows),
        quiet_hours=form.quiet_hours,
        zone=form.zone,
        max_alerts_per_hour=form.max_alerts_per_hour,
    )


def _route(name: str, form: FolderRouteForm | EmailRouteForm) -> Route:
    if isinstance(form, FolderRouteForm):
        return FolderRoute(name=name, path=Path(form.path))
    return EmailRoute(
        name=name,
        host=form.host,
        port=form.port,
        tls=Tls(form.tls),
        sender=form.sender,
        to=(form.to,) if isinstance(form.to, str) else tuple(form.to),
        user=form.user,
        password_file=Path(form.password_file) if form.password_file else None,
        password_env=form.password_env,
        ca_file=Path(form.ca_file) if form.ca_file else None,
    )


def _digest(name: str, form: DigestForm) -> DigestSpec:
    return DigestSpec(
        name=name,
        at=form.at,
        zone=form.zone,
        days=tuple(form.days),
        topics=tuple(form.topics),
        analysts=tuple(form.analysts),
        rules=tuple(form.rules),
        min_severity=Severity[form.min_severity.upper()],
        template=form.template,
        routes=tuple(form.routes),
        marking=form.marking,
    )


def _form_problems(error: ValidationError, document: Document) -> Iterator[Problem]:
    for found in error.errors(include_url=False):
        key = _key_path(found["loc"])
        match found["type"]:
            case "extra_forbidden":
                yield Problem(document.key_where(key), "C001", f'unknown key "{key[-1]}"', _nearest_key(key))
            case "missing":
                yield Problem(
                    document.where(key[:-1]),
                    "C002",
                    f'{_spoken(key[:-1])} has no "{key[-1]}"',
                    f"add a line: {key[-1]} = …  (config.example.toml shows one)",
                )
            case "union_tag_invalid" | "union_tag_not_found":
                kind = found.get("ctx", {}).get("tag")
                what = f'"{kind}" is no kind of route' if kind else f'{_spoken(key)} has no "kind"'
                yield Problem(document.where((*key, "kind")), "C003", what, 'write kind = "folder" or kind = "email"')
            case _:
                message = found["msg"].removeprefix("Value error, ")
                what, _, fix = message.partition("; ")
                yield Problem(document.where(key), "C003", f"{_spoken(key)}: {what[:1].lower()}{what[1:]}", fix)


def _key_path(place: KeyPath) -> KeyPath:
    """Return where pydantic found something, as keys of the file: it adds the kind of a route, and marks keys."""
    keys = tuple(part for part in place if part != "[key]")
    return (*keys[:2], *keys[3:]) if keys[:1] == ("route",) else keys


def _nearest_key(key: KeyPath) -> str:
    known = ConfigForm.keys_at(key[:-1])
    close = difflib.get_close_matches(str(key[-1]), known, n=1)
    return f'did you mean "{close[0]}"?' if close else f"keys known here: {', '.join(sorted(known))}"


def _spoken(key: KeyPath) -> str:
    if not key:
        return "the file"
    words = [f"#{part + 1}" if isinstance(part, int) else part for part in key]
    return ".".join(words).replace(".#", " #")


def _reference_problems(form: ConfigForm, document: Document) -> Iterator[Problem]:
    feeds = [feed.name for feed in form.feed]
    seen: dict[str, int] = {}
    for index, name in enumerate(feeds):
        if name in seen:
            first = document.where(("feed", seen[name], "name"))
            yield Problem(
                document.where(("feed", index, "name")),
                "C004",
                f'two feeds are called "{name}"',
                f"the first stands in line {first.line}; a feed's name is its identity, so give one of them another",
            )
        seen.setdefault(name, index)
    if form.me not in form.analyst:
        yield _undefined(document, ("me",), form.me, "analyst", list(form.analyst))
    for name, analyst in form.analyst.items():
        yield from _undefined_in(document, ("analyst", name, "routes"), analyst.routes, "route", list(form.route))
        yield from _undefined_in(document, ("analyst", name, "follows"), analyst.follows, "analyst", list(form.analyst))
    for name, digest in form.digest.items():
        yield from _undefined_in(document, ("digest", name, "routes"), digest.routes, "route", list(form.route))
        yield from _undefined_in(document, ("digest", name, "analysts"), digest.analysts, "analyst", list(form.analyst))
    for index, watch in enumerate(form.coverage.watch):
        yield from _undefined_in(document, ("coverage", "watch", index, "feeds"), watch.feeds, "feed", feeds)


def _undefined_in(
    document: Document, key: KeyPath, names: list[str], kind: str, defined: list[str]
) -> Iterator[Problem]:
    for index, name in enumerate(names):
        if name not in defined:
            yield _undefined(document, (*key, index), name, kind, defined)


def _undefined(document: Document, key: KeyPath, name: str, kind: str, defined: list[str]) -> Problem:
    close = difflib.get_close_matches(name, defined, n=1)
    fix = f'did you mean "{close[0]}"?' if close else f"{kind}s defined: {', '.join(defined) or 'none'}"
    return Problem(document.where(key), "C005", f'no {kind} called "{name}"', fix)
