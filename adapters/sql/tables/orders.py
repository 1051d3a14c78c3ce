"""Orders and returns, with their lines."""

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Uuid

from adapters.sql.tables.columns import (
    AMOUNT,
    MOMENT,
    amount_check,
    check,
    index_latest,
    key,
    lifecycle,
    line,
    metadata,
)

orders = Table(
    "orders",
    metadata,
    key(),
    Column("customer_id", Uuid(), ForeignKey("customers.id")),
    Column("channel", line(64), nullable=False),
    Column("reference", line(64)),
    Column("currency", line(3), nullable=False),
    Column("status", line(16), nullable=False),
    Column("placed_at", MOMENT, nullable=False),
    Column("subtotal", AMOUNT, nullable=False),
    Column("tax", AMOUNT, nullable=False),
    Column("shipping", AMOUNT, nullable=False),
    Column("line_count", Integer(), nullable=False),
    *lifecycle(deletable=False),
    check("status", "status IN ('placed', 'cancelled')"),
    check("currency", "currency ~ '^[A-Z]{3}$'"),
    check("line_count", "line_count >= 1"),
    check("placed_at", "placed_at >= '1900-01-01 00:00:00+00' AND placed_at <= '9998-12-31 00:00:00+00'"),
    amount_check("subtotal", "tax", "shipping"),
)
# The reference stands first: it is also asked for without its channel.
Index("uq_orders_reference_channel", orders.c.reference, orders.c.channel, unique=True).ddl_if(dialect="postgresql")
index_latest(orders, "placed_at")
index_latest(orders, "created_at")
index_latest(orders, "updated_at")
index_latest(orders, "placed_at", "customer_id")
index_latest(orders, "placed_at", "status")
index_latest(orders, "placed_at", "channel")
index_latest(orders, "placed_at", "currency")

order_lines = Table(
    "order_lines",
    metadata,
    Column("order_id", Uuid(), ForeignKey("orders.id"), primary_key=True),
    Column("number", Integer(), primary_key=True),
    Column("sku", line(64), nullable=False),
    Column("book_id", Uuid(), ForeignKey("books.id")),
    Column("description", line(255)),
    Column("quantity", Integer(), nullable=False),
    Column("unit_price", AMOUNT, nullable=False),
    Column("discount", AMOUNT, nullable=False),
    Column("amount", AMOUNT, nullable=False),
    Column("returned", Integer(), nullable=False),
    check("number_from_1", "number >= 1"),
    check("quantity_from_1", "quantity >= 1"),
    check("returned_within_quantity", "returned BETWEEN 0 AND quantity"),
    check("amount_adds_up", "amount = quantity * unit_price - discount"),
    amount_check("unit_price", "discount", "amount"),
)

returns = Table(
    "returns",
    metadata,
    key(),
    Column("order_id", Uuid(), ForeignKey("orders.id")),
    Column("customer_id", Uuid(), ForeignKey("customers.id")),
    Column("channel", line(64), nullable=False),
    Column("reference", line(64)),
    Column("currency", line(3), nullable=False),
    Column("returned_at", MOMENT, nullable=False),
    Column("total", AMOUNT, nullable=False),
    Column("line_count", Integer(), nullable=False),
    *lifecycle(deletable=False),
    check("currency", "currency ~ '^[A-Z]{3}$'"),
    check("line_count", "line_count >= 1"),
    check("returned_at", "returned_at >= '1900-01-01 00:00:00+00' AND returned_at <= '9998-12-31 00:00:00+00'"),
    amount_check("total"),
)
Index("uq_returns_reference_channel", returns.c.reference, returns.c.channel, unique=True).ddl_if(dialect="postgresql")
index_latest(returns, "returned_at")
index_latest(returns, "created_at")
index_latest(returns, "returned_at", "order_id")
index_latest(returns, "returned_at", "customer_id")
index_latest(returns, "returned_at", "channel")
index_latest(returns, "returned_at", "currency")

return_lines = Table(
    "return_lines",
    metadata,
    Column("return_id", Uuid(), ForeignKey("returns.id"), primary_key=True),
    Column("number", Integer(), primary_key=True),
    Column("sku", line(64), nullable=False),
    Column("book_id", Uuid(), ForeignKey("books.id")),
    Column("description", line(255)),
    Column("quantity", Integer(), nullable=False),
    Column("unit_price", AMOUNT, nullable=False),
    Column("amount", AMOUNT, nullable=False),
    Column("order_line", Integer()),
    check("number_from_1", "number >= 1"),
    check("quantity_from_1", "quantity >= 1"),
    check("order_line_from_1", "order_line >= 1"),
    amount_check("unit_price", "amount"),
)
