"""Digests: when one is due, what is in it, and how it reads as Markdown, HTML and text."""
