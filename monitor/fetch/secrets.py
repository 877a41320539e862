"""Secrets that config.toml points to: an environment variable or a file, read when they are sent and never kept.

``env:NAME`` and ``file:PATH`` stand for what is in them, alone or behind one word: ``Bearer env:TOKEN``. Behind
``Basic`` a ``user:password`` is written the way HTTP wants it (RFC 7617).
"""

from __future__ import annotations

import base64
import os
import re
from pathlib import Path
from typing import Final

_REFERENCE: Final = re.compile(r"(?:(?P<scheme>[\w-]{1,40}) +)?(?P<kind>env|file):(?P<where>\S.*)", re.DOTALL)


class SecretError(Exception):
    """A secret is not where the configuration says; the message says where, and nothing of what is in it."""


def reveal(value: str, root: Path) -> str:
    """Return ``value`` with the secret it refers to; values that refer to none come back as they are.

    Paths start at ``root``. Raises SecretError when the variable is not set or the file cannot be read.
    """
    reference = _REFERENCE.fullmatch(value)
    if reference is None:
        return value
    secret = _variable(reference["where"]) if reference["kind"] == "env" else _content(root / reference["where"])
    scheme = reference["scheme"]
    if scheme is None:
        return secret
    if scheme.lower() == "basic" and ":" in secret:
        secret = base64.b64encode(secret.encode("utf-8")).decode("ascii")
    return f"{scheme} {secret}"


def _variable(name: str) -> str:
    secret = os.environ.get(name.strip(), "").strip()
    if not secret:
        raise SecretError(f"the environment variable {name.strip()} with a secret of this feed is not set")
    return secret


def _content(path: Path) -> str:
    try:
        secret = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise SecretError(f"the file {path} with a secret of this feed cannot be read ({reason})") from error
    if not secret:
        raise SecretError(f"the file {path} with a secret of this feed is empty")
    return secret
