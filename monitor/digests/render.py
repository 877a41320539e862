"""Render digests and alerts with the templates of the workspace, falling back to the shipped ones when they fail."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import css_inline
import jinja2

from monitor.digests.alert import AlertIssue, alert_subject, present_alert
from monitor.digests.coverage import digest_subject
from monitor.digests.present import COMPLETE, Legend, Limits, present
from monitor.digests.problems import NAMES_ARE_IN, TemplateText, problem_of
from monitor.digests.templates import FORMATS, TemplateTooLargeError, environment
from monitor.errors import InputError
from monitor.records import Digest, Problem, Source

MAX_HTML_BYTES: Final = 80_000
"""Mail programs cut longer messages (Gmail at 102 kB of what it makes of them); DESIGN §8."""

MAX_CHARS: Final = 16_000_000
"""A digest of a thousand stories is about 2 MB of Markdown; a template that writes more has lost its way."""

# From generous to terse, until the HTML fits. Tails go first: critical and high stories stay whole until the last two.
_LADDER: Final = (
    Limits(stories=12, others=6, snippet_chars=360, more=60, troubled=80),
    Limits(stories=8, others=5, snippet_chars=320, more=40, troubled=60),
    Limits(stories=5, others=4, snippet_chars=280, more=30, troubled=40),
    Limits(stories=3, others=3, snippet_chars=240, more=20, troubled=30),
    Limits(stories=2, others=1, snippet_chars=180, more=12, troubled=20),
    Limits(stories=1, others=0, snippet_chars=140, more=8, troubled=10),
    # A day with more critical stories than a mail can hold: as many as possible in full, all the others by headline.
    Limits(stories=16, others=2, snippet_chars=200, more=22, troubled=20, keeps_top=False),
    Limits(stories=12, others=2, snippet_chars=200, more=22, troubled=20, keeps_top=False),
    Limits(stories=9, others=2, snippet_chars=180, more=22, troubled=20, keeps_top=False),
    Limits(stories=7, others=1, snippet_chars=180, more=22, troubled=20, keeps_top=False),
    Limits(stories=5, others=1, snippet_chars=160, more=22, troubled=20, keeps_top=False),
    Limits(stories=4, others=0, snippet_chars=140, more=30, troubled=15, keeps_top=False),
    Limits(stories=3, others=0, snippet_chars=140, more=20, troubled=10, keeps_top=False),
    Limits(stories=2, others=0, snippet_chars=120, more=10, troubled=10, keeps_top=False),
    Limits(stories=1, others=0, snippet_chars=100, more=5, troubled=5, keeps_top=False),
)

TEMPLATE_FAILURES: Final = (
    jinja2.TemplateError, ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError,
)  # fmt: skip
"""What an expression in a person's template may raise."""

_Make = Callable[[Limits], dict[str, Any]]
"""What a template is given, within limits."""

_BLANK_LINES: Final = re.compile(r"\n{3,}")
_HEAD: Final = re.compile(r"<head>(<style>.*?</style>)(.*?)</head>", re.DOTALL)
_INDENTATION: Final = re.compile(r"\n\s+")


@dataclass(frozen=True, slots=True)
class Pages:
    """One digest or alert in its three formats; ``problems`` are those of templates that had to be replaced."""

    subject: str
    md: str
    html: str
    txt: str
    problems: tuple[Problem, ...] = ()


