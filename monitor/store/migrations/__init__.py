"""The schema's history: numbered, forward only, never edited after release."""
