"""The rule files of analysts: read, check, compile, match, and run their examples."""
