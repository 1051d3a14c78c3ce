"""The SQL of a load. It holds names of tables and columns alone, no values.

For each kind of aggregate: documents are staged in a temporary table; `choose` takes of them the latest version of
each, unless the warehouse has it or a later one; `put_in_place` writes those over the rows that are there.

Snowflake enforces no keys, so `choose` is where every row becomes one. A DELETE and an INSERT in one transaction stand
where a MERGE could: they do the same, and they are seen to be undone together offline, while a MERGE on fakesnow ends
the transaction that it is in.
"""

# ruff: noqa: S608  # names of this program's own tables and columns alone go into the text

from sqlalchemy import JSON, Column, DateTime, Integer, Numeric, Table, Uuid

from adapters.snowflake.documents import Kind

BEGIN = "BEGIN"
COMMIT = "COMMIT"
LOCK_WATERMARK = "UPDATE watermark SET loads = loads + 1"
READ_WATERMARK = "SELECT position FROM watermark"
MOVE_WATERMARK = "UPDATE watermark SET position = {position}"


def kept_as(column: Column[object]) -> str:
    """The type of a column of adapters/sql/tables in a warehouse."""
    if column.name == "contributors":
        return "VARCHAR"
    match column.type:
        case JSON():
            return "VARIANT" if column.name == "metadata" else "ARRAY"
        case Numeric():
            return "NUMBER(18, 4)"
        case Integer():
            return "INTEGER"
        case DateTime():
            return "TIMESTAMP_TZ"
        case Uuid():
            return "VARCHAR(32)"
    return "VARCHAR"


def staged(kind: Kind) -> str:
    """The temporary table of documents as they came."""
    return f"staged_{kind.table.name}"


def chosen(kind: Kind) -> str:
    """The temporary table of rows to be taken."""
    return f"chosen_{kind.table.name}"


def create(kind: Kind) -> list[str]:
    """Both temporary tables, empty."""
    columns = [f"{column.name} {kept_as(column)}" for column in kind.table.columns]
    return [
        f"CREATE OR REPLACE TEMPORARY TABLE {staged(kind)} (doc VARIANT)",
        f"CREATE OR REPLACE TEMPORARY TABLE {chosen(kind)} ({', '.join(columns)})",
    ]


def upload(kind: Kind, path: str) -> list[str]:
    """A file of documents, one a line, into the table of those staged."""
    return [
        put(path, staged(kind)),
        f"COPY INTO {staged(kind)} FROM @%{staged(kind)} FILE_FORMAT = (TYPE = JSON) PURGE = TRUE",
    ]


def put(path: str, table: str) -> str:
    """A file into the stage of a table."""
    quoted = path.replace("\\", "\\\\").replace("'", "\\'")
    return f"PUT 'file://{quoted}' @%{table} AUTO_COMPRESS = FALSE"


def choose(kind: Kind, *, late: bool) -> str:
    """What is new or later than what is there, once each.

    A history that is `late`, no older than what is there, is right as well on what a row shows of others without a new
    version.
    """
    names, fields = _fields(kind.table, "s.doc")
    identity, version = 's.doc:"id"::VARCHAR(32)', 's.doc:"version"::INTEGER'
    return (
        f"INSERT INTO {chosen(kind)} ({', '.join(names)}) SELECT {', '.join(fields)} "
        f"FROM {staged(kind)} AS s LEFT JOIN {kind.table.name} AS present ON present.id = {identity} "
        f"WHERE present.id IS NULL OR present.version < {version} {_followed(kind, version) if late else ''}"
        f"QUALIFY ROW_NUMBER() OVER (PARTITION BY {identity} ORDER BY {version} DESC) = 1"
    )


def _followed(kind: Kind, version: str) -> str:
    if not kind.follows:
        return ""
    columns = [kind.table.c[name] for name in kind.follows]
    differs = [f'present.{one.name} IS DISTINCT FROM s.doc:"{one.name}"::{kept_as(one)}' for one in columns]
    return f"OR (present.version = {version} AND ({' OR '.join(differs)})) "


def put_in_place(kind: Kind) -> list[str]:
    """The chosen rows, instead of those of the same id."""
    names = ", ".join(column.name for column in kind.table.columns)
    return [
        f"DELETE FROM {kind.table.name} USING {chosen(kind)} AS s WHERE {kind.table.name}.id = s.id",
        f"INSERT INTO {kind.table.name} ({names}) SELECT {names} FROM {chosen(kind)}",
    ]


def count(kind: Kind) -> str:
    """How many were chosen."""
    return f"SELECT COUNT(*) FROM {chosen(kind)}"


def _fields(table: Table, document: str) -> tuple[list[str], list[str]]:
    return (
        [column.name for column in table.columns],
        [f'{document}:"{column.name}"::{kept_as(column)}' for column in table.columns],
    )
