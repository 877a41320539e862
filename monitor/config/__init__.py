"""config.toml: what to poll, who is told, and when."""

from monitor.config.settings import Analyst, Config, Watch
from monitor.records import Problem

__all__ = ["Analyst", "Config", "Watch", "parse_config"]


def parse_config(text: str, path: str) -> tuple[Config | None, tuple[Problem, ...]]:
    """Return the configuration, or None with every problem of the file, sorted by place."""
    # Not before it is called: the forms cost a tenth of a second, and most starts have read the same text before.
    from monitor.config import parse

    return parse.parse_config(text, path)
