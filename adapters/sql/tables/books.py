"""Books."""

from sqlalchemy import Column, Integer, Table, Text, text

from adapters.sql.tables.columns import (
    AMOUNT,
    DOCUMENT,
    TEXTS,
    WORDS,
    amount_check,
    check,
    index_latest,
    index_latest_where_given,
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
    Column("search_tokens", WORDS, nullable=False),
    *lifecycle(deletable=True),
    Column("subtitle", line(255)),
    Column("publisher", line(255)),
    Column("edition", line(100)),
    Column("format", line(16)),
    Column("pages", Integer()),
    Column("series", line(255)),
    Column("series_position", line(7)),
    Column("availability", line(16)),
    # Who made it, as lists show it: [{"id", "name", "role"}], null for nobody. Written with the links to authors.
    Column("contributors", DOCUMENT),
    # Written by reviews alone, never by a save of the book.
    Column("rating_count", Integer(), nullable=False, server_default=text("0")),
    Column("rating_sum", Integer(), nullable=False, server_default=text("0")),
    check("isbn", "isbn ~ '^97[89][0-9]{10}$'"),
    check("published_date", "published_date ~ '^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$'"),
    check("whole_price", "(price_amount IS NULL) = (price_currency IS NULL)"),
    check("price_currency", "price_currency ~ '^[A-Z]{3}$'"),
    amount_check("price_amount"),
    check("pages", "pages BETWEEN 1 AND 100000"),
    check("series_position", r"series_position ~ '^[0-9]{1,4}(\.[0-9]{1,2})?$'"),
    check("position_in_series", "series_position IS NULL OR series IS NOT NULL"),
    check("format", "format IN ('hardcover', 'paperback', 'ebook', 'audiobook', 'other')"),
    check(
        "availability",
        "availability IN ('in_stock', 'out_of_stock', 'preorder', 'backorder', 'made_to_order', 'discontinued')",
    ),
    check("rating", "rating_count >= 0 AND rating_sum BETWEEN rating_count AND 5 * rating_count"),
)
unique_among_living(books, "isbn")
index_latest(books, "created_at")
index_latest(books, "updated_at")
index_latest(books, "created_at", "language")
index_text(books, "title")
index_text(books, "author")
index_text(books, "published_date")
index_members(books, "search_tokens")
for _name in ("publisher", "series", "format", "availability"):
    index_latest_where_given(books, _name)
