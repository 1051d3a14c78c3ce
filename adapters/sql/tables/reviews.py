"""Reviews of books by customers.

Title, text and reason are what a person wrote: one UPDATE by `customer_id` clears them.
"""

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Uuid

from adapters.sql.tables.columns import ANY_LINE, check, index, index_latest, key, lifecycle, line, metadata

reviews = Table(
    "reviews",
    metadata,
    key(),
    Column("book_id", Uuid(), ForeignKey("books.id"), nullable=False),
    Column("customer_id", Uuid(), ForeignKey("customers.id"), nullable=False),
    Column("rating", Integer(), nullable=False),
    Column("title", line(255)),
    Column("text", ANY_LINE),
    Column("language", line(35)),
    Column("status", line(16), nullable=False),
    Column("reason", line(500)),
    *lifecycle(deletable=True),
    check("rating", "rating BETWEEN 1 AND 5"),
    check("status", "status IN ('pending', 'published', 'rejected')"),
)
# The customer stands first: reviews are also asked for by that alone.
Index(
    "uq_reviews_living_customer_id_book_id",
    reviews.c.customer_id,
    reviews.c.book_id,
    unique=True,
    postgresql_where=reviews.c.deleted_at.is_(None),
).ddl_if(dialect="postgresql")
index_latest(reviews, "created_at")
index_latest(reviews, "updated_at")
index_latest(reviews, "created_at", "book_id")
index_latest(reviews, "created_at", "customer_id")
index_latest(reviews, "created_at", "status")
index_latest(reviews, "created_at", "rating")
index(reviews, "rating", reviews.c.rating, reviews.c.id)
