"""Check templates before a digest needs them: every mistake of every file, with its place and the fix."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jinja2
from jinja2 import meta, nodes

from monitor.digests.alert import present_alert
from monitor.digests.present import COMPLETE, Limits, present
from monitor.digests.problems import TemplateText, problem_of, undefined_problem, written_names
from monitor.digests.render import TEMPLATE_FAILURES, by_name, limited
from monitor.digests.sample import LEGEND, empty_digest, sample_alert, sample_digest
from monitor.digests.templates import FORMATS, UndefinedUse, collecting_undefined, environment
from monitor.records import Problem, Source

_TERSE = Limits(stories=1, others=0, snippet_chars=40, more=1, troubled=0)


def check_templates(templates: Mapping[str, str], starter: Mapping[str, str] | None = None) -> tuple[Problem, ...]:
    """Return every problem of the templates (path → text), sorted by place; nothing when all is well.

    A template named ``alert…`` is rendered with an invented alert, one named ``_…`` is a part of others and is only
    read, every other is rendered with invented digests: a full one, a cut one and an empty one. ``starter`` holds the
    shipped templates, for what a template extends or includes without bringing it.
    """
    sources = by_name(starter or {}) | by_name(templates)
    problems: set[Problem] = set()
    for template in by_name(templates).values():
        name = template.path.replace("\\", "/").rpartition("/")[2]
        problems.update(_problems_of(name, template, sources))
    return tuple(sorted(problems))


def _problems_of(name: str, template: TemplateText, sources: Mapping[str, TemplateText]) -> list[Problem]:
    kind = name.split(".")[-2] if name.count(".") >= 2 else ""
    if kind not in FORMATS and not name.startswith("_"):
        return [
            Problem(
                Source(template.path, 1, 1),
                "P006",
                f'the name "{name}" does not say what the template writes',
                "end it with .md.j2, .html.j2 or .txt.j2; begin it with _ if it is a part of other templates",
            )
        ]
    by_path = {text.path: text for text in sources.values()}
    uses: list[UndefinedUse] = []
    templates = {part: (text.path, text.text) for part, text in sources.items()}
    sandbox = environment(kind if kind in FORMATS else "txt", templates, collecting_undefined(uses))
    try:
        tree = sandbox.parse(template.text, name, template.path)
        sandbox.compile(tree, name, template.path)
    except jinja2.TemplateError as error:
        return [problem_of(error, by_path, template)]
    problems = _unsafe(tree, template)
    if name.startswith("_"):
        return problems
    try:
        for context in _contexts(name):
            limited(sandbox.get_template(name).generate(context))
    except TEMPLATE_FAILURES as error:
        problems.append(problem_of(error, by_path, template))
    seen = [_problem_of_use(use, by_path.get(use.template, template)) for use in uses]
    seen_names = {use.name for use in uses}
    return problems + seen + _undeclared(tree, template, name, seen_names)


def _contexts(name: str) -> list[dict[str, Any]]:
    if name.startswith("alert"):
        return [{"alert": present_alert(sample_alert(), LEGEND, limits)} for limits in (COMPLETE, _TERSE)]
    full = sample_digest()
    return [
        {"digest": present(full, LEGEND, COMPLETE)},
        {"digest": present(full, LEGEND, _TERSE)},
        {"digest": present(empty_digest(), LEGEND, COMPLETE)},
    ]


def _unsafe(tree: nodes.Template, template: TemplateText) -> list[Problem]:
    """Return where escaping is switched off: titles come from strangers."""
    return [
        Problem(
            template.place(node.lineno, "autoescape"),
            "P003",
            "escaping cannot be switched off: titles come from strangers",
            "leave {% autoescape %} out; everything is escaped as its format needs",
        )
        for node in tree.find_all(nodes.ScopedEvalContextModifier)
    ]


def _undeclared(tree: nodes.Template, template: TemplateText, name: str, seen: set[str]) -> list[Problem]:
    """Return the unknown names in branches that no sample takes."""
    given = {"alert"} if name.startswith("alert") else {"digest"}
    found = meta.find_undeclared_variables(tree) - given - set(tree.environment.globals if tree.environment else ())
    return [
        undefined_problem(template.place(node.lineno, node.name), node.name, None, written_names(template))
        for node in tree.find_all(nodes.Name)
        if node.name in found - seen and node.ctx == "load"
    ]


def _problem_of_use(use: UndefinedUse, template: TemplateText) -> Problem:
    return undefined_problem(template.place(use.line, use.name), use.name, use.owner, written_names(template))
