"""Slips that people make again and again in TOML, told in their words: a colon, another comma, 50%, "and", a date."""

from __future__ import annotations

import re

Finding = tuple[str, int, str, str]
"""Code, offset, what is wrong, what to do."""

_FOREIGN = {"،": ",", "，": ",", "、": ",", "؛": ",", "＝": "=", "：": "=", "［": "[", "］": "]", "｛": "{", "｝": "}"}
"""Signs of Urdu and Chinese keyboards, and the ones that are meant."""
_INVISIBLE = {
    "\u00a0": "a no-break space",
    "\u2007": "a space that never breaks",
    "\u202f": "a narrow no-break space",
    "\u3000": "a full-width space",
    "\ufeff": "a byte order mark",
    "\u200b": "a space without width",
    "\u200c": "a half-space",
    "\u200e": "a mark for the direction of writing",
    "\u200f": "a mark for the direction of writing",
}
"""What is pasted along from web pages and chats."""
_COMMENTS = ("//", "--", "/*", "<!--", ";", "%")
_JOINS = re.compile(r"(?:and|or|AND|OR|not|NOT)\b|[&|+]")
_DATE = re.compile(r"(\d{1,4})[./-](\d{1,2})[./-](\d{1,4})")
_BARE = re.compile(r"[^\W\d][\w -]*")
"""A text without its quotation marks."""
_DECIMAL_COMMA = re.compile(r"\d+,\s?\d+\s*$")
CURLY = "“”‘’„‟‚‛«»「」『』"


def find_slip(text: str, at: int, statement: int, *, is_in_list: bool) -> Finding | None:
    """Return the slip that made reading stop at ``at``, in the statement that begins at ``statement``, if known."""
    rest = text[at:].split("\n", 1)[0]
    if rest[:1] in _FOREIGN:
        meant = _FOREIGN[rest[0]]
        return "T003" if meant == "," else "T001", at, f'"{rest[0]}" is not the sign that is meant', f"write {meant}"
    if rest[:1] in _INVISIBLE:
        what = f"{_INVISIBLE[rest[0]]} (U+{ord(rest[0]):04X}) stands here, which looks like nothing or like a space"
        return "T007", at, what, "delete it; where a space is wanted, type one"
    line = text[statement:].split("\n", 1)[0]
    if line.startswith(_COMMENTS):
        return "T001", statement, "this line is not understood", 'a comment starts with "#"'
    if rest.startswith(";"):
        return "T001", at, "a line ends without a sign", 'delete the ";"'
    if rest.startswith("=") and text[:at].rstrip().endswith("="):
        return "T001", at, 'there is one "=" too many', 'write one: name = "value"'
    return (_slip_in_list(text, at, rest) if is_in_list else None) or _colon(text, at, rest)


def _colon(text: str, at: int, rest: str) -> Finding | None:
    key = re.search(r"[\w-]+[ \t]*$", text[:at])
    if not rest.startswith(":") or key is None:
        return None
    value = rest[1:].strip().rstrip("}").strip()
    value = f'"{value}"' if _BARE.fullmatch(value) and value not in {"true", "false"} else value
    written = f"{key[0].strip()} = {value}" if len(value) <= 40 else f"{key[0].strip()} = …"
    return "T001", at, 'there is a ":" where "=" belongs', f"write: {written}"


def _slip_in_list(text: str, at: int, rest: str) -> Finding | None:
    before = text[:at].rstrip()
    percent = re.search(r"\d+$", before)
    if rest.startswith("%") and percent:
        return "T004", percent.start(), "a score is written without %", f"write {int(percent[0][:4]) / 100:.2f}"
    decimal = _DECIMAL_COMMA.search(before)
    if rest.startswith("}") and decimal:
        return (
            "T004",
            decimal.start(),
            "a decimal is written with a point",
            f"write {decimal[0].replace(',', '.').strip()}",
        )
    apostrophe = re.search(r"'[^'\n]*'$", text[:at])
    if apostrophe and re.match(r"\w", rest) and "'" in rest:
        what = "the apostrophe here ends the text that began with one"
        return "T002", at - 1, what, 'put a text with an apostrophe into "double quotes"'
    if _JOINS.match(rest):
        fix = 'put a comma there, if both must be found; if any one is enough, more brackets: [["one", "two"]]'
        return "T003", at, f'"{rest.split(maxsplit=1)[0]}" joins nothing here', fix
    swallowed = re.search(r'"([^"\n]*?)[ \t]*,[ \t]*"$', before)
    if swallowed and rest[:1] not in ",]}":
        fix = f'put a quotation mark before the comma: "{swallowed[1]}",'
        return "T002", swallowed.start(), "the text that starts here is not closed before the comma", fix
    return None


def date_slip(word: str, at: int) -> Finding | None:
    """Return what to say of a word that looks like a date and is none here."""
    found = _DATE.fullmatch(word)
    if found is None:
        return None
    first, second, third = (int(part) for part in found.groups())
    year, month, day = (first, second, third) if len(found[1]) == 4 else (third, second, first)
    is_sure = len(str(year)) == 4 and 1 <= month <= 12 and (len(found[1]) == 4 or day > 12)
    meant = f"{year}-{month:02}-{day:02}" if is_sure else "2027-03-31"
    if len(found[1]) == 4 and "-" in word and is_sure:
        return "T004", at, f'"{word}" is no day of the calendar', "write a day that exists"
    return (
        "T004",
        at,
        f'"{word}" is not a date here',
        f"write year, month and day with hyphens, without quotes: {meant}",
    )


def header_fix(header: str) -> str:
    """Return how a header that cannot be read might be written; ``header`` is its line."""
    inner = header.strip().strip("[]").strip()
    table, _, name = inner.partition(".")
    if not name or '"' in name:
        return 'a name with anything but a–z, 0–9, "-" and "_" needs quotes: [tune."desk/rule"]'
    if table == "tune":
        return f'owner and rule stand in quotes: [tune."{name}"]'
    if any(not character.isascii() for character in name):
        return f'a name with other letters than a–z needs quotes: [{table}."{name}"]'
    joined = "-".join(re.findall(r"[\w-]+", name))
    return f"a name has no spaces and no signs but - and _: [{table}.{joined}]"
