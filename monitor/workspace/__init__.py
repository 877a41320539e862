"""The files on disk: where they are, how they are read and written, and the starter workspace."""
