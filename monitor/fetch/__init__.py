"""The network in: an HTTP client that is polite to servers and safe against hostile ones."""
