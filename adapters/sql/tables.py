"""The tables, for every SQL engine. Checks, indexes and collations are PostgreSQL's and are left out elsewhere.

Text is ordered by its bytes whatever the locale of the database (COLLATE "C"), times are with time zone, amounts are
NUMERIC(18, 4) in the currency of their row. An engine that is given these tables by hand (Snowflake) keeps the names.
"""

from typing import Any

from sqlalchemy import (
    ARRAY,
    JSON,
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
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
_LARGEST = "10000000000000"


_ANY_LINE = Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def _line(longest: int) -> TypeEngine[str]:
    """Text that is sorted and compared by its bytes."""
    return String(longest).with_variant(postgresql.VARCHAR(longest, collation="C"), "postgresql")


def _key() -> Column[Any]:
    return Column("id", Uuid(), primary_key=True)


def _lifecycle(*, deletable: bool) -> list[SchemaItem]:
    put_away: list[SchemaItem] = [Column("deleted_at", MOMENT)] if deletable else []
    return [
        Column("version", Integer(), nullable=False),
        Column("created_at", MOMENT, nullable=False),
        Column("created_by", _ANY_LINE, nullable=False),
        Column("updated_at", MOMENT, nullable=False),
        Column("updated_by", _ANY_LINE, nullable=False),
        *put_away,
        _check("version_from_1", "version >= 1"),
    ]


def _check(name: str, condition: str) -> CheckConstraint:
    return CheckConstraint(condition, name=name).ddl_if(dialect="postgresql")


def _amount_check(*names: str) -> CheckConstraint:
    """Amounts are 0 to 10^13. PostgreSQL holds NaN above every number, so it is refused here too."""
    return _check("amounts", " AND ".join(f"{name} BETWEEN 0 AND {_LARGEST}" for name in names))


def _index(table: Table, name: str, *columns: ColumnElement[Any]) -> None:
    Index(f"ix_{table.name}_{name}", *columns).ddl_if(dialect="postgresql")


def _index_members(table: Table, name: str) -> None:
    """For lists of those that have a value among several."""
    Index(f"ix_{table.name}_{name}", table.c[name], postgresql_using="gin").ddl_if(dialect="postgresql")


def _unique_among_living(table: Table, name: str) -> None:
    Index(
        f"uq_{table.name}_living_{name}", table.c[name], unique=True, postgresql_where=table.c.deleted_at.is_(None)
    ).ddl_if(dialect="postgresql")


def _index_latest(table: Table, time: str, *first: str) -> None:
    """For lists, newest first: `time` and id descending, within each value of `first`."""
    _index(table, "_".join([*first, time]), *(table.c[one] for one in first), table.c[time].desc(), table.c.id.desc())


def _index_text(table: Table, name: str) -> None:
    """For lists sorted by a text that may be missing, which sorts as ''."""
    column = table.c[name]
    _index(table, name, func.coalesce(column, text("''")) if column.nullable else column, table.c.id)


customers = Table(
    "customers",
    metadata,
    _key(),
    Column("name", _line(255)),
    Column("reference", _line(64)),
    Column("email", _line(254)),
    Column("phone", _line(16)),
    Column("status", _line(16), nullable=False),
    Column("tags", TEXTS, nullable=False),
    Column("metadata", DOCUMENT, nullable=False),
    Column("search_tokens", TEXTS, nullable=False),
    *_lifecycle(deletable=True),
    _check("name_reference_or_email", "coalesce(name, reference, email) IS NOT NULL"),
    _check("status", "status IN ('active', 'inactive')"),
    _check("phone", r"phone ~ '^\+[1-9][0-9]{6,14}$'"),
)
_unique_among_living(customers, "email")
_unique_among_living(customers, "reference")
_index_latest(customers, "created_at")
_index_latest(customers, "updated_at")
_index_latest(customers, "created_at", "status")
_index_text(customers, "name")
_index_text(customers, "reference")
_index(customers, "phone", customers.c.phone)
_index_members(customers, "tags")
_index_members(customers, "search_tokens")

books = Table(
    "books",
    metadata,
    _key(),
    Column("title", _line(255), nullable=False),
    Column("author", _line(255), nullable=False),
    Column("isbn", _line(13), nullable=False),
    Column("published_date", _line(10)),
    Column("description", Text()),
    Column("language", _line(35)),
    Column("price_amount", AMOUNT),
    Column("price_currency", _line(3)),
    Column("categories", TEXTS, nullable=False),
    Column("search_tokens", TEXTS, nullable=False),
    *_lifecycle(deletable=True),
    _check("isbn", "isbn ~ '^97[89][0-9]{10}$'"),
    _check("published_date", "published_date ~ '^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$'"),
    _check("whole_price", "(price_amount IS NULL) = (price_currency IS NULL)"),
    _check("price_currency", "price_currency ~ '^[A-Z]{3}$'"),
    _amount_check("price_amount"),
)
_unique_among_living(books, "isbn")
_index_latest(books, "created_at")
_index_latest(books, "updated_at")
_index_latest(books, "created_at", "language")
_index_text(books, "title")
_index_text(books, "author")
_index_text(books, "published_date")
_index_members(books, "categories")
_index_members(books, "search_tokens")

orders = Table(
    "orders",
    metadata,
    _key(),
    Column("customer_id", Uuid(), ForeignKey("customers.id")),
    Column("channel", _line(64), nullable=False),
    Column("reference", _line(64)),
    Column("currency", _line(3), nullable=False),
    Column("status", _line(16), nullable=False),
    Column("placed_at", MOMENT, nullable=False),
    Column("subtotal", AMOUNT, nullable=False),
    Column("tax", AMOUNT, nullable=False),
    Column("shipping", AMOUNT, nullable=False),
    Column("line_count", Integer(), nullable=False),
    *_lifecycle(deletable=False),
    _check("status", "status IN ('placed', 'cancelled')"),
    _check("currency", "currency ~ '^[A-Z]{3}$'"),
    _check("line_count", "line_count >= 1"),
    _check("placed_at", "placed_at >= '1900-01-01 00:00:00+00' AND placed_at <= '9998-12-31 00:00:00+00'"),
    _amount_check("subtotal", "tax", "shipping"),
)
# The reference stands first: it is also asked for without its channel.
Index("uq_orders_reference_channel", orders.c.reference, orders.c.channel, unique=True).ddl_if(dialect="postgresql")
_index_latest(orders, "placed_at")
_index_latest(orders, "created_at")
_index_latest(orders, "updated_at")
_index_latest(orders, "placed_at", "customer_id")
_index_latest(orders, "placed_at", "status")
_index_latest(orders, "placed_at", "channel")
_index_latest(orders, "placed_at", "currency")

order_lines = Table(
    "order_lines",
    metadata,
    Column("order_id", Uuid(), ForeignKey("orders.id"), primary_key=True),
    Column("number", Integer(), primary_key=True),
    Column("sku", _line(64), nullable=False),
    Column("book_id", Uuid(), ForeignKey("books.id")),
    Column("description", _line(255)),
    Column("quantity", Integer(), nullable=False),
    Column("unit_price", AMOUNT, nullable=False),
    Column("discount", AMOUNT, nullable=False),
    Column("amount", AMOUNT, nullable=False),
    Column("returned", Integer(), nullable=False),
    _check("number_from_1", "number >= 1"),
    _check("quantity_from_1", "quantity >= 1"),
    _check("returned_within_quantity", "returned BETWEEN 0 AND quantity"),
    _check("amount_adds_up", "amount = quantity * unit_price - discount"),
    _amount_check("unit_price", "discount", "amount"),
)

returns = Table(
    "returns",
    metadata,
    _key(),
    Column("order_id", Uuid(), ForeignKey("orders.id")),
    Column("customer_id", Uuid(), ForeignKey("customers.id")),
    Column("channel", _line(64), nullable=False),
    Column("reference", _line(64)),
    Column("currency", _line(3), nullable=False),
    Column("returned_at", MOMENT, nullable=False),
    Column("total", AMOUNT, nullable=False),
    Column("line_count", Integer(), nullable=False),
    *_lifecycle(deletable=False),
    _check("currency", "currency ~ '^[A-Z]{3}$'"),
    _check("line_count", "line_count >= 1"),
    _check("returned_at", "returned_at >= '1900-01-01 00:00:00+00' AND returned_at <= '9998-12-31 00:00:00+00'"),
    _amount_check("total"),
)
Index("uq_returns_reference_channel", returns.c.reference, returns.c.channel, unique=True).ddl_if(dialect="postgresql")
_index_latest(returns, "returned_at")
_index_latest(returns, "created_at")
_index_latest(returns, "returned_at", "order_id")
_index_latest(returns, "returned_at", "customer_id")
_index_latest(returns, "returned_at", "channel")
_index_latest(returns, "returned_at", "currency")

return_lines = Table(
    "return_lines",
    metadata,
    Column("return_id", Uuid(), ForeignKey("returns.id"), primary_key=True),
    Column("number", Integer(), primary_key=True),
    Column("sku", _line(64), nullable=False),
    Column("book_id", Uuid(), ForeignKey("books.id")),
    Column("description", _line(255)),
    Column("quantity", Integer(), nullable=False),
    Column("unit_price", AMOUNT, nullable=False),
    Column("amount", AMOUNT, nullable=False),
    Column("order_line", Integer()),
    _check("number_from_1", "number >= 1"),
    _check("quantity_from_1", "quantity >= 1"),
    _check("order_line_from_1", "order_line >= 1"),
    _amount_check("unit_price", "amount"),
)

events = Table(
    "events",
    metadata,
    Column("position", BigInteger(), Identity(), primary_key=True),
    Column("type", _ANY_LINE, nullable=False),
    Column("aggregate", _ANY_LINE, nullable=False),
    Column("aggregate_id", Uuid(), nullable=False),
    Column("version", Integer(), nullable=False),
    Column("at", MOMENT, nullable=False),
    Column("by", _ANY_LINE, nullable=False),
    Column("request_id", _ANY_LINE),
    Column("changed", TEXTS, nullable=False),
    Column("data", DOCUMENT, nullable=False),
)
