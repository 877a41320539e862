"""What can be wrong with a template, said with its place and the fix.

Codes: P001 not a template, P002 unknown name, P003 refused by the sandbox, P004 included template missing,
P005 fails while rendering, P006 no such template.
"""

from __future__ import annotations

import dataclasses
import difflib
import re
import traceback
from collections.abc import Iterable, Mapping

import jinja2
from jinja2.exceptions import SecurityError

from monitor.digests.templates import TemplateTooLargeError, UndefinedNameError
from monitor.records import Problem, Source

NAMES_ARE_IN = "digests/README.md lists every name a template may use"


# What digests/README.md calls the things a template sees.
_NOUNS = {
    "AlertView": "an alert",
    "CoverageView": "the coverage",
    "DigestView": "a digest",
    "EntryView": "a report",
    "FeedLine": "a feed",
    "RuleView": "a rule",
    "ScoreView": "a score",
    "SectionView": "a section",
    "Segment": "a piece of text",
    "StoryView": "a story",
    "bool": "a yes or no",
    "int": "a number",
    "str": "a text",
    "tuple": "a list",
}


@dataclasses.dataclass(frozen=True, slots=True)
class TemplateText:
    """A template as a person wrote it."""

    path: str
    text: str

    def place(self, line: int, name: str = "") -> Source:
        """Return the place of a name in a line, or the line's beginning when it does not stand there."""
        lines = self.text.splitlines() or [""]
        line = min(max(line, 1), len(lines))
        found = re.search(rf"(?<!\w){re.escape(name)}(?!\w)", lines[line - 1]) if name else None
        return Source(self.path, line, found.start() + 1 if found else 1)


def problem_of(error: Exception, sources: Mapping[str, TemplateText], fallback: TemplateText) -> Problem:
    """Return an error raised while compiling or rendering as a problem; ``sources`` are the templates by path.

    The place is the innermost template line the error passed through, else the start of ``fallback``.
    """
    if isinstance(error, jinja2.TemplateSyntaxError):
        return _syntax_problem(error, sources.get(error.filename or "", fallback))
    template, line = _place_of(error, sources, fallback)
    match error:
        case UndefinedNameError():
            return undefined_problem(template.place(line, error.name), error.name, error.owner, written_names(template))
        case SecurityError() | TemplateTooLargeError():
            return Problem(template.place(line), "P003", f"not allowed in a template: {_sentence(error)}", NAMES_ARE_IN)
        case jinja2.TemplateNotFound():
            wanted = str(error.name or error)
            known = [text.path.rpartition("/")[2] for text in sources.values()]
            fix = _did_you_mean(wanted, known) or "the file must stand beside this one, in digests/"
            return Problem(template.place(line, wanted), "P004", f'no template called "{wanted}"', fix)
        case _:
            what = f"cannot be rendered: {_sentence(error)}"
            return Problem(template.place(line), "P005", what, "look at the expressions of this line")


def undefined_problem(where: Source, name: str, owner: object, written: Iterable[str]) -> Problem:
    """Return the problem of a name that does not exist, with the nearest one that does."""
    if owner is None:
        what = f'no name "{name}" here'
        candidates = list(written)
    else:
        what = f'{_noun(owner)} has no "{name}"'
        fields = dataclasses.fields(owner) if dataclasses.is_dataclass(owner) else ()
        candidates = [field.name for field in fields]
    fix = _did_you_mean(name, candidates)
    return Problem(where, "P002", what, f"{fix} {NAMES_ARE_IN}" if fix else NAMES_ARE_IN)


def written_names(template: TemplateText) -> tuple[str, ...]:
    """Return the names a template can know: what it is given, and what it sets itself."""
    words = re.findall(r"\b(?:for|set|macro|import|as|in)\s+([A-Za-z_]\w*)", template.text)
    return ("digest", "alert", *dict.fromkeys(words))


def _syntax_problem(error: jinja2.TemplateSyntaxError, template: TemplateText) -> Problem:
    message = (error.message or "").rstrip(".")
    if found := re.match(r"No (filter|test) named '(.*?)'", message):
        what = f'no {found[1]} called "{found[2]}"'
        if found[2] in ("safe", "e", "escape", "forceescape"):
            return Problem(
                template.place(error.lineno, found[2]),
                "P003",
                f'the filter "{found[2]}" is not allowed: titles come from strangers',
                "leave it out; everything is escaped as its format needs",
            )
        return Problem(template.place(error.lineno, found[2]), "P001", what, NAMES_ARE_IN)
    if found := re.search(r"innermost block that needs to be closed is '(\w+)'", message):
        fix = f"close it with {{% end{found[1]} %}}"
        return Problem(
            template.place(error.lineno), "P001", f"a {{% {found[1]} %}} is not closed before this place", fix
        )
    return Problem(
        template.place(error.lineno),
        "P001",
        f"not a valid template: {message[:1].lower()}{message[1:]}",
        "values stand in {{ … }}, choices and loops in {% … %}, notes in {# … #}",
    )


def _place_of(
    error: Exception, sources: Mapping[str, TemplateText], fallback: TemplateText
) -> tuple[TemplateText, int]:
    place = (fallback, 1)
    for frame, line in traceback.walk_tb(error.__traceback__):
        # Jinja rewrites the traceback: frames of templates carry the template's file name and line.
        if (template := sources.get(frame.f_code.co_filename)) is not None:
            place = (template, line)
    return place


def _did_you_mean(name: str, candidates: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(dict.fromkeys(candidates)), n=1, cutoff=0.6)
    return f'did you mean "{near[0]}"?' if near else ""


def _noun(owner: object) -> str:
    return _NOUNS.get(type(owner).__name__, "this")


def _sentence(error: Exception) -> str:
    message = " ".join(str(error).split()) or type(error).__name__
    return message.rstrip(".")
