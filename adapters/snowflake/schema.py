"""The schema of a warehouse: numbered files of SQL, applied in their order and written down.

Snowflake commits each CREATE by itself, so a file cannot be undone half way. Each statement in one is therefore
harmless when it is run again, and a file that broke off is simply applied anew.
"""

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from sqlalchemy import Connection

from adapters.snowflake.engine import Warehouse

_NAME = re.compile(r"([0-9]{4})_[a-z0-9_]+\.sql")
_TABLE = """
    CREATE TABLE IF NOT EXISTS schema_files (
        number INTEGER NOT NULL PRIMARY KEY,
        name VARCHAR NOT NULL,
        applied_at TIMESTAMP_TZ NOT NULL
    )
"""
_RECORD = """
    MERGE INTO schema_files
    USING (SELECT {number} AS number, '{name}' AS name) AS applied ON schema_files.number = applied.number
    WHEN NOT MATCHED THEN
        INSERT (number, name, applied_at) VALUES (applied.number, applied.name, CURRENT_TIMESTAMP())
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaFile:
    """One step of the schema. A statement ends with a semicolon at the end of a line."""

    number: int
    name: str
    statements: tuple[str, ...]


@cache
def schema_files() -> tuple[SchemaFile, ...]:
    """All steps, in their order."""
    folder = files("migrations").joinpath("snowflake")
    found = []
    for one in folder.iterdir():
        if (matched := _NAME.fullmatch(one.name)) is not None:
            statements = _statements(one.read_text(encoding="utf-8"))
            found.append(SchemaFile(number=int(matched[1]), name=one.name, statements=statements))
    return tuple(sorted(found, key=lambda one: one.number))


def _statements(text: str) -> tuple[str, ...]:
    code = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("--"))
    return tuple(stripped for part in re.split(r";\s*$", code, flags=re.MULTILINE) if (stripped := part.strip()))


async def upgrade(warehouse: Warehouse) -> list[str]:
    """Applies the files that were not yet, and returns their names. Raises Unavailable."""
    return await warehouse.run(_upgrade)


def _upgrade(connection: Connection) -> list[str]:
    connection.exec_driver_sql(_TABLE)
    numbers = {int(row[0]) for row in connection.exec_driver_sql("SELECT number FROM schema_files")}
    missing = [one for one in schema_files() if one.number not in numbers]
    for step in missing:
        for statement in step.statements:
            connection.exec_driver_sql(statement)
        connection.exec_driver_sql(_RECORD.format(number=step.number, name=step.name))
    return [step.name for step in missing]
