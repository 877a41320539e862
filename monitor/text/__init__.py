"""Text: normalise with an offset map, guess language and script, HTML to text, sentences, TOML with positions."""
