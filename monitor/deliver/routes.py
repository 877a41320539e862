"""The routes a message can take out, as config.toml names them; secrets are named here, never held."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path


class Tls(StrEnum):
    """How a mail connection is encrypted; ``none`` has to be said aloud."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class FolderRoute:
    """Messages become files in a folder."""

    name: str
    path: Path


@dataclass(frozen=True, slots=True)
class EmailRoute:
    """Messages go to a mail server.

    The password is read when a message is sent, from the file (its only line) or from the environment variable.
    """

    name: str
    host: str
    port: int
    sender: str
    to: tuple[str, ...]
    tls: Tls = Tls.STARTTLS
    user: str | None = None
    password_file: Path | None = None
    password_env: str | None = None
    ca_file: Path | None = None
    """Certificates of an organisation's own authority, trusted besides the system's."""
    timeout: timedelta = timedelta(seconds=60)
    """How long the server may take for each answer."""


Route = FolderRoute | EmailRoute
