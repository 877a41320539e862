"""The syntax errors of a TOML file, every one of them, in words for someone who does not program.

tomllib stops at the first error and often notices it late: a list without its closing bracket is reported where the
next key stands. Here the place is the one to correct, and the broken lines are blanked so that reading goes on.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass

from monitor.text.toml_slips import CURLY, Finding, date_slip, find_slip, header_fix

MAX_PROBLEMS = 20
"""More than this many broken places mean that the file is something else; reading on would only add noise."""

_TOKEN = re.compile(
    r"""(?P<comment>\#[^\n]*)
      | (?P<string>\"{3}(?:\\.|[^\\])*?\"{3,5} | '{3}.*?'{3,5} | (?!\"{3}|'{3})(?:"(?:\\[^\n]|[^"\\\n])*" | '[^'\n]*'))
      | (?P<unclosed>\"{3} | '{3} | " | ')
      | (?P<open>[\[{]) | (?P<close>[\]}]) | (?P<newline>\n)""",
    re.VERBOSE | re.DOTALL,
)
_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_STATEMENT = re.compile(
    r"""[ \t]*(?:\[\[?[ \t]*[A-Za-z_][^\n]*\]|(?:[\w-]+|"[^"\n]*"|'[^'\n]*')(?:\.[\w."'-]+)?[ \t]*=)"""
)
_HEADER = re.compile(r"^[ \t]*\[", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class SyntaxProblem:
    """One syntax error; ``line`` and ``column`` count from 1, columns in code points."""

    line: int
    column: int
    code: str
    what: str
    fix: str


@dataclass(frozen=True, slots=True)
class _Failure:
    """Where tomllib gave up, and what was open there: brackets as (character, offset), outermost first."""

    text: str
    message: str
    at: int
    statement: int
    brackets: tuple[tuple[str, int], ...]
    string: int | None

    @property
    def is_header(self) -> bool:
        return self.text[self.statement : self.statement + 1] == "["

    @property
    def rest(self) -> str:
        """The rest of the line from where reading stopped."""
        return self.text[self.at :].split("\n", 1)[0].strip()


def find_syntax_problems(text: str) -> tuple[tuple[SyntaxProblem, ...], str]:
    """Return every syntax error of a TOML text and the text with the broken lines blanked, which tomllib reads.

    Lines must end in LF alone. Places in the returned text are those of the given one.
    """
    found: list[SyntaxProblem] = []
    for _ in range(MAX_PROBLEMS):
        failure = _first_failure(text)
        if failure is None:
            return tuple(found), text
        code, offset, what, fix = _explain(failure)
        line = text.count("\n", 0, offset) + 1
        column = offset - (text.rfind("\n", 0, offset) + 1) + 1
        found.append(SyntaxProblem(line, column, code, what, fix))
        text = _without(failure)
    return tuple(found), text if _first_failure(text) is None else ""


def _first_failure(text: str) -> _Failure | None:
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = _PLACE.search(str(error))
        message = str(error)[: place.start()] if place else str(error)
        at = len(text) if place is None or place[1] is None else _offset(text, int(place[1]), int(place[2]))
        return _Failure(text, message, at, *_open_at(text, at))
    except RecursionError:
        at = _too_deep_at(text)
        return _Failure(text, "too deep", at, *_open_at(text, at))
    except ValueError as error:  # a number beyond Python's digit limit, or a date that does not exist
        at = _odd_value_at(text)
        return _Failure(text, f"odd value: {error}", at, *_open_at(text, at))
    return None


def _offset(text: str, line: int, column: int) -> int:
    start = 0
    for _ in range(line - 1):
        start = text.index("\n", start) + 1
    return min(start + column - 1, len(text))


def _open_at(text: str, at: int) -> tuple[int, tuple[tuple[str, int], ...], int | None]:
    """Return the start of the statement that holds ``at``, the brackets open there, and the string open there.

    Reliable because tomllib accepted everything before ``at``.
    """
    statement, brackets = 0, list[tuple[str, int]]()
    for token in _TOKEN.finditer(text):
        if token.start() >= at:
            break
        match token.lastgroup:
            case "string" if token.end() > at:
                return _skip_blanks(text, statement, at), tuple(brackets), token.start()
            case "unclosed":
                return _skip_blanks(text, statement, at), tuple(brackets), token.start()
            case "open":
                brackets.append((token[0], token.start()))
            case "close" if brackets:
                brackets.pop()
            case "newline" if not brackets or (brackets[0][1] == _skip_blanks(text, statement, at)):
                # A header never spans lines: an open bracket at the start of a statement ends with its line.
                statement = token.end()
                brackets.clear()
    return _skip_blanks(text, statement, at), tuple(brackets), None


def _skip_blanks(text: str, start: int, end: int) -> int:
    while start < end and text[start] in " \t":
        start += 1
    return start


def _too_deep_at(text: str) -> int:
    depth = 0
    for token in _TOKEN.finditer(text):
        depth += {"open": 1, "close": -1}.get(token.lastgroup or "", 0)
        if depth > 50:
            return token.start()
    return max((run.start() for run in re.finditer(r"[^\n=]+", text) if run[0].count(".") > 50), default=0)


def _odd_value_at(text: str) -> int:
    for start in (match.end() for match in re.finditer(r"[=\[,][ \t\n]*", text)):
        value = re.match(r"[+-]?[0-9A-Za-z_:.+-]+", text[start:])
        if value is None:
            continue
        try:
            tomllib.loads(f"a = {value[0]}")
        except tomllib.TOMLDecodeError:
            continue
        except ValueError:
            return start
    return 0


def _without(failure: _Failure) -> str:
    """Blank the broken statement, keeping its line breaks; with a broken header goes everything under it."""
    text, start = failure.text, failure.statement
    end = _line_end(text, failure.at)
    if failure.is_header:
        following = _HEADER.search(text, end)
        end = following.start() if following else len(text)
    elif failure.string is not None and text.startswith(('"""', "'''"), failure.string):
        end = len(text)
    elif failure.brackets and _starts_statement(failure):
        end = text.rfind("\n", 0, failure.at)
    elif failure.brackets:
        stop = _HEADER if failure.brackets[-1][0] == "{" else _STATEMENT
        end = _closing_line_end(text, failure.at, len(failure.brackets), stop)
    blank = re.sub(r"[^\n]", " ", text[start:end])
    return text[:start] + blank + text[end:]


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def _closing_line_end(text: str, at: int, depth: int, stop: re.Pattern[str]) -> int:
    """Return the end of the line where ``depth`` open brackets are closed, or of the last line before ``stop``."""
    for token in _TOKEN.finditer(text, at):
        depth += {"open": 1, "close": -1}.get(token.lastgroup or "", 0)
        if depth <= 0:
            return _line_end(text, token.start())
        if token.lastgroup == "newline" and stop.match(text, token.end()):
            return token.start()
    return len(text)


def _starts_statement(failure: _Failure) -> bool:
    """Return whether the line where reading stopped is a statement of its own, so that something before it is open."""
    line = failure.text.rfind("\n", 0, failure.at) + 1
    return line > failure.statement and _STATEMENT.match(failure.text, line) is not None


def _explain(failure: _Failure) -> Finding:
    for explain in (
        _explain_limit,
        _explain_twice,
        _explain_string,
        _explain_slip,
        _explain_header,
        _explain_open,
        _explain_value,
    ):
        finding = explain(failure)
        if finding is not None:
            return finding
    if failure.message.startswith("Expected '='"):
        return "T001", failure.at, "a key must be followed by = and a value", 'write it like: name = "value"'
    rest = failure.rest
    what = f'this line is not understood from "{rest[:40]}" on' if rest else "this line is not understood"
    return "T001", failure.at, what, 'a line is a [header], a key = value, or a comment that starts with "#"'


def _explain_limit(failure: _Failure) -> Finding | None:
    if failure.message == "too deep":
        return "T008", failure.at, "brackets or dots are nested too deeply here", "write it with fewer levels"
    if failure.message.startswith("odd value"):
        return "T004", failure.at, "this value cannot exist", "check the number or the date"
    return None


def _explain_twice(failure: _Failure) -> Finding | None:
    text, message = failure.text, failure.message
    if not message.startswith(("Cannot declare", "Cannot overwrite", "Duplicate inline", "Cannot mutate")):
        return None
    if message.startswith("Duplicate inline"):
        return "T005", failure.at, "a key stands twice in the same { }", "keep one of the two"
    if failure.is_header:
        name = text[failure.statement : failure.at].strip("[ \t]")
        first = _line_of_header(text[: failure.statement], name)
        return (
            "T005",
            failure.statement + len(re.match(r"[\[ \t]+", text[failure.statement :])[0]),  # type: ignore[index]  # a header starts with a bracket
            f"there is already something called [{name}]{first}",
            "give this one another name, or move its lines under the first",
        )
    key = text[failure.statement : failure.at].split("=", 1)[0].strip()
    first = _line_of_key(text[: failure.statement], key)
    return "T005", failure.statement, f'"{key}" is given a second time{first}', "keep one of the two lines"


def _explain_slip(failure: _Failure) -> Finding | None:
    if failure.is_header and not failure.message.startswith("Expected newline"):
        return None
    is_in_list = bool(failure.brackets) and not _starts_statement(failure)
    return find_slip(failure.text, failure.at, failure.statement, is_in_list=is_in_list)


def _line_of_header(before: str, name: str) -> str:
    found = re.search(rf"^[ \t]*\[+[ \t]*{re.escape(name)}[ \t]*\]", before, re.MULTILINE)
    return "" if found is None else f", in line {before.count(chr(10), 0, found.start()) + 1}"


def _line_of_key(before: str, key: str) -> str:
    section = max((header.start() for header in _HEADER.finditer(before)), default=0)
    found = re.search(rf"^[ \t]*{re.escape(key)}[ \t]*=", before[section:], re.MULTILINE)
    return "" if found is None else f"; the first is in line {before.count(chr(10), 0, section + found.start()) + 1}"


def _explain_string(failure: _Failure) -> Finding | None:
    text, message, start = failure.text, failure.message, failure.string
    if message.startswith(("Unescaped", "Escaped", "Invalid hex")):
        backslash = text.rfind("\\", 0, failure.at)
        shown = text[backslash : backslash + 2]
        fix = "write \\\\ for one backslash, or put the text in 'single quotes'"
        return "T007", backslash, f'"{shown}" has no meaning inside double quotes', fix
    at_line_end = failure.at >= len(text) or text[failure.at] == "\n"
    if start is not None and (at_line_end or message.startswith(("Unterminated", "Expected"))):
        is_long = text.startswith(('"""', "'''"), start)
        fix = (
            f"add {text[start] * 3} where it ends" if is_long else f"add {text[start]} where it ends, on the same line"
        )
        what = "the text that starts here is not closed"
        if any(mark in text[start : _line_end(text, start)] for mark in CURLY) and not is_long:
            return (
                "T002",
                start,
                f"{what}: a curly quotation mark does not close it",
                f"use the straight one: {text[start]}",
            )
        return "T002", start, what, fix
    if not at_line_end and (text[failure.at] < " " or text[failure.at] == "\x7f"):
        character = f"U+{ord(text[failure.at]):04X}"
        return "T007", failure.at, f"there is an invisible control character here ({character})", "delete it"
    return None


def _explain_header(failure: _Failure) -> Finding | None:
    if not failure.is_header or failure.message.startswith("Expected newline"):
        return None
    if failure.rest.startswith("]") or failure.rest == "":
        missing = "a name" if failure.rest else "the closing bracket"
        return "T006", failure.at, f"{missing} is missing in this [header]", "write it like: [entity.gwadar]"
    header = failure.text[failure.statement : _line_end(failure.text, failure.at)]
    return "T006", failure.at, f'this [header] cannot be read from "{failure.rest[:30]}" on', header_fix(header)


def _explain_open(failure: _Failure) -> Finding | None:
    if not failure.brackets:
        return None
    kind, opened = failure.brackets[0] if _starts_statement(failure) else failure.brackets[-1]
    at_end = failure.at >= len(failure.text)
    if kind == "{" and failure.rest == "" and not at_end:
        fix = "join the lines, or give it a header of its own, like [[rule.port-attacked.near]]"
        return "T003", opened, "what stands in { } must stay on one line", fix
    if at_end or _starts_statement(failure):
        closing = "]" if kind == "[" else "}"
        return "T003", opened, f'the "{kind}" here is never closed', f'add "{closing}" where the list ends'
    if failure.message.startswith("Unclosed"):
        rest = failure.rest[:30]
        return "T003", failure.at, f'a comma is missing before "{rest}"', "put a comma between two entries"
    if kind == "{" and failure.rest.startswith("}"):
        return "T003", failure.at, "there is a comma before the closing }", "delete the comma"
    return None


def _explain_value(failure: _Failure) -> Finding | None:
    if failure.message not in {"Invalid value", "Invalid date or datetime"} and not failure.message.startswith(
        "Expected newline"
    ):
        return None
    text, start, rest = failure.text, failure.at, failure.rest
    glued = failure.message.startswith("Expected newline") and start > 0 and text[start - 1 : start] not in "\"' \t]}"
    if glued:
        begin = re.search(r"[^\s=,\[\]{}\"']*$", text[:start])
        start = begin.start() if begin else start
    shown = re.match(r"[^\s,\]}#]*", text[start:])
    word = shown[0][:40] if shown else ""
    if not rest and not glued:
        return "T004", start, "a value is missing", 'write it like: key = "value"'
    if any(mark in word for mark in CURLY):
        return "T004", start, "these are curly quotation marks", 'use the straight ones: "'
    if word.lower() in {"yes", "no", "on", "off", "true", "false"}:
        return "T004", start, f'"{word}" is not a value', "write true or false, in small letters and without quotes"
    if failure.message.startswith("Expected newline") and not glued:
        fix = 'start a new line; several values are a list, ["first", "second"]; a remark begins with "#"'
        return "T001", start, f'"{rest[:30]}" cannot follow here', fix
    date = date_slip(word, start)
    fix = f'put text in quotes: "{word}"; a date is written 2027-03-31, a number without leading zeros'
    return date or ("T004", start, f'"{word}" is neither a number, a date, true nor false', fix)
