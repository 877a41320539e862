"""Turn the bytes of a feed document into text without losing the feed to one bad byte.

Order of belief: byte order mark, valid UTF-8, HTTP header, XML declaration, then the likeliest legacy charset. Valid
UTF-8 stands before any declaration because text in another charset is almost never valid UTF-8 by chance, while servers
that add ``charset=iso-8859-1`` to everything are common.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import Final

from monitor.feeds.charset_guess import comes_in_words, likeliest

_BOMS: Final[tuple[tuple[bytes, str], ...]] = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

_WIDE: Final[dict[bytes, str]] = {
    b"\1\0\0\0": "utf-32-le",
    b"\0\0\0\1": "utf-32-be",
    b"\1\0\1\0": "utf-16-le",
    b"\0\1\0\1": "utf-16-be",
}
"""Which of the first four bytes are not NUL, by flavour."""

_WIDER: Final[dict[str, str]] = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
    "iso8859-9": "cp1254",
    "tis-620": "cp874",
    "big5": "big5hkscs",
}
"""The charset that publishers mean when they name a narrower one (WHATWG Encoding, 4.2)."""

_LABELS: Final[dict[str, str]] = {
    "windows-31j": "cp932", "x-sjis": "cp932", "x-euc-jp": "euc_jp", "x-gbk": "gbk", "gb_2312-80": "gb2312",
    "cn-big5": "big5", "x-x-big5": "big5", "windows-949": "cp949", "windows-874": "cp874", "dos-874": "cp874",
    "x-mac-roman": "mac-roman", "x-mac-cyrillic": "mac-cyrillic", "koi8": "koi8-r", "iso-8859-8-i": "iso8859-8",
    "unicode-1-1-utf-8": "utf-8", "utf8mb4": "utf-8",
}  # fmt: skip  # a table is read by its groups
"""Names that browsers know (WHATWG Encoding, 4.2) and Python does not."""
_WINDOWS = re.compile(r"(?:x-)?(?:win|windows|cp)-?(125[0-8])")
_ESCAPED: Final = ((b"\x1b$)C", "iso2022_kr"), (b"\x1b$", "iso2022_jp"))
"""Charsets that write with ASCII bytes, told by the sequences that switch between alphabets."""

_TEXT_CODECS: Final[frozenset[str]] = frozenset({
    "ascii", "utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be",
    "gb2312", "gbk", "gb18030", "big5", "big5hkscs", "hz", "euc_jp", "shift_jis", "cp932",
    "iso2022_jp", "iso2022_kr", "euc_kr", "cp949",
    "koi8-r", "koi8-u", "tis-620", "mac-roman", "mac-cyrillic",
    "cp437", "cp850", "cp852", "cp866", "cp874", *(f"cp{number}" for number in range(1250, 1259)),
    *(f"iso8859-{part}" for part in range(1, 17) if part != 12),
})  # fmt: skip  # a table is read by its groups
"""Charsets a feed may name; Python knows others (idna, unicode_escape …) that must not run on foreign bytes."""

_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']\s*([\w.:-]{1,40})\s*["']""")
_HIGH_PAIR = re.compile(rb"\xed[\xa0-\xaf][\x80-\xbf]\xed[\xb0-\xbf][\x80-\xbf]")
_LONE_SURROGATE = re.compile(rb"\xed[\xa0-\xbf][\x80-\xbf]")

_STRAY_BYTES: Final[dict[int, str]] = {
    0xDC00 + byte: bytes([byte]).decode("cp1252", "replace") for byte in range(0x80, 0x100)
}
"""What a byte that is not UTF-8 was meant to be: Western feeds paste quotes and dashes from Windows."""

