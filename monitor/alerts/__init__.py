"""Decide which matches become messages, and for whom."""
