"""Read news feeds for security analysts: pull, tag, match, group, alert and digest, with evidence for every decision."""

__version__ = "0.1.0"
