"""config.toml: what to poll, who is told, and when."""

from monitor.config.parse import Analyst, Config, Watch, parse_config

__all__ = ["Analyst", "Config", "Watch", "parse_config"]
