"""The sandbox templates run in: one environment per format, each escaping everything by its own rules."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from types import FrameType
from typing import Any, ClassVar, Final

import jinja2
from jinja2.runtime import Context, Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import missing
from markupsafe import Markup

from monitor.digests import escape
from monitor.digests.view import Segment

FORMATS: Final = ("md", "html", "txt")
TEXT_COLUMNS: Final = 76

# Strings and lists grow fastest by *, numbers by **; a digest needs neither with factors like these.
_MAX_FACTOR: Final = 10_000
_MAX_EXPONENT: Final = 64


class TemplateTooLargeError(jinja2.TemplateRuntimeError):
    """A template wrote or computed more than a digest can need."""


class UndefinedNameError(jinja2.UndefinedError):
    """A template used a name that does not exist: ``name``, looked up on ``owner`` (None for a name of its own)."""

    def __init__(self, message: str, name: str, owner: object) -> None:
        super().__init__(message)
        self.name = name
        self.owner = owner


class _Naming(Undefined):
    """An undefined whose error says which name was meant, for "did you mean"."""

    __slots__ = ()

    def __init__(
        self,
        hint: str | None = None,
        obj: Any = missing,
        name: str | None = None,
        exc: type[jinja2.TemplateRuntimeError] = jinja2.UndefinedError,
    ) -> None:
        super().__init__(hint, obj, name, exc)
        if exc is jinja2.UndefinedError:
            owner = None if obj is missing else obj

            def named(message: str) -> UndefinedNameError:
                return UndefinedNameError(message, str(name), owner)

            self._undefined_exception = named  # type: ignore[assignment]  # called with the message, as a class would be


class NamedUndefined(_Naming, jinja2.StrictUndefined):
    """Fails at the first use of an undefined name."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class UndefinedUse:
    """An undefined name used somewhere in a template, collected instead of raised."""

    template: str
    """The path of the template it stands in."""
    line: int
    name: str
    owner: object


class _CollectingUndefined(_Naming, jinja2.ChainableUndefined):
    """Notes each use and goes on where it can, so that one rendering finds many mistakes."""

    __slots__ = ()
    _uses: ClassVar[list[UndefinedUse]]

    def _noted(self) -> None:
        kept: object = self._undefined_exception
        if isinstance(kept, type) and issubclass(kept, Exception):
            # A class is kept as it is when the sandbox refused something: that is no slip of the pen.
            raise kept(self._undefined_message)
        owner = None if self._undefined_obj is missing else self._undefined_obj
        # The line of a template that goes on is nowhere but on the stack.
        frame: FrameType | None = sys._getframe(1)
        while frame is not None:
            template = frame.f_globals.get("__jinja_template__")
            if template is not None:
                line = template.get_corresponding_lineno(frame.f_lineno)
                self._uses.append(UndefinedUse(template.filename or "", line, str(self._undefined_name), owner))
                return
            frame = frame.f_back

    def __getattr__(self, name: str) -> Any:
        if name[:2] != "__":
            self._noted()
        return super().__getattr__(name)

    def __str__(self) -> str:
        self._noted()
        return ""

    def __html__(self) -> str:
        return str(self)

    def __iter__(self) -> Any:
        self._noted()
        return iter(())

    def __len__(self) -> int:
        self._noted()
        return 0

    def __bool__(self) -> bool:
        self._noted()
        return False

    def __eq__(self, other: object) -> bool:
        self._noted()
        return False

    __hash__ = Undefined.__hash__


def collecting_undefined(uses: list[UndefinedUse]) -> type[Undefined]:
    """Return a kind of undefined that notes each of its uses in ``uses`` and goes on."""
    return type("CollectingUndefined", (_CollectingUndefined,), {"__slots__": (), "_uses": uses})


class _Sandbox(ImmutableSandboxedEnvironment):
    """The sandbox, with the two operators that could exhaust memory held to sizes a digest can need."""

    intercepted_binops = frozenset({"*", "**"})

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        sizes = [value for value in (left, right) if isinstance(value, int | float)]
        repeats = operator == "*" and len(sizes) == 1 and abs(sizes[0]) > _MAX_FACTOR
        if repeats or (operator == "**" and (not sizes or abs(sizes[-1]) > _MAX_EXPONENT)):
            raise TemplateTooLargeError(f"{operator} with a value this large is not allowed in a template")
        return super().call_binop(context, operator, left, right)


def environment(
    kind: str, sources: Mapping[str, tuple[str, str]], undefined: type[Undefined] = NamedUndefined
) -> jinja2.Environment:
    """Return the environment for one format; ``sources`` maps a template's file name to its path and text.

    Autoescape is on in all three: in HTML it escapes, in Markdown and text it keeps what ``finalize`` has escaped
    from being escaped twice.
    """

    def load(name: str) -> tuple[str, str, Any] | None:
        found = sources.get(name)
        return None if found is None else (found[1], found[0], lambda: True)

    finalizers = {"md": escape.finalize_markdown, "html": escape.finalize_html, "txt": escape.finalize_text}
    sandbox = _Sandbox(
        loader=jinja2.FunctionLoader(load),
        autoescape=True,
        finalize=finalizers[kind],
        undefined=undefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )
    # Titles come from strangers: nothing may be declared safe by hand.
    for name in ("safe", "forceescape", "escape", "e", "xmlattr", "urlize", "tojson"):
        sandbox.filters.pop(name, None)
    sandbox.filters |= _FILTERS[kind]
    return sandbox


def _text_wrap(value: object, indent: int = 0, columns: int = TEXT_COLUMNS) -> Markup:
    """Return a text in lines of at most ``columns``, indented; long words and addresses stay whole."""
    pad = " " * max(0, min(indent, columns // 2))
    lines = textwrap.wrap(
        escape.clean(str(value)),
        width=columns,
        initial_indent=pad,
        subsequent_indent=pad,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return Markup("\n".join(lines))  # noqa: S704 - plain text, no markup


def _text_marked(segments: tuple[Segment, ...]) -> str:
    return escape.text_marked(segments)


def _text_link(text: object, address: str) -> str:
    safe = escape.web_address(address)
    return f"{text} {safe}" if safe else str(text)


def _html_link(text: object, address: str) -> Markup:
    safe = escape.web_address(address)
    shown = text if isinstance(text, Markup) else escape.clean(str(text))
    return Markup('<a href="{}">{}</a>').format(safe, shown) if safe else Markup("{}").format(shown)


def _html_code(text: object) -> Markup:
    return Markup("<code>{}</code>").format(escape.clean(str(text)))


def _markdown_code(text: object) -> Markup:
    return escape.markdown_code(str(text))


_FILTERS: Final[dict[str, dict[str, Any]]] = {
    "md": {"marked": escape.markdown_marked, "link": escape.markdown_link, "code": _markdown_code},
    "html": {"marked": escape.html_marked, "link": _html_link, "code": _html_code},
    "txt": {"marked": _text_marked, "link": _text_link, "wrap": _text_wrap, "code": escape.clean},
}
