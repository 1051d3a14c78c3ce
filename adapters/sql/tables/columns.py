"""What the tables are made of. Checks, indexes and collations are PostgreSQL's and are left out elsewhere.

Text is ordered by its bytes whatever the locale of the database (COLLATE "C"), times are with time zone, amounts are
NUMERIC(18, 4) in the currency of their row. An engine that is given these tables by hand (Snowflake) keeps the names.
"""

from typing import Any

from sqlalchemy import (
    ARRAY,
    JSON,
    CheckConstraint,
    Column,
    DateTime,
    Index,
    Integer,
    MetaData,
    Numeric,
    String,
    Table,
    Text,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.sql.expression import ColumnElement
from sqlalchemy.sql.schema import SchemaItem
from sqlalchemy.types import TypeEngine

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

MOMENT = DateTime(timezone=True)
AMOUNT = Numeric(18, 4)
TEXTS = JSON().with_variant(ARRAY(Text()), "postgresql")
DOCUMENT = JSON().with_variant(postgresql.JSONB(), "postgresql")
WORDS = Text().with_variant(postgresql.TSVECTOR(), "postgresql")
"""The words that a row is found by (domain/shared/search.py)."""
_LARGEST = "10000000000000"
LATER = "later"
"""In the `info` of a column that no insertion gives a value, since it comes later."""


ANY_LINE = Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def line(longest: int) -> TypeEngine[str]:
    """Text that is sorted and compared by its bytes."""
    return String(longest).with_variant(postgresql.VARCHAR(longest, collation="C"), "postgresql")


def key() -> Column[Any]:
    """The id of an aggregate."""
    return Column("id", Uuid(), primary_key=True)


def lifecycle(*, deletable: bool) -> list[SchemaItem]:
    """Version, and who changed it when; last among the columns of a table."""
    put_away: list[SchemaItem] = [Column("deleted_at", MOMENT)] if deletable else []
    return [
        Column("version", Integer(), nullable=False),
        Column("created_at", MOMENT, nullable=False),
        Column("created_by", ANY_LINE, nullable=False),
        Column("updated_at", MOMENT, nullable=False),
        Column("updated_by", ANY_LINE, nullable=False),
        *put_away,
        check("version_from_1", "version >= 1"),
    ]


def check(name: str, condition: str) -> CheckConstraint:
    """A rule of PostgreSQL."""
    return CheckConstraint(condition, name=name).ddl_if(dialect="postgresql")


def amount_check(*names: str) -> CheckConstraint:
    """Amounts are 0 to 10^13. PostgreSQL holds NaN above every number, so it is refused here too."""
    return check("amounts", " AND ".join(f"{name} BETWEEN 0 AND {_LARGEST}" for name in names))


def index(table: Table, name: str, *columns: ColumnElement[Any]) -> None:
    """An index of PostgreSQL."""
    Index(f"ix_{table.name}_{name}", *columns).ddl_if(dialect="postgresql")


def index_members(table: Table, name: str) -> None:
    """For lists of those that have a value among several."""
    Index(f"ix_{table.name}_{name}", table.c[name], postgresql_using="gin").ddl_if(dialect="postgresql")


def unique_among_living(table: Table, name: str) -> None:
    """No two rows that are not deleted share a value."""
    Index(
        f"uq_{table.name}_living_{name}", table.c[name], unique=True, postgresql_where=table.c.deleted_at.is_(None)
    ).ddl_if(dialect="postgresql")


def index_latest(table: Table, time: str, *first: str) -> None:
    """For lists, newest first: `time` and id descending, within each value of `first`."""
    index(table, "_".join([*first, time]), *(table.c[one] for one in first), table.c[time].desc(), table.c.id.desc())


def index_latest_where_given(table: Table, name: str) -> None:
    """For lists, newest first, of the rows that have one value of a field that most have none of."""
    column = table.c[name]
    Index(
        f"ix_{table.name}_{name}_created_at",
        column,
        table.c.created_at.desc(),
        table.c.id.desc(),
        postgresql_where=column.is_not(None),
    ).ddl_if(dialect="postgresql")


def index_text(table: Table, name: str) -> None:
    """For lists sorted by a text that may be missing, which sorts as ''."""
    column = table.c[name]
    index(table, name, func.coalesce(column, text("''")) if column.nullable else column, table.c.id)
