"""Books."""

from sqlalchemy import Column, Table, Text

from adapters.sql.tables.columns import (
    AMOUNT,
    TEXTS,
    amount_check,
    check,
    index_latest,
    index_members,
    index_text,
    key,
    lifecycle,
    line,
    metadata,
    unique_among_living,
)

books = Table(
    "books",
    metadata,
    key(),
    Column("title", line(255), nullable=False),
    Column("author", line(255), nullable=False),
    Column("isbn", line(13), nullable=False),
    Column("published_date", line(10)),
    Column("description", Text()),
    Column("language", line(35)),
    Column("price_amount", AMOUNT),
    Column("price_currency", line(3)),
    Column("categories", TEXTS, nullable=False),
    Column("search_tokens", TEXTS, nullable=False),
    *lifecycle(deletable=True),
    check("isbn", "isbn ~ '^97[89][0-9]{10}$'"),
    check("published_date", "published_date ~ '^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$'"),
    check("whole_price", "(price_amount IS NULL) = (price_currency IS NULL)"),
    check("price_currency", "price_currency ~ '^[A-Z]{3}$'"),
    amount_check("price_amount"),
)
unique_among_living(books, "isbn")
index_latest(books, "created_at")
index_latest(books, "updated_at")
index_latest(books, "created_at", "language")
index_text(books, "title")
index_text(books, "author")
index_text(books, "published_date")
index_members(books, "categories")
index_members(books, "search_tokens")
