"""Read news feeds for security analysts: tag, match, alert and digest, with evidence for every decision."""

__version__ = "0.1.0"
