"""The SQL of a load. It holds names of tables and columns alone, no values.

For each kind of aggregate: documents are staged in a temporary table; `choose` takes of them the latest version of
each, unless the warehouse has it or a later one; `put_in_place` merges those, and replaces their lines. Snowflake
enforces no keys, and a MERGE whose source has a key twice is an error there, so `choose` is where every row becomes
one.
"""

# ruff: noqa: S608  # names of this program's own tables and columns alone go into the text

from sqlalchemy import JSON, Column, DateTime, Integer, Numeric, Table, Uuid

from adapters.snowflake.documents import Kind

LOCK_WATERMARK = "UPDATE watermark SET loads = loads + 1"
READ_WATERMARK = "SELECT position FROM watermark"
MOVE_WATERMARK = "UPDATE watermark SET position = {position}"


def kept_as(column: Column[object]) -> str:
    """The type of a column of adapters/sql/tables.py in a warehouse."""
    if column.name == "search_tokens":
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
        f"CREATE OR REPLACE TEMPORARY TABLE {chosen(kind)} ({', '.join(columns)}, lines VARIANT)",
    ]


def upload(kind: Kind, path: str) -> list[str]:
    """A file of documents, one a line, into the table of those staged."""
    quoted = path.replace("\\", "\\\\").replace("'", "\\'")
    return [
        f"PUT 'file://{quoted}' @%{staged(kind)} AUTO_COMPRESS = FALSE",
        f"COPY INTO {staged(kind)} FROM @%{staged(kind)} FILE_FORMAT = (TYPE = JSON) PURGE = TRUE",
    ]


def choose(kind: Kind) -> str:
    """What is new or later than what is there, once each."""
    names, fields = _fields(kind.table, "s.doc")
    identity, version = 's.doc:"id"::VARCHAR(32)', 's.doc:"version"::INTEGER'
    return (
        f'INSERT INTO {chosen(kind)} ({", ".join(names)}, lines) SELECT {", ".join(fields)}, s.doc:"lines" '
        f"FROM {staged(kind)} AS s LEFT JOIN {kind.table.name} AS present ON present.id = {identity} "
        f"WHERE present.id IS NULL OR present.version < {version} "
        f"QUALIFY ROW_NUMBER() OVER (PARTITION BY {identity} ORDER BY {version} DESC) = 1"
    )


def put_in_place(kind: Kind) -> list[str]:
    """The chosen rows over those of the same id, or beside them; their lines instead of those there were."""
    if kind.lines is None or kind.owner is None:
        return [_merge(kind)]
    return [_drop_lines(kind.lines, kind.owner, kind), _merge(kind), _insert_lines(kind.lines, kind.owner, kind)]


def _merge(kind: Kind) -> str:
    names = [column.name for column in kind.table.columns]
    changes = ", ".join(f"{name} = s.{name}" for name in names if name != "id")
    return (
        f"MERGE INTO {kind.table.name} AS t USING {chosen(kind)} AS s ON t.id = s.id "
        f"WHEN MATCHED THEN UPDATE SET {changes} "
        f"WHEN NOT MATCHED THEN INSERT ({', '.join(names)}) VALUES ({', '.join(f's.{name}' for name in names)})"
    )


def _drop_lines(lines: Table, owner: str, kind: Kind) -> str:
    return f"DELETE FROM {lines.name} USING {chosen(kind)} AS s WHERE {lines.name}.{owner} = s.id"


def _insert_lines(lines: Table, owner: str, kind: Kind) -> str:
    names, fields = _fields(lines, "f.value", without=owner)
    return (
        f"INSERT INTO {lines.name} ({owner}, {', '.join(names)}) SELECT s.id, {', '.join(fields)} "
        f"FROM {chosen(kind)} AS s, LATERAL FLATTEN(input => s.lines) AS f"
    )


def count(kind: Kind) -> str:
    """How many were chosen."""
    return f"SELECT COUNT(*) FROM {chosen(kind)}"


def _fields(table: Table, document: str, *, without: str | None = None) -> tuple[list[str], list[str]]:
    columns = [column for column in table.columns if column.name != without]
    return (
        [column.name for column in columns],
        [f'{document}:"{column.name}"::{kept_as(column)}' for column in columns],
    )
