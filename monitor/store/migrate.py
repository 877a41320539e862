"""Bring a database to the newest schema; the only module that loads Alembic."""

from __future__ import annotations

from importlib.resources import files

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection


def upgrade(conn: Connection) -> None:
    """Apply every migration the database lacks, in the caller's transaction: all of them or none."""
    config = _config()
    config.attributes["connection"] = conn
    command.upgrade(config, "head")


def newest() -> str | None:
    """Return the version that the migration scripts lead to."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def _config() -> Config:
    config = Config()
    # Read as one path whatever it contains; without this Alembic splits at spaces and colons.
    config.set_main_option("path_separator", "os")
    config.set_main_option("script_location", str(files("monitor.store").joinpath("migrations")).replace("%", "%%"))
    return config