_MOST_WRONG: Final = 0.1
"""Share of the characters beyond ASCII that a document may lose before its own declaration is not believed."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """A document as text, the charset it was read in, and what had to be repaired, in words."""

    text: str
    charset: str
    problems: tuple[str, ...] = ()


def decode(body: bytes, http_charset: str | None) -> Decoded:
    """Return the text of ``body``; never raises and never loses more than the bytes that are wrong."""
    while body.startswith(codecs.BOM_UTF8) and body[3:].startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        body = body[3:]  # put before it by an editor or a proxy that knows one charset only
    bom = next((name for mark, name in _BOMS if body.startswith(mark)), None)
    if bom:
        name = bom
        text = body.decode(name, "replace") if name != "utf-8" else _utf8(body)[0]
        return Decoded(text.lstrip("\ufeff"), name, _bad(text))
    wide = _wide_without_mark(body)
    if wide:
        text = body.decode(wide, "replace")
        return Decoded(text, wide, _bad(text))
    http, declared = _known(http_charset), _known(_declaration(body))
    if not {"iso2022_jp", "iso2022_kr", "hz"} & {http, declared}:
        try:
            text = body.decode("utf-8")
        except UnicodeDecodeError:
            pass
        else:
            return _escaped(body) or Decoded(text, "utf-8", _unknown(body))
    return _decode_legacy(body, http, declared)


def _decode_legacy(body: bytes, http: str | None, declared: str | None) -> Decoded:
    # A server's blanket iso-8859-1 knows less about this document than the document itself.
    wishes = [declared, http] if http in ("cp1252", None) else [http, declared]
    for charset in wishes:
        if charset and not charset.startswith("utf") and not _is_blanket(charset, body):
            try:
                return Decoded(body.decode(charset), charset)
            except UnicodeDecodeError:
                continue
    text, stray, sound = _utf8(body)
    if stray <= sound:
        problem = (f"{stray} bytes were not UTF-8 and were read as Windows-1252",) if stray else _bad(text)
        return Decoded(text, "utf-8", problem)
    wished = next((wish for wish in wishes if wish and not wish.startswith("utf")), None)
    charset = wished if wished and _is_credible(wished, body) else likeliest(body)
    return Decoded(body.decode(charset, "replace"), charset, (f"the charset was not as declared; read as {charset}",))


def _is_blanket(charset: str, body: bytes) -> bool:
    """Return whether a document says Latin-1 as many servers and editors make everything say, and is evidently none."""
    return charset == "cp1252" and comes_in_words(body) and likeliest(body) != charset


def _is_credible(charset: str, body: bytes) -> bool:
    text = body.decode(charset, "replace")
    beyond = sum(1 for character in text if character > "\x7f")
    return not _is_blanket(charset, body) and text.count("\ufffd") <= _MOST_WRONG * beyond


def _escaped(body: bytes) -> Decoded | None:
    """Return a document that is ASCII but for escape sequences, in the charset they belong to."""
    charset = next((name for mark, name in _ESCAPED if mark in body), None) if b"\x1b" in body else None
    if charset is None or not body.isascii():
        return None
    try:
        text = body.decode(charset)
    except UnicodeDecodeError:
        return None
    return Decoded(text, charset, (f"the charset was not as declared; read as {charset}",))


def _declaration(body: bytes) -> str | None:
    found = _DECLARED.match(body[:512])
    return found[1].decode("ascii", "replace") if found else None


def _known(name: str | None) -> str | None:
    """Return Python's name of the charset meant by ``name``, None if there is none we read."""
    if not name:
        return None
    label = name.strip().strip("\"'").lower()
    windows = _WINDOWS.fullmatch(label)
    try:
        found = codecs.lookup(f"cp{windows[1]}" if windows else _LABELS.get(label, label)).name
    except (LookupError, ValueError):
        return None
    return _WIDER.get(found, found) if found in _TEXT_CODECS else None


def _unknown(body: bytes) -> tuple[str, ...]:
    name = _declaration(body)
    return (f'unknown charset "{name}"; read as utf-8',) if name and not _known(name) else ()


def _bad(text: str) -> tuple[str, ...]:
    count = text.count("\ufffd")
    return (f"{count} characters could not be decoded",) if count else ()


def _wide_without_mark(body: bytes) -> str | None:
    """Return the UTF-16 or UTF-32 flavour of a document that begins with two ASCII characters.

    Feeds do, in XML (XML 1.0, appendix F) as in JSON (RFC 4627, 3), and no other charset puts NUL between them.
    """
    return _WIDE.get(bytes(byte != 0 for byte in body[:4]))


def _utf8(body: bytes) -> tuple[str, int, int]:
    """Return the text, the number of bytes that were not UTF-8, and the number of characters that were beyond ASCII.

    Surrogate pairs written as two characters (CESU-8) are joined, lone surrogates replaced: either would end the parse.
    """
    body = _HIGH_PAIR.sub(_joined, body)
    body = _LONE_SURROGATE.sub("\ufffd".encode(), body)
    text = body.decode("utf-8", "surrogateescape")
    stray = sum(1 for character in text if "\udc80" <= character <= "\udcff")
    sound = sum(1 for character in text if character > "\x7f") - stray
    return text.translate(_STRAY_BYTES) if stray else text, stray, sound


def _joined(pair: re.Match[bytes]) -> bytes:
    halves = pair[0].decode("utf-8", "surrogatepass").encode("utf-16-le", "surrogatepass")
    return halves.decode("utf-16-le").encode()
