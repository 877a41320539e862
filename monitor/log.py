"""Structured events for the people who run the service: one line, one event, ``key=value`` pairs."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime


class Log:
    """Write events of one part of the program; values are quoted, so that no feed can forge a line."""

    def __init__(self, name: str) -> None:
        self._logger = logging.getLogger(f"monitor.{name}")

    def debug(self, event: str, **values: object) -> None:
        """Record a detail that helps to find a bug."""
        if self._logger.isEnabledFor(logging.DEBUG):
            self._logger.debug(_line(event, values))

    def info(self, event: str, **values: object) -> None:
        """Record something that happened as it should."""
        if self._logger.isEnabledFor(logging.INFO):
            self._logger.info(_line(event, values))

    def warning(self, event: str, **values: object) -> None:
        """Record something a person should look at."""
        self._logger.warning(_line(event, values))

    def error(self, event: str, **values: object) -> None:
        """Record something that stopped a piece of work."""
        self._logger.error(_line(event, values))

    def exception(self, event: str, **values: object) -> None:
        """Record a bug, with the traceback of the exception being handled."""
        self._logger.exception(_line(event, values))  # noqa: LOG004 # called from handlers


def set_up_logging(verbosity: int) -> None:
    """Send events to stderr: errors only at -1, warnings at 0, what happens at 1, details at 2 and more."""
    level = {-1: logging.ERROR, 0: logging.WARNING, 1: logging.INFO}.get(verbosity, logging.DEBUG)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_EventFormatter())
    root = logging.getLogger("monitor")
    root.handlers[:] = [handler]
    root.setLevel(level)
    root.propagate = False


class _EventFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        line = f"{at} {record.levelname.lower():7} {record.getMessage()}"
        if record.exc_info:
            line += "\n" + self.formatException(record.exc_info)
        return line


def _line(event: str, values: dict[str, object]) -> str:
    return " ".join([event, *(f"{key}={_quoted(value)}" for key, value in values.items())])


def _quoted(value: object) -> str:
    text = str(value)
    if text and text.isascii() and text.isprintable() and not set(text) & set(" \"'=\\"):
        return text
    # JSON escapes control characters and line separators, which is all a log line needs to stay one line.
    return json.dumps(text, ensure_ascii=not text.isprintable())
