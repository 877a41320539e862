"""The order of things: poll, assess, notify; the only place that mixes reading, the core and writing."""