class Renderer:
    """Renders with the templates of ``digests/``.

    ``templates`` maps each file's path to its text, ``starter`` the same for the templates that are shipped, which
    replace one that is missing or fails. Without ``starter`` a failure raises InputError with its problem.
    """

    def __init__(self, templates: Mapping[str, str], starter: Mapping[str, str] | None = None) -> None:
        self._starter = by_name(starter or {})
        self._templates = self._starter | by_name(templates)
        self._environments = {
            (kind, is_starter): environment(kind, {name: (text.path, text.text) for name, text in source.items()})
            for kind in FORMATS
            for is_starter, source in ((False, self._templates), (True, self._starter))
        }
        self._inliner = css_inline.CSSInliner(
            keep_style_tags=False, keep_at_rules=True, minify_css=True, load_remote_stylesheets=False
        )

    def render(self, digest: Digest, kind: str, legend: Legend | None = None, template: str = "digest") -> str:
        """Return the digest as ``md``, ``html`` or ``txt``; see ``pages`` for all of them."""
        pages = self.pages(digest, legend, template)
        return {"md": pages.md, "html": pages.html, "txt": pages.txt}[kind]

    def pages(self, digest: Digest, legend: Legend | None = None, template: str = "digest") -> Pages:
        """Return the digest in all formats with one template, e.g. ``morning`` for ``morning.html.j2`` and its kin.

        When a template fails, the shipped one is used in its place and the coverage of all formats says so.
        """
        known = legend or Legend()
        texts, problems = self._formats(template, "digest", lambda limits: {"digest": present(digest, known, limits)})
        if problems:
            notes = tuple(f"{problem.where}: {problem.what}; the shipped template was used" for problem in problems)
            noted = replace(
                digest, coverage=replace(digest.coverage, fallbacks=(*digest.coverage.fallbacks, *dict.fromkeys(notes)))
            )
            texts, _ = self._formats(template, "digest", lambda limits: {"digest": present(noted, known, limits)})
        return Pages(digest_subject(digest), texts["md"], texts["html"], texts["txt"], tuple(sorted(set(problems))))

    def render_alert(self, issue: AlertIssue, legend: Legend | None = None, template: str = "alert") -> Pages:
        """Return an alert's subject and its text in all formats."""
        known = legend or Legend()

        def make(limits: Limits) -> dict[str, Any]:
            return {"alert": present_alert(issue, known, limits)}

        texts, problems = self._formats(template, "alert", make)
        subject = alert_subject(present_alert(issue, known, _LADDER[0]))
        return Pages(subject, texts["md"], texts["html"], texts["txt"], tuple(sorted(set(problems))))

    def _formats(self, template: str, shipped: str, make: _Make) -> tuple[dict[str, str], list[Problem]]:
        """Return the texts by format, and the problems of the templates that were replaced by ``shipped``."""
        texts: dict[str, str] = {}
        problems: list[Problem] = []
        for kind in FORMATS:
            name = f"{template}.{kind}.j2"
            # Whoever writes a template for one format gets the usual one for the others.
            if name not in self._templates and any(f"{template}.{other}.j2" in self._templates for other in FORMATS):
                name = f"{shipped}.{kind}.j2"
            try:
                texts[kind] = self._one(name, kind, make, is_starter=False)
            except TEMPLATE_FAILURES as error:
                # A bug in the views passes here too, and is raised again below, by the shipped template.
                problem = self._problem(error, name)
                problems.append(problem)
                replacement = f"{shipped}.{kind}.j2"
                if replacement not in self._starter:
                    raise InputError(str(problem), problems=(problem,)) from error
                texts[kind] = self._one(replacement, kind, make, is_starter=True)
        return texts, problems

    def _problem(self, error: Exception, name: str) -> Problem:
        template = self._templates.get(name)
        if template is None:
            where = Source(self._path_of(name), 1, 1)
            return Problem(where, "P006", f'there is no template "{name}"', _names_known(self._templates))
        by_path = {text.path: text for text in self._templates.values()}
        return problem_of(error, by_path, template)

    def _path_of(self, name: str) -> str:
        folder = next((text.path.rpartition("/")[0] for text in self._templates.values()), "")
        return f"{folder}/{name}" if folder else name

    def _one(self, name: str, kind: str, make: _Make, *, is_starter: bool) -> str:
        template = self._environments[kind, is_starter].get_template(name)
        if kind == "md":
            return tidy(limited(template.generate(make(COMPLETE))))
        if kind == "txt":
            return tidy(limited(template.generate(make(_LADDER[0]))))
        html = ""
        for limits in _LADDER:
            html = self._inlined(limited(template.generate(make(limits))))
            if len(html.encode()) < MAX_HTML_BYTES:
                break
        return html

    def _inlined(self, html: str) -> str:
        # Indentation is a tenth of a page and means nothing outside <pre>, which no digest needs.
        try:
            inlined = self._inliner.inline(_INDENTATION.sub("\n", html)).strip() + "\n"
        except css_inline.InlineError as error:
            raise jinja2.TemplateRuntimeError(f"its styles cannot be read: {error}") from error
        # The inliner puts the media rules first, but the charset must stand in the first 1,024 bytes (HTML, 4.2.5.4).
        return _HEAD.sub(r"<head>\2\1</head>", inlined, count=1)


def limited(pieces: Iterable[str]) -> str:
    """Return a template's output, as long as a digest can need; a template that writes more is stopped."""
    written: list[str] = []
    left = MAX_CHARS
    for piece in pieces:
        written.append(piece)
        left -= len(piece)
        if left < 0:
            raise TemplateTooLargeError(f"it writes more than {MAX_CHARS:,} characters")
    return "".join(written)


def tidy(text: str) -> str:
    """Return a text with at most one blank line in a row, no trailing spaces, and one line break at its end."""
    lines = "\n".join(line.rstrip() for line in text.split("\n"))
    return _BLANK_LINES.sub("\n\n", lines).strip() + "\n"


def by_name(templates: Mapping[str, str]) -> dict[str, TemplateText]:
    """Return templates by file name, the way they name each other."""
    return {path.replace("\\", "/").rpartition("/")[2]: TemplateText(path, text) for path, text in templates.items()}


def _names_known(templates: Mapping[str, TemplateText]) -> str:
    known = sorted({name.split(".")[0] for name in templates if not name.startswith("_")})
    return f"there are: {', '.join(known)}" if known else NAMES_ARE_IN
